// What genesis has at an address, beside a deployment of the same contract by a transaction.

import assert from "node:assert/strict";

import { numberToHex } from "viem";

import { shipped } from "./environment.mjs";

const ZERO = `0x${"00".repeat(32)}`;

// More slots than any constructor of ours sets.
const SLOTS = 1_000;

/** The runtime code of an artifact with the words that its constructor fills in, by the variable's name. */
function codeOf({ runtime, immutables }, words) {
  assert.deepEqual(Object.keys(words).sort(), [...new Set(immutables.map(({ name }) => name))].sort());
  let code = runtime;
  for (const { name, start, length } of immutables) {
    const [from, to] = [2 + 2 * start, 2 + 2 * (start + length)];
    assert.equal(words[name].length, 2 + 2 * length, name);
    code = code.slice(0, from) + words[name].slice(2) + code.slice(to);
  }
  return code;
}

/**
 * What lies at an address when this block begins: nonce, coins, code, and value by slot of all storage.
 * The slots of the variables are read in another way, too.
 */
async function accountAt(client, address, block, variables) {
  const params = [block.hash, 0, address, ZERO, SLOTS];
  const { storage: slots, nextKey } = await client.request({ method: "debug_storageRangeAt", params });
  assert.equal(nextKey, null, `${address} has more than ${SLOTS} slots`);
  const storage = Object.fromEntries(Object.values(slots).map(({ key, value }) => [BigInt(key), value]));
  const at = { address, blockNumber: block.number - 1n };
  for (const { label, slot } of variables) {
    const value = await client.getStorageAt({ ...at, slot: numberToHex(BigInt(slot)) });
    assert.equal(value, storage[slot] ?? ZERO, label);
  }
  return {
    nonce: await client.getTransactionCount(at),
    balance: await client.getBalance(at),
    code: await client.getCode(at),
    storage,
  };
}

/**
 * Asserts that the chain has begun with a contract at `address` that is what a deployment of `name` by a
 * transaction leaves at an address of its own, except that the words filled into the code are those that
 * belong to the address: `wordsAt(address)`, and that it has what consensus wrote before the first block:
 * `written`, values by slot. Resolves to the address of the deployment.
 */
export async function assertAsDeployed({ client, wallet, name, address, wordsAt = () => ({}), written = {} }) {
  const artifact = shipped(name);
  const mined = async (hash) => {
    const receipt = await client.waitForTransactionReceipt({ hash });
    assert.equal(receipt.status, "success");
    return receipt;
  };
  const deployment = { abi: artifact.abi, bytecode: artifact.creation };
  const { contractAddress } = await mined(await wallet.deployContract(deployment));
  // What the deployment left is what the next block begins with.
  const { blockNumber } = await mined(await wallet.sendTransaction({ to: wallet.account.address }));
  const beginning = async (at, number) =>
    accountAt(client, at, await client.getBlock({ blockNumber: number }), artifact.storage.variables);
  const deployed = await beginning(contractAddress, blockNumber);
  const predeploy = await beginning(address, 1n);
  const { storage } = deployed;
  const expected = (at) => ({ nonce: 1, balance: 0n, code: codeOf(artifact, wordsAt(at)), storage });
  assert.deepEqual(deployed, expected(contractAddress));
  assert.deepEqual(predeploy, { ...expected(address), storage: { ...storage, ...written } });
  return contractAddress;
}
