// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// The smallest token that exercises what a client relies on: a constructor
/// argument, storage, an indexed event and a revert that carries a reason.
contract Token {
    mapping(address => uint256) public balanceOf;
    uint256 public immutable totalSupply;

    event Transfer(address indexed from, address indexed to, uint256 value);

    constructor(uint256 supply) {
        totalSupply = supply;
        balanceOf[msg.sender] = supply;
        emit Transfer(address(0), msg.sender, supply);
    }

    function transfer(address to, uint256 value) external returns (bool) {
        require(balanceOf[msg.sender] >= value, "Token: balance too low");
        unchecked {
            balanceOf[msg.sender] -= value;
            balanceOf[to] += value;
        }
        emit Transfer(msg.sender, to, value);
        return true;
    }
}
