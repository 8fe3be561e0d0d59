// Work shares, as a provider with a stock client submits them: the headers of its own blocks.

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  encodeAbiParameters,
  getAddress,
  http,
  keccak256,
  numberToHex,
  pad,
  parseEventLogs,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";

import { chain } from "./chain.mjs";
import { ACCOUNT, MNEMONIC, RPC_URL, shipped } from "./environment.mjs";
import { assertAsDeployed } from "./predeploy.mjs";

const SHARES = {
  address: getAddress("0x00000000000000000000000000000000000A1102"),
  abi: shipped("ComputeMining").abi,
};

// The coinbase of the dev chain: every block pays it, and every header of a block is a share.
const PROVIDER = mnemonicToAccount(MNEMONIC, { addressIndex: 20 });
const OTHER = mnemonicToAccount(MNEMONIC, { addressIndex: ACCOUNT.shares });

const transport = http(RPC_URL);
const client = createPublicClient({ chain, transport, pollingInterval: 50 });
const provider = createWalletClient({ account: PROVIDER, chain, transport });
const other = createWalletClient({ account: OTHER, chain, transport });

const read = (functionName, args = []) => client.readContract({ ...SHARES, functionName, args });

async function mined(hash) {
  const receipt = await client.waitForTransactionReceipt({ hash });
  assert.equal(receipt.status, "success");
  return receipt;
}

/** Makes a block. Resolves to its header, and the same as a share. */
async function nextHeader() {
  const { blockNumber } = await mined(await other.sendTransaction({ to: OTHER.address }));
  const header = await client.getBlock({ blockNumber });
  const share = await client.request({ method: "debug_getRawHeader", params: [numberToHex(blockNumber)] });
  return { header, share };
}

/** Asserts that a call is refused by this error of the contract. Resolves to the error's arguments. */
async function refused(account, functionName, args, name) {
  const call = client.simulateContract({ ...SHARES, account, functionName, args });
  const error = await call.then(() => assert.fail(`${functionName} passes`), (reason) => reason);
  assert.ok(error instanceof BaseError, String(error));
  const revert = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
  assert.equal(revert?.data?.errorName, name, error.message);
  return revert.data.args ?? [];
}

describe("work shares", () => {
  let first;

  before(async () => {
    first = await nextHeader();
  });

  it("have a contract at genesis that is what a deployment would be, with the difficulty of epoch 0", async () => {
    const words = encodeAbiParameters([{ type: "uint256" }, { type: "uint256" }], [0n, 0n]);
    const written = { [BigInt(keccak256(words))]: pad(numberToHex(2n ** 26n)) };
    const { address } = SHARES;
    await assertAsDeployed({ client, wallet: other, name: "ComputeMining", address, written });
    assert.equal((await read("epochs", [0n]))[0], 2n ** 26n);
  });

  it("count for who the header pays, once, and the log says so", async () => {
    const { header, share } = await nextHeader();
    const hash = await provider.writeContract({ ...SHARES, functionName: "submitShares", args: [[share]] });
    const receipt = await mined(hash);
    const [log] = parseEventLogs({ abi: SHARES.abi, logs: receipt.logs });
    assert.equal(log.eventName, "ShareAccepted");
    const expected = {
      provider: PROVIDER.address,
      epoch: 0n,
      number: header.number,
      headerHash: header.hash,
    };
    assert.deepEqual({ ...log.args }, expected);
    const [shares, claimed] = await read("accounts", [PROVIDER.address, 0n]);
    assert.deepEqual([shares >= 1n, claimed], [true, false]);
    await refused(PROVIDER, "submitShares", [[share]], "DuplicateShare");
  });

  it("are refused with the name of the reason and the position", async () => {
    const { share } = await nextHeader();
    const bent = `${share.slice(0, -2)}${share.endsWith("00") ? "01" : "00"}`;
    assert.deepEqual(await refused(PROVIDER, "submitShares", [[share, bent]], "InvalidProof"), [1n]);
    const late = await refused(PROVIDER, "submitShares", [[share, first.share]], "OutOfOrder");
    assert.equal(late[0], 1n);
    const [index, whom, sender] = await refused(OTHER, "submitShares", [[share]], "NotOperator");
    assert.deepEqual([index, whom, sender], [0n, PROVIDER.address, OTHER.address]);
    await refused(PROVIDER, "submitShares", [[]], "NoHeaders");
  });

  it("are submitted by an operator that the provider names", async () => {
    await mined(await provider.writeContract({ ...SHARES, functionName: "setOperator", args: [OTHER.address] }));
    const { share } = await nextHeader();
    await mined(await other.writeContract({ ...SHARES, functionName: "submitShares", args: [[share]] }));
    const nobody = `0x${"00".repeat(20)}`;
    await mined(await provider.writeContract({ ...SHARES, functionName: "setOperator", args: [nobody] }));
    assert.equal(await read("operatorOf", [PROVIDER.address]), nobody);
  });

  it("are paid when their epoch is settled, and not before", async () => {
    const [epoch, firstClaim] = await refused(PROVIDER, "claim", [0n], "EpochOpen");
    assert.deepEqual([epoch, firstClaim], [0n, 1_088n]);
    assert.equal(await read("claimable", [PROVIDER.address, 0n]), 0n);
    await refused(PROVIDER, "claim", [2n ** 256n - 1n], "EpochOpen");
  });

  it("need a contract that takes no coins", async () => {
    const sent = other.sendTransaction({ to: SHARES.address, value: 1n });
    await assert.rejects(sent, /revert/);
  });
});
