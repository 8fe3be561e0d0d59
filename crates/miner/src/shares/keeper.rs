//! Keeps shares until they are accepted, and has them paid.

use super::{
    book::{Share, ShareBook, ShareOrder, has_time},
    chain::{ChainError, Receipt, Sent, ShareChain},
    contract::{Claimed, Refusal, claim, submission},
    stats::{ShareOutcome, ShareStats},
};
use crate::{Job, connection::NodeClient};
use alloy_primitives::{Address, B64, B256, Bytes, U256};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolEvent as _;
use hanzo_poc::Seal;
use hanzo_types::{SHARE_EPOCH_BLOCKS, ShareEpoch};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// Blocks after which a call that no block has is sent again, for more.
const PATIENCE_BLOCKS: u64 = 8;

/// How often a call is sent before the place is looked for anew: by then its price has grown to eight
/// times the first.
const MAX_ATTEMPTS: usize = 4;

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

/// A call of the contract that no block has yet, as far as is known.
#[derive(Debug)]
struct Pending {
    /// Its transactions, which have one place: at most one of them can be in a block.
    sent: Vec<Sent>,
    input: Bytes,
    /// How often it was sent, or tried to be.
    attempts: usize,
    /// The head at the last attempt.
    at: u64,
    purpose: Purpose,
}

#[derive(Debug)]
enum Purpose {
    Shares(Vec<Share>),
    Claim { epoch: u64 },
}

impl Purpose {
    /// Whether the block after `head` could still do what it is for.
    fn has_time(&self, head: u64) -> bool {
        match self {
            Self::Shares(shares) => {
                shares.first().is_some_and(|share| has_time(share.order.number, head, 1))
            }
            Self::Claim { .. } => true,
        }
    }
}

/// Keeps shares until they are accepted, and has them paid. One transaction at a time.
#[derive(Debug)]
pub(crate) struct ShareKeeper {
    key: PrivateKeySigner,
    provider: Address,
    stats: Arc<ShareStats>,
    book: ShareBook,
    pending: Option<Pending>,
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
        // What was found at the last moment is worth as much.
        while let Ok(last) = news.try_recv() {
            let _ = self.hear(last);
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
        if let Err(error) = self.try_step(client, head).await {
            self.complain(&error);
        }
    }

    /// Says why shares wait. A reason that stays is one line, however many blocks it stays for.
    fn complain(&mut self, error: &ChainError) {
        let text = error.to_string();
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

    /// Sends what it has, without waiting for what becomes of it, nor of what is under way: that comes
    /// first by its nonce, and has the lower shares.
    async fn part(&mut self, client: &NodeClient) {
        if self.book.len() > 0 {
            let key = self.key.clone();
            let chain = ShareChain { client, key: &key };
            let purpose = Purpose::Shares(self.book.rest());
            if let Err(error) = self.send(&chain, 0, purpose).await {
                self.complain(&error);
                tracing::warn!(target: "miner", shares = self.book.len(), "the last shares are lost");
            }
        }
    }

    /// Sees what became of the call that is under way.
    async fn settle(&mut self, chain: &ShareChain<'_>, head: u64) -> Result<(), ChainError> {
        let Some(pending) = &self.pending else { return Ok(()) };
        let mut receipt = None;
        for sent in &pending.sent {
            receipt = receipt.or(chain.receipt(sent.hash).await?);
        }
        match receipt {
            Some(receipt) => self.conclude(&receipt),
            None => self.insist(chain, head).await?,
        }
        Ok(())
    }

    /// A block has the call.
    fn conclude(&mut self, receipt: &Receipt) {
        let Some(Pending { purpose, .. }) = self.pending.take() else { return };
        match purpose {
            Purpose::Shares(shares) if receipt.succeeded() => {
                tracing::info!(target: "miner", shares = shares.len(), "shares accepted");
                self.stats.count(ShareOutcome::Accepted, shares.len());
            }
            Purpose::Shares(shares) => {
                tracing::warn!(
                    target: "miner", shares = shares.len(), "a transaction with shares has failed"
                );
                self.keep(shares);
            }
            Purpose::Claim { epoch } => {
                self.claimed(epoch, receipt);
                self.next_epoch = Some(epoch.saturating_add(1));
            }
        }
    }

    /// No block has the call: after a while it is sent again for a higher price, and given up when it
    /// would be in vain.
    async fn insist(&mut self, chain: &ShareChain<'_>, head: u64) -> Result<(), ChainError> {
        let Some(pending) = &mut self.pending else { return Ok(()) };
        if pending.at.saturating_add(PATIENCE_BLOCKS) > head {
            return Ok(());
        }
        if pending.purpose.has_time(head)
            && pending.attempts < MAX_ATTEMPTS
            && let Some(last) = pending.sent.last()
        {
            pending.at = head;
            pending.attempts = pending.attempts.saturating_add(1);
            // The call may be in a block by now, and would then fail: the next head tells.
            match chain.send(pending.input.clone(), Some(last.place)).await {
                Ok(sent) => pending.sent.push(sent),
                Err(error) => tracing::debug!(target: "miner", %error, "not sent again"),
            }
            return Ok(());
        }
        if let Some(Pending { purpose: Purpose::Shares(shares), .. }) = self.pending.take() {
            tracing::warn!(
                target: "miner", shares = shares.len(), "no block takes a transaction with shares"
            );
            self.keep(shares);
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

    /// Sends a call. Shares that the contract would refuse are taken out first.
    async fn send(
        &mut self,
        chain: &ShareChain<'_>,
        head: u64,
        mut purpose: Purpose,
    ) -> Result<(), ChainError> {
        let mut refused = BTreeMap::new();
        let ended = loop {
            let input = match &purpose {
                Purpose::Shares(shares) if shares.is_empty() => break Ok(()),
                Purpose::Shares(shares) => submission(shares),
                Purpose::Claim { epoch } => claim(self.provider, *epoch),
            };
            match (&mut purpose, chain.send(input.clone(), None).await) {
                (_, Ok(sent)) => {
                    self.complaint = None;
                    let sent = vec![sent];
                    self.pending = Some(Pending { sent, input, attempts: 1, at: head, purpose });
                    break Ok(());
                }
                (
                    Purpose::Shares(shares),
                    Err(ChainError::Refused(Refusal::Share { index, reason })),
                ) if index < shares.len() => {
                    shares.remove(index);
                    let count: &mut usize = refused.entry(reason).or_default();
                    *count = count.saturating_add(1);
                }
                (_, Err(error)) => break self.give_back(purpose, error),
            }
        };
        for (reason, shares) in refused {
            tracing::info!(target: "miner", shares, reason, "shares are worth nothing");
            self.stats.count(ShareOutcome::Refused, shares);
        }
        ended
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
