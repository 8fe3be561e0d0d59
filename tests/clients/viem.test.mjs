// viem, as its users use it: no gas, fee or nonce is set by hand.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import {
  BaseError,
  ContractFunctionRevertedError,
  InsufficientFundsError,
  NonceTooLowError,
  createPublicClient,
  createWalletClient,
  http,
  keccak256,
  nonceManager,
  parseEther,
  toRlp,
  webSocket,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";

import { chain } from "./chain.mjs";
import {
  ACCESS_LIST,
  ACCESS_LIST_GAS,
  ACCOUNT,
  MNEMONIC,
  RPC_URL,
  STRANGER,
  TOKEN,
  within,
} from "./environment.mjs";
import { headerList } from "./header.mjs";

const SUPPLY = 1_000_000n;

// How often viem asks for a receipt. Its default suits blocks of many seconds.
const pollingInterval = 50;

describe("viem", { concurrency: 1 }, () => {
  const account = mnemonicToAccount(MNEMONIC, { addressIndex: ACCOUNT.viem });
  const client = createPublicClient({ chain, transport: http(), pollingInterval });
  const wallet = createWalletClient({ account, chain, transport: http(), pollingInterval });
  const socket = createPublicClient({ chain, transport: webSocket() });
  let token;

  const mined = async (hash) => {
    const receipt = await client.waitForTransactionReceipt({ hash });
    assert.equal(receipt.status, "success");
    return receipt;
  };

  before(async () => {
    const hash = await wallet.deployContract({ ...TOKEN, args: [SUPPLY] });
    token = { address: (await mined(hash)).contractAddress, abi: TOKEN.abi };
  });

  after(async () => (await socket.transport.getRpcClient()).close());

  it("finds the chain it was configured for", async () => {
    assert.equal(await client.getChainId(), chain.id);
    assert.match(await client.request({ method: "web3_clientVersion" }), /^hanzo\//);
  });

  for (const type of ["legacy", "eip2930", "eip1559"]) {
    it(`sends a transfer of type ${type} with its own fee estimate`, async () => {
      const before = await client.getBalance({ address: STRANGER });
      const value = parseEther("0.5");
      const hash = await wallet.sendTransaction({ to: STRANGER, value, type });
      const receipt = await mined(hash);
      assert.equal(receipt.type, type);
      assert.equal(receipt.gasUsed, 21_000n);
      assert.equal(await client.getBalance({ address: STRANGER }), before + value);
      const transaction = await client.getTransaction({ hash });
      assert.equal(transaction.blockHash, receipt.blockHash);
    });
  }

  it("sends an access list", async () => {
    const hash = await wallet.sendTransaction({
      to: STRANGER,
      value: 1n,
      type: "eip2930",
      accessList: ACCESS_LIST,
    });
    assert.equal((await mined(hash)).gasUsed, ACCESS_LIST_GAS);
    const { accessList } = await client.getTransaction({ hash });
    assert.deepEqual(accessList, [{ ...ACCESS_LIST[0], address: STRANGER.toLowerCase() }]);
  });

  it("reads a block with its transactions and what they paid", async () => {
    const hash = await wallet.sendTransaction({ to: STRANGER, value: 1n });
    const { blockHash, effectiveGasPrice } = await mined(hash);
    const block = await client.getBlock({ blockHash, includeTransactions: true });
    const transaction = block.transactions.find((one) => one.hash === hash);
    assert.deepEqual(transaction, await client.getTransaction({ hash }));
    const { maxFeePerGas, maxPriorityFeePerGas } = transaction;
    const offered = block.baseFeePerGas + maxPriorityFeePerGas;
    assert.equal(effectiveGasPrice, offered < maxFeePerGas ? offered : maxFeePerGas);
    assert.ok((await client.getBalance({ address: block.miner })) > 0n);
  });

  it("works with nothing configured but the address", async () => {
    const stock = mnemonicToAccount(MNEMONIC, { addressIndex: ACCOUNT.viem + 2 });
    const reader = createPublicClient({ transport: http(RPC_URL) });
    const writer = createWalletClient({ account: stock, chain, transport: http() });
    for (const nonce of [1, 2, 3]) {
      const hash = await writer.sendTransaction({ to: STRANGER, value: 1n });
      const receipt = await within(reader.waitForTransactionReceipt({ hash }), "receipt");
      assert.equal(receipt.status, "success");
      assert.equal(await reader.getTransactionCount({ address: stock.address }), nonce);
    }
  });

  it("deploys, writes and reads back", async () => {
    assert.equal(await client.readContract({ ...token, functionName: "totalSupply" }), SUPPLY);
    const args = [STRANGER, 7n];
    const { request } = await client.simulateContract({
      ...token,
      account,
      functionName: "transfer",
      args,
    });
    await mined(await wallet.writeContract(request));
    const balance = await client.readContract({
      ...token,
      functionName: "balanceOf",
      args: [STRANGER],
    });
    assert.equal(balance, 7n);
  });

  it("reads events by query", async () => {
    const events = await client.getContractEvents({
      ...token,
      eventName: "Transfer",
      args: { to: STRANGER },
      fromBlock: "earliest",
    });
    assert.deepEqual(events.map((event) => event.args.value), [7n]);
    assert.equal(typeof events[0].blockTimestamp, "bigint");
  });

  it("reads events by subscription", async () => {
    let stop;
    const seen = new Promise((resolve, reject) => {
      stop = socket.watchContractEvent({
        ...token,
        eventName: "Transfer",
        onLogs: resolve,
        onError: reject,
      });
    });
    // The node confirms a subscription before it answers what is asked after it.
    await socket.getBlockNumber();
    const transfer = { ...token, functionName: "transfer", args: [STRANGER, 11n] };
    await mined(await wallet.writeContract(transfer));
    const [event] = await within(seen, "event");
    stop();
    assert.equal(event.args.value, 11n);
    assert.equal(event.args.from, account.address);
  });

  it("sees new heads by subscription", async () => {
    let stop;
    const seen = new Promise((resolve, reject) => {
      stop = socket.watchBlocks({ onBlock: resolve, onError: reject });
    });
    await socket.getBlockNumber();
    await mined(await wallet.sendTransaction({ to: STRANGER, value: 1n }));
    const block = await within(seen, "block");
    stop();
    assert.equal((await client.getBlock({ blockHash: block.hash })).number, block.number);
  });

  it("decodes the reason of a revert", async () => {
    const call = { ...token, account, functionName: "transfer", args: [STRANGER, SUPPLY + 1n] };
    await assert.rejects(client.simulateContract(call), (error) => {
      const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
      return reverted?.reason === "Token: balance too low";
    });
    await assert.rejects(client.estimateContractGas(call), /Token: balance too low/);
  });

  it("recognises a used nonce and missing funds", async () => {
    const walks = (type) => (error) =>
      error instanceof BaseError && error.walk((cause) => cause instanceof type) !== null;
    await assert.rejects(
      wallet.sendTransaction({ to: STRANGER, value: 1n, nonce: 0 }),
      walks(NonceTooLowError),
    );
    await assert.rejects(
      wallet.sendTransaction({ to: STRANGER, value: parseEther("1000000") }),
      walks(InsufficientFundsError),
    );
  });

  it("gets twenty transactions mined that are sent at once", async () => {
    const many = mnemonicToAccount(MNEMONIC, { addressIndex: ACCOUNT.viem + 1, nonceManager });
    const send = () => wallet.sendTransaction({ account: many, to: STRANGER, value: 1n });
    const hashes = await Promise.all(Array.from({ length: 20 }, send));
    await Promise.all(hashes.map(mined));
    assert.equal(await client.getTransactionCount({ address: many.address }), 20);
  });

  it("recomputes the hash of a block from its fields", async () => {
    const { blockNumber } = await mined(await wallet.sendTransaction({ to: STRANGER, value: 1n }));
    const params = [`0x${blockNumber.toString(16)}`, false];
    const block = await client.request({ method: "eth_getBlockByNumber", params });
    assert.equal(keccak256(toRlp(headerList(block))), block.hash);
    assert.equal(block.totalDifficulty, undefined);
  });
});
