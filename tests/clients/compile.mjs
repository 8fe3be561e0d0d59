// Compiles contracts/Token.sol to `{ abi, bytecode }`.
//
// The compiler is the wasm build of solc, so every machine produces the same
// bytes; the metadata hash is left out because it would tie the bytecode to
// the path and spelling of the source file.

import { readFile } from "node:fs/promises";
import solc from "solc";

const SOURCE = "contracts/Token.sol";

/** Compiles the token; throws with the compiler's own message on any error. */
export async function compileToken() {
  const content = await readFile(new URL(SOURCE, import.meta.url), "utf8");
  const input = {
    language: "Solidity",
    sources: { [SOURCE]: { content } },
    settings: {
      optimizer: { enabled: true, runs: 200 },
      evmVersion: "prague",
      metadata: { bytecodeHash: "none", appendCBOR: false },
      outputSelection: { [SOURCE]: { Token: ["abi", "evm.bytecode.object"] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  // Warnings count: the contract is small enough to have none, and a new one
  // means the compiler pin moved.
  if (output.errors?.length) {
    throw new Error(output.errors.map((e) => e.formattedMessage).join("\n"));
  }
  const { abi, evm } = output.contracts[SOURCE].Token;
  return { abi, bytecode: `0x${evm.bytecode.object}` };
}
