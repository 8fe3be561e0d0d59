// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {INativePrecompile} from "./INativePrecompile.sol";

/// @dev The native precompile `BondingCurve`.
IBondingCurve constant BONDING_CURVE = IBondingCurve(0x00000000000000000000000000000000000A1001);

/// @title Exact mathematics of a bonding curve with a constant reserve ratio
/// @notice With supply S, reserve R and ratio w, the price of a token at the margin is R/(w·S), and a
/// trade moves the pool along S/R^w = constant. Results are the real values, rounded to integers: what a
/// trade gives or costs in favour of the pool, everything else down. Trade fees are not part of it.
/// @dev Units: `supply` and `tokens` in token units of 18 decimals; `reserve`, `deposit` and
/// `reserveOut` in reserve units, which have 6 decimals in the reserve coin of the chain; `crrPpm` in
/// parts per million. Limits: see `domain`. A function of its input alone, hence `pure`.
interface IBondingCurve is INativePrecompile {
    /// @notice An input is outside the domain.
    /// @param code Which, the least of several: 1 supply, 2 reserve, 3 ratio, 4 deposit, 5 tokens, 6 reserve
    /// taken out.
    error CurveDomain(uint8 code);

    /// @notice The result needs more than 256 bits.
    error CurveOverflow();

    /// @notice What a deposit buys: ⌊S·((1 + E/R)^w − 1)⌋.
    /// @param supply Tokens before the trade, S.
    /// @param reserve Reserve before the trade, R.
    /// @param crrPpm Constant reserve ratio, w.
    /// @param deposit What is paid in, E.
    /// @return tokens What is minted for it.
    function purchaseReturn(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 deposit)
        external
        pure
        returns (uint256 tokens);

    /// @notice What a sale pays: ⌊R·(1 − (1 − T/S)^(1/w))⌋.
    /// @param supply Tokens before the trade, S.
    /// @param reserve Reserve before the trade, R.
    /// @param crrPpm Constant reserve ratio, w.
    /// @param tokens What is sold, T; S at most.
    /// @return reserveOut What is paid out for it.
    function saleReturn(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 tokens)
        external
        pure
        returns (uint256 reserveOut);

    /// @notice What buying a number of tokens costs: ⌈R·((1 + T/S)^(1/w) − 1)⌉.
    /// @param supply Tokens before the trade, S.
    /// @param reserve Reserve before the trade, R.
    /// @param crrPpm Constant reserve ratio, w.
    /// @param tokens What is bought, T; it may be more than S.
    /// @return deposit What has to be paid in.
    function fundCost(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 tokens)
        external
        pure
        returns (uint256 deposit);

    /// @notice What has to be sold to be paid an amount: ⌈S·(1 − (1 − F/R)^w)⌉.
    /// @param supply Tokens before the trade, S.
    /// @param reserve Reserve before the trade, R.
    /// @param crrPpm Constant reserve ratio, w.
    /// @param reserveOut What is to be paid out, F; R at most.
    /// @return tokens What has to be burned.
    function saleCost(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 reserveOut)
        external
        pure
        returns (uint256 tokens);

    /// @notice The price at the margin: ⌊R·10^30/(w·S)⌋.
    /// @param supply Tokens, S.
    /// @param reserve Reserve, R.
    /// @param crrPpm Constant reserve ratio, w.
    /// @return price Whole coins of the reserve, of 6 decimals, for one whole token, of 18 decimals; times
    /// 10^18.
    function spotPrice(uint256 supply, uint256 reserve, uint32 crrPpm)
        external
        pure
        returns (uint256 price);

    /// @notice The value of all tokens at the price at the margin: ⌊R/w⌋.
    /// @param reserve Reserve, R.
    /// @param crrPpm Constant reserve ratio, w.
    /// @return value In reserve units.
    function marketCap(uint256 reserve, uint32 crrPpm) external pure returns (uint256 value);

    /// @notice How far a purchase raises the price at the margin:
    /// ⌊10 000·((1 + E/R)^(1 − w) − 1)⌋.
    /// @param supply Tokens before the trade, S.
    /// @param reserve Reserve before the trade, R.
    /// @param crrPpm Constant reserve ratio, w.
    /// @param deposit What is paid in, E.
    /// @return bps In basis points.
    function buyImpactBps(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 deposit)
        external
        pure
        returns (uint256 bps);

    /// @notice How far a sale lowers the price at the margin:
    /// ⌊10 000·(1 − (1 − T/S)^(1/w − 1))⌋.
    /// @param supply Tokens before the trade, S.
    /// @param reserve Reserve before the trade, R.
    /// @param crrPpm Constant reserve ratio, w.
    /// @param tokens What is sold, T; S at most.
    /// @return bps In basis points.
    function sellImpactBps(uint256 supply, uint256 reserve, uint32 crrPpm, uint256 tokens)
        external
        pure
        returns (uint256 bps);

    /// @notice The limits of the domain.
    /// @return limits Largest supply, largest reserve, largest deposit, most tokens that `fundCost`
    /// takes, smallest ratio, largest ratio. The smallest supply and reserve are 1.
    function domain() external pure returns (uint256[6] memory limits);
}
