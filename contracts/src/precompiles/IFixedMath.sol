// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {INativePrecompile} from "./INativePrecompile.sol";

/// @dev The native precompile `FixedMath`.
IFixedMath constant FIXED_MATH = IFixedMath(0x00000000000000000000000000000000000a1004);

/// @title Exact integer and fixed-point mathematics
/// @notice Each result is the real value, rounded as the function says.
/// @dev "Wad" is a number with 18 decimals: 10^18 stands for one. A function of its input alone, hence
/// `pure`.
interface IFixedMath is INativePrecompile {
    /// @notice There is no such value: a division by zero, or the logarithm of what is not positive.
    error MathDomain();

    /// @notice The result does not fit its type.
    error MathOverflow();

    /// @notice ⌊x·y/denominator⌋; the product has as many bits as it needs.
    /// @param x A factor.
    /// @param y A factor.
    /// @param denominator The divisor; zero reverts with `MathDomain`.
    /// @return result Rounded down.
    function mulDiv(uint256 x, uint256 y, uint256 denominator) external pure returns (uint256 result);

    /// @notice ⌈x·y/denominator⌉; the product has as many bits as it needs.
    /// @param x A factor.
    /// @param y A factor.
    /// @param denominator The divisor; zero reverts with `MathDomain`.
    /// @return result Rounded up.
    function mulDivUp(uint256 x, uint256 y, uint256 denominator) external pure returns (uint256 result);

    /// @notice ⌊√x⌋.
    /// @param x An integer.
    /// @return root Rounded down.
    function isqrt(uint256 x) external pure returns (uint256 root);

    /// @notice ⌊10^18·e^(x/10^18)⌋.
    /// @param x The exponent as a wad.
    /// @return result A wad, rounded down; `MathOverflow` from 2^255 on.
    function expWad(int256 x) external pure returns (int256 result);

    /// @notice ⌊10^18·ln(x/10^18)⌋.
    /// @param x A wad; zero and less revert with `MathDomain`.
    /// @return result A wad, rounded towards negative infinity.
    function lnWad(int256 x) external pure returns (int256 result);
}
