//! Checking headers before anything else is fetched.

use alloy_primitives::B256;
use hanzo_chain::{ChainView, CheckedHeader};
use hanzo_consensus::{Ancestors, Arrival, Consensus, ConsensusError, UnreadableAncestor};
use hanzo_types::{Fault, Header, SealedHeader, TotalDifficulty};
use rayon::prelude::*;

/// The last of some headers that were checked, with what the next ones are checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderTip {
    /// The header.
    pub header: SealedHeader,
    /// Its parent, if it is not a block of ours.
    pub parent: Option<SealedHeader>,
    /// Weight of the chain that ends in it, all of it checked.
    pub total_difficulty: TotalDifficulty,
}

/// What came of checking headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedHeaders {
    /// Those that passed, up to the first that did not.
    pub passed: Vec<CheckedHeader>,
    /// The last that passed, or what they follow.
    pub tip: Option<Box<HeaderTip>>,
    /// Why the next one did not pass.
    pub fault: Option<HeadersFault>,
}

/// Why a header did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadersFault {
    /// They follow a block that this node does not have, and did not name.
    UnknownAncestor(B256),
    /// One breaks a rule.
    Invalid {
        /// Its number.
        number: u64,
        /// Its hash.
        hash: B256,
        /// Which rule.
        reason: ConsensusError,
    },
    /// One comes from the future: it may pass later.
    Early,
    /// This node cannot tell.
    Local(UnreadableAncestor),
}

impl CheckedHeaders {
    const fn nothing(fault: HeadersFault) -> Self {
        Self { passed: Vec::new(), tip: None, fault: Some(fault) }
    }
}

/// Checks headers, each of which should be the child of the one before it: every rule that needs no
/// body, seals included. `tip` is what was checked before them; without it they should follow the
/// block `after` of this node. `unix` is the time now, in seconds. Uses all threads of the current rayon
/// pool.
#[must_use]
pub fn check_headers(
    consensus: &dyn Consensus,
    view: &ChainView,
    anchor: (B256, Option<HeaderTip>),
    headers: &[SealedHeader],
    unix: u64,
) -> CheckedHeaders {
    let (after, tip) = anchor;
    let tip = match tip.map_or_else(|| ancestor(view, after), |tip| Ok(Some(tip))) {
        Ok(Some(tip)) => tip,
        Ok(None) => return CheckedHeaders::nothing(HeadersFault::UnknownAncestor(after)),
        Err(error) => return CheckedHeaders::nothing(HeadersFault::Local(error)),
    };
    let start = tip.clone();
    let mut lineage = HeaderLineage { view, tip };
    let arrival = Arrival::FromPeer { now: unix };
    // In order first: one that does not belong here costs nothing more.
    let (mut weights, mut fault) = (Vec::with_capacity(headers.len()), None);
    for header in headers {
        let checked = consensus.check_header(header).and_then(|()| {
            consensus.check_in_context(header, &lineage.tip.header, &lineage, arrival)
        });
        if let Err(reason) = checked {
            fault = Some(blame(header, reason));
            break;
        }
        lineage.push(header);
        weights.push(lineage.tip.total_difficulty);
    }
    let candidates = headers.get(..weights.len()).unwrap_or_default();
    let seals: Vec<_> =
        candidates.par_iter().map(|header| CheckedHeader::check(header, consensus)).collect();
    let mut passed = Vec::with_capacity(seals.len());
    for (header, seal) in candidates.iter().zip(seals) {
        match seal {
            Ok(checked) => passed.push(checked),
            Err(reason) => {
                fault = Some(blame(header, reason));
                break;
            }
        }
    }
    let weight = passed.len().checked_sub(1).and_then(|last| weights.get(last).copied());
    let total_difficulty = weight.unwrap_or(start.total_difficulty);
    let tip = match headers.get(..passed.len()).unwrap_or_default() {
        [] => start,
        [header] => {
            HeaderTip { header: header.clone(), parent: Some(start.header), total_difficulty }
        }
        [.., parent, header] => {
            HeaderTip { header: header.clone(), parent: Some(parent.clone()), total_difficulty }
        }
    };
    CheckedHeaders { passed, tip: Some(Box::new(tip)), fault }
}

fn blame(header: &SealedHeader, reason: ConsensusError) -> HeadersFault {
    match (reason.fault(), reason) {
        (Fault::Local, ConsensusError::Ancestor(error)) => HeadersFault::Local(error),
        (Fault::Transient, _) => HeadersFault::Early,
        (Fault::Peer | Fault::Local, reason) => {
            HeadersFault::Invalid { number: header.number, hash: header.hash(), reason }
        }
    }
}

/// A block of this node, as what headers follow. It need not be canonical any more: the chain may have
/// changed since somebody was asked.
fn ancestor(view: &ChainView, hash: B256) -> Result<Option<HeaderTip>, UnreadableAncestor> {
    let Some(header) = view.header(hash)? else { return Ok(None) };
    let total_difficulty = Ancestors::total_difficulty(view, hash)?;
    Ok(total_difficulty.map(|total_difficulty| HeaderTip {
        header,
        parent: None,
        total_difficulty,
    }))
}

/// The headers that were checked, on top of the chain of this node.
struct HeaderLineage<'a> {
    view: &'a ChainView,
    tip: HeaderTip,
}

impl HeaderLineage<'_> {
    fn push(&mut self, header: &SealedHeader) {
        let total_difficulty = self.tip.total_difficulty.child(header.difficulty);
        let parent = std::mem::replace(&mut self.tip.header, header.clone());
        self.tip.parent = Some(parent);
        self.tip.total_difficulty = total_difficulty;
    }
}

impl Ancestors for HeaderLineage<'_> {
    fn header(&self, hash: B256) -> Result<Option<SealedHeader>, UnreadableAncestor> {
        let near = [Some(&self.tip.header), self.tip.parent.as_ref()];
        if let Some(header) = near.into_iter().flatten().find(|header| header.hash() == hash) {
            return Ok(Some(header.clone()));
        }
        self.view.header(hash)
    }

    fn total_difficulty(&self, hash: B256) -> Result<Option<TotalDifficulty>, UnreadableAncestor> {
        if hash == self.tip.header.hash() {
            return Ok(Some(self.tip.total_difficulty));
        }
        Ancestors::total_difficulty(self.view, hash)
    }

    fn ommers(&self, hash: B256) -> Result<Option<Vec<Header>>, UnreadableAncestor> {
        self.view.ommers(hash)
    }
}
