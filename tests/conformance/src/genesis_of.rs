//! From a fixture to the chain it is about.

use crate::{BlockchainTest, FixtureAlloc, FixtureConfig, FixtureHeader, ForkSchedule, Mismatch};
use alloy_genesis::{ChainConfig, Genesis, GenesisAccount};
use alloy_primitives::{Address, U256};
use alloy_rlp::Decodable as _;
use hanzo_types::{Block, ChainSpec};
use std::collections::BTreeMap;

/// The chain of a BlockchainTests case. Its block 0 is the one of the fixture: the header and, if
/// there is one, the encoding have the hash that follows from the accounts and the forks.
///
/// # Errors
/// A [`Mismatch`] that says what is wrong with block 0.
pub(crate) fn chain_of(test: &BlockchainTest, forks: ForkSchedule) -> Result<ChainSpec, Mismatch> {
    let config = chain_config(&test.config, forks)?;
    let genesis = genesis(&test.genesis_block_header, config, accounts(&test.pre)?)?;
    let spec =
        ChainSpec::ethereum(genesis).map_err(|error| Mismatch::broken("the genesis", error))?;
    let (stated, computed) = (&test.genesis_block_header, spec.genesis_header());
    if stated.state_root != computed.state_root {
        return Err(Mismatch::new("genesis state root", stated.state_root, computed.state_root));
    }
    if stated.hash != computed.hash() {
        return Err(Mismatch::new("genesis hash", stated.hash, computed.hash()));
    }
    if let Some(rlp) = &test.genesis_rlp {
        let block = Block::decode(&mut rlp.as_ref())
            .map_err(|error| Mismatch::broken("genesisRLP", error))?;
        let hash = block.header.hash_slow();
        if hash != computed.hash() {
            return Err(Mismatch::new("hash of genesisRLP", hash, computed.hash()));
        }
    }
    Ok(spec)
}

/// The configuration of a case's chain.
///
/// # Errors
/// A [`Mismatch`] if a number in it is too large.
pub(crate) fn chain_config(
    config: &FixtureConfig,
    forks: ForkSchedule,
) -> Result<ChainConfig, Mismatch> {
    let chain_id = config.chain_id().map_err(|error| Mismatch::broken("chain id", error))?;
    let blobs = config.blob_schedule().map_err(|error| Mismatch::broken("blob schedule", error))?;
    Ok(forks.to_config(chain_id, &blobs))
}

/// The accounts of a fixture as a genesis file has them.
///
/// # Errors
/// A [`Mismatch`] if a number in them is too large.
pub(crate) fn accounts(
    alloc: &FixtureAlloc,
) -> Result<BTreeMap<Address, GenesisAccount>, Mismatch> {
    let convert = |(address, account): (&Address, &crate::FixtureAccount)| {
        let account = account
            .to_genesis()
            .map_err(|error| Mismatch::broken(format!("nonce of {address}"), error))?;
        Ok((*address, account))
    };
    alloc.iter().map(convert).collect()
}

fn genesis(
    header: &FixtureHeader,
    config: ChainConfig,
    alloc: BTreeMap<Address, GenesisAccount>,
) -> Result<Genesis, Mismatch> {
    let number = |field: &'static str, value: U256| {
        u64::try_from(value).map_err(|_| Mismatch::new(field, "at most 64 bits", value))
    };
    let optional = |field, value: Option<crate::Quantity>| {
        value.map(|value| number(field, value.0)).transpose()
    };
    Ok(Genesis {
        config,
        nonce: header.nonce.into(),
        timestamp: number("timestamp of block 0", header.timestamp.0)?,
        extra_data: header.extra_data.clone(),
        gas_limit: number("gasLimit of block 0", header.gas_limit.0)?,
        difficulty: header.difficulty.0,
        mix_hash: header.mix_hash,
        coinbase: header.coinbase,
        alloc,
        base_fee_per_gas: optional("baseFeePerGas of block 0", header.base_fee_per_gas)?
            .map(u128::from),
        excess_blob_gas: optional("excessBlobGas of block 0", header.excess_blob_gas)?,
        blob_gas_used: optional("blobGasUsed of block 0", header.blob_gas_used)?,
        slot_number: None,
        number: Some(number("number of block 0", header.number.0)?),
        parent_hash: Some(header.parent_hash),
    })
}
