// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {INativePrecompile} from "./INativePrecompile.sol";

/// @dev The native precompile `NativeCoin`.
INativeCoin constant NATIVE_COIN = INativeCoin(0x00000000000000000000000000000000000A1003);

/// @title Moves, mints and burns the native coin
/// @notice Only system contracts may call it, and each only what the functions name: AI at 0x…A1100,
/// TrainingRewards at 0x…A1103, ComputePayments at 0x…A1301. No code of a recipient is run.
/// @dev Values in wei. A call has to be a plain CALL: DELEGATECALL, CALLCODE and a static context revert
/// with `NotAllowed`.
interface INativeCoin is INativePrecompile {
    /// @notice The caller, or the way it calls, has no right to this.
    error NotAllowed();

    /// @notice The account has less than is taken from it.
    /// @param balance What it has, in wei.
    /// @param needed What would be taken, in wei.
    error InsufficientBalance(uint256 balance, uint256 needed);

    /// @notice The minted coins would exceed what the bucket or the cap of outstanding coins leaves.
    /// @param left What may still be minted, in wei.
    /// @param needed What would be minted, in wei.
    error MintLimit(uint256 left, uint256 needed);

    /// @notice A system account that must not be paid this way.
    /// @param account The recipient.
    error BadRecipient(address account);

    /// @notice Moves coins. Only AI may.
    /// @param from Who pays.
    /// @param to Who is paid.
    /// @param value In wei; a transfer to oneself changes nothing.
    function transfer(address from, address to, uint256 value) external;

    /// @notice Mints coins from the bucket of training rewards. Only TrainingRewards may.
    /// @param to Who is paid.
    /// @param value In wei.
    function mint(address to, uint256 value) external;

    /// @notice Destroys coins. AI may burn those of any account, TrainingRewards and ComputePayments
    /// their own.
    /// @param from Whose coins.
    /// @param value In wei.
    function burn(address from, uint256 value) external;
}
