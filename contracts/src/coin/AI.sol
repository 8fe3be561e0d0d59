// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

import {NATIVE_COIN} from "../precompiles/INativeCoin.sol";
import {AI_SUPPLY} from "./AISupply.sol";

/// @dev The predeploy `AI`.
AI constant AI_COIN = AI(0x00000000000000000000000000000000000A1100);

/// @title The native coin as a token
/// @notice A second interface to the coin, not a second coin: `balanceOf(a)` is the balance of `a`, a
/// transfer here moves what a transaction with a value moves, and there is nothing to wrap. ERC-20,
/// ERC-2612 (permit) and burning; amounts in wei, 18 decimals.
/// @dev Allowances and nonces live here, balances do not. Who receives coins this way is not called. The
/// precompile NativeCoin logs `Transfer` in the name of this contract; transfers by the value of a
/// transaction or a call are not logged, as on every Ethereum chain. A contract that takes both must not
/// count the same coins twice.
contract AI is ERC20, ERC20Permit, ERC20Burnable {
    constructor() ERC20("AI", "AI") ERC20Permit("AI") {}

    /// @notice The balance of an account, as `eth_getBalance` gives it.
    /// @param account The account.
    /// @return value In wei.
    function balanceOf(address account) public view override returns (uint256 value) {
        return account.balance;
    }

    /// @notice Coins that exist, as `outstanding`.
    /// @return value In wei.
    function totalSupply() public view override returns (uint256 value) {
        return outstanding();
    }

    /// @notice Coins that exist: those of genesis, and minted, less burned.
    /// @return value In wei.
    function outstanding() public view returns (uint256 value) {
        return AI_SUPPLY.outstanding();
    }

    /// @notice Most coins that may ever exist at a time.
    /// @return value One billion coins, in wei.
    function cap() external view returns (uint256 value) {
        return AI_SUPPLY.cap();
    }

    /// @dev Nothing in this contract mints, so `from` is never the zero address.
    function _update(address from, address to, uint256 value) internal override {
        if (to == address(0)) {
            NATIVE_COIN.burn(from, value);
        } else {
            NATIVE_COIN.transfer(from, to, value);
        }
    }
}
