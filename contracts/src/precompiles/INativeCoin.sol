// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {INativePrecompile} from "./INativePrecompile.sol";

/// @dev The native precompile `NativeCoin`.
INativeCoin constant NATIVE_COIN = INativeCoin(0x00000000000000000000000000000000000A1003);

/// @title Moves, mints and burns the native coin
/// @notice Only system contracts may call what changes something, and each only what the functions name:
/// AI at 0x…A1100, TrainingRewards at 0x…A1103, ComputePayments at 0x…A1301. No code of a recipient is
/// run. Each change logs `Transfer(address,address,uint256)` of ERC-20 at the address of AI, a mint from
/// and a burn to the zero address.
/// @dev Values in wei. Changes need a plain CALL: DELEGATECALL, CALLCODE and a static context revert with
/// `NotAllowed`. Anyone may call the views.
interface INativeCoin is INativePrecompile {
    /// @notice The rules of the supply, in wei: bounds that all chains have, and what the genesis file says.
    struct SupplyRules {
        /// @dev Coins that existed before the first block.
        uint256 genesisSupply;
        /// @dev Most coins that may ever be outstanding.
        uint256 cap;
        /// @dev What block rewards may mint.
        uint256 miningBucket;
        /// @dev What training rewards may mint.
        uint256 trainingBucket;
        /// @dev Whether what is burned may be mined again, beyond the bucket.
        bool recycleBurns;
    }

    /// @notice The caller, or the way it calls, has no right to this.
    error NotAllowed();

    /// @notice The account has less than is taken from it. Source: ERC-6093, as a token says it.
    /// @param sender The account.
    /// @param balance What it has, in wei.
    /// @param needed What would be taken, in wei.
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);

    /// @notice The minted coins would exceed what the bucket or the cap of outstanding coins leaves.
    /// @param left What may still be minted, in wei.
    /// @param needed What would be minted, in wei.
    error MintLimit(uint256 left, uint256 needed);

    /// @notice Coins would be lost at this account: the zero address, a precompile, AI or AISupply.
    /// Source: ERC-6093, as a token says it.
    /// @param receiver The account.
    error ERC20InvalidReceiver(address receiver);

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

    /// @notice The rules of the supply.
    /// @return rules Bounds of all chains, and what the genesis file says.
    function supplyRules() external view returns (SupplyRules memory rules);

    /// @notice Most that block rewards mint in a year of the schedule, before bucket and cap.
    /// @param yearIndex 0 for the first year. A year has 365 days.
    /// @return value In wei.
    function annualEmission(uint256 yearIndex) external view returns (uint256 value);

    /// @notice Most that a block mints by the schedule, before bucket and cap.
    /// @param number Number of the block.
    /// @return value In wei; zero for the genesis block.
    function scheduledSubsidy(uint256 number) external view returns (uint256 value);
}
