// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {ComputeProof} from "../precompiles/IComputeProof.sol";

/// @dev The predeploy `ComputeMining`.
ComputeMining constant COMPUTE_MINING = ComputeMining(0x00000000000000000000000000000000000A1102);

/// @title Work shares: steady pay for providers that seldom find a block
/// @notice A share is a header with a right seal that need not reach the difficulty of a block, only that
/// of a share. 30 % of every block reward goes into the pool of the block's epoch, which is 1 024 blocks
/// long; whoever showed shares of that epoch can claim the same part of the pool as of the shares.
/// Headers of blocks count too, those that lost against another block included.
/// @dev The coins of all pools lie here. Consensus pays them in and writes `shareDifficulty` and `pool` of
/// an epoch; the slots of the two are part of consensus. At the end of block 1024·(e+1) + 64 it moves the
/// pool of an epoch without shares to the open one. Everything else is written here.
contract ComputeMining {
    /// @notice An epoch; it has the blocks from 1 024 times its number on.
    struct Epoch {
        /// @dev The difficulty that a share of it has to reach, in multiplications. Consensus sets it at
        /// the end of the last block before the epoch.
        uint256 shareDifficulty;
        /// @dev What its blocks paid in, in wei. Paying out does not lower it.
        uint256 pool;
        /// @dev Shares of all providers.
        uint256 shares;
    }

    /// @notice What a provider has in an epoch.
    struct Account {
        /// @dev Shares that were accepted.
        uint64 shares;
        /// @dev Whether they are paid.
        bool claimed;
    }

    /// @notice Blocks in an epoch.
    uint256 public constant EPOCH_BLOCKS = 1024;

    /// @notice A share is accepted in the block of its own number and in the 63 after it.
    uint256 public constant WINDOW_BLOCKS = 64;

    /// @dev Multiplications of a tile of the synthetic kind, the only one there is.
    uint256 private constant TILE_MACS = 2 ** 22;

    /// @dev Bits of the lottery number that decide the order of shares with the same block number.
    uint256 private constant POW_BITS = 192;

    /// @notice Epochs by number.
    mapping(uint256 epoch => Epoch) public epochs;

    /// @notice Shares of a provider in an epoch, and whether they are paid.
    mapping(address provider => mapping(uint256 epoch => Account)) public accounts;

    /// @notice Who may submit the shares of a provider beside itself. Its pay goes to the provider.
    mapping(address provider => address) public operatorOf;

    /// @dev The last accepted share of a provider, as `_order` gives it.
    mapping(address provider => uint256) private _last;

    /// @notice A share was accepted.
    /// @param number Block number of its header.
    /// @param headerHash Keccak-256 of its header.
    event ShareAccepted(
        address indexed provider, uint256 indexed epoch, uint256 number, bytes32 headerHash
    );

    /// @notice The shares of a provider were paid.
    event Claimed(address indexed provider, uint256 indexed epoch, uint256 amount);

    /// @notice A provider named its operator, or none.
    event OperatorSet(address indexed provider, address indexed operator);

    /// @notice No share is in the call.
    error NoHeaders();
    /// @notice Not the RLP of a header with a right seal: malformed, of an unsupported kind, or `mixHash`
    /// is not what the tile of its nonce gives.
    error InvalidProof(uint256 index);
    /// @notice The block number lies outside the window, from `first` to `last`.
    error NotFresh(uint256 index, uint256 number, uint256 first, uint256 last);
    /// @notice The header does not build on the block of this chain before it: it is of another chain or
    /// of a fork that was left.
    error UnknownParent(uint256 index, bytes32 parentHash, bytes32 expected);
    /// @notice The seal is right, but its lottery number is above the target of the epoch's shares.
    error AboveTarget(uint256 index, uint256 pow, uint256 target);
    /// @notice The header pays a provider for whom the sender may not submit.
    error NotOperator(uint256 index, address provider, address sender);
    /// @notice The last accepted share of the provider is this one.
    error DuplicateShare(uint256 index, uint256 number, uint256 pow);
    /// @notice The provider has had a later share accepted. Shares come by block number, those of the same
    /// number by lottery number.
    error OutOfOrder(uint256 index, uint256 number, uint256 pow);
    /// @notice Shares of the epoch can still be accepted before block `firstClaim`.
    error EpochOpen(uint256 epoch, uint256 firstClaim);
    /// @notice The provider has no shares in the epoch.
    error NoShares(address provider, uint256 epoch);
    /// @notice The provider was paid for the epoch.
    error AlreadyClaimed(address provider, uint256 epoch);

    /// @notice Names who may submit the shares of the sender, so that its own key can stay away from the
    /// machines that mine.
    /// @param operator Zero for nobody.
    function setOperator(address operator) external {
        operatorOf[msg.sender] = operator;
        emit OperatorSet(msg.sender, operator);
    }

    /// @notice Submits shares, all or none.
    /// @param headers Canonical RLP of sealed headers, for each provider by (number, lottery number).
    function submitShares(bytes[] calldata headers) external {
        if (headers.length == 0) revert NoHeaders();
        for (uint256 index = 0; index < headers.length; ++index) {
            _accept(index, headers[index]);
        }
    }

    /// @notice Pays the sender for its shares of an epoch.
    /// @param epoch Its number.
    /// @return amount What was paid, in wei.
    function claim(uint256 epoch) external returns (uint256 amount) {
        return _claim(msg.sender, epoch);
    }

    /// @notice Pays a provider for its shares of an epoch. Everybody may ask for it.
    /// @param provider Who is paid.
    /// @param epoch Its number.
    /// @return amount What was paid, in wei.
    function claimFor(address provider, uint256 epoch) external returns (uint256 amount) {
        return _claim(provider, epoch);
    }

    /// @notice What a claim would pay now.
    /// @param provider Who would be paid.
    /// @param epoch Its number.
    /// @return amount In wei; 0 if the epoch is open, there are no shares or they are paid.
    function claimable(address provider, uint256 epoch) external view returns (uint256 amount) {
        Account memory account = accounts[provider][epoch];
        if (_isOpen(epoch) || account.claimed || account.shares == 0) return 0;
        return _part(epochs[epoch], account.shares);
    }

    /// @notice The open epoch.
    /// @return epoch That of this block.
    function currentEpoch() external view returns (uint256 epoch) {
        return block.number / EPOCH_BLOCKS;
    }

    /// @notice The last accepted share of a provider: its next one must be above it.
    /// @param provider Whom the header pays.
    /// @return number Block number of its header; 0 if there is none.
    /// @return powBits The first 192 bits of its lottery number.
    function lastShare(address provider) external view returns (uint256 number, uint256 powBits) {
        uint256 last = _last[provider];
        return (last >> POW_BITS, last & (2 ** POW_BITS - 1));
    }

    /// @notice The largest lottery number of a share.
    /// @param epoch Its number: the open epoch or one before it.
    /// @return target As the seal of a block with this difficulty has it.
    function shareTarget(uint256 epoch) external view returns (uint256 target) {
        uint256 difficulty = epochs[epoch].shareDifficulty;
        return difficulty == 0 ? 0 : _target(difficulty);
    }

    function _accept(uint256 index, bytes calldata header) private {
        // At difficulty 1 every lottery number wins: what is asked is whether the seal is right.
        (bool valid, ComputeProof.Work memory work) = ComputeProof.verify(header, 1);
        if (!valid) revert InvalidProof(index);
        _checkFresh(index, work.number, work.parentHash);
        _checkSender(index, work.beneficiary);
        uint256 number = work.number / EPOCH_BLOCKS;
        Epoch storage epoch = epochs[number];
        uint256 target = _target(epoch.shareDifficulty);
        if (work.pow > target) revert AboveTarget(index, work.pow, target);
        _checkOrder(index, work.beneficiary, work.number, work.pow);
        ++epoch.shares;
        ++accounts[work.beneficiary][number].shares;
        emit ShareAccepted(work.beneficiary, number, work.number, work.headerHash);
    }

    /// @dev The parent must be a block of this chain, so shares of other chains and of forks that were left
    /// are worth nothing, and none can be made before its parent is known. `blockhash` is zero for what it
    /// does not know, but within the window it knows all.
    function _checkFresh(uint256 index, uint256 number, bytes32 parentHash) private view {
        uint256 first = block.number < WINDOW_BLOCKS ? 1 : block.number - WINDOW_BLOCKS + 1;
        if (number < first || number > block.number) {
            revert NotFresh(index, number, first, block.number);
        }
        bytes32 expected = blockhash(number - 1);
        if (parentHash != expected) revert UnknownParent(index, parentHash, expected);
    }

    /// @dev Somebody else could make all earlier shares of a provider worthless by showing its last one.
    function _checkSender(uint256 index, address provider) private view {
        if (msg.sender == provider) return;
        // Somebody who only asks can be nobody, and so the operator of all who have none.
        bool isOperator = msg.sender == operatorOf[provider] && msg.sender != address(0);
        if (!isOperator) revert NotOperator(index, provider, msg.sender);
    }

    /// @dev The order makes it enough to know the last share of a provider: no share counts twice.
    function _checkOrder(uint256 index, address provider, uint256 number, uint256 pow) private {
        // Numbers of blocks have at most 64 bits. What is left out of the lottery number could only refuse
        // a share that agrees with another in 192 bits.
        uint256 order = (number << POW_BITS) | (pow >> (256 - POW_BITS));
        uint256 last = _last[provider];
        if (order == last) revert DuplicateShare(index, number, pow);
        if (order < last) revert OutOfOrder(index, number, pow);
        _last[provider] = order;
    }

    function _claim(address provider, uint256 epoch) private returns (uint256 amount) {
        if (_isOpen(epoch)) revert EpochOpen(epoch, _firstClaim(epoch));
        Account storage account = accounts[provider][epoch];
        if (account.shares == 0) revert NoShares(provider, epoch);
        if (account.claimed) revert AlreadyClaimed(provider, epoch);
        account.claimed = true;
        amount = _part(epochs[epoch], account.shares);
        emit Claimed(provider, epoch, amount);
        Address.sendValue(payable(provider), amount);
    }

    /// @dev The rest of the division stays here.
    function _part(Epoch memory epoch, uint256 shares) private pure returns (uint256 amount) {
        return epoch.pool * shares / epoch.shares;
    }

    function _isOpen(uint256 epoch) private view returns (bool isOpen) {
        return epoch >= block.number / EPOCH_BLOCKS || block.number < _firstClaim(epoch);
    }

    /// @dev The first block in which nothing about the epoch can change any more. For numbers that no chain
    /// reaches, the last there is.
    function _firstClaim(uint256 epoch) private pure returns (uint256 number) {
        if (epoch > type(uint256).max / EPOCH_BLOCKS - 2) return type(uint256).max;
        return (epoch + 1) * EPOCH_BLOCKS + WINDOW_BLOCKS;
    }

    /// @dev As the seal of a block has it: the largest number over the difficulty, times the
    /// multiplications of a draw. A difficulty of shares is at least 2^26, so the product fits.
    function _target(uint256 difficulty) private pure returns (uint256 target) {
        return type(uint256).max / difficulty * TILE_MACS;
    }
}
