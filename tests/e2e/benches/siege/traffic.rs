//! What honest users do meanwhile.

use crate::field::{Clients, ask, first_transaction};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, Bytes};
use hanzo_testkit::Signer;
use hanzo_types::ChainSpec;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// Three a second.
const PACE: Duration = Duration::from_millis(333);

/// Accounts that send, after the first.
const SENDERS: u32 = 9;

/// How often somebody looks whether a transaction was mined.
const LOOK: Duration = Duration::from_millis(200);

/// Sends transfers to the follower, and to nobody else: they reach the miner through the victim.
pub(crate) struct Traffic {
    clients: Clients,
    senders: Vec<(Signer, u64)>,
    turn: usize,
}

impl Traffic {
    pub(crate) fn new(clients: Clients, spec: &ChainSpec) -> Self {
        let senders = (1..=SENDERS).map(|index| (Signer::dev(index, spec), 0)).collect();
        Self { clients, senders, turn: 0 }
    }

    /// Sends the first transaction and waits until it was mined.
    pub(crate) async fn first(&self, spec: &ChainSpec) {
        let hash = self.submit(first_transaction(spec)).await;
        while !self.is_mined(&hash).await {
            sleep(LOOK).await;
        }
    }

    /// Sends for so long. Returns what was sent.
    pub(crate) async fn send(&mut self, time: Duration) -> Vec<Value> {
        let mut sent = Vec::new();
        let mut turns = interval(PACE);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let over = sleep(time);
        tokio::pin!(over);
        loop {
            tokio::select! {
                () = &mut over => return sent,
                _ = turns.tick() => sent.push(self.send_next().await),
            }
        }
    }

    async fn send_next(&mut self) -> Value {
        let index = self.turn % self.senders.len();
        self.turn += 1;
        let (signer, nonce) = &mut self.senders[index];
        let transfer = signer.transfer(*nonce, Address::repeat_byte(0x78), 1);
        *nonce += 1;
        let raw = transfer.inner().encoded_2718();
        self.submit(raw.into()).await
    }

    /// Gives a transaction to the follower. Returns its hash.
    async fn submit(&self, raw: Bytes) -> Value {
        ask(&self.clients.follower, "eth_sendRawTransaction", json!([raw])).await
    }

    /// Waits until all are mined, for so long at most. Returns how many are not.
    pub(crate) async fn unmined(&self, mut sent: Vec<Value>, time: Duration) -> usize {
        let wait = async {
            while let Some(hash) = sent.last() {
                if self.is_mined(hash).await {
                    sent.pop();
                } else {
                    sleep(LOOK).await;
                }
            }
        };
        let _ = tokio::time::timeout(time, wait).await;
        sent.len()
    }

    async fn is_mined(&self, hash: &Value) -> bool {
        !ask(&self.clients.honest, "eth_getTransactionReceipt", json!([hash])).await.is_null()
    }
}
