// Compiles the contracts of the suites, and the examples of the repository, to
// `{ abi, bytecode, runtime }`.
//
// The compiler is the wasm build of solc, so every machine produces the same
// bytes; the metadata hash is left out because it would tie the bytecode to
// the path and spelling of the source file.

import { readFileSync } from "node:fs";
import solc from "solc";

import { EXAMPLES } from "./examples.mjs";

const FILES = [
  "contracts/Token.sol",
  "contracts/Probe.sol",
  "contracts/Precompiles.sol",
  ...EXAMPLES.map((name) => `examples/${name}.sol`),
];

/**
 * Where what an import begins with lies. `hanzo/…` is what the repository ships
 * in contracts/src; the examples lie beside that folder and say `../src/…`.
 */
const FOLDERS = {
  "contracts/": "contracts/",
  "examples/": "../../contracts/examples/",
  "hanzo/": "../../contracts/src/",
  "src/": "../../contracts/src/",
  "@openzeppelin/": "../../contracts/node_modules/@openzeppelin/",
};

function read(path) {
  const start = path.slice(0, path.indexOf("/") + 1);
  const folder = FOLDERS[start];
  if (!folder) throw new Error(`${path} is below none of ${Object.keys(FOLDERS).join(" ")}`);
  return readFileSync(new URL(folder + path.slice(start.length), import.meta.url), "utf8");
}

function load(path) {
  try {
    return { contents: read(path) };
  } catch (error) {
    return { error: error.message };
  }
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
