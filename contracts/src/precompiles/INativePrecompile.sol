// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What the native precompiles that take calls by selector have in common
/// @dev A refused call reverts with one of the errors, costs a fixed fee, and leaves the rest of its gas
/// to the caller.
interface INativePrecompile {
    /// @notice The input is not exactly the encoding of a call: the selector is unknown, bytes are
    /// missing or left over, or bits above a narrow type are set.
    error BadInput();

    /// @notice Coins were sent along.
    error ValueNotAccepted();
}
