// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BONDING_CURVE} from "hanzo/precompiles/IBondingCurve.sol";
import {COMPUTE_PROOF, ComputeProof} from "hanzo/precompiles/IComputeProof.sol";
import {FIXED_MATH} from "hanzo/precompiles/IFixedMath.sol";
import {NATIVE_COIN} from "hanzo/precompiles/INativeCoin.sol";

/// What a contract that uses the interfaces of the native precompiles sees.
contract Precompiles {
    function addresses() external pure returns (address, address, address, address) {
        return
            (address(BONDING_CURVE), address(COMPUTE_PROOF), address(NATIVE_COIN), address(FIXED_MATH));
    }

    function verify(bytes calldata header, uint256 minDifficulty)
        external
        view
        returns (bool valid, ComputeProof.Work memory work)
    {
        return ComputeProof.verify(header, minDifficulty);
    }
}

/// Stands in for ComputeProof on a chain that has none: answers with what it was asked.
contract ComputeProofStandIn {
    uint256 private constant HEADER_AT = 33;

    fallback(bytes calldata input) external returns (bytes memory) {
        bytes calldata header = input[HEADER_AT:];
        if (header.length == 0) return new bytes(256);
        return abi.encode(
            uint8(input[0]),
            uint256(bytes32(input[1:HEADER_AT])),
            header.length,
            msg.sender,
            keccak256(header),
            4,
            5,
            bytes32(uint256(6))
        );
    }
}
