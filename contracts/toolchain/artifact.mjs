// What is kept of a compiled contract, and how it is written.

import { createHash } from "node:crypto";

import { SETTINGS, compile, compilerVersion } from "./compile.mjs";
import { storageLayout } from "./storage.mjs";

const sha256 = (text) => createHash("sha256").update(text, "utf8").digest("hex");

/** The same value with the keys of every object in alphabetical order. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}

/** The node of a syntax tree with the number `id`, or undefined. */
function find(node, id) {
  if (node === null || typeof node !== "object") return undefined;
  if (node.id === id) return node;
  for (const child of Object.values(node)) {
    const found = find(child, id);
    if (found) return found;
  }
  return undefined;
}

/** Where the runtime code holds immutable variables: `{ name, start, length }`, in bytes. */
function immutables(references, trees) {
  const places = Object.entries(references).flatMap(([id, spots]) => {
    const { name } = find(trees, Number(id));
    return spots.map(({ start, length }) => ({ name, start, length }));
  });
  return places.sort((a, b) => a.start - b.start);
}

/** Hashes of the texts that a contract is made of: its own file and all that it imports. */
function hashes({ metadata }, texts) {
  const units = Object.keys(JSON.parse(metadata).sources).sort();
  return Object.fromEntries(units.map((unit) => [unit, sha256(texts.get(unit))]));
}

function artifact(name, contract, { unit, trees, texts }) {
  const { bytecode, deployedBytecode, methodIdentifiers } = contract.evm;
  const libraries = Object.values(bytecode.linkReferences).flatMap(Object.keys);
  if (libraries.length > 0) {
    throw new Error(`${name} has to be linked with ${libraries.join(", ")}: use internal functions`);
  }
  const selectors = Object.entries(methodIdentifiers).map(([call, id]) => [call, `0x${id}`]);
  return {
    contract: name,
    source: unit,
    sources: hashes(contract, texts),
    compiler: compilerVersion(),
    settings: sorted(SETTINGS),
    abi: sorted(contract.abi),
    selectors: sorted(Object.fromEntries(selectors)),
    creation: `0x${bytecode.object}`,
    runtime: `0x${deployedBytecode.object}`,
    immutables: immutables(deployedBytecode.immutableReferences, trees),
    storage: sorted(storageLayout(contract.storageLayout)),
  };
}

/** The artifacts of all contracts, interfaces and libraries that the file `unit` defines. */
export function artifactsOf(root, unit) {
  const compiled = compile(root, unit);
  const contracts = Object.entries(compiled.contracts);
  return contracts.map(([name, contract]) => artifact(name, contract, compiled));
}

/** The bytes of an artifact's file. */
export function render(artifact) {
  return `${JSON.stringify(artifact, null, 2)}\n`;
}
