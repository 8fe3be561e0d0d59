//! Keeps shares until they are accepted, and has them paid.

use super::{
    batch::that_fit,
    book::{Compared, Share, ShareBook, ShareOrder},
    chain::{ChainError, Head, Receipt, ShareChain, StateOf},
    claims::Claims,
    complaints::Complaints,
    contract::{Claimed, Refusal},
    desk::{Desk, Place},
    flight::{Attempt, Cargo, Fate, Flight},
    stats::{ShareOutcome, ShareStats},
};
use crate::{Job, ShareConfig, connection::NodeClient};
use alloy_primitives::{B64, B256, U256};
use alloy_sol_types::SolEvent as _;
use hanzo_poc::Seal;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// Settled epochs that are looked at for each new head.
const EPOCHS_A_HEAD: usize = 16;

/// Heads for which a transaction of somebody else with the same key is nothing to speak of.
const BLOCKED_HEADS: u64 = 8;

/// Time for the last shares when the miner ends.
const FAREWELL: Duration = Duration::from_secs(5);

/// What a keeper hears.
#[derive(Debug)]
pub(crate) enum News {
    /// A share was found.
    Share(Share),
    /// There is new work, and likely a new head.
    Work,
}

impl News {
    /// The share that `seal` makes of the header of `job`.
    pub(crate) fn share(job: &Job, seal: &Seal) -> Self {
        let mut header = job.header.clone();
        header.mix_hash = B256::from(seal.mix);
        header.nonce = B64::from(seal.nonce);
        let pow = U256::from_be_bytes(job.work.lottery(&seal.mix, &seal.nonce));
        let order = ShareOrder { number: header.number, pow };
        let parent = header.parent_hash;
        Self::Share(Share { order, parent, header: alloy_rlp::encode(&header).into() })
    }
}

/// Keeps shares until they are accepted, and has them paid. One transaction at a time.
///
/// It may be dropped at any await: shares leave the book when the chain has them, and a transaction is
/// noted before it is sent.
#[derive(Debug)]
pub(crate) struct ShareKeeper {
    config: ShareConfig,
    stats: Arc<ShareStats>,
    book: ShareBook,
    flight: Option<Flight>,
    claims: Claims,
    /// Number and hash of the last head.
    seen: Option<(u64, B256)>,
    /// Heads for which somebody else's transaction was in the way.
    blocked: u64,
    share_complaints: Complaints,
    claim_complaints: Complaints,
}

/// Whether a transaction was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    Sent,
    Nothing,
}

/// Shares that were sent at the end.
#[derive(Debug, Default)]
struct Farewell {
    shares: usize,
    calls: usize,
}

impl ShareKeeper {
    /// A keeper of the shares that `config` names.
    pub(crate) fn new(config: ShareConfig, stats: Arc<ShareStats>) -> Self {
        Self {
            config,
            stats,
            book: ShareBook::default(),
            flight: None,
            claims: Claims::default(),
            seen: None,
            blocked: 0,
            share_complaints: Complaints::default(),
            claim_complaints: Complaints::default(),
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
            let mut is_work = self.hear(first);
            // Whatever came meanwhile: of several heads the last one counts.
            while let Ok(more) = news.try_recv() {
                is_work |= self.hear(more);
            }
            let client = node.borrow().clone();
            if let (true, Some(client)) = (is_work, client) {
                tokio::select! {
                    biased;
                    () = cancel.cancelled() => break,
                    () = self.step(&client) => {}
                }
            }
        }
        // What was found at the last moment is worth as much.
        while let Ok(last) = news.try_recv() {
            self.hear(last);
        }
        let client = node.borrow().clone();
        self.part(client.as_deref()).await;
    }

    /// Returns whether there is new work.
    fn hear(&mut self, news: News) -> bool {
        match news {
            News::Work => true,
            News::Share(share) => {
                if !self.book.add(share) {
                    self.stats.count(ShareOutcome::Expired, 1);
                }
                false
            }
        }
    }

    /// Does what there is to do at a new head.
    async fn step(&mut self, client: &NodeClient) {
        let key = self.config.key.clone();
        let chain = ShareChain { client, key: &key };
        if let Err(error) = self.try_step(chain).await {
            self.complain(&error);
        }
    }

    /// Says why shares wait, each reason once.
    fn complain(&mut self, error: &ChainError) {
        let waiting = self.book.waiting();
        if error.is_passing() || !self.share_complaints.is_new(error) {
            tracing::debug!(target: "miner", %error, waiting, "shares have to wait");
        } else {
            tracing::warn!(target: "miner", %error, waiting, "shares have to wait");
        }
    }

    async fn try_step(&mut self, chain: ShareChain<'_>) -> Result<(), ChainError> {
        let head = chain.head().await?;
        self.follow(chain, &head).await?;
        self.settle(chain).await?;
        self.expire(&head);
        self.claims.see(head.number());
        if self.flight.as_ref().is_some_and(|flight| !flight.is_late()) {
            return Ok(());
        }
        if self.claims.next().is_none() && self.book.due(head.number(), 1).is_empty() {
            return Ok(());
        }
        let Some(place) = self.place(chain).await? else { return Ok(()) };
        let config = self.config.clone();
        let desk = Desk::open(chain, &config, &head, place).await?;
        // Shares expire and claims do not. So a claim comes first when it costs a block, and last when it
        // is what no block has taken.
        if place.replaced.is_none() && self.claim(chain, &desk).await == Done::Sent {
            return Ok(());
        }
        let done = self.submit(chain, &head, &desk).await?;
        if done == Done::Nothing && place.replaced.is_some() {
            self.claim(chain, &desk).await;
        }
        Ok(())
    }

    /// Follows the chain to `head`. If blocks were taken back, the chain is asked what of ours it has.
    async fn follow(&mut self, chain: ShareChain<'_>, head: &Head) -> Result<(), ChainError> {
        let now = (head.number(), head.hash);
        if let Some((number, hash)) = self.seen.filter(|seen| *seen != now) {
            if head.parent_hash != hash && chain.hash_of(number).await? != Some(hash) {
                tracing::debug!(target: "miner", number, %hash, "a block was taken back");
                self.claims.restart();
                self.compare(chain, head).await?;
            }
            if let Some(flight) = &mut self.flight {
                flight.see_head();
            }
        }
        self.seen = Some(now);
        Ok(())
    }

    /// Sorts the shares by the last one that the contract has accepted.
    async fn compare(&mut self, chain: ShareChain<'_>, head: &Head) -> Result<(), ChainError> {
        let last = chain.last_share(self.config.provider).await?;
        let Compared { reopened, accepted, passed } = self.book.compare(last, head.number());
        self.stats.count(ShareOutcome::Accepted, accepted);
        self.stats.count(ShareOutcome::Refused, passed);
        if reopened > 0 {
            tracing::info!(target: "miner", shares = reopened, "the block that accepted shares is gone");
        }
        if accepted > 0 {
            tracing::info!(target: "miner", shares = accepted, "shares accepted");
        }
        if passed > 0 {
            tracing::info!(
                target: "miner", shares = passed, reason = "OutOfOrder", "shares are worth nothing"
            );
        }
        Ok(())
    }

    /// Sees what became of the transaction that is under way.
    async fn settle(&mut self, chain: ShareChain<'_>) -> Result<(), ChainError> {
        let Some(flight) = &self.flight else { return Ok(()) };
        let Some(newest) = flight.attempts().next() else { return Ok(()) };
        let next = chain.nonce(StateOf::Head).await?;
        let known = chain.knows(newest.hash).await?;
        match flight.fate(next, known) {
            Fate::UnderWay => return Ok(()),
            Fate::Gone => {
                tracing::info!(target: "miner", hash = %newest.hash, "a transaction is gone");
            }
            Fate::Landed => {
                let mut landed = None;
                for attempt in flight.attempts() {
                    if let Some(receipt) = chain.receipt(attempt.hash).await? {
                        landed = Some((attempt.clone(), receipt));
                        break;
                    }
                }
                // Without a receipt somebody else has used the nonce.
                if let Some((attempt, receipt)) = landed {
                    self.conclude(&attempt, &receipt);
                }
            }
        }
        self.flight = None;
        Ok(())
    }

    /// A block has the transaction.
    fn conclude(&mut self, attempt: &Attempt, receipt: &Receipt) {
        match &attempt.cargo {
            Cargo::Shares(shares) if receipt.succeeded() => {
                let accepted = self.book.accept(shares);
                self.stats.count(ShareOutcome::Accepted, accepted);
                tracing::info!(target: "miner", shares = shares.len(), "shares accepted");
            }
            Cargo::Shares(shares) => {
                let shares = shares.len();
                tracing::warn!(target: "miner", shares, "a transaction with shares has failed");
            }
            Cargo::Claim { epoch } if receipt.succeeded() => self.claimed(*epoch, receipt),
            Cargo::Claim { epoch } => self.refuse_claim(*epoch, "the transaction has failed"),
        }
    }

    fn claimed(&self, epoch: u64, receipt: &Receipt) {
        let amounts = receipt
            .logs()
            .iter()
            .filter_map(|log| Claimed::decode_raw_log(log.topics.iter().copied(), &log.data).ok());
        for Claimed { provider, amount, .. } in amounts {
            self.stats.claim(epoch, amount);
            let ai = ai(amount);
            tracing::info!(target: "miner", epoch, %provider, %ai, "shares paid");
        }
    }

    /// The pay of an epoch is refused: it is asked for again an epoch later.
    fn refuse_claim(&mut self, epoch: u64, reason: &str) {
        let provider = self.config.provider;
        if self.claims.refuse() {
            tracing::warn!(
                target: "miner", epoch, %provider, reason,
                "shares cannot be paid; the next try is in an epoch"
            );
        } else {
            tracing::debug!(target: "miner", epoch, %provider, reason, "shares cannot be paid");
        }
    }

    /// Gives up shares that would come too late.
    fn expire(&mut self, head: &Head) {
        let expired = self.book.expire(head.number(), carried(self.flight.as_ref()));
        self.stats.count(ShareOutcome::Expired, expired);
    }

    /// The place of the next transaction: that of the one under way, or the account's next one. There is
    /// none while somebody else's is in the pool.
    async fn place(&mut self, chain: ShareChain<'_>) -> Result<Option<Place>, ChainError> {
        let next = chain.nonce(StateOf::Head).await?;
        let replaced = match &self.flight {
            // A block has it by now: the next head tells.
            Some(flight) if flight.nonce() != next => return Ok(None),
            Some(flight) => flight.price(),
            None => None,
        };
        if replaced.is_none() && chain.nonce(StateOf::Next).await? != next {
            self.blocked = self.blocked.saturating_add(1);
            if self.blocked >= BLOCKED_HEADS {
                return Err(ChainError::InTheWay { key: self.config.key.address() });
            }
            return Ok(None);
        }
        self.blocked = 0;
        Ok(Some(Place { nonce: next, replaced, on: StateOf::Head }))
    }

    /// Has the provider paid for an epoch, if it can be. What fails here does not keep shares back.
    async fn claim(&mut self, chain: ShareChain<'_>, desk: &Desk<'_>) -> Done {
        match self.try_claim(chain, desk).await {
            Ok(done) => done,
            Err(error) => {
                if error.is_passing() || !self.claim_complaints.is_new(&error) {
                    tracing::debug!(target: "miner", %error, "the pay of shares has to wait");
                } else {
                    tracing::warn!(target: "miner", %error, "the pay of shares has to wait");
                }
                Done::Nothing
            }
        }
    }

    async fn try_claim(
        &mut self,
        chain: ShareChain<'_>,
        desk: &Desk<'_>,
    ) -> Result<Done, ChainError> {
        for _ in 0..EPOCHS_A_HEAD {
            let Some(epoch) = self.claims.next() else { break };
            let amount = chain.claimable(self.config.provider, epoch).await?;
            if amount.is_zero() {
                self.claims.pass();
                continue;
            }
            self.stats.unclaim(epoch);
            match self.send(desk, Cargo::Claim { epoch }, amount).await {
                Ok(()) => {
                    self.claim_complaints.settle();
                    return Ok(Done::Sent);
                }
                Err(ChainError::Refused(refusal)) => {
                    self.refuse_claim(epoch, &refusal.to_string());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Done::Nothing)
    }

    /// Sends the shares that are due, as many as a block and the account take.
    async fn submit(
        &mut self,
        chain: ShareChain<'_>,
        head: &Head,
        desk: &Desk<'_>,
    ) -> Result<Done, ChainError> {
        self.compare(chain, head).await?;
        let worth = chain.epoch_so_far(head).await?.share_worth();
        let mut refused = Refused::default();
        // Others want room in a block, too.
        let mut most = that_fit(head.gas_limit() / 2);
        let ended = loop {
            let shares = self.book.due(head.number(), most);
            if shares.is_empty() {
                break Ok(Done::Nothing);
            }
            let worth = worth_of(&shares, worth);
            match self.send(desk, Cargo::Shares(shares.clone()), worth).await {
                Ok(()) => {
                    self.share_complaints.settle();
                    break Ok(Done::Sent);
                }
                Err(error) => match self.adapt(error, &shares, &mut refused) {
                    Ok(fewer) => most = fewer.unwrap_or(most),
                    Err(error) => break Err(error),
                },
            }
        };
        self.count_refused(refused);
        ended
    }

    /// Takes out what is refused. Returns how many shares to try next, if another number.
    fn adapt(
        &mut self,
        error: ChainError,
        shares: &[Share],
        refused: &mut Refused,
    ) -> Result<Option<usize>, ChainError> {
        if let ChainError::Refused(Refusal::Share { index, reason, scope }) = &error
            && let Some(share) = shares.get(*index)
        {
            let count = refused.entry(reason).or_default();
            *count = count.saturating_add(self.book.refuse(share, *scope));
            return Ok(None);
        }
        error.fewer(shares.len()).map(Some).ok_or(error)
    }

    fn count_refused(&self, refused: Refused) {
        for (reason, shares) in refused {
            tracing::info!(target: "miner", shares, reason, "shares are worth nothing");
            self.stats.count(ShareOutcome::Refused, shares);
        }
    }

    /// Sends a call that is worth so many wei. It is noted first: an answer that does not come leaves
    /// open whether the node has it.
    async fn send(&mut self, desk: &Desk<'_>, cargo: Cargo, worth: U256) -> Result<(), ChainError> {
        let ready = desk.prepare(cargo, worth).await?;
        let attempt = ready.attempt.clone();
        if let Cargo::Shares(shares) = &attempt.cargo {
            self.book.mark_sent(shares);
        }
        match &mut self.flight {
            Some(flight) => flight.replace(attempt),
            None => self.flight = Some(Flight::new(desk.place().nonce, attempt)),
        }
        let published = desk.publish(&ready).await;
        if let Err(ChainError::Objection { .. }) = &published
            && let Some(flight) = &mut self.flight
            && flight.take_back(ready.attempt.hash)
        {
            self.flight = None;
        }
        published
    }

    /// Sends what it has, without waiting for what becomes of it, and says what is lost.
    async fn part(&mut self, client: Option<&NodeClient>) {
        let mut farewell = Farewell::default();
        if let Some(client) = client {
            let key = self.config.key.clone();
            let chain = ShareChain { client, key: &key };
            match timeout(FAREWELL, self.send_rest(chain, &mut farewell)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => self.complain(&error),
                Err(_) => tracing::warn!(target: "miner", "no time for the last shares"),
            }
        }
        let Farewell { shares, calls } = farewell;
        let lost = self.book.left(carried(self.flight.as_ref()));
        self.stats.count(ShareOutcome::Expired, lost);
        if lost > 0 {
            tracing::warn!(target: "miner", sent = shares, calls, lost, "the last shares");
        } else if shares > 0 {
            tracing::info!(target: "miner", sent = shares, calls, lost, "the last shares");
        }
    }

    /// Sends as many calls as the next block has room for, one after the other: nobody will be there to
    /// send them later.
    async fn send_rest(
        &mut self,
        chain: ShareChain<'_>,
        farewell: &mut Farewell,
    ) -> Result<(), ChainError> {
        if self.book.waiting() == 0 {
            return Ok(());
        }
        let head = chain.head().await?;
        self.settle(chain).await?;
        self.expire(&head);
        self.compare(chain, &head).await?;
        let worth = chain.epoch_so_far(&head).await?.share_worth();
        let mut gas_left = head.gas_limit();
        let mut refused = Refused::default();
        let mut most = that_fit(gas_left / 2);
        let config = self.config.clone();
        let ended = loop {
            let is_carried = carried(self.flight.as_ref());
            let shares = self.book.rest(head.number(), most, is_carried);
            if shares.is_empty() {
                break Ok(());
            }
            let nonce = chain.nonce(StateOf::Next).await?;
            let place = Place { nonce, replaced: None, on: StateOf::Next };
            let desk = Desk::open(chain, &config, &head, place).await?;
            let worth = worth_of(&shares, worth);
            let sent = match desk.prepare(Cargo::Shares(shares.clone()), worth).await {
                Ok(ready) if ready.gas_limit > gas_left => break Ok(()),
                Ok(ready) => desk.publish(&ready).await.map(|()| ready.gas_limit),
                Err(error) => Err(error),
            };
            match sent {
                Ok(gas) => {
                    self.book.hand_over(&shares);
                    gas_left = gas_left.saturating_sub(gas);
                    farewell.shares = farewell.shares.saturating_add(shares.len());
                    farewell.calls = farewell.calls.saturating_add(1);
                }
                Err(error) => match self.adapt(error, &shares, &mut refused) {
                    Ok(fewer) => most = fewer.unwrap_or(most),
                    Err(error) => break Err(error),
                },
            }
        };
        self.count_refused(refused);
        ended
    }
}

/// Whether a share is under way.
fn carried(flight: Option<&Flight>) -> impl Fn(&ShareOrder) -> bool {
    move |order| flight.is_some_and(|flight| flight.carries(order))
}

/// Shares that are refused, by the contract's name for why.
type Refused = BTreeMap<&'static str, usize>;

/// What so many shares are worth, in wei.
fn worth_of(shares: &[Share], each: U256) -> U256 {
    each.saturating_mul(U256::from(shares.len()))
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
