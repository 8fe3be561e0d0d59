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
use alloy_evm::{Database, EvmInternals, eth::EthEvmContext, precompiles::PrecompileInput};
use alloy_primitives::{Address, map::AddressSet};
use hanzo_types::{ChainSpec, HanzoRules, Rules};
use revm::{
    context_interface::ContextTr as _,
    handler::{PrecompileProvider, precompile_output_to_interpreter_result},
    interpreter::{CallInputs, InterpreterResult},
    precompile::{PrecompileResult, PrecompileSpecId, Precompiles},
    primitives::hardfork::SpecId,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

/// The fork that Hanzo chains have from their first block on. Source: decision D-02.
const HANZO_FORK: PrecompileSpecId = PrecompileSpecId::OSAKA;

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
    /// Moves precompiles to other addresses: from, to.
    ///
    /// # Errors
    /// An address that has none.
    pub(crate) fn move_to(&mut self, moves: &[(Address, Address)]) -> Result<(), Address> {
        if !moves.is_empty() {
            self.moved = Some(MovedPrecompiles::new(self.addresses, moves)?);
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
