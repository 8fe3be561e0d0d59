// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AI_COIN} from "../src/coin/AI.sol";

/// @title A subscription that is paid in the coin of the chain
/// @notice Once a period anybody may let the contract draw the price from a subscriber, who need not be
/// there: an allowance of the token suffices, and nothing has to be wrapped. A hundredth is burned. What
/// came as tokens goes out as coins, to a provider that need not know the token.
/// @dev Allowances for this contract serve nothing else. AI reverts if it does not move coins, and calls
/// nobody. Periods in which nobody drew are not made up for.
contract NativeCoinExample {
    uint256 public constant BURN_PERCENT = 1;

    /// @notice Who is paid.
    address public immutable provider;
    /// @notice Price of a period, in wei.
    uint256 public immutable price;
    /// @notice Length of a period, in seconds.
    uint256 public immutable period;
    /// @notice Until when a subscriber has paid, in seconds; zero for who has never subscribed.
    mapping(address subscriber => uint256) public paidUntil;

    /// @notice The account has not subscribed.
    error NotSubscribed(address account);
    /// @notice The subscriber has paid until a time that is yet to come.
    error TooEarly(uint256 paidUntil);
    /// @notice The provider takes no coins.
    error PaymentRefused(address provider);

    constructor(address provider_, uint256 price_, uint256 period_) {
        (provider, price, period) = (provider_, price_, period_);
    }

    /// @notice Subscribes the caller, who signs how much may be drawn in all, and pays for a period.
    /// An allowance of zero ends it.
    function subscribe(uint256 most, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        // Whoever sees the signature can show it first. What then fails here has been approved, and what
        // has not been approved fails below.
        try AI_COIN.permit(msg.sender, address(this), most, deadline, v, r, s) {} catch {}
        _draw(msg.sender);
    }

    /// @notice Draws the price of a period from a subscriber. Anybody may.
    function charge(address subscriber) external {
        if (paidUntil[subscriber] == 0) revert NotSubscribed(subscriber);
        _draw(subscriber);
    }

    /// @notice Pays out all coins, to the provider, whoever asks for it.
    function collect() external {
        (bool taken,) = provider.call{value: address(this).balance}("");
        if (!taken) revert PaymentRefused(provider);
    }

    function _draw(address subscriber) private {
        if (block.timestamp < paidUntil[subscriber]) revert TooEarly(paidUntil[subscriber]);
        paidUntil[subscriber] = block.timestamp + period;
        AI_COIN.transferFrom(subscriber, address(this), price);
        AI_COIN.burn(price * BURN_PERCENT / 100);
    }
}
