//! What the core orders, and what comes back.

use super::{Examined, TakenTransactions};
use crate::{
    core::{ChannelId, GossipId, Token},
    relay::{AnnouncedBlock, Assembly, FetchedBlock},
    sync::{CheckedHeaders, HeaderTip},
    wire::{Request, WireError},
};
use alloy_primitives::{B256, Bytes};
use hanzo_consensus::ConsensusError;
use hanzo_types::{BlockDecodeError, SealedBlock, SealedHeader};
use libp2p::PeerId;
use std::{collections::BTreeMap, sync::Arc};
use thiserror::Error;

/// Work that the core orders.
#[derive(Debug)]
pub enum Job {
    /// Judge a block announcement.
    ExamineBlock {
        /// The message.
        message: GossipId,
        /// Who passed it on.
        source: PeerId,
        /// What it says.
        bytes: Bytes,
    },
    /// Take transactions into the pool.
    TakeTransactions {
        /// The message.
        message: GossipId,
        /// Who passed it on.
        source: PeerId,
        /// What it says.
        bytes: Bytes,
    },
    /// Take a response apart.
    TakeAnswer {
        /// What was asked.
        token: Token,
        /// Who answered.
        peer: PeerId,
        /// The response.
        bytes: Bytes,
    },
    /// Check headers.
    CheckHeaders {
        /// Number of the check.
        check: u64,
        /// Hash of the block that they should follow.
        after: B256,
        /// The last that was checked before.
        tip: Option<Box<HeaderTip>>,
        /// The headers.
        headers: Vec<SealedHeader>,
    },
    /// List the transactions in the pool that users sent to this node, and that could be mined.
    ListOwnTransactions,
    /// Say where the canonical chain is, to ask a peer for what follows the newest block that both have.
    Locate {
        /// What for.
        token: Token,
        /// Who is to be asked.
        peer: PeerId,
    },
    /// Put a block together.
    AssembleBlock {
        /// What is known of it.
        block: Arc<AnnouncedBlock>,
        /// Who said so.
        from: PeerId,
        /// Encoded transactions by their position.
        delivered: BTreeMap<u64, Bytes>,
    },
    /// Say which of these transactions are not in the pool.
    FindMissing {
        /// Number of the request that brought their hashes.
        request: u64,
        /// Their hashes.
        hashes: Vec<B256>,
    },
    /// Take transactions that a peer was asked for into the pool.
    TakePooled {
        /// Who had them.
        peer: PeerId,
        /// What was asked for, and what came.
        transactions: Vec<(B256, Bytes)>,
    },
    /// Answer a request.
    Serve {
        /// Where the answer goes.
        channel: ChannelId,
        /// What is asked.
        request: Request,
        /// The block that is asked for, if it is on its way into the chain.
        block: Option<FetchedBlock>,
    },
}

/// What came of a job.
#[derive(Debug)]
pub enum JobDone {
    /// A block announcement was judged.
    ExaminedBlock {
        /// The message.
        message: GossipId,
        /// Who passed it on.
        source: PeerId,
        /// What it is worth.
        examined: Examined,
    },
    /// Transactions were taken into the pool, or not.
    TookTransactions {
        /// The message.
        message: GossipId,
        /// Who passed it on.
        source: PeerId,
        /// What came of them.
        taken: TakenTransactions,
    },
    /// A response was taken apart.
    TookAnswer {
        /// What was asked.
        token: Token,
        /// Who answered.
        peer: PeerId,
        /// What it says.
        answer: Result<Answer, WrongAnswer>,
    },
    /// Headers were checked.
    CheckedHeaders {
        /// Number of the check.
        check: u64,
        /// What came of it.
        checked: CheckedHeaders,
    },
    /// Transactions that users sent to this node, by their encodings.
    ListedOwnTransactions(Vec<Bytes>),
    /// It is known where the canonical chain is.
    Located {
        /// What for.
        token: Token,
        /// Who is to be asked.
        peer: PeerId,
        /// Hashes of canonical blocks, newest first.
        locator: Vec<B256>,
    },
    /// An attempt to put a block together is over.
    AssembledBlock {
        /// What was known of it.
        block: Arc<AnnouncedBlock>,
        /// Who said so.
        from: PeerId,
        /// What came of it.
        assembly: Assembly,
    },
    /// Which transactions are not in the pool.
    FoundMissing {
        /// Number of the request that brought the hashes.
        request: u64,
        /// Hashes of those that are not.
        missing: Vec<B256>,
    },
    /// Transactions that a peer was asked for were taken into the pool, or not.
    TookPooled {
        /// Who had them.
        peer: PeerId,
        /// What came of them; `None` if one is not what was asked for.
        taken: Option<TakenTransactions>,
    },
    /// A request was answered.
    Served {
        /// Where the answer goes.
        channel: ChannelId,
        /// The response.
        response: Bytes,
    },
}

/// A response, taken apart.
#[derive(Debug)]
pub enum Answer {
    /// Headers, oldest first.
    Headers {
        /// What they follow, by what the peer says.
        after: B256,
        /// The headers.
        headers: Vec<SealedHeader>,
    },
    /// Blocks whose bodies belong to their headers.
    Blocks(Vec<SealedBlock>),
    /// Encoded transactions of a block.
    Transactions(Vec<Bytes>),
    /// Hashes of transactions in the pool of the peer.
    PoolHashes(Vec<B256>),
    /// Encoded transactions of its pool; nothing in the place of those that it does not have any more.
    Pooled(Vec<Bytes>),
    /// The peer has no time now.
    Busy,
}

/// Why a response is worth nothing. Always the fault of whoever sent it.
#[derive(Debug, Error)]
pub enum WrongAnswer {
    /// It is no response.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A block in it does not decode.
    #[error(transparent)]
    Block(#[from] BlockDecodeError),
    /// A body in it does not belong to its header.
    #[error("the body of block {number} ({hash}): {reason}")]
    Body {
        /// Number of the block.
        number: u64,
        /// Hash of the block.
        hash: B256,
        /// What does not fit.
        reason: ConsensusError,
    },
}
