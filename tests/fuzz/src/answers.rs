//! What a node makes of what a peer sends: the messages with the blocks and transactions in them.

use crate::{Verdict, chain::CHAIN};
use alloy_primitives::Bytes;
use hanzo_network::{
    Answer, Examined, GossipId, Job, JobDone, PeerId, TakenTransactions, Token, WrongAnswer,
};

/// An answer, taken apart down to blocks and their transactions.
pub fn peer_answer(bytes: &[u8]) -> Verdict {
    let bytes_of_peer = Bytes::copy_from_slice(bytes);
    let job = Job::TakeAnswer { token: Token::Sync(0), peer: peer(), bytes: bytes_of_peer };
    let JobDone::TookAnswer { answer, .. } = run(job) else { panic!("another job's end") };
    match &answer {
        Ok(Answer::Blocks(blocks)) => {
            for block in blocks {
                let hash = block.header().hash_slow();
                assert_eq!(block.hash(), hash, "a block under another hash");
                assert!(CHAIN.consensus.check_body(block).is_ok(), "an unchecked body");
                let again = alloy_rlp::encode(block);
                assert!(contains(bytes, &again), "a block that was not in the answer");
            }
        }
        Ok(Answer::Headers { headers, .. }) => {
            for header in headers {
                assert_eq!(header.hash(), header.hash_slow());
            }
        }
        Ok(Answer::Transactions(_) | Answer::PoolHashes(_) | Answer::Pooled(_) | Answer::Busy)
        | Err(WrongAnswer::Wire(_) | WrongAnswer::Block(_) | WrongAnswer::Body { .. }) => {}
    }
    Verdict::of(&answer)
}

/// A block announcement, judged: form, header, place in the chain, seal.
pub fn peer_block(bytes: &[u8]) -> Verdict {
    let bytes = Bytes::copy_from_slice(bytes);
    let job = Job::ExamineBlock { message: GossipId(0), source: peer(), bytes };
    let JobDone::ExaminedBlock { examined, .. } = run(job) else { panic!("another job's end") };
    match examined {
        Examined::Good(block) => {
            assert!(CHAIN.consensus.check_header(&block.header).is_ok());
            assert!(CHAIN.consensus.check_seal(&block.header).is_ok(), "work that was not done");
            Verdict::Accepted
        }
        // The header was sound enough to be looked up.
        Examined::Known(_) | Examined::UnknownParent { .. } | Examined::Early { .. } => {
            Verdict::Accepted
        }
        Examined::Malformed(_) | Examined::Invalid { .. } => Verdict::Refused,
        Examined::Local(reason) => panic!("bytes of a peer blamed on this node: {reason}"),
    }
}

/// A batch of transactions on its way into the pool.
pub fn peer_transactions(bytes: &[u8]) -> Verdict {
    let bytes = Bytes::copy_from_slice(bytes);
    let job = Job::TakeTransactions { message: GossipId(0), source: peer(), bytes };
    let JobDone::TookTransactions { taken, .. } = run(job) else { panic!("another job's end") };
    match taken {
        TakenTransactions::Judged { .. } => Verdict::Accepted,
        TakenTransactions::Malformed(_) | TakenTransactions::Invalid(_) => Verdict::Refused,
        TakenTransactions::Local(error) => panic!("bytes of a peer blamed on this node: {error}"),
    }
}

fn run(job: Job) -> JobDone {
    CHAIN.worker.run(job, &CHAIN.view, CHAIN.now)
}

/// Somebody; who it is plays no part in what is decoded.
fn peer() -> PeerId {
    // The identity multihash of an empty key.
    PeerId::from_bytes(&[0, 0]).expect("an id without a key")
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
