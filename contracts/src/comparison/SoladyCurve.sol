// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

/// @title The bonding curve with the fixed-point functions of Solady
/// @notice For comparison with the native `BondingCurve` only: it is on no chain, and what it answers is
/// near the curve, on no particular side of it. Units as in `IBondingCurve`.
/// @dev Every division rounds for the pool; the power has the error of the library. The code contains
/// parts of Solady (MIT licence, copyright Solady).
contract SoladyCurve {
    using FixedPointMathLib for uint256;

    uint256 private constant ONE = 1e18;

    /// @dev 10^6 parts per million, times 10^18.
    uint256 private constant ONE_IN_PPM = 1e24;

    /// @notice What a deposit buys: about S·((1 + E/R)^w − 1).
    /// @param supply Tokens before the trade, S.
    /// @param reserve Reserve before the trade, R.
    /// @param crrPpm Constant reserve ratio, w, in parts per million.
    /// @param deposit What is paid in, E.
    /// @return tokens What is minted for it.
    function purchaseReturn(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 deposit)
        external
        pure
        returns (uint256 tokens)
    {
        uint256 growth = ONE + deposit.fullMulDiv(ONE, reserve);
        uint256 power = raise(growth, uint256(crrPpm) * 1e12);
        // The power of a number above one may come out below one.
        tokens = supply.fullMulDiv(power.zeroFloorSub(ONE), ONE);
    }

    /// @notice What a sale pays: about R·(1 − (1 − T/S)^(1/w)).
    /// @param supply Tokens before the trade, S.
    /// @param reserve Reserve before the trade, R.
    /// @param crrPpm Constant reserve ratio, w, in parts per million.
    /// @param tokens What is sold, T; S at most.
    /// @return reserveOut What is paid out for it.
    function saleReturn(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 tokens)
        external
        pure
        returns (uint256 reserveOut)
    {
        // Zero has no logarithm.
        if (tokens == supply) return reserve;
        uint256 left = ONE - tokens.fullMulDiv(ONE, supply);
        uint256 power = raise(left, ONE_IN_PPM / crrPpm);
        // The power of a number below one may come out above one.
        reserveOut = reserve.fullMulDiv(ONE.zeroFloorSub(power), ONE);
    }

    /// @dev `base` to the power of `exponent`, all with 18 decimals. The trades of the domain keep all
    /// three below 2^127.
    function raise(uint256 base, uint256 exponent) private pure returns (uint256) {
        return uint256(FixedPointMathLib.powWad(int256(base), int256(exponent)));
    }
}
