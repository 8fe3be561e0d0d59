// What run.mjs tells a suite, and the accounts that suites share out.

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The addresses of the dev chain's node, and of one with a plain Ethereum chain. */
export const { RPC_URL, WS_URL, ETHEREUM_RPC_URL } = process.env;

/** ABI, creation code and runtime code of a contract in contracts/. */
export function compiled(name) {
  return JSON.parse(readFileSync(join(process.env.COMPILED, `${name}.json`), "utf8"));
}

/** What the repository ships of a contract. */
export function shipped(name) {
  const path = new URL(`../../contracts/artifacts/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8"));
}

/** The token that the suites of the clients use. */
export const TOKEN = compiled("Token");

/** The public mnemonic of the dev chain's accounts. */
export const MNEMONIC = "test test test test test test test test test test test junk";

/** Somebody who only receives. */
export const STRANGER = "0x000000000000000000000000000000000000dEaD";

/** The first of the accounts, by index of the mnemonic, that only this suite signs with. */
export const ACCOUNT = { viem: 1, shares: 4, ethers: 6, multicall: 9, examples: 10, coin: 13 };

/** What a transaction declares to touch: one address and one slot of it. */
export const ACCESS_LIST = [{ address: STRANGER, storageKeys: [`0x${"00".repeat(32)}`] }];

/** Gas of a transfer that carries ACCESS_LIST. Source: EIP-2930, 21 000 + 2 400 + 1 900. */
export const ACCESS_LIST_GAS = 25_300n;

/** Rejects if `promise` does not settle: a test must not hang on a missing event. */
export function within(promise, what, limitMs = 20_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${limitMs} ms`)), limitMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
