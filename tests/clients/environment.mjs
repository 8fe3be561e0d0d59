// What run.mjs tells a suite, and the accounts that suites share out.

import { readFileSync } from "node:fs";

/** The node's addresses. */
export const { RPC_URL, WS_URL } = process.env;

/** ABI and creation code of contracts/Token.sol. */
export const TOKEN = JSON.parse(readFileSync(process.env.TOKEN_JSON, "utf8"));

/** The public mnemonic of the dev chain's accounts. */
export const MNEMONIC = "test test test test test test test test test test test junk";

/** Each suite signs with accounts of its own, by index of the mnemonic. */
export const ACCOUNT = { viem: 1, ethers: 3 };

/** Somebody who only receives. */
export const STRANGER = "0x000000000000000000000000000000000000dEaD";

/** Rejects if `promise` does not settle: a test must not hang on a missing event. */
export function within(promise, what, limitMs = 20_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${limitMs} ms`)), limitMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
