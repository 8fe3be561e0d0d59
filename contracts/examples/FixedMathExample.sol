// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {FIXED_MATH} from "../src/precompiles/IFixedMath.sol";

/// @title A loan whose interest compounds continuously
/// @notice Whoever creates the contract is the lender; the coins go to the borrower at once. At the rate
/// r a debt of one coin is e^(r·t) coins after t years. Anybody may repay, in parts, at any time.
/// @dev The debt is kept in coins of the first day. What is owed for them today is rounded up, and what
/// a payment takes off them is rounded down: the borrower wins nothing by paying in many small parts.
contract FixedMathExample {
    uint256 private constant WAD = 1e18;
    uint256 private constant YEAR = 365 days;

    /// @notice To whom repaid coins belong.
    address public immutable lender = msg.sender;
    /// @notice The rate r, a wad.
    uint64 public immutable rate;
    /// @notice The first day: the time of the loan, in seconds.
    uint256 public immutable start = block.timestamp;
    /// @notice The debt, in wei of the first day.
    uint256 public principal;

    /// @notice The account takes no coins.
    error PaymentRefused(address account);

    constructor(address borrower, uint64 rate_) payable {
        rate = rate_;
        principal = msg.value;
        FIXED_MATH.mulDivUp(principal, growth(100 * YEAR), WAD); // MathOverflow within a century?
        _pay(borrower, msg.value);
    }

    /// @notice e^(rate·time), a wad, for a time in seconds: what a coin of the first day has become.
    function growth(uint256 time) public view returns (uint256) {
        return uint256(FIXED_MATH.expWad(int256(rate * time / YEAR))); // a YEAR-th of 2^256 fits int256
    }

    /// @notice What repays the loan in this block, in wei.
    function owed() public view returns (uint256) {
        return FIXED_MATH.mulDivUp(principal, growth(block.timestamp - start), WAD);
    }

    /// @notice When what is left of the debt will be `value` wei, in seconds after `start`.
    /// @dev MathDomain if nothing is left, or for a value of zero. There is no answer for a rate of zero.
    function secondsUntil(uint128 value) external view returns (int256) {
        int256 grown = int256(FIXED_MATH.mulDiv(value, WAD, principal)); // 2^128·10^18 fits int256
        return FIXED_MATH.lnWad(grown) * int256(YEAR) / int256(uint256(rate));
    }

    /// @notice Repays with the coins that come along; what is too much goes back.
    function repay() external payable {
        uint256 debt = owed();
        uint256 repaid = FIXED_MATH.mulDiv(msg.value, WAD, growth(block.timestamp - start));
        principal = msg.value < debt ? principal - repaid : 0;
        if (msg.value > debt) _pay(msg.sender, msg.value - debt);
    }

    /// @notice Pays out what has been repaid, to the lender, whoever asks for it.
    function collect() external {
        _pay(lender, address(this).balance);
    }

    function _pay(address account, uint256 value) private {
        (bool taken,) = account.call{value: value}("");
        if (!taken) revert PaymentRefused(account);
    }
}
