// Writes or verifies the artifacts of the contracts in src/.
//
//   node artifacts.mjs build    writes artifacts/<Name>.json
//   node artifacts.mjs check    fails if one of them is not what its source compiles to

import { fileURLToPath } from "node:url";

import { build, check } from "./toolchain/folder.mjs";

const ROOT = fileURLToPath(new URL(".", import.meta.url));

function main(task) {
  if (task === "build") {
    console.log(`wrote ${build(ROOT).join(", ")}`);
    return 0;
  }
  if (task === "check") {
    const { names, faults } = check(ROOT);
    for (const fault of faults) console.error(fault);
    if (faults.length > 0) console.error("make contracts writes the artifacts anew");
    else console.log(`${names.length} artifacts are what their sources compile to`);
    return faults.length > 0 ? 1 : 0;
  }
  console.error("usage: node artifacts.mjs build|check");
  return 2;
}

try {
  process.exitCode = main(process.argv[2]);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
