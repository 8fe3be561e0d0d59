// ethers, as its users use it: no gas, fee or nonce is set by hand.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import {
  Contract,
  ContractFactory,
  HDNodeWallet,
  JsonRpcProvider,
  Mnemonic,
  NonceManager,
  WebSocketProvider,
  encodeRlp,
  isError,
  keccak256,
  parseEther,
} from "ethers";

import {
  ACCESS_LIST,
  ACCESS_LIST_GAS,
  ACCOUNT,
  MNEMONIC,
  RPC_URL,
  STRANGER,
  TOKEN,
  WS_URL,
  within,
} from "./environment.mjs";
import { headerList } from "./header.mjs";

const SUPPLY = 1_000_000n;

function account(index) {
  return HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), `m/44'/60'/0'/0/${index}`);
}

describe("ethers", { concurrency: 1 }, () => {
  // ethers answers a repeated question from memory for 250 ms, in which this node mines dozens of
  // blocks: a nonce or balance asked for right after a receipt would be the one from before.
  const provider = new JsonRpcProvider(RPC_URL, undefined, { cacheTimeout: -1 });
  const socket = new WebSocketProvider(WS_URL);
  const wallet = account(ACCOUNT.ethers).connect(provider);
  let token;

  // ethers asks for a receipt every four seconds and at every block it hears of.
  provider.pollingInterval = 50;

  const mined = async (response) => {
    const receipt = await response.wait();
    assert.equal(receipt.status, 1);
    return receipt;
  };

  before(async () => {
    const factory = new ContractFactory(TOKEN.abi, TOKEN.bytecode, wallet);
    token = await factory.deploy(SUPPLY);
    await token.waitForDeployment();
  });

  after(async () => {
    provider.destroy();
    await socket.destroy();
  });

  it("finds the chain", async () => {
    assert.equal((await provider.getNetwork()).chainId, 31337n);
  });

  for (const type of [0, 1, 2]) {
    it(`sends a transfer of type ${type} with its own fee estimate`, async () => {
      const before = await provider.getBalance(STRANGER);
      const value = parseEther("0.5");
      const receipt = await mined(await wallet.sendTransaction({ to: STRANGER, value, type }));
      assert.equal(receipt.type, type);
      assert.equal(receipt.gasUsed, 21_000n);
      assert.equal(await provider.getBalance(STRANGER), before + value);
    });
  }

  it("sends an access list", async () => {
    const request = { to: STRANGER, value: 1n, type: 1, accessList: ACCESS_LIST };
    const response = await wallet.sendTransaction(request);
    assert.equal((await mined(response)).gasUsed, ACCESS_LIST_GAS);
    const { accessList } = await provider.getTransaction(response.hash);
    assert.deepEqual(accessList, ACCESS_LIST);
  });

  it("reads a block with its transactions and what they paid", async () => {
    const receipt = await mined(await wallet.sendTransaction({ to: STRANGER, value: 1n }));
    const block = await provider.getBlock(receipt.blockHash, true);
    const transaction = block.getPrefetchedTransaction(receipt.hash);
    assert.equal(transaction.from, wallet.address);
    const { maxFeePerGas, maxPriorityFeePerGas } = transaction;
    const offered = block.baseFeePerGas + maxPriorityFeePerGas;
    assert.equal(receipt.gasPrice, offered < maxFeePerGas ? offered : maxFeePerGas);
    assert.ok((await provider.getBalance(block.miner)) > 0n);
  });

  it("works with nothing configured but the address", async () => {
    const stock = new JsonRpcProvider(RPC_URL);
    // The suite's provider has its memory switched off. With it on, only NonceManager keeps count
    // where a block follows a block within that memory.
    const sender = new NonceManager(account(ACCOUNT.ethers + 2).connect(stock));
    try {
      for (let sent = 0; sent < 3; sent += 1) {
        const response = await sender.sendTransaction({ to: STRANGER, value: 1n });
        assert.equal((await within(response.wait(), "receipt")).status, 1);
      }
      assert.equal(await provider.getTransactionCount(await sender.getAddress()), 3);
    } finally {
      stock.destroy();
    }
  });

  it("deploys, writes and reads back", async () => {
    assert.equal(await token.totalSupply(), SUPPLY);
    await mined(await token.transfer(STRANGER, 7n));
    assert.equal(await token.balanceOf(STRANGER), 7n);
  });

  it("reads events by query", async () => {
    const events = await token.queryFilter(token.filters.Transfer(null, STRANGER), 0);
    assert.deepEqual(events.map((event) => event.args.value), [7n]);
  });

  it("reads events by subscription", async () => {
    const listening = token.connect(socket);
    const seen = new Promise((resolve) => {
      void listening.on("Transfer", (from, to, value) => resolve({ from, to, value }));
    });
    // The node confirms a subscription before it answers what is asked after it.
    await socket.getBlockNumber();
    await mined(await token.transfer(STRANGER, 11n));
    const event = await within(seen, "event");
    await listening.removeAllListeners();
    assert.deepEqual(event, { from: wallet.address, to: STRANGER, value: 11n });
  });

  it("sees new heads by subscription", async () => {
    const seen = new Promise((resolve) => void socket.once("block", resolve));
    await socket.getBlockNumber();
    const receipt = await mined(await wallet.sendTransaction({ to: STRANGER, value: 1n }));
    assert.equal(await within(seen, "block"), receipt.blockNumber);
  });

  it("decodes the reason of a revert", async () => {
    const reverts = (error) =>
      isError(error, "CALL_EXCEPTION") && error.reason === "Token: balance too low";
    await assert.rejects(token.transfer.staticCall(STRANGER, SUPPLY + 1n), reverts);
    await assert.rejects(token.transfer.estimateGas(STRANGER, SUPPLY + 1n), reverts);
  });

  it("recognises a used nonce, missing funds and a method that does not exist", async () => {
    await assert.rejects(
      wallet.sendTransaction({ to: STRANGER, value: 1n, nonce: 0 }),
      (error) => isError(error, "NONCE_EXPIRED"),
    );
    await assert.rejects(
      wallet.sendTransaction({ to: STRANGER, value: parseEther("1000000") }),
      (error) => isError(error, "INSUFFICIENT_FUNDS"),
    );
    await assert.rejects(
      provider.send("eth_noSuchMethod", []),
      (error) => isError(error, "UNSUPPORTED_OPERATION"),
    );
  });

  it("moves the coin of the chain as a token", async () => {
    const coin = new Contract(
      "0x00000000000000000000000000000000000A1100",
      [
        "function transfer(address to, uint256 value) returns (bool)",
        "function balanceOf(address account) view returns (uint256)",
        "event Transfer(address indexed from, address indexed to, uint256 value)",
      ],
      wallet,
    );
    const [from, value] = [wallet.address, parseEther("0.25")];
    const [sent, received] = [await provider.getBalance(from), await provider.getBalance(STRANGER)];
    const { blockNumber, fee } = await mined(await coin.transfer(STRANGER, value));
    assert.equal(await provider.getBalance(STRANGER), received + value);
    assert.equal(await coin.balanceOf(STRANGER), received + value);
    assert.equal(await coin.balanceOf(from), sent - value - fee);
    const events = await coin.queryFilter(coin.filters.Transfer(from), blockNumber);
    assert.deepEqual(events.map(({ args }) => [...args]), [[from, STRANGER, value]]);
  });

  it("gets twenty transactions mined that are sent at once", async () => {
    const many = new NonceManager(account(ACCOUNT.ethers + 1).connect(provider));
    const send = () => many.sendTransaction({ to: STRANGER, value: 1n });
    const responses = await Promise.all(Array.from({ length: 20 }, send));
    await Promise.all(responses.map(mined));
    assert.equal(await provider.getTransactionCount(await many.getAddress()), 20);
  });

  it("recomputes the hash of a block from its fields", async () => {
    const receipt = await mined(await wallet.sendTransaction({ to: STRANGER, value: 1n }));
    const number = `0x${receipt.blockNumber.toString(16)}`;
    const block = await provider.send("eth_getBlockByNumber", [number, false]);
    assert.equal(keccak256(encodeRlp(headerList(block))), block.hash);
  });
});
