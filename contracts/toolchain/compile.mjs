// Compiles one Solidity file in the one way that its artifacts may come from.
//
// The compiler is the wasm build of solc, so every machine produces the same bytes. Each file is
// compiled by itself: another contract in the folder cannot change its code.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import solc from "solc";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

/** Imports that come from a package begin with one of these. Everything else lies below `src/`. */
const LIBRARIES = ["@openzeppelin/contracts/", "@prb/math/", "solady/"];

/**
 * The one warning that a package may cause: assembly blocks that a comment calls memory-safe, which
 * Solady keeps for compilers before 0.8.13. The comment still means what it says.
 */
const OLD_ANNOTATION = "2424";

/**
 * What every contract is compiled with. The code has neither a metadata hash nor CBOR at its end, so
 * a comment or a path cannot change it. `evmVersion` is not newer than the first fork of a Hanzo
 * chain.
 */
export const SETTINGS = Object.freeze({
  evmVersion: "prague",
  metadata: { appendCBOR: false, bytecodeHash: "none" },
  optimizer: { enabled: true, runs: 200 },
  viaIR: false,
});

const OUTPUT = {
  "*": {
    "": ["ast"],
    "*": [
      "abi",
      "evm.bytecode.linkReferences",
      "evm.bytecode.object",
      "evm.deployedBytecode.immutableReferences",
      "evm.deployedBytecode.object",
      "evm.methodIdentifiers",
      "metadata",
      "storageLayout",
    ],
  },
};

/**
 * The compiler's version and commit, without the platform it was built for. Throws if it is not the
 * one that package.json pins.
 */
export function compilerVersion() {
  const [found] = /^[0-9.]+\+commit\.[0-9a-f]+/.exec(solc.version());
  const { dependencies } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
  if (!found.startsWith(`${dependencies.solc}+`)) {
    throw new Error(`solc ${dependencies.solc} is pinned, ${found} is installed: run npm ci`);
  }
  return found;
}

const isOfLibrary = (unit) => LIBRARIES.some((name) => unit.startsWith(name));

/**
 * Where the source unit `unit` lies, such as `src/A.sol` below `root`. Source unit names are part of
 * what is compiled, so they are relative, and none may lead out of its folder.
 */
function locate(root, unit) {
  if (!unit.split("/").includes("..")) {
    if (unit.startsWith("src/")) return join(root, unit);
    if (isOfLibrary(unit)) return join(PACKAGE, "node_modules", unit);
  }
  throw new Error(`import ${unit} is neither below src/ nor of ${LIBRARIES.join(", ")}`);
}

/** Whether the compiler says something that is neither an error nor to be mended here. */
function mayStay({ errorCode, severity, sourceLocation }) {
  if (severity !== "warning" || errorCode !== OLD_ANNOTATION) return false;
  return isOfLibrary(sourceLocation?.file ?? "");
}

/**
 * Compiles the file `unit` below `root` with all it imports.
 *
 * Returns `{ unit, contracts, trees, texts }`: the compiler's output for the contracts of this file
 * by name, the syntax trees of all files, and their texts by source unit. Throws with the compiler's
 * own message on an error, and on a warning too: only `OLD_ANNOTATION` in a package may stay.
 */
export function compile(root, unit) {
  const texts = new Map();
  const read = (path) => {
    const text = readFileSync(locate(root, path), "utf8");
    texts.set(path, text);
    return text;
  };
  const load = (path) => {
    try {
      return { contents: read(path) };
    } catch (error) {
      return { error: error.message };
    }
  };
  const input = {
    language: "Solidity",
    sources: { [unit]: { content: read(unit) } },
    settings: { ...SETTINGS, outputSelection: OUTPUT },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: load }));
  const faults = (output.errors ?? []).filter((error) => !mayStay(error));
  if (faults.length > 0) {
    throw new Error(faults.map((fault) => fault.formattedMessage).join("\n"));
  }
  const trees = Object.values(output.sources).map(({ ast }) => ast);
  return { unit, contracts: output.contracts?.[unit] ?? {}, trees, texts };
}
