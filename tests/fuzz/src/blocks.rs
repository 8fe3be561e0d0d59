//! Blocks, headers and transactions, from peers, files and users.

use crate::{Verdict, chain::CHAIN, scratch_file::ScratchFile};
use alloy_eips::eip2718::{Decodable2718 as _, Encodable2718 as _};
use hanzo_chain::CheckedBlock;
use hanzo_node::{BlockFileReader, MAX_FILE_BLOCK_BYTES, NodeError};
use hanzo_pool::decode_transaction;
use hanzo_types::{Fault, Header, SealedHeader, Transaction, decode_block, seal_hash};
use reth_primitives_traits::Block as _;
use std::cell::RefCell;

/// A block, and every check of it that needs no chain.
pub fn block(bytes: &[u8]) -> Verdict {
    let decoded = decode_block(bytes);
    if let Ok(block) = &decoded {
        assert_eq!(alloy_rlp::encode(block), bytes, "two encodings of one block");
        let sealed = block.clone().seal_slow();
        if let Ok(checked) = CheckedBlock::check(sealed, &*CHAIN.consensus) {
            assert_eq!(checked.block().senders().len(), block.body.transactions.len());
        }
    }
    Verdict::of(&decoded)
}

/// A header, and every check of it that needs no body. What is accepted here is a header whose fields
/// are those of this chain; its seal is checked as well, whatever it is.
pub fn header(bytes: &[u8]) -> Verdict {
    let decoded = alloy_rlp::decode_exact::<Header>(bytes);
    if let Ok(header) = &decoded {
        let again = alloy_rlp::encode(header);
        assert_eq!(again, bytes, "two encodings of one header");
        let sealed = SealedHeader::seal_slow(header.clone());
        assert_eq!(sealed.hash(), alloy_primitives::keccak256(bytes));
        let mut unsealed = header.clone();
        unsealed.nonce = Default::default();
        unsealed.mix_hash = Default::default();
        assert_eq!(seal_hash(header), seal_hash(&unsealed), "the seal is part of what is sealed");
        for judged in [CHAIN.consensus.check_header(&sealed), CHAIN.consensus.check_seal(&sealed)] {
            assert!(judged.err().is_none_or(|reason| reason.fault() == Fault::Peer));
        }
    }
    Verdict::of(&decoded)
}

/// A transaction as a user or a peer sends it.
pub fn transaction(bytes: &[u8]) -> Verdict {
    let taken = decode_transaction(bytes, CHAIN.worker.pool.rules());
    if let Ok(transaction) = &taken {
        assert_eq!(transaction.encoded_2718(), bytes, "two encodings of one transaction");
        assert_eq!(*transaction.tx_hash(), alloy_primitives::keccak256(bytes));
    }
    // The pool refuses more than the decoder: what the decoder takes has one encoding, too.
    if let Ok(transaction) = Transaction::decode_2718_exact(bytes) {
        assert_eq!(transaction.encoded_2718(), bytes, "two encodings of one transaction");
    }
    Verdict::of(&taken)
}

/// A file of blocks, as `hanzo import` reads it.
pub fn block_file(bytes: &[u8]) -> Verdict {
    thread_local!(static FILE: RefCell<ScratchFile> = RefCell::new(ScratchFile::new()));
    FILE.with_borrow_mut(|file| {
        let reader = BlockFileReader::open(file.holding(bytes)).expect("the file is there");
        let mut at = 0;
        for block in reader {
            let block = match block {
                Ok(block) => block,
                Err(NodeError::BlockFile { offset, .. }) => {
                    assert_eq!(usize::try_from(offset), Ok(at), "damage at another place");
                    return Verdict::Refused;
                }
                Err(other) => panic!("not a damaged file: {other}"),
            };
            assert_eq!(usize::try_from(block.offset), Ok(at));
            assert!(block.length <= MAX_FILE_BLOCK_BYTES + 9);
            let end = at + block.length;
            assert_eq!(alloy_rlp::encode(&block.block), bytes[at..end], "two encodings");
            at = end;
        }
        assert_eq!(at, bytes.len(), "the file ends before its end");
        Verdict::Accepted
    })
}
