//! Names of peers, what is remembered of them, and this node's own key.

use crate::{Verdict, scratch_file::ScratchFile};
use hanzo_network::{NamedPeer, NodeKeyError, PeerRecord, load_or_create_node_key};
use std::cell::RefCell;

/// A peer by its multiaddress, as in flags and in `admin_addPeer`.
pub fn peer_address(bytes: &[u8]) -> Verdict {
    let Ok(text) = str::from_utf8(bytes) else { return Verdict::Refused };
    let parsed = text.parse::<NamedPeer>();
    if let Ok(named) = &parsed {
        assert_eq!(named.to_string().parse().as_ref(), Ok(named), "{named} reads otherwise");
    }
    Verdict::of(&parsed)
}

/// What the database remembers of a peer.
pub fn peer_record(bytes: &[u8]) -> Verdict {
    let decoded = alloy_rlp::decode_exact::<PeerRecord>(bytes);
    if let Ok(record) = &decoded {
        assert_eq!(alloy_rlp::encode(record), bytes, "two encodings of one record");
        let addresses = record.addresses();
        let again = PeerRecord::new(&addresses, record.last_seen, record.banned_until);
        assert_eq!(again.addresses(), addresses, "an address is forgotten");
    }
    Verdict::of(&decoded)
}

/// Longer than any piece of text that errors have of their own.
const LONGEST_REASON_WORDS: usize = 48;

/// The file with the node's key.
pub fn node_key(bytes: &[u8]) -> Verdict {
    thread_local!(static FILE: RefCell<ScratchFile> = RefCell::new(ScratchFile::new()));
    let read = FILE.with_borrow_mut(|file| load_or_create_node_key(file.holding(bytes)));
    match &read {
        // A name is derived from it.
        Ok(key) => assert!(!key.public().to_peer_id().to_bytes().is_empty()),
        Err(NodeKeyError::Malformed { reason, .. }) => {
            let is_long = bytes.len() > LONGEST_REASON_WORDS;
            assert!(!is_long || !contains_text(reason, bytes), "the key is in the error");
        }
        Err(NodeKeyError::File { source, .. }) => {
            // What is no text is not read at all.
            assert_eq!(source.kind(), std::io::ErrorKind::InvalidData, "{source}");
        }
    }
    Verdict::of(&read)
}

fn contains_text(text: &str, bytes: &[u8]) -> bool {
    text.as_bytes().windows(bytes.len()).any(|window| window == bytes)
}
