// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {BONDING_CURVE} from "../src/precompiles/IBondingCurve.sol";

/// @title A token that a pool sells and buys back along a curve
/// @notice The more tokens there are, the dearer they get. The first ones stay with the pool for ever,
/// so that neither supply nor reserve comes to zero.
/// @dev The reserve is counted, not read from the balance: coins forced on the contract move no price.
/// It is counted in gwei, so all coins that can ever exist, 10^18 gwei, are inside the curve's domain.
/// They buy 1000·√(10^18) tokens at most, which is inside, too. Outside, sales would be refused.
contract BondingCurveExample is ERC20 {
    uint32 public constant RATIO_PPM = 500_000;
    uint256 private constant FIRST_TOKENS = 1_000e18;
    uint256 private constant UNIT = 1 gwei;

    /// @notice What backs the tokens, in gwei.
    uint256 public reserve;

    /// @notice The trade gives less than the caller asked for: in tokens, or in wei.
    error Slippage(uint256 expected, uint256 found);
    /// @notice The coins, in wei, are not a whole number of gwei.
    error BrokenUnit(uint256 value);
    /// @notice The seller takes no coins.
    error PaymentRefused(address seller);

    constructor(string memory name_, string memory symbol_) payable ERC20(name_, symbol_) {
        reserve = _units(msg.value);
        BONDING_CURVE.spotPrice(FIRST_TOKENS, reserve, RATIO_PPM); // CurveDomain if there is no reserve
        _mint(address(this), FIRST_TOKENS);
    }

    /// @notice Buys for the coins that come along; with fewer tokens than asked for, nothing happens.
    function buy(uint256 leastTokens) external payable returns (uint256 tokens) {
        uint256 deposit = _units(msg.value);
        tokens = BONDING_CURVE.purchaseReturn(totalSupply(), reserve, RATIO_PPM, deposit);
        if (tokens < leastTokens) revert Slippage(leastTokens, tokens);
        reserve += deposit;
        _mint(msg.sender, tokens);
    }

    /// @notice Sells tokens of the caller; with fewer wei than asked for, nothing happens.
    function sell(uint256 tokens, uint256 leastWei) external returns (uint256 paid) {
        uint256 units = BONDING_CURVE.saleReturn(totalSupply(), reserve, RATIO_PPM, tokens);
        paid = units * UNIT;
        if (paid < leastWei) revert Slippage(leastWei, paid);
        reserve -= units;
        _burn(msg.sender, tokens);
        (bool taken,) = msg.sender.call{value: paid}("");
        if (!taken) revert PaymentRefused(msg.sender);
    }

    function _units(uint256 value) private pure returns (uint256) {
        if (value % UNIT != 0) revert BrokenUnit(value);
        return value / UNIT;
    }
}
