// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ComputeProof} from "../src/precompiles/IComputeProof.sol";

/// @title A bounty on work for this chain
/// @notice Pays for every header that was sealed by enough work on top of one of the last blocks,
/// whether it became a block or not. The reward goes to whom the header names: nobody gains by showing
/// the header of somebody else.
/// @dev Coins for rewards come with the creation or later; nobody can take them back.
contract ComputeProofExample {
    /// @notice The difficulty at which a seal has to win, in multiplications.
    uint256 public immutable leastDifficulty;
    /// @notice What a header earns, in wei.
    uint256 public immutable reward;
    /// @notice Whether a header has been paid for, by its hash.
    mapping(bytes32 headerHash => bool) public paid;

    /// @notice A header has been paid for.
    event Rewarded(address indexed beneficiary, bytes32 indexed headerHash);

    /// @notice The header is not sealed, or by too little work.
    error NotSealed();
    /// @notice The header does not build on one of the last 256 blocks of this chain.
    error NotOnThisChain(uint256 number, bytes32 parentHash);
    /// @notice The header has been paid for.
    error AlreadyPaid(bytes32 headerHash);
    /// @notice The beneficiary takes no coins, or there are not enough left.
    error PaymentFailed(address beneficiary, uint256 balance);

    constructor(uint256 leastDifficulty_, uint256 reward_) payable {
        leastDifficulty = leastDifficulty_;
        reward = reward_;
    }

    /// @notice Adds coins for rewards.
    receive() external payable {}

    /// @notice Pays for the work in `header`, the canonical RLP of a block header.
    function claim(bytes calldata header) external {
        (bool valid, ComputeProof.Work memory work) = ComputeProof.verify(header, leastDifficulty);
        if (!valid) revert NotSealed();
        // `blockhash` is zero for what it does not know, and work on top of zero can be made, too.
        bytes32 parent = work.number == 0 ? bytes32(0) : blockhash(work.number - 1);
        if (parent == 0 || parent != work.parentHash) {
            revert NotOnThisChain(work.number, work.parentHash);
        }
        if (paid[work.headerHash]) revert AlreadyPaid(work.headerHash);
        paid[work.headerHash] = true;
        emit Rewarded(work.beneficiary, work.headerHash);
        (bool taken,) = work.beneficiary.call{value: reward}("");
        if (!taken) revert PaymentFailed(work.beneficiary, address(this).balance);
    }
}
