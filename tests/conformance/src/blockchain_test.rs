//! The BlockchainTests format: a genesis, blocks in the order of their arrival, and the chain that
//! a client must end with.

use crate::{FixtureAlloc, FixtureConfig, Quantity};
use alloy_primitives::{Address, B64, B256, Bytes};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use std::{collections::BTreeMap, fmt};

/// One case of a BlockchainTests file.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockchainTest {
    /// Name of the fork or of the transition between two.
    pub network: String,
    /// Header of block 0.
    pub genesis_block_header: FixtureHeader,
    /// Encoding of block 0.
    #[serde(rename = "genesisRLP")]
    pub genesis_rlp: Option<Bytes>,
    /// Accounts of block 0.
    pub pre: FixtureAlloc,
    /// Blocks in the order of their arrival.
    pub blocks: Vec<FixtureBlock>,
    /// Hash of the head after the last block.
    #[serde(rename = "lastblockhash")]
    pub last_block_hash: B256,
    /// Accounts after the head.
    pub post_state: Option<FixtureAlloc>,
    /// State root of the head, where the accounts are too many to list.
    pub post_state_hash: Option<B256>,
    /// `NoProof` or `Ethash`. The seal is not checked in either case.
    pub seal_engine: Option<String>,
    /// Chain id and blob parameters.
    #[serde(default)]
    pub config: FixtureConfig,
}

/// What a fixture says about the header of block 0. Fields that follow from the accounts and the
/// forks are left to the hash.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FixtureHeader {
    /// Hash of the header.
    pub hash: B256,
    /// State root.
    pub state_root: B256,
    /// Hash of the parent; zero for block 0.
    #[serde(default)]
    pub parent_hash: B256,
    /// Number of the block.
    #[serde(default)]
    pub number: Quantity,
    /// Address that fees go to.
    pub coinbase: Address,
    /// Difficulty.
    pub difficulty: Quantity,
    /// Free bytes.
    pub extra_data: Bytes,
    /// Gas limit.
    pub gas_limit: Quantity,
    /// Half of the seal, or the randomness after the merge.
    #[serde(default)]
    pub mix_hash: B256,
    /// The other half of the seal.
    #[serde(default)]
    pub nonce: B64,
    /// Unix time in seconds.
    pub timestamp: Quantity,
    /// Base fee. Source: EIP-1559.
    pub base_fee_per_gas: Option<Quantity>,
    /// Blob gas used. Source: EIP-4844.
    pub blob_gas_used: Option<Quantity>,
    /// Excess blob gas. Source: EIP-4844.
    pub excess_blob_gas: Option<Quantity>,
}

/// One block that a client receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixtureBlock {
    /// Its encoding, which need not be valid.
    pub rlp: Bytes,
    /// Its hash, if the fixture says that it is valid.
    pub hash: Option<B256>,
    /// Why it must be refused: by the network that this is about, or for all of them under the
    /// empty name.
    pub exceptions: BTreeMap<String, String>,
}

/// What must become of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// It must be taken.
    Valid,
    /// It must be refused, for this reason.
    Refused(&'a str),
}

impl FixtureBlock {
    /// What must become of the block on `network`.
    ///
    /// Old fixtures name networks in the key of the exception; the oldest say by a missing header
    /// alone that a block is not valid.
    #[must_use]
    pub fn verdict(&self, network: &str) -> Verdict<'_> {
        let named = ["", "ALL", network].into_iter().find_map(|key| self.exceptions.get(key));
        match named {
            Some(reason) => Verdict::Refused(reason),
            None if self.hash.is_none() => Verdict::Refused("not named: it has no blockHeader"),
            None => Verdict::Valid,
        }
    }
}

/// Key prefix of a reason to refuse the block; a network's name may follow.
const EXCEPTION_KEY: &str = "expectException";

/// Header of a block that must be taken; its other fields follow from the encoding.
#[derive(Deserialize)]
struct HashOnly {
    hash: B256,
}

impl<'de> Deserialize<'de> for FixtureBlock {
    /// By hand, because the names of networks are inside keys, and because the decoded
    /// transactions, most of the file, are not read at all.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BlockVisitor;

        impl<'de> Visitor<'de> for BlockVisitor {
            type Value = FixtureBlock;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a block with its rlp")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FixtureBlock, A::Error> {
                let (mut rlp, mut hash, mut exceptions) = (None, None, BTreeMap::new());
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "rlp" => rlp = Some(map.next_value()?),
                        "blockHeader" => {
                            hash = map.next_value::<Option<HashOnly>>()?.map(|header| header.hash);
                        }
                        other => match other.strip_prefix(EXCEPTION_KEY) {
                            Some(network) => {
                                if let Some(reason) = map.next_value::<Option<String>>()? {
                                    exceptions.insert(network.to_owned(), reason);
                                }
                            }
                            None => {
                                map.next_value::<IgnoredAny>()?;
                            }
                        },
                    }
                }
                let rlp = rlp.ok_or_else(|| serde::de::Error::missing_field("rlp"))?;
                Ok(FixtureBlock { rlp, hash, exceptions })
            }
        }

        deserializer.deserialize_map(BlockVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(json: &str) -> FixtureBlock {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_block_with_a_header_is_valid() {
        let json = format!(r#"{{"rlp":"0xc0","blockHeader":{{"hash":"{}"}}}}"#, B256::ZERO);
        assert_eq!(block(&json).verdict("London"), Verdict::Valid);
    }

    #[test]
    fn an_exception_without_network_counts_on_all() {
        for key in ["expectException", "expectExceptionALL"] {
            let block = block(&format!(r#"{{"rlp":"0xc0","{key}":"Why"}}"#));
            assert_eq!(block.verdict("London"), Verdict::Refused("Why"));
        }
    }

    #[test]
    fn an_exception_of_another_network_does_not_count() {
        let json = format!(
            r#"{{"rlp":"0xc0","expectExceptionBerlin":"Why","blockHeader":{{"hash":"{}"}}}}"#,
            B256::ZERO
        );
        assert_eq!(block(&json).verdict("Berlin"), Verdict::Refused("Why"));
        assert_eq!(block(&json).verdict("London"), Verdict::Valid);
    }

    #[test]
    fn a_block_without_header_must_be_refused() {
        assert!(matches!(block(r#"{"rlp":"0xc0"}"#).verdict("Berlin"), Verdict::Refused(_)));
    }

    #[test]
    fn a_block_without_encoding_is_malformed() {
        assert!(serde_json::from_str::<FixtureBlock>("{}").is_err());
    }
}
