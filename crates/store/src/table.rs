//! The column families.

use std::fmt;

/// A column family of the database, named by the question it answers.
///
/// Block tables are keyed by number and then hash, so that the blocks of one height, and all
/// blocks above a height, lie next to each other. Everything else is looked up by exactly one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// Which schema, which chain, which block the state belongs to, the next arrival number.
    /// Key: a name. Value: fixed-size big-endian numbers and hashes.
    Meta,
    /// Which number has the block with this hash? Key: hash. Value: number.
    BlockNumbers,
    /// The header. Key: number ‖ hash. Value: RLP.
    Headers,
    /// Transactions and their senders. Key: number ‖ hash. Value: count ‖ senders ‖ RLP of the
    /// body.
    Bodies,
    /// How heavy is the chain that ends here, and when did the block arrive? Key: number ‖ hash.
    /// Value: total difficulty ‖ arrival.
    Weights,
    /// The receipts of a committed block. Key: number ‖ hash. Value: RLP list of EIP-2718
    /// receipts.
    Receipts,
    /// Which block is canonical at this height, up to the state tip? Key: number. Value: hash.
    Canonical,
    /// Where is the committed transaction with this hash? Key: hash. Value: number ‖ index.
    Transactions,
    /// Accounts at the state tip. Key: address. Value: nonce, balance, code hash.
    Accounts,
    /// Storage at the state tip. Key: address ‖ slot. Value: without leading zeros, never zero.
    Storage,
    /// Contract code. Key: its Keccak-256. Value: the code.
    Code,
    /// Account trie at the state tip. Key: path, one byte per nibble. Value: RLP of the node.
    AccountTrie,
    /// Storage tries at the state tip. Key: hashed address ‖ path. Value: RLP of the node.
    StorageTrie,
    /// What was the account before the block that changed it? Key: address ‖ number. Value: as in
    /// `Accounts`, empty if the account did not exist. The account at the end of block n is in the
    /// first row after n, or else the present one.
    AccountHistory,
    /// What was the slot before the block that changed it? Key: address ‖ slot ‖ number. Value: as
    /// in `Storage`, empty for zero.
    StorageHistory,
    /// Which keys of the state did the canonical block change? Key: number. Value: addresses and
    /// slots, whose values before are in the two tables above.
    Touched,
    /// Which other nodes does this one know, and which did it ban? Key: peer id. Value: as the network
    /// encodes it. No part of the chain.
    Peers,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 17] = [
        Self::Meta,
        Self::BlockNumbers,
        Self::Headers,
        Self::Bodies,
        Self::Weights,
        Self::Receipts,
        Self::Canonical,
        Self::Transactions,
        Self::Accounts,
        Self::Storage,
        Self::Code,
        Self::AccountTrie,
        Self::StorageTrie,
        Self::AccountHistory,
        Self::StorageHistory,
        Self::Touched,
        Self::Peers,
    ];

    /// Name of the column family on disk.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::BlockNumbers => "block_numbers",
            Self::Headers => "headers",
            Self::Bodies => "bodies",
            Self::Weights => "weights",
            Self::Receipts => "receipts",
            Self::Canonical => "canonical",
            Self::Transactions => "transactions",
            Self::Accounts => "accounts",
            Self::Storage => "storage",
            Self::Code => "code",
            Self::AccountTrie => "account_trie",
            Self::StorageTrie => "storage_trie",
            Self::AccountHistory => "account_history",
            Self::StorageHistory => "storage_history",
            Self::Touched => "touched",
            Self::Peers => "peers",
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
