//! A token contract small enough to be written in opcodes.
//!
//! `transfer(address,uint256)` moves a balance, emits `Transfer` and reverts without data if the
//! balance is too small; `balanceOf(address)` reads one. The balance of `a` lies in slot
//! keccak256(a as a word). The deployer gets 10^24 units.

use alloy_primitives::{Address, Bytes, U256, hex, keccak256};

const TRANSFER_SELECTOR: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];
const BALANCE_OF_SELECTOR: [u8; 4] = [0x70, 0xa0, 0x82, 0x31];

/// Units that the deployer gets: 10^24.
#[must_use]
pub fn initial_supply() -> U256 {
    U256::from(10).pow(U256::from(24))
}

/// Code that runs once, at creation.
#[must_use]
pub fn creation_code() -> Bytes {
    let runtime = runtime_code();
    // CALLER PUSH0 MSTORE PUSH10 10^24 PUSH1 32 PUSH0 KECCAK256 SSTORE
    let mut code = hex!("335f5269d3c21bcecceda100000060205f2055").to_vec();
    // PUSH2 length DUP1 PUSH1 offset PUSH0 CODECOPY PUSH0 RETURN
    let length = u16::try_from(runtime.len()).unwrap().to_be_bytes();
    let offset = u8::try_from(code.len() + 10).unwrap();
    code.extend([0x61, length[0], length[1], 0x80, 0x60, offset, 0x5f, 0x39, 0x5f, 0xf3]);
    code.extend_from_slice(&runtime);
    code.into()
}

/// Code that stays on chain.
#[must_use]
pub fn runtime_code() -> Bytes {
    let mut code = Vec::new();
    // PUSH0 CALLDATALOAD PUSH1 224 SHR DUP1 PUSH4 transfer EQ PUSH1 _ JUMPI
    code.extend(hex!("5f3560e01c8063"));
    code.extend(TRANSFER_SELECTOR);
    code.extend(hex!("1460"));
    let transfer_jump = jump_target(&mut code);
    code.extend(hex!("5763"));
    code.extend(BALANCE_OF_SELECTOR);
    code.extend(hex!("1460"));
    let balance_jump = jump_target(&mut code);
    code.extend(hex!("575f5ffd"));

    patch(&mut code, transfer_jump);
    // JUMPDEST POP; amount; slot of the sender; its balance; balance < amount ⇒ revert
    code.extend(hex!("5b50335f5260243560205f20805482811060"));
    let revert_jump = jump_target(&mut code);
    // balance − amount; slot of the receiver; balance + amount
    code.extend(hex!("5782900390556004355f5260205f20805482019055"));
    // emit Transfer(sender, receiver, amount); return true
    code.extend(hex!("5f52600435337f"));
    code.extend(transfer_topic());
    code.extend(hex!("60205fa360015f5260205ff3"));

    patch(&mut code, balance_jump);
    code.extend(hex!("5b6004355f5260205f20545f5260205ff3"));

    patch(&mut code, revert_jump);
    code.extend(hex!("5b5f5ffd"));
    code.into()
}

/// Topic of `Transfer(address,address,uint256)`.
#[must_use]
pub fn transfer_topic() -> [u8; 32] {
    keccak256("Transfer(address,address,uint256)").0
}

/// Input of `transfer(to, amount)`.
#[must_use]
pub fn transfer_input(to: Address, amount: U256) -> Bytes {
    [&TRANSFER_SELECTOR[..], to.into_word().as_slice(), &amount.to_be_bytes::<32>()].concat().into()
}

/// Input of `balanceOf(owner)`.
#[must_use]
pub fn balance_of_input(owner: Address) -> Bytes {
    [&BALANCE_OF_SELECTOR[..], owner.into_word().as_slice()].concat().into()
}

/// Storage slot of the balance of `owner`.
#[must_use]
pub fn balance_slot(owner: Address) -> U256 {
    U256::from_be_bytes(keccak256(owner.into_word()).0)
}

fn jump_target(code: &mut Vec<u8>) -> usize {
    code.push(0);
    code.len() - 1
}

fn patch(code: &mut [u8], at: usize) {
    code[at] = u8::try_from(code.len()).unwrap();
}
