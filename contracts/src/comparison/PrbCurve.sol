// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {UD60x18, UNIT, ud} from "@prb/math/src/UD60x18.sol";
import {mulDiv} from "@prb/math/src/Common.sol";

/// @title The bonding curve with the fixed-point numbers of PRBMath
/// @notice For comparison with the native `BondingCurve` only: it is on no chain, and what it answers is
/// near the curve, on no particular side of it. Units as in `IBondingCurve`.
/// @dev Every division rounds for the pool; the power has the error of the library. The code contains
/// parts of PRBMath (MIT licence, copyright Paul Razvan Berg).
contract PrbCurve {
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
        UD60x18 growth = UNIT + ud(deposit) / ud(reserve);
        UD60x18 power = growth.pow(ud(uint256(crrPpm) * 1e12));
        // The power of a number above one may come out below one.
        if (power > UNIT) tokens = mulDiv(supply, (power - UNIT).unwrap(), 1e18);
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
        UD60x18 left = UNIT - ud(tokens) / ud(supply);
        UD60x18 power = left.pow(ud(ONE_IN_PPM / crrPpm));
        reserveOut = mulDiv(reserve, (UNIT - power).unwrap(), 1e18);
    }
}
