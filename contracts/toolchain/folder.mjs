// The sources and artifacts of a folder: `src/**/*.sol` and `artifacts/<Name>.json`.

import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { artifactsOf, render } from "./artifact.mjs";
import { firstDifference } from "./difference.mjs";

function sources(root) {
  const entries = readdirSync(join(root, "src"), { recursive: true });
  const paths = entries.map((entry) => `src/${entry.replaceAll("\\", "/")}`);
  return paths.filter((path) => path.endsWith(".sol")).sort();
}

/** Names of the artifacts that are there. */
function kept(root) {
  const folder = join(root, "artifacts");
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  return files.filter((file) => file.endsWith(".json")).map((file) => file.slice(0, -".json".length));
}

const fileOf = (root, name) => join(root, "artifacts", `${name}.json`);

/** Compiles everything; throws if two files define contracts of the same name. */
function compileAll(root) {
  const artifacts = new Map();
  for (const artifact of sources(root).flatMap((unit) => artifactsOf(root, unit))) {
    const { contract, source } = artifact;
    const other = artifacts.get(contract);
    if (other) throw new Error(`${contract} is defined in ${other.source} and in ${source}`);
    artifacts.set(contract, artifact);
  }
  return artifacts;
}

/** Writes the artifact of every contract and removes what belongs to none. Returns their names. */
export function build(root) {
  const artifacts = compileAll(root);
  mkdirSync(join(root, "artifacts"), { recursive: true });
  for (const name of kept(root)) {
    if (!artifacts.has(name)) rmSync(fileOf(root, name));
  }
  for (const [name, artifact] of artifacts) writeFileSync(fileOf(root, name), render(artifact));
  return [...artifacts.keys()];
}

/** What is wrong with the kept text of an artifact; undefined if nothing. */
function fault(expected, text) {
  if (text === render(expected)) return undefined;
  let found;
  try {
    found = JSON.parse(text);
  } catch (error) {
    return `no JSON: ${error.message}`;
  }
  return firstDifference(expected, found) ?? "the text is not formatted as it is written";
}

/**
 * Compiles everything in memory and compares it with the artifacts that are there. Returns
 * `{ names, faults }`: a line for each artifact that is missing, differs or belongs to no contract.
 */
export function check(root) {
  const artifacts = compileAll(root);
  const names = kept(root);
  const faults = [];
  for (const [name, artifact] of artifacts) {
    const wrong = names.includes(name)
      ? fault(artifact, readFileSync(fileOf(root, name), "utf8"))
      : `artifacts/${name}.json is missing`;
    if (wrong) faults.push(`${name}: ${wrong}`);
  }
  for (const name of names) {
    if (!artifacts.has(name)) faults.push(`${name}: no source defines it`);
  }
  return { names: [...artifacts.keys()], faults };
}
