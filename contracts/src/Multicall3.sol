// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Many calls in one
/// @notice Makes a list of calls in one transaction, or in one `eth_call` and so on one state. Its ABI,
/// selectors and revert texts are those that clients know as Multicall3, which they look for at
/// 0xcA11bde05977b3631167028862bE2a173976CA11.
/// @dev The contract has no state, no owner and no rights, and must be given none: whoever calls it
/// decides what it calls. Calls come from the address of this contract. A call to an address without
/// code succeeds and returns nothing. Coins that stay here are lost: only `aggregate3Value` sends any,
/// and it sends what it is given.
contract Multicall3 {
    /// @notice A call that sends no coins.
    struct Call {
        address target;
        bytes callData;
    }

    /// @notice A call that sends no coins and may be allowed to fail.
    struct Call3 {
        address target;
        bool allowFailure;
        bytes callData;
    }

    /// @notice A call that sends `value` wei and may be allowed to fail.
    struct Call3Value {
        address target;
        bool allowFailure;
        uint256 value;
        bytes callData;
    }

    /// @notice What became of a call: what it returned, or the data it reverted with.
    struct Result {
        bool success;
        bytes returnData;
    }

    /// @notice Makes all calls; none may fail.
    /// @param calls What is called, in this order.
    /// @return blockNumber The number of this block.
    /// @return returnData What each call returned.
    function aggregate(Call[] calldata calls)
        external
        payable
        returns (uint256 blockNumber, bytes[] memory returnData)
    {
        blockNumber = block.number;
        returnData = new bytes[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            bool success;
            (success, returnData[i]) = calls[i].target.call(calls[i].callData);
            _requireCall(success);
        }
    }

    /// @notice Makes all calls.
    /// @param requireSuccess Whether none may fail.
    /// @param calls What is called, in this order.
    /// @return returnData What became of each call.
    function tryAggregate(bool requireSuccess, Call[] calldata calls)
        public
        payable
        returns (Result[] memory returnData)
    {
        returnData = new Result[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            Result memory result = returnData[i];
            (result.success, result.returnData) = calls[i].target.call(calls[i].callData);
            _requireCall(result.success || !requireSuccess);
        }
    }

    /// @notice Makes all calls and says in which block.
    /// @param requireSuccess Whether none may fail.
    /// @param calls What is called, in this order.
    /// @return blockNumber The number of this block.
    /// @return blockHash Zero: no block knows its own hash. It is here because callers decode it.
    /// @return returnData What became of each call.
    function tryBlockAndAggregate(bool requireSuccess, Call[] calldata calls)
        public
        payable
        returns (uint256 blockNumber, bytes32 blockHash, Result[] memory returnData)
    {
        blockNumber = block.number;
        blockHash = blockhash(block.number);
        returnData = tryAggregate(requireSuccess, calls);
    }

    /// @notice Makes all calls and says in which block; none may fail.
    /// @param calls What is called, in this order.
    /// @return blockNumber The number of this block.
    /// @return blockHash Zero, as in `tryBlockAndAggregate`.
    /// @return returnData What became of each call.
    function blockAndAggregate(Call[] calldata calls)
        external
        payable
        returns (uint256 blockNumber, bytes32 blockHash, Result[] memory returnData)
    {
        return tryBlockAndAggregate(true, calls);
    }

    /// @notice Makes all calls; each says for itself whether it may fail.
    /// @param calls What is called, in this order.
    /// @return returnData What became of each call.
    function aggregate3(Call3[] calldata calls) external payable returns (Result[] memory returnData) {
        returnData = new Result[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            Result memory result = returnData[i];
            (result.success, result.returnData) = calls[i].target.call(calls[i].callData);
            _requireCall(result.success || calls[i].allowFailure);
        }
    }

    /// @notice Makes all calls with coins; each says for itself whether it may fail. What the calls
    /// name, failed ones included, has to be exactly what was sent here. The coins of a call that fails
    /// stay in this contract, where nobody gets at them.
    /// @param calls What is called, in this order.
    /// @return returnData What became of each call.
    function aggregate3Value(Call3Value[] calldata calls)
        external
        payable
        returns (Result[] memory returnData)
    {
        returnData = new Result[](calls.length);
        uint256 left = msg.value;
        bool exceeded = false;
        for (uint256 i = 0; i < calls.length; ++i) {
            Call3Value calldata one = calls[i];
            Result memory result = returnData[i];
            (result.success, result.returnData) = one.target.call{value: one.value}(one.callData);
            _requireCall(result.success || one.allowFailure);
            // Counted down, because a sum could wrap around to the value that was sent.
            exceeded = exceeded || one.value > left;
            unchecked {
                left -= one.value;
            }
        }
        require(!exceeded && left == 0, "Multicall3: value mismatch");
    }

    /// @notice The base fee of this block.
    /// @return basefee In wei for each unit of gas.
    function getBasefee() external view returns (uint256 basefee) {
        basefee = block.basefee;
    }

    /// @notice The hash of one of the last 256 blocks.
    /// @param blockNumber The number of the block.
    /// @return blockHash Its hash; zero for any other block.
    function getBlockHash(uint256 blockNumber) external view returns (bytes32 blockHash) {
        blockHash = blockhash(blockNumber);
    }

    /// @notice The number of this block.
    /// @return blockNumber Counted from genesis, which is 0.
    function getBlockNumber() external view returns (uint256 blockNumber) {
        blockNumber = block.number;
    }

    /// @notice The id of this chain.
    /// @return chainid As in EIP-155.
    function getChainId() external view returns (uint256 chainid) {
        chainid = block.chainid;
    }

    /// @notice Who is paid for this block.
    /// @return coinbase The beneficiary.
    function getCurrentBlockCoinbase() external view returns (address coinbase) {
        coinbase = block.coinbase;
    }

    /// @notice The random value of this block, which has the place of the difficulty since EIP-4399.
    /// @return difficulty PREVRANDAO.
    function getCurrentBlockDifficulty() external view returns (uint256 difficulty) {
        difficulty = block.prevrandao;
    }

    /// @notice The gas limit of this block.
    /// @return gaslimit In units of gas.
    function getCurrentBlockGasLimit() external view returns (uint256 gaslimit) {
        gaslimit = block.gaslimit;
    }

    /// @notice The time of this block.
    /// @return timestamp In seconds since 1970.
    function getCurrentBlockTimestamp() external view returns (uint256 timestamp) {
        timestamp = block.timestamp;
    }

    /// @notice The balance of an account.
    /// @param addr The account.
    /// @return balance In wei.
    function getEthBalance(address addr) external view returns (uint256 balance) {
        balance = addr.balance;
    }

    /// @notice The hash of the block before this one.
    /// @return blockHash Its hash; zero in genesis, which has none before it.
    function getLastBlockHash() external view returns (bytes32 blockHash) {
        unchecked {
            blockHash = blockhash(block.number - 1);
        }
    }

    /// @dev The text is the one that callers compare with.
    function _requireCall(bool succeeded) private pure {
        require(succeeded, "Multicall3: call failed");
    }
}
