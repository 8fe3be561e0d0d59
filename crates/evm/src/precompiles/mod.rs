//! The precompiles of a chain: those of Ethereum, and the native ones of Hanzo chains.

mod bonding_curve;
mod compute_proof;
mod fixed_math;
mod moved;
mod native;
mod native_coin;
mod reply;

use self::{
    moved::MovedPrecompiles,
    native::{Native, Surroundings},
};
use crate::call_overrides::PrecompileChanges;
use alloy_evm::{Database, EvmInternals, eth::EthEvmContext, precompiles::PrecompileInput};
use alloy_primitives::{Address, B256, Bytes, keccak256, map::AddressSet};
use hanzo_types::{ChainSpec, HanzoRules, NATIVE_ACCOUNT_CODE, Rules};
use revm::{
    bytecode::Bytecode,
    context_interface::{ContextTr as _, JournalTr as _},
    handler::{PrecompileProvider, precompile_output_to_interpreter_result},
    interpreter::{CallInputs, InterpreterResult},
    precompile::{PrecompileOutput, PrecompileResult, PrecompileSpecId, Precompiles},
    primitives::hardfork::SpecId,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

/// The fork that Hanzo chains have from their first block on. Source: decision D-02.
const HANZO_FORK: PrecompileSpecId = PrecompileSpecId::OSAKA;

/// Hash of the code at the addresses of native precompiles.
static NATIVE_CODE_HASH: LazyLock<B256> = LazyLock::new(|| keccak256(NATIVE_ACCOUNT_CODE));

/// Addresses of all precompiles of a Hanzo chain.
static HANZO_ADDRESSES: LazyLock<AddressSet> = LazyLock::new(|| {
    let ethereum = Precompiles::new(HANZO_FORK).addresses().copied();
    ethereum.chain(Native::ALL.map(Native::address)).collect()
});

/// Which precompiles a chain has beyond those of Ethereum: with the rules of a Hanzo chain the native
/// ones, without any none. Source: seed-features §5.2.
#[derive(Debug, Clone)]
pub(crate) struct NativePrecompiles(Option<Arc<HanzoRules>>);

impl NativePrecompiles {
    /// Those of the chain of `spec`.
    pub(crate) fn of(spec: &ChainSpec) -> Self {
        match spec.rules() {
            Rules::Hanzo(rules) => Self(Some(Arc::clone(rules))),
            Rules::Ethereum(_) => Self(None),
        }
    }

    /// All precompiles of the chain under `fork`.
    pub(crate) fn with_those_of(self, fork: SpecId) -> ChainPrecompiles {
        let Self(rules) = self;
        let fork = match rules {
            Some(_) => HANZO_FORK,
            None => PrecompileSpecId::from_spec_id(fork),
        };
        let ethereum = Precompiles::new(fork);
        let addresses = match rules {
            Some(_) => &HANZO_ADDRESSES,
            None => ethereum.addresses_set(),
        };
        ChainPrecompiles { ethereum, rules, addresses, moved: None }
    }
}

/// The precompiles of a chain. Made for each EVM, of which each call has one: nothing is copied.
#[derive(Debug, Clone)]
pub(crate) struct ChainPrecompiles {
    ethereum: &'static Precompiles,
    /// Where there are native ones, the rules of the chain.
    rules: Option<Arc<HanzoRules>>,
    /// Where they lie. An access there is warm from the start. Source: EIP-2929.
    addresses: &'static AddressSet,
    moved: Option<MovedPrecompiles>,
}

impl ChainPrecompiles {
    /// Moves precompiles to other addresses, and removes those that have code.
    ///
    /// # Errors
    /// An address that a precompile is to be moved from, and has none.
    pub(crate) fn change(&mut self, changes: &PrecompileChanges) -> Result<(), Address> {
        if *changes != PrecompileChanges::default() {
            self.moved = Some(MovedPrecompiles::new(self.addresses, changes)?);
        }
        Ok(())
    }

    /// Names and addresses. Source of the names: EIP-7910.
    pub(crate) fn names(&self) -> BTreeMap<String, Address> {
        let ethereum = self.ethereum.inner().iter();
        let ethereum = ethereum.map(|(address, one)| (one.id().name().to_owned(), *address));
        let natives = self.rules.iter().flat_map(|_| Native::ALL);
        ethereum.chain(natives.map(|one| (one.name().to_owned(), one.address()))).collect()
    }

    /// The address under which the precompile at `address` is known.
    fn origin(&self, address: Address) -> Option<Address> {
        self.moved.as_ref().map_or(Some(address), |moved| moved.origin(address))
    }

    fn native(&self, address: Address) -> Option<(Native, Surroundings<'_>)> {
        let rules = self.rules.as_deref()?;
        Some((Native::at(address)?, Surroundings { rules, ethereum: self.ethereum }))
    }
}

impl<DB: Database> PrecompileProvider<EthEvmContext<DB>> for ChainPrecompiles {
    type Output = InterpreterResult;

    /// The fork of an EVM does not change.
    fn set_spec(&mut self, _spec: SpecId) -> bool {
        false
    }

    fn run(
        &mut self,
        context: &mut EthEvmContext<DB>,
        inputs: &CallInputs,
    ) -> Result<Option<InterpreterResult>, String> {
        let Some(address) = self.origin(inputs.bytecode_address) else { return Ok(None) };
        let output = if let Some(precompile) = self.ethereum.get(&address) {
            let input = inputs.input.as_bytes(context);
            precompile.execute(&input, inputs.gas_limit, inputs.reservoir)
        } else if let Some((native, chain)) = self.native(address) {
            run_native(native, chain, context, inputs)
        } else if self.rules.is_some() && is_delegated_to_native(context, inputs) {
            Ok(PrecompileOutput::new(0, Bytes::new(), inputs.reservoir))
        } else {
            return Ok(None);
        };
        let output = output.map_err(|error| error.to_string())?;
        Ok(Some(precompile_output_to_interpreter_result(output, inputs.gas_limit)))
    }

    fn warm_addresses(&self) -> &AddressSet {
        self.moved.as_ref().map_or(self.addresses, MovedPrecompiles::addresses)
    }
}

/// Whether the call goes to an account that delegates its code to a native precompile. Code of a
/// precompile is no code then, and the call does nothing, whatever stands at its address.
/// Source: EIP-7702.
fn is_delegated_to_native<DB: Database>(context: &EthEvmContext<DB>, inputs: &CallInputs) -> bool {
    let (code_hash, _) = &inputs.known_bytecode;
    if *code_hash != *NATIVE_CODE_HASH {
        return false;
    }
    let account = context.journal().evm_state().get(&inputs.bytecode_address);
    let code = account.and_then(|account| account.info.code.as_ref());
    let target = code.and_then(Bytecode::eip7702_address);
    target.is_some_and(|target| Native::at(target).is_some())
}

fn run_native<DB: Database>(
    native: Native,
    chain: Surroundings<'_>,
    context: &mut EthEvmContext<DB>,
    inputs: &CallInputs,
) -> PrecompileResult {
    let (block, transaction, config, journal, _, local) = context.all_mut();
    let data = inputs.input.as_bytes_local(local);
    let input = PrecompileInput {
        data: &data,
        gas: inputs.gas_limit,
        reservoir: inputs.reservoir,
        caller: inputs.caller,
        value: inputs.call_value(),
        target_address: inputs.target_address,
        is_static: inputs.is_static,
        bytecode_address: inputs.bytecode_address,
        internals: EvmInternals::new(journal, block, config, transaction),
    };
    native.run(input, chain)
}
