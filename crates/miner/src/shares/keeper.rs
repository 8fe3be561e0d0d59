//! Keeps shares until they are accepted, and has them paid.

use super::{
    book::{Share, ShareBook, ShareOrder},
    chain::{ChainError, Place, Receipt, Sent, ShareChain},
    contract::{Claimed, Refusal, claim, submission},
    stats::{ShareOutcome, ShareStats},
};
use crate::{Job, connection::NodeClient};
use alloy_primitives::{Address, B64, B256, U256};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolEvent as _;
use hanzo_poc::Seal;
use hanzo_types::{SHARE_EPOCH_BLOCKS, ShareEpoch};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// Blocks after which a transaction that no block has is sent again, for more.
const PATIENCE_BLOCKS: u64 = 8;

/// Settled epochs that a miner looks through when it starts: four days of blocks of six seconds.
const EPOCHS_BACK: u64 = 64;

/// Settled epochs that are looked at for each new head.
const EPOCHS_A_HEAD: usize = 16;

/// Time for the last shares when the miner ends.
const FAREWELL: Duration = Duration::from_secs(5);

/// What a keeper hears.
#[derive(Debug)]
pub(crate) enum News {
    /// A share was found.
    Share(Share),
    /// The head is this block.
    Head(u64),
}

impl News {
    /// The share that `seal` makes of the header of `job`.
    pub(crate) fn share(job: &Job, seal: &Seal) -> Self {
        let mut header = job.header.clone();
        header.mix_hash = B256::from(seal.mix);
        header.nonce = B64::from(seal.nonce);
        let pow = U256::from_be_bytes(job.work.lottery(&seal.mix, &seal.nonce));
        let order = ShareOrder { number: header.number, pow };
        Self::Share(Share { order, header: alloy_rlp::encode(&header).into() })
    }
}

/// A transaction that no block has yet.
#[derive(Debug)]
struct Pending {
    sent: Sent,
    /// The head when it was sent.
    at: u64,
    purpose: Purpose,
}

#[derive(Debug)]
enum Purpose {
    Shares(Vec<Share>),
    Claim { epoch: u64 },
}

/// Keeps shares until they are accepted, and has them paid. One transaction at a time.
#[derive(Debug)]
pub(crate) struct ShareKeeper {
    key: PrivateKeySigner,
    provider: Address,
    stats: Arc<ShareStats>,
    book: ShareBook,
    pending: Option<Pending>,
    /// Where the last transaction was that no block has taken.
    replaced: Option<Place>,
    /// The next epoch to look for pay; `None` until the first head.
    next_epoch: Option<u64>,
    /// What the user was told last of why shares wait; `None` once one was sent.
    complaint: Option<String>,
}

impl ShareKeeper {
    /// A keeper of the shares that pay `provider`, which `key` submits.
    pub(crate) fn new(key: PrivateKeySigner, provider: Address, stats: Arc<ShareStats>) -> Self {
        Self {
            key,
            provider,
            stats,
            book: ShareBook::default(),
            pending: None,
            replaced: None,
            next_epoch: None,
            complaint: None,
        }
    }

    /// Runs until `cancel`; then sends what it has. Without a node it only keeps.
    pub(crate) async fn run(
        mut self,
        mut news: mpsc::Receiver<News>,
        node: watch::Receiver<Option<Arc<NodeClient>>>,
        cancel: CancellationToken,
    ) {
        loop {
            let heard = tokio::select! {
                biased;
                () = cancel.cancelled() => break,
                heard = news.recv() => heard,
            };
            let Some(first) = heard else { break };
            let mut head = self.hear(first);
            // Whatever came meanwhile: of several heads the last one counts.
            while let Ok(more) = news.try_recv() {
                head = self.hear(more).or(head);
            }
            let client = node.borrow().clone();
            if let (Some(head), Some(client)) = (head, client) {
                self.step(&client, head).await;
            }
        }
        let client = node.borrow().clone();
        if let Some(client) = client {
            // What is not sent by then is lost with the process.
            let _ = timeout(FAREWELL, self.part(&client)).await;
        }
    }

    fn hear(&mut self, news: News) -> Option<u64> {
        match news {
            News::Head(number) => Some(number),
            News::Share(share) => {
                if !self.book.add(share) {
                    self.stats.count(ShareOutcome::Expired, 1);
                }
                None
            }
        }
    }

    /// Does what there is to do at a new head.
    async fn step(&mut self, client: &NodeClient, head: u64) {
        let Err(error) = self.try_step(client, head).await else { return };
        let text = error.to_string();
        // A reason that stays is one line, however many blocks it stays for.
        if self.complaint.as_ref() == Some(&text) {
            return;
        }
        let waiting = self.book.len();
        tracing::warn!(target: "miner", error = %text, waiting, "shares have to wait");
        self.complaint = Some(text);
    }

    async fn try_step(&mut self, client: &NodeClient, head: u64) -> Result<(), ChainError> {
        let key = self.key.clone();
        let chain = ShareChain { client, key: &key };
        self.settle(&chain, head).await?;
        self.stats.count(ShareOutcome::Expired, self.book.expire(head));
        if self.pending.is_some() {
            return Ok(());
        }
        if let Some(epoch) = self.payable(&chain, head).await? {
            return self.send(&chain, head, Purpose::Claim { epoch }).await;
        }
        match self.book.due(head) {
            Some(shares) => self.send(&chain, head, Purpose::Shares(shares)).await,
            None => Ok(()),
        }
    }

    /// Sends what it has, without waiting for what becomes of it.
    async fn part(&mut self, client: &NodeClient) {
        if self.pending.is_none() && self.book.len() > 0 {
            let key = self.key.clone();
            let chain = ShareChain { client, key: &key };
            let purpose = Purpose::Shares(self.book.rest());
            if let Err(error) = self.send(&chain, 0, purpose).await {
                tracing::warn!(target: "miner", %error, "the last shares are lost");
            }
        }
    }

    /// Sees what became of the transaction that is under way.
    async fn settle(&mut self, chain: &ShareChain<'_>, head: u64) -> Result<(), ChainError> {
        let Some(pending) = &self.pending else { return Ok(()) };
        let is_late = pending.at.saturating_add(PATIENCE_BLOCKS) <= head;
        let receipt = chain.receipt(pending.sent.hash).await?;
        if receipt.is_none() && !is_late {
            return Ok(());
        }
        let Some(Pending { sent, purpose, .. }) = self.pending.take() else { return Ok(()) };
        self.replaced = receipt.is_none().then_some(sent.place);
        match (purpose, receipt) {
            (Purpose::Shares(shares), Some(receipt)) if receipt.succeeded() => {
                tracing::info!(target: "miner", shares = shares.len(), "shares accepted");
                self.stats.count(ShareOutcome::Accepted, shares.len());
            }
            (Purpose::Shares(shares), _) => self.keep(shares),
            (Purpose::Claim { epoch }, Some(receipt)) => {
                self.claimed(epoch, &receipt);
                self.next_epoch = Some(epoch.saturating_add(1));
            }
            (Purpose::Claim { .. }, None) => {}
        }
        Ok(())
    }

    fn claimed(&self, epoch: u64, receipt: &Receipt) {
        let amounts = receipt
            .logs()
            .iter()
            .filter_map(|log| Claimed::decode_raw_log(log.topics.iter().copied(), &log.data).ok());
        for Claimed { provider, amount, .. } in amounts {
            self.stats.claim(amount);
            let ai = ai(amount);
            tracing::info!(target: "miner", epoch, %provider, %ai, "shares paid");
        }
    }

    /// An epoch for which the provider can be paid.
    async fn payable(
        &mut self,
        chain: &ShareChain<'_>,
        head: u64,
    ) -> Result<Option<u64>, ChainError> {
        let open = head / SHARE_EPOCH_BLOCKS;
        let mut epoch = self.next_epoch.unwrap_or_else(|| open.saturating_sub(EPOCHS_BACK));
        for _ in 0..EPOCHS_A_HEAD {
            if ShareEpoch::new(epoch).first_claim() > head.saturating_add(1) {
                break;
            }
            if chain.is_owed(self.provider, epoch).await? {
                self.next_epoch = Some(epoch);
                return Ok(Some(epoch));
            }
            epoch = epoch.saturating_add(1);
        }
        self.next_epoch = Some(epoch);
        Ok(None)
    }

    /// Sends a transaction. Shares that the contract would refuse are taken out first.
    async fn send(
        &mut self,
        chain: &ShareChain<'_>,
        head: u64,
        mut purpose: Purpose,
    ) -> Result<(), ChainError> {
        loop {
            let input = match &purpose {
                Purpose::Shares(shares) if shares.is_empty() => return Ok(()),
                Purpose::Shares(shares) => submission(shares),
                Purpose::Claim { epoch } => claim(self.provider, *epoch),
            };
            let error = match chain.send(input, self.replaced).await {
                Ok(sent) => {
                    (self.replaced, self.complaint) = (None, None);
                    self.pending = Some(Pending { sent, at: head, purpose });
                    return Ok(());
                }
                Err(error) => error,
            };
            match (&mut purpose, error) {
                (
                    Purpose::Shares(shares),
                    ChainError::Refused(Refusal::Share { index, reason }),
                ) if index < shares.len() => {
                    let share = shares.remove(index);
                    let number = share.order.number;
                    tracing::info!(target: "miner", number, reason, "a share is worth nothing");
                    self.stats.count(ShareOutcome::Refused, 1);
                }
                (_, error) => {
                    // Another transaction of the key may have taken the place.
                    self.replaced = None;
                    return self.give_back(purpose, error);
                }
            }
        }
    }

    /// Keeps what could not be sent.
    fn give_back(&mut self, purpose: Purpose, error: ChainError) -> Result<(), ChainError> {
        if let Purpose::Shares(shares) = purpose {
            self.keep(shares);
        }
        let ChainError::Refused(Refusal::Sender { provider }) = error else { return Err(error) };
        Err(ChainError::NotOperator { key: self.key.address(), provider })
    }

    fn keep(&mut self, shares: Vec<Share>) {
        for share in shares {
            if !self.book.add(share) {
                self.stats.count(ShareOutcome::Expired, 1);
            }
        }
    }
}

/// An amount for people: whole coins and six decimals.
fn ai(wei: U256) -> String {
    let micros = wei / U256::from(1_000_000_000_000_u64);
    let (whole, rest) = micros.div_rem(U256::from(1_000_000_u64));
    format!("{whole}.{rest:0>6}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_shown_in_coins() {
        assert_eq!(ai(U256::from(1_500_000_000_000_000_000_u64)), "1.500000");
        assert_eq!(ai(U256::from(1_000_000_000_000_u64)), "0.000001");
        assert_eq!(ai(U256::ZERO), "0.000000");
    }
}
