//! Runs one variation of a StateTests case: a transaction alone, and the root it leads to.

use crate::{
    CaseOutcome, ForkSchedule, Mismatch, NetworkError, PostEntry, Refusal, StateEnv, StateTest,
    blank_world::{BlankWorld, ancestor_hash},
    genesis_of::{accounts, chain_config},
    state_transaction::{TransactionError, transaction_of},
};
use alloy_genesis::Genesis;
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::{B256, U256, keccak256};
use hanzo_chain::genesis_diff;
use hanzo_evm::{PushError, Transacted, transact};
use hanzo_state::{Account, Change, Layer, Layered, StateDiff, StateRead as _, root};
use hanzo_types::{ChainSpec, Header};
use std::sync::Arc;

/// Gas limit of the block before the one of the test; nothing depends on it.
const GENESIS_GAS_LIMIT: u64 = 30_000_000;

/// Base fee of a test that has none, in wei. Source: the state test format.
const DEFAULT_BASE_FEE: u64 = 10;

/// Runs one variation. What it refused as it should goes into `refusals`.
pub(crate) fn run(
    test: &StateTest,
    fork: &str,
    entry: &PostEntry,
    refusals: &mut Vec<Refusal>,
) -> CaseOutcome {
    let forks: Result<ForkSchedule, NetworkError> = fork.parse();
    let forks = match forks {
        Ok(forks) => forks,
        Err(error) => return CaseOutcome::Skipped { reason: error.to_string() },
    };
    match StateRun::new(test, forks).and_then(|run| run.check(test, entry, refusals)) {
        Ok(mismatches) => CaseOutcome::of(mismatches),
        Err(mismatch) => CaseOutcome::failed(mismatch),
    }
}

/// A world and the block that comes after it.
struct StateRun {
    spec: ChainSpec,
    before: Layered<BlankWorld>,
    root_before: B256,
    header: Header,
}

impl StateRun {
    fn new(test: &StateTest, forks: ForkSchedule) -> Result<Self, Mismatch> {
        let genesis = Genesis {
            config: chain_config(&test.config, forks)?,
            gas_limit: GENESIS_GAS_LIMIT,
            alloc: accounts(&test.pre)?,
            ..Default::default()
        };
        let spec =
            ChainSpec::ethereum(genesis).map_err(|error| Mismatch::broken("the chain", error))?;
        let header = header_of(&test.env, &spec)?;
        let diff = genesis_diff(&spec);
        let world = root(&BlankWorld, &diff)
            .map_err(|error| Mismatch::broken("the state root before", error))?;
        if world.root != spec.genesis_header().state_root {
            let found = spec.genesis_header().state_root;
            return Err(Mismatch::new("state root before, by full rebuild", world.root, found));
        }
        let number = header.number.saturating_sub(1);
        let layer = Layer { number, hash: ancestor_hash(number), state: diff, trie: world.trie };
        let before = Layered::new(vec![Arc::new(layer)], BlankWorld);
        Ok(Self { spec, before, root_before: world.root, header })
    }

    fn check(
        &self,
        test: &StateTest,
        entry: &PostEntry,
        refusals: &mut Vec<Refusal>,
    ) -> Result<Vec<Mismatch>, Mismatch> {
        let what = "transaction";
        match (&entry.expect_exception, self.transact(test, entry)?) {
            (None, Ok(transacted)) => self.check_result(entry, &transacted),
            (None, Err(reason)) => Err(Mismatch::new(what, "valid", reason)),
            (Some(expected), Ok(_)) => {
                Err(Mismatch::new(what, format!("refused ({expected})"), "valid"))
            }
            (Some(expected), Err(found)) => {
                refusals.push(Refusal { what: what.to_owned(), expected: expected.clone(), found });
                self.check_root(entry, &StateDiff::default())
            }
        }
    }

    /// Runs the transaction, or says why it may not be included.
    fn transact(
        &self,
        test: &StateTest,
        entry: &PostEntry,
    ) -> Result<Result<Transacted, String>, Mismatch> {
        let transaction = match transaction_of(test, entry, self.spec.chain_id()) {
            Ok(transaction) => transaction,
            Err(TransactionError::Unsendable(reason)) => return Ok(Err(reason.to_string())),
            Err(error @ TransactionError::Fixture(_)) => {
                return Err(Mismatch::broken("the transaction", error));
            }
        };
        let randomness = self.spec.prev_randao(&self.header, None);
        let transaction = transaction.as_recovered_ref();
        match transact(&self.before, &self.header, randomness, transaction, &self.spec) {
            Ok(transacted) => Ok(Ok(transacted)),
            Err(PushError::State(error)) => Err(Mismatch::broken("the state", error)),
            Err(
                reason @ (PushError::DoesNotFit { .. }
                | PushError::NonceTooLow { .. }
                | PushError::NonceTooHigh { .. }
                | PushError::Invalid { .. }),
            ) => Ok(Err(reason.to_string())),
        }
    }

    fn check_result(
        &self,
        entry: &PostEntry,
        transacted: &Transacted,
    ) -> Result<Vec<Mismatch>, Mismatch> {
        let mut mismatches = self.check_root(entry, &transacted.diff)?;
        let logs = keccak256(alloy_rlp::encode(&transacted.logs));
        if logs != entry.logs {
            mismatches.push(Mismatch::new("hash of the logs", entry.logs, logs));
        }
        Ok(mismatches)
    }

    /// Compares the root after `diff`. Fillers differ in whether the block reward of zero touches
    /// the coinbase, which makes or removes an empty account; either root is right.
    fn check_root(&self, entry: &PostEntry, diff: &StateDiff) -> Result<Vec<Mismatch>, Mismatch> {
        let found = self.root_after(diff)?;
        if found == entry.hash {
            return Ok(Vec::new());
        }
        let touched = self.with_coinbase_touched(diff)?;
        if self.root_after(&touched)? == entry.hash {
            return Ok(Vec::new());
        }
        Ok(vec![Mismatch::new("state root", entry.hash, found)])
    }

    fn root_after(&self, diff: &StateDiff) -> Result<B256, Mismatch> {
        if diff.is_empty() {
            return Ok(self.root_before);
        }
        root(&self.before, diff)
            .map(|after| after.root)
            .map_err(|error| Mismatch::broken("the state root", error))
    }

    /// `diff`, and then a payment of nothing to the coinbase. Source: EIP-161.
    fn with_coinbase_touched(&self, diff: &StateDiff) -> Result<StateDiff, Mismatch> {
        let coinbase = self.header.beneficiary;
        let before = self
            .before
            .account(coinbase)
            .map_err(|error| Mismatch::broken("the coinbase", error))?;
        let after = diff.accounts.get(&coinbase).map_or(before, |change| change.after);
        let clears = self.spec.fork_at(&self.header) >= EthereumHardfork::SpuriousDragon;
        let touched = match after {
            None if clears => None,
            Some(account) if clears && account.is_empty() => None,
            None => Some(Account::default()),
            Some(account) => Some(account),
        };
        let mut diff = diff.clone();
        diff.accounts.insert(coinbase, Change { before, after: touched });
        Ok(diff)
    }
}

/// The header of the block that the transaction is in.
fn header_of(env: &StateEnv, spec: &ChainSpec) -> Result<Header, Mismatch> {
    let number = |field: &'static str, value: crate::Quantity| {
        value.to_u64().map_err(|error| Mismatch::broken(field, error))
    };
    let merged = spec.genesis().config.terminal_total_difficulty.is_some();
    let randomness = env.current_random.unwrap_or(env.current_difficulty);
    let mut header = Header {
        parent_hash: env.previous_hash,
        beneficiary: env.current_coinbase,
        number: number("currentNumber", env.current_number)?,
        timestamp: number("currentTimestamp", env.current_timestamp)?,
        // Some tests have a limit that no header holds, to have none.
        gas_limit: env.current_gas_limit.to_u64().unwrap_or(u64::MAX),
        difficulty: if merged { U256::ZERO } else { env.current_difficulty.0 },
        mix_hash: if merged { randomness.to_word() } else { B256::ZERO },
        ..Default::default()
    };
    let fork = spec.fork_at(&header);
    if fork >= EthereumHardfork::London {
        let stated = env.current_base_fee.map(|fee| number("currentBaseFee", fee)).transpose()?;
        header.base_fee_per_gas = Some(stated.unwrap_or(DEFAULT_BASE_FEE));
    }
    if fork >= EthereumHardfork::Cancun {
        let stated = env.current_excess_blob_gas;
        let stated = stated.map(|gas| number("currentExcessBlobGas", gas)).transpose()?;
        header.excess_blob_gas = Some(stated.unwrap_or_default());
        header.blob_gas_used = Some(0);
        header.parent_beacon_block_root = Some(B256::ZERO);
    }
    Ok(header)
}
