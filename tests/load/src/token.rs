//! The token of an ERC-20 run, written in opcodes so that nothing has to be compiled.
//!
//! Balances lie where Solidity puts a mapping in slot 0; `transfer` emits `Transfer`, returns true,
//! and reverts where the balance is too small. `distribute` is the one function that is no standard:
//! it moves the same amount to many accounts, whose addresses follow it without padding.

use alloy_primitives::{Address, Bytes, U256, hex, keccak256};
use anyhow::Context as _;

/// Units in existence; the account that deploys the token has them.
pub(crate) const SUPPLY: U256 = U256::from_limbs([0, 1 << 32, 0, 0]);

/// Gas that a transfer uses at most: 21 000, call data, two cold slots of which one is new, a log.
pub(crate) const TRANSFER_GAS: u64 = 60_000;

/// Gas that deploying the token uses at most.
pub(crate) const DEPLOY_GAS: u64 = 300_000;

/// Accounts in one distribution: with the gas below they stay under the 16 777 216 gas that a
/// transaction may have. Source: EIP-7825.
pub(crate) const ACCOUNTS_PER_DISTRIBUTION: usize = 400;

/// Gas for one account of a distribution: a new slot (22 100), a log (1 756), the sender's warm slot
/// (200), the loop, and twenty bytes of call data at the floor of EIP-7623 (800).
const GAS_PER_ACCOUNT: u64 = 27_000;

/// Gas of a distribution to nobody.
const GAS_OF_DISTRIBUTION: u64 = 40_000;

const TRANSFER: &str = "transfer(address,uint256)";
const BALANCE_OF: &str = "balanceOf(address)";
const DISTRIBUTE: &str = "distribute(uint256)";

/// Gas of distributions to `accounts`.
pub(crate) fn distribution_gas(accounts: usize) -> u64 {
    let calls = accounts.div_ceil(ACCOUNTS_PER_DISTRIBUTION);
    let of = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let each = of(accounts).saturating_mul(GAS_PER_ACCOUNT);
    each.saturating_add(of(calls).saturating_mul(GAS_OF_DISTRIBUTION))
}

/// Input of `transfer(to, amount)`.
pub(crate) fn transfer_input(to: Address, amount: U256) -> Bytes {
    [&selector(TRANSFER)[..], to.into_word().as_slice(), &amount.to_be_bytes::<32>()]
        .concat()
        .into()
}

/// Input of `balanceOf(owner)`.
pub(crate) fn balance_input(owner: Address) -> Bytes {
    [&selector(BALANCE_OF)[..], owner.into_word().as_slice()].concat().into()
}

/// Input that gives each of `accounts` this amount of the caller's.
pub(crate) fn distribute_input(amount: U256, accounts: &[Address]) -> Bytes {
    let mut input = [&selector(DISTRIBUTE)[..], &amount.to_be_bytes::<32>()].concat();
    input.extend(accounts.iter().flat_map(|account| account.0));
    input.into()
}

/// A place in the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Transfer,
    BalanceOf,
    Distribute,
    NextAccount,
    EndOfAccounts,
    Move,
    True,
    Revert,
}

/// A part of the code.
enum Part {
    Code(Vec<u8>),
    /// PUSH2 of the place.
    Push(Label),
    /// JUMPDEST.
    Mark(Label),
}

impl Part {
    const fn length(&self) -> usize {
        match self {
            Self::Code(code) => code.len(),
            Self::Push(_) => 3,
            Self::Mark(_) => 1,
        }
    }
}

/// Code that runs once: all units to the caller, then the runtime code becomes the contract's.
pub(crate) fn creation_code() -> anyhow::Result<Bytes> {
    let runtime = runtime_code()?;
    // PUSH32 supply; the slot of the caller; SSTORE
    let mut code = vec![0x7f];
    code.extend(SUPPLY.to_be_bytes::<32>());
    code.extend(hex!("335f5260405f2055"));
    // PUSH2 length DUP1 PUSH2 offset PUSH0 CODECOPY PUSH0 RETURN
    let offset = u16::try_from(code.len().saturating_add(11))?;
    code.push(0x61);
    code.extend(u16::try_from(runtime.len())?.to_be_bytes());
    code.extend([0x80, 0x61]);
    code.extend(offset.to_be_bytes());
    code.extend(hex!("5f395ff3"));
    code.extend(runtime);
    Ok(code.into())
}

/// Code that stays on the chain.
fn runtime_code() -> anyhow::Result<Vec<u8>> {
    let code = |bytes: &[u8]| Part::Code(bytes.to_vec());
    // DUP1 PUSH4 selector EQ
    let is = |signature| Part::Code([&[0x80, 0x63][..], &selector(signature), &[0x14]].concat());
    let topic = keccak256("Transfer(address,address,uint256)");
    assemble(&[
        // PUSH0 CALLDATALOAD PUSH1 224 SHR; a jump for each function.
        code(&hex!("5f3560e01c")),
        is(TRANSFER),
        Part::Push(Label::Transfer),
        code(&hex!("57")),
        is(BALANCE_OF),
        Part::Push(Label::BalanceOf),
        code(&hex!("57")),
        is(DISTRIBUTE),
        Part::Push(Label::Distribute),
        code(&hex!("57")),
        Part::Mark(Label::Revert),
        code(&hex!("5f5ffd")),
        // transfer: amount and receiver from the input; move; return 1.
        Part::Mark(Label::Transfer),
        Part::Push(Label::True),
        code(&hex!("602435600435")),
        Part::Push(Label::Move),
        code(&hex!("56")),
        Part::Mark(Label::True),
        code(&hex!("60015f5260205ff3")),
        // balanceOf: the slot of the owner; return what is in it.
        Part::Mark(Label::BalanceOf),
        code(&hex!("6004355f5260405f20545f5260205ff3")),
        // distribute: on the stack the position of the next address, until the input ends.
        Part::Mark(Label::Distribute),
        code(&hex!("6024")),
        Part::Mark(Label::NextAccount),
        code(&hex!("36811015")),
        Part::Push(Label::EndOfAccounts),
        // JUMPI; the position after this one, below this one; where to go on
        code(&hex!("578060140190")),
        Part::Push(Label::NextAccount),
        // amount below the position; the high 20 bytes there
        code(&hex!("90600435903560601c")),
        Part::Push(Label::Move),
        code(&hex!("56")),
        Part::Mark(Label::EndOfAccounts),
        code(&hex!("00")),
        // move, with receiver, amount and return address on the stack. The caller's slot and
        // balance; revert if it is smaller than the amount
        Part::Mark(Label::Move),
        code(&hex!("335f5260405f208054838110")),
        Part::Push(Label::Revert),
        // JUMPI; balance − amount; the receiver's slot; balance + amount
        code(&hex!("578390039055805f5260405f20805483019055")),
        // the amount into memory; LOG3 of topic, caller and receiver; return
        code(&hex!("905f52337f")),
        code(topic.as_slice()),
        code(&hex!("60205fa356")),
    ])
}

/// First bytes of the input of a function.
fn selector(signature: &str) -> [u8; 4] {
    let [a, b, c, d, ..] = keccak256(signature).0;
    [a, b, c, d]
}

/// Puts the parts together; every label is marked once.
fn assemble(parts: &[Part]) -> anyhow::Result<Vec<u8>> {
    let mut code = Vec::new();
    for part in parts {
        match part {
            Part::Code(bytes) => code.extend_from_slice(bytes),
            Part::Mark(_) => code.push(0x5b),
            Part::Push(label) => {
                let position = position(parts, *label).context("a label without a place")?;
                code.push(0x61);
                code.extend(u16::try_from(position)?.to_be_bytes());
            }
        }
    }
    Ok(code)
}

fn position(parts: &[Part], label: Label) -> Option<usize> {
    let before =
        parts.iter().position(|part| matches!(part, Part::Mark(mark) if *mark == label))?;
    Some(parts.iter().take(before).map(Part::length).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{B256, TxKind};
    use revm::{
        Context, ExecuteCommitEvm as _, MainBuilder as _, MainContext as _, context::TxEnv,
        context_interface::result::ExecutionResult, database::InMemoryDB,
    };

    const OWNER: Address = Address::repeat_byte(1);

    /// A chain with the token.
    struct Scene {
        database: InMemoryDB,
        nonce: u64,
    }

    impl Scene {
        fn new() -> Self {
            let mut scene = Self { database: InMemoryDB::default(), nonce: 0 };
            let created = scene.run(TxKind::Create, creation_code().unwrap(), DEPLOY_GAS);
            assert!(created.is_success(), "{created:?}");
            scene
        }

        fn run(&mut self, kind: TxKind, data: Bytes, gas_limit: u64) -> ExecutionResult {
            let nonce = self.nonce;
            self.nonce += 1;
            let transaction =
                TxEnv { caller: OWNER, kind, data, gas_limit, nonce, ..Default::default() };
            let mut evm = Context::mainnet().with_db(&mut self.database).build_mainnet();
            evm.transact_commit(transaction).unwrap()
        }

        fn call(&mut self, data: Bytes, gas_limit: u64) -> ExecutionResult {
            self.run(TxKind::Call(OWNER.create(0)), data, gas_limit)
        }

        fn balance(&mut self, owner: Address) -> U256 {
            let result = self.call(balance_input(owner), 100_000);
            U256::from_be_slice(result.output().unwrap())
        }
    }

    #[test]
    fn the_deployer_has_everything_and_a_transfer_moves_it_with_a_log() {
        let mut scene = Scene::new();
        assert_eq!(scene.balance(OWNER), SUPPLY);
        let to = Address::repeat_byte(2);
        let result = scene.call(transfer_input(to, U256::from(7)), TRANSFER_GAS);
        assert_eq!(result.output().unwrap().as_ref(), B256::with_last_byte(1).as_slice());
        assert_eq!(
            (scene.balance(OWNER), scene.balance(to)),
            (SUPPLY - U256::from(7), U256::from(7))
        );
        let [log] = result.logs() else { panic!("{result:?}") };
        let topic = keccak256("Transfer(address,address,uint256)");
        assert_eq!(log.data.topics(), [topic, OWNER.into_word(), to.into_word()]);
        assert_eq!(log.data.data.as_ref(), B256::with_last_byte(7).as_slice());
        // To oneself nothing changes.
        assert!(scene.call(transfer_input(OWNER, U256::from(7)), TRANSFER_GAS).is_success());
        assert_eq!(scene.balance(OWNER), SUPPLY - U256::from(7));
    }

    #[test]
    fn more_than_the_balance_and_an_unknown_function_revert() {
        let mut scene = Scene::new();
        let too_much = SUPPLY + U256::from(1);
        for input in [transfer_input(Address::ZERO, too_much), Bytes::from_static(&[1, 2, 3, 4])] {
            let result = scene.call(input, TRANSFER_GAS);
            assert!(matches!(result, ExecutionResult::Revert { .. }), "{result:?}");
        }
        assert_eq!(scene.balance(OWNER), SUPPLY);
    }

    #[test]
    fn a_full_distribution_pays_everybody_within_its_gas() {
        let mut scene = Scene::new();
        let account = |index: usize| Address::from_word(keccak256(index.to_string()));
        let accounts: Vec<Address> = (0..ACCOUNTS_PER_DISTRIBUTION).map(account).collect();
        let gas = distribution_gas(accounts.len());
        assert!(gas < 16_777_216, "{gas}");
        let result = scene.call(distribute_input(U256::from(9), &accounts), gas);
        assert!(result.is_success(), "{result:?}");
        assert_eq!(result.logs().len(), accounts.len());
        for account in &accounts {
            assert_eq!(scene.balance(*account), U256::from(9));
        }
        let given = U256::from(9 * accounts.len());
        assert_eq!(scene.balance(OWNER), SUPPLY - given);
    }

    #[test]
    fn functions_have_the_selectors_of_the_standard() {
        assert_eq!(selector(TRANSFER), [0xa9, 0x05, 0x9c, 0xbb]);
        assert_eq!(selector(BALANCE_OF), [0x70, 0xa0, 0x82, 0x31]);
    }
}
