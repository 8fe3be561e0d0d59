// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @dev The native precompile `ComputeProof`.
IComputeProof constant COMPUTE_PROOF = IComputeProof(0x00000000000000000000000000000000000A1002);

/// @title The check of a proof of compute, as the precompile takes it
/// @notice It has no functions and so no selectors. Input, packed: one byte for the operation, the least
/// difficulty as 32 bytes, and the canonical RLP of a block header, 1 024 bytes at most. Operation 1 is
/// the synthetic kind, the only one there is. Output, always 256 bytes: `status`, and the fields of
/// `ComputeProof.Work` in their order, a word each; on any failure zeros. `status` is 1 if the tile that
/// the header names is computed rightly and wins at the least difficulty, where 0 counts as 1. Whether it
/// also wins at the difficulty that the header states is not asked: a share need not.
/// @dev It does not revert, except for lack of gas and for coins sent along (`ValueNotAccepted()`): the
/// operation costs 12 000, for malformed input too.
/// `ComputeProof.verify` is the way to call it.
interface IComputeProof {
    /// @notice Any input.
    fallback(bytes calldata input) external returns (bytes memory output);
}

/// @title Calls to the precompile `ComputeProof` with types
library ComputeProof {
    /// @notice What a header proves.
    struct Work {
        /// @dev The number drawn in the lottery: the smaller, the rarer.
        uint256 pow;
        /// @dev Multiplications that one draw takes.
        uint256 tileMacs;
        /// @dev Whom the header pays.
        address beneficiary;
        /// @dev Hash of the header before it.
        bytes32 parentHash;
        /// @dev Number of the block.
        uint256 number;
        /// @dev The difficulty that the header states, in multiplications. The work need not reach it.
        uint256 difficulty;
        /// @dev Hash of the header itself.
        bytes32 headerHash;
    }

    /// @notice The call failed, for lack of gas or because this chain has no such precompile, or the
    /// answer has another length.
    error ComputeProofAnswer(bool success, uint256 expectedBytes, uint256 foundBytes);

    /// @dev The operation for headers of the synthetic kind.
    bytes1 internal constant SYNTHETIC = 0x01;

    /// @dev Length of every answer.
    uint256 internal constant ANSWER_BYTES = 256;

    /// @notice Checks the seal of a header, be it that of a block or of a share.
    /// @dev Says nothing about whether the header belongs to this chain or has been used before. That is
    /// for the caller to check, by `parentHash`, `number` and `headerHash`.
    /// @param header Canonical RLP of a block header.
    /// @param minDifficulty The difficulty at which the seal has to win, in multiplications.
    /// @return valid Whether the seal is right and wins.
    /// @return work What it proves; zeros if it is not valid.
    function verify(bytes memory header, uint256 minDifficulty)
        internal
        view
        returns (bool valid, Work memory work)
    {
        bytes memory input = abi.encodePacked(SYNTHETIC, minDifficulty, header);
        (bool success, bytes memory answer) = address(COMPUTE_PROOF).staticcall(input);
        if (!success || answer.length != ANSWER_BYTES) {
            revert ComputeProofAnswer(success, ANSWER_BYTES, answer.length);
        }
        return abi.decode(answer, (bool, Work));
    }
}
