//! A contract that passes calls on.

use alloy_primitives::{Address, Bytes, hex};

/// The instruction that calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// `CALL`.
    Call = 0xf1,
    /// `CALLCODE`.
    CallCode = 0xf2,
    /// `DELEGATECALL`. Source: EIP-7.
    DelegateCall = 0xf4,
    /// `STATICCALL`. Source: EIP-214.
    StaticCall = 0xfa,
}

/// Code of a contract that passes its calldata on to `target`, without coins and with all gas it
/// can, and gives the answer back: it reverts if the call did, with the same data.
#[must_use]
pub fn forwarder_code(kind: CallKind, target: Address) -> Bytes {
    // CALLDATACOPY of everything; the output goes nowhere yet.
    let mut code = hex!("365f5f37 5f5f365f").to_vec();
    if matches!(kind, CallKind::Call | CallKind::CallCode) {
        code.push(0x5f);
    }
    code.push(0x73);
    code.extend(target);
    // GAS, the call, RETURNDATACOPY of everything.
    code.extend([0x5a, kind as u8, 0x3d, 0x5f, 0x5f, 0x3e]);
    // Jump over the REVERT to the RETURN if it went well.
    let returns = u8::try_from(code.len() + 6).unwrap();
    code.extend([0x60, returns, 0x57, 0x3d, 0x5f, 0xfd, 0x5b, 0x3d, 0x5f, 0xf3]);
    code.into()
}
