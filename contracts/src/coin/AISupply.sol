// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {INativeCoin, NATIVE_COIN} from "../precompiles/INativeCoin.sol";

/// @dev The predeploy `AISupply`.
AISupply constant AI_SUPPLY = AISupply(0x00000000000000000000000000000000000a1101);

/// @title The supply of the native coin
/// @notice Amounts in wei. Coins that a contract mints or burns count at once; base fees, coins lost with
/// a destroyed contract, and block rewards count at the end of their block.
/// @dev Nobody calls what changes the counters: consensus writes block rewards and burned fees, and the
/// precompile NativeCoin what contracts mint and burn. Their slots, 0 to 3, are part of consensus.
contract AISupply {
    /// @notice All coins minted since genesis.
    uint256 public minted;

    /// @notice All coins burned since genesis.
    uint256 public burned;

    /// @notice Of `minted`: block rewards, those of the share pool included.
    uint256 public mined;

    /// @notice Of `minted`: training rewards.
    uint256 public trained;

    /// @notice Coins that exist.
    /// @return value Those of genesis, and minted, less burned.
    function outstanding() external view returns (uint256 value) {
        return _outstanding(NATIVE_COIN.supplyRules());
    }

    /// @notice Most coins that may ever exist at a time.
    /// @return value One billion coins.
    function cap() external view returns (uint256 value) {
        return NATIVE_COIN.supplyRules().cap;
    }

    /// @notice Coins that may be minted before the cap is reached.
    /// @return value The cap less what is outstanding.
    function headRoom() external view returns (uint256 value) {
        return _headRoom(NATIVE_COIN.supplyRules());
    }

    /// @notice What block rewards may still mint.
    /// @return value The bucket of mining less what is mined, and what is burned where that is mined again.
    function miningBucket() external view returns (uint256 value) {
        return _miningBucket(NATIVE_COIN.supplyRules());
    }

    /// @notice What training rewards may still mint.
    /// @return value The bucket of training less what is minted from it.
    function trainingBucket() external view returns (uint256 value) {
        return NATIVE_COIN.supplyRules().trainingBucket - trained;
    }

    /// @notice Most that block rewards mint in a year of the schedule, before bucket and cap.
    /// @param yearIndex 0 for the first year. A year has 365 days.
    /// @return value In wei.
    function annualEmission(uint256 yearIndex) external view returns (uint256 value) {
        return NATIVE_COIN.annualEmission(yearIndex);
    }

    /// @notice Whether the next block cannot mint what the schedule says, for there would be too many
    /// coins.
    /// @return capped By the cap.
    function emissionCapped() external view returns (bool capped) {
        return _headRoom(NATIVE_COIN.supplyRules()) < _nextSubsidy();
    }

    /// @notice Whether the next block cannot mint what the schedule says, for the bucket of mining has less.
    /// @return exhausted By the bucket.
    function bucketExhausted() external view returns (bool exhausted) {
        return _miningBucket(NATIVE_COIN.supplyRules()) < _nextSubsidy();
    }

    function _outstanding(INativeCoin.SupplyRules memory rules) private view returns (uint256 value) {
        return rules.genesisSupply + minted - burned;
    }

    function _headRoom(INativeCoin.SupplyRules memory rules) private view returns (uint256 value) {
        return rules.cap - _outstanding(rules);
    }

    function _miningBucket(INativeCoin.SupplyRules memory rules) private view returns (uint256 value) {
        uint256 recycled = rules.recycleBurns ? burned : 0;
        return rules.miningBucket + recycled - mined;
    }

    function _nextSubsidy() private view returns (uint256 value) {
        return NATIVE_COIN.scheduledSubsidy(block.number + 1);
    }
}
