// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// What a batch of calls can meet: values, state, coins, and every way to fail.
contract Probe {
    uint256 public total;
    mapping(address => uint256) public paidBy;

    error Refused(uint256 code);

    function add(uint256 amount) external returns (uint256) {
        total += amount;
        return total;
    }

    function pay() external payable returns (uint256) {
        paidBy[msg.sender] += msg.value;
        return msg.value;
    }

    function who() external view returns (address) {
        return msg.sender;
    }

    function echo(bytes calldata data) external pure returns (bytes memory) {
        return data;
    }

    function random() external view returns (uint256) {
        return block.prevrandao;
    }

    function baseFee() external view returns (uint256) {
        return block.basefee;
    }

    function refuse(uint256 code) external payable {
        revert Refused(code);
    }

    function refuseWithReason() external pure {
        revert("Probe: refused");
    }

    function refuseSilently() external pure {
        revert();
    }

    function fail() external pure {
        assert(false);
    }
}
