//! Rounds on one database.

use super::{
    fault::{Disks, Fault},
    ledger::{Progress, Seen, check, stream},
};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_provider::Provider as _;
use hanzo_e2e::{Client, FileSize, NodeCommand, NodeProcess, Random, client, run_to_end};
use hanzo_testkit::{Signer, dev_spec};
use hanzo_types::DEV_ACCOUNTS;
use tokio::{sync::watch, task::JoinSet};

/// Dev accounts that send at the same time.
const SENDERS: u32 = 4;

/// Receipts before the fault, at most: twice the blocks between two commits and some more, so that
/// commits are hit, and a base that has moved as well as one that has not.
const MOST_ANSWERS: u64 = 50;

/// Receipts of earlier rounds that are asked for in every round, the newest; all at the end.
const RECALLED: usize = 256;

/// A node that is crashed and opened again and again.
#[derive(Debug)]
pub(crate) struct CrashLoop {
    disks: Disks,
    seen: Vec<Seen>,
    /// Highest block of a receipt that was seen.
    head: u64,
}

impl CrashLoop {
    pub(crate) const fn on(disks: Disks) -> Self {
        Self { disks, seen: Vec::new(), head: 0 }
    }

    pub(crate) const fn disks(&self) -> &Disks {
        &self.disks
    }

    pub(crate) const fn receipts(&self) -> usize {
        self.seen.len()
    }

    pub(crate) const fn head(&self) -> u64 {
        self.head
    }

    /// Opens the node, checks what it should know, streams, strikes, and checks the database.
    /// Returns how many receipts were seen.
    pub(crate) async fn round(&mut self, fault: Fault, random: &mut Random) -> usize {
        fault.prepare(&self.disks);
        let (node, client) = self.open().await;
        self.check_last(&client, RECALLED).await;
        let (progress, mut watched) = watch::channel(Progress::default());
        let mut streams = JoinSet::new();
        for account in 0..SENDERS {
            let sender = Signer::dev(account, &dev_spec());
            streams.spawn(stream(hanzo_e2e::client(node.url()), sender, progress.clone()));
        }
        drop(progress);
        let (answers, more) = (random.below(MOST_ANSWERS), random.below(u64::from(SENDERS)));
        let moment = watched.wait_for(|progress| {
            progress.answered >= answers && progress.sent >= progress.answered + more
        });
        // An error means that every stream has ended before: the check of the end says why.
        let reached = moment.await.is_ok();
        let ended = fault.strike(node, &self.disks, random).await;
        assert!(reached, "the node failed before {fault}: {}", ended.log);
        let seen: Vec<Seen> = streams.join_all().await.into_iter().flatten().collect();
        fault.check(&ended);
        self.disks.make_roomy();
        self.check_database();
        self.head = seen.iter().map(|seen| seen.block.0).fold(self.head, u64::max);
        let count = seen.len();
        self.seen.extend(seen);
        count
    }

    /// Checks every receipt, that the chain goes on, and that the node stops in order with its
    /// books balanced.
    pub(crate) async fn finish(self) {
        let (node, client) = self.open().await;
        self.check_last(&client, self.seen.len()).await;
        let alice = Signer::dev(0, &dev_spec());
        let nonce = client.get_transaction_count(alice.address()).await.unwrap();
        let raw = alice.transfer(nonce, DEV_ACCOUNTS[1], 1).inner().encoded_2718();
        let sent = client.send_raw_transaction(&raw).await.unwrap();
        let receipt = sent.get_receipt().await.unwrap();
        assert!(receipt.block_number.unwrap() > self.head);
        node.stop();
    }

    async fn open(&self) -> (NodeProcess, Client) {
        let command = NodeCommand::new(&self.disks.datadir()).file_size(FileSize::Error);
        let node = tokio::task::spawn_blocking(move || command.start()).await.unwrap();
        let client = client(node.url());
        let head = client.get_block_number().await.unwrap();
        assert!(head >= self.head, "the head is {head}, block {} was seen", self.head);
        (node, client)
    }

    async fn check_last(&self, client: &Client, count: usize) {
        for seen in self.seen.iter().rev().take(count) {
            check(client, *seen).await;
        }
    }

    /// The check rebuilds the root of the state from accounts and slots.
    fn check_database(&self) {
        let datadir = self.disks.datadir();
        let arguments = ["db", "check", "--dev", "--datadir", datadir.to_str().unwrap()];
        let output = run_to_end(&arguments);
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{text}");
        assert!(text.contains("no inconsistency found"), "{text}");
    }
}
