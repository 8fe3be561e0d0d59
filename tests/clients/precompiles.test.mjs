// The Solidity interfaces of the native precompiles, as a contract uses them.
//
// The chain is a plain Ethereum one, which has none of them: a stand-in that answers with what it was
// asked shows what the library sends and how it reads the answer.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { describe, it } from "node:test";

import {
  ContractFunctionRevertedError,
  createPublicClient,
  getAddress,
  http,
  keccak256,
  numberToHex,
} from "viem";

import { ETHEREUM_RPC_URL, compiled } from "./environment.mjs";

const USER = { address: "0x00000000000000000000000000000000000c0de5" };
const COMPUTE_PROOF = "0x00000000000000000000000000000000000A1002";
const PAGES = new URL("../../docs/precompiles/", import.meta.url);
const HEADER = `0x${"c7".repeat(540)}`;

describe("the interfaces of the native precompiles", { concurrency: 1 }, () => {
  const client = createPublicClient({ transport: http(ETHEREUM_RPC_URL) });
  const { abi, runtime } = compiled("Precompiles");
  const standIn = compiled("ComputeProofStandIn").runtime;

  /** Calls the user of the library; `code` is what lies at the precompile's address. */
  const call = (code, functionName, ...args) =>
    client.readContract({
      ...USER,
      abi,
      functionName,
      args,
      stateOverride: [
        { ...USER, code: runtime },
        { address: COMPUTE_PROOF, code },
      ],
    });

  const unanswered = (success, found) => (error) => {
    const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
    const { errorName, args } = reverted.data;
    assert.deepEqual([errorName, args], ["ComputeProofAnswer", [success, 256n, found]]);
    return true;
  };

  it("have the addresses of the precompiles", async () => {
    const addresses = await call(standIn, "addresses");
    const numbers = addresses.map((address) => BigInt(address));
    assert.deepEqual(numbers, [0xa1001n, 0xa1002n, 0xa1003n, 0xa1004n]);
  });

  it("are documented with addresses that clients take, for they check the letters' case", () => {
    const pages = readdirSync(PAGES).map((page) => [page, readFileSync(new URL(page, PAGES), "utf8")]);
    const found = pages.flatMap(([page, text]) =>
      [...text.matchAll(/\b0x[0-9a-fA-F]{40}\b/g)].map(([address]) => [page, address]),
    );
    assert.ok(found.length >= pages.length);
    assert.deepEqual(found, found.map(([page, address]) => [page, getAddress(address)]));
  });

  it("send the operation, the least difficulty and the header, packed", async () => {
    const minDifficulty = (1n << 255n) + 77n;
    const [valid, work] = await call(standIn, "verify", HEADER, minDifficulty);
    assert.equal(valid, true);
    assert.equal(work.pow, minDifficulty);
    assert.equal(work.tileMacs, 540n);
    assert.equal(work.parentHash, keccak256(HEADER));
  });

  it("read every word of the answer in its place", async () => {
    const [, work] = await call(standIn, "verify", HEADER, 1n);
    assert.deepEqual(work, {
      pow: 1n,
      tileMacs: 540n,
      beneficiary: work.beneficiary,
      parentHash: keccak256(HEADER),
      number: 4n,
      difficulty: 5n,
      headerHash: numberToHex(6, { size: 32 }),
    });
    assert.equal(BigInt(work.beneficiary), BigInt(USER.address));
  });

  it("tell a proof that is not valid by the status, with zeros", async () => {
    const [valid, work] = await call(standIn, "verify", "0x", 1n);
    assert.equal(valid, false);
    assert.ok(Object.values(work).every((value) => BigInt(value) === 0n));
  });

  it("revert on a chain without the precompile", async () => {
    await assert.rejects(call("0x", "verify", HEADER, 1n), unanswered(true, 0n));
    await assert.rejects(call("0xfe", "verify", HEADER, 1n), unanswered(false, 0n));
  });

  it("revert when the answer has another length", async () => {
    // RETURN of 255 and of 257 bytes of empty memory.
    await assert.rejects(call("0x60ff5ff3", "verify", HEADER, 1n), unanswered(true, 255n));
    await assert.rejects(call("0x6101015ff3", "verify", HEADER, 1n), unanswered(true, 257n));
  });
});
