// Compiles the contracts of the suites to `{ abi, bytecode, runtime }`.
//
// The compiler is the wasm build of solc, so every machine produces the same
// bytes; the metadata hash is left out because it would tie the bytecode to
// the path and spelling of the source file.

import { readFileSync } from "node:fs";
import solc from "solc";

const FILES = ["contracts/Token.sol", "contracts/Probe.sol", "contracts/Precompiles.sol"];

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");

/** `hanzo/…` is what the repository ships in contracts/src. */
function load(path) {
  if (!path.startsWith("hanzo/")) return { error: `${path} is not below hanzo/` };
  return { contents: read(path.replace("hanzo/", "../../contracts/src/")) };
}

/** Compiles all contracts, by name; throws with the compiler's own message on any error. */
export function compileAll() {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(FILES.map((path) => [path, { content: read(path) }])),
    settings: {
      optimizer: { enabled: true, runs: 200 },
      evmVersion: "prague",
      metadata: { bytecodeHash: "none", appendCBOR: false },
      outputSelection: {
        "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] },
      },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: load }));
  // Warnings count: the contracts are small enough to have none, and a new one
  // means the compiler pin moved.
  if (output.errors?.length) {
    throw new Error(output.errors.map((e) => e.formattedMessage).join("\n"));
  }
  const contracts = FILES.flatMap((path) => Object.entries(output.contracts[path]));
  return contracts.map(([name, { abi, evm }]) => ({
    name,
    abi,
    bytecode: `0x${evm.bytecode.object}`,
    runtime: `0x${evm.deployedBytecode.object}`,
  }));
}
