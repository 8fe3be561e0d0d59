// The tool that makes artifacts, on small folders of its own.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";

import { build, check } from "../toolchain/folder.mjs";

const HEAD = "// SPDX-License-Identifier: MIT OR Apache-2.0\npragma solidity 0.8.37;\n";
const COUNTER = "contract Counter { uint256 public count; function step() external { ++count; } }";

let root;

function source(path, text) {
  const file = join(root, "src", path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, HEAD + text);
}

const fileOf = (name) => join(root, "artifacts", `${name}.json`);
const read = (name) => JSON.parse(readFileSync(fileOf(name), "utf8"));
const write = (name, artifact) => writeFileSync(fileOf(name), `${JSON.stringify(artifact, null, 2)}\n`);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "hanzo-contracts-"));
});

afterEach(() => rmSync(root, { recursive: true }));

describe("the artifacts of a folder", () => {
  it("are what check expects, and building again writes the same bytes", () => {
    source("Counter.sol", COUNTER);
    assert.deepEqual(build(root), ["Counter"]);
    assert.deepEqual(check(root), { names: ["Counter"], faults: [] });
    const first = readFileSync(fileOf("Counter"));
    build(root);
    assert.deepEqual(readFileSync(fileOf("Counter")), first);
  });

  it("keep their code when only a comment changes, and are stale by the hash of the text", () => {
    source("Counter.sol", COUNTER);
    build(root);
    const before = read("Counter");
    source("Counter.sol", `// Counts.\n${COUNTER}`);
    const [fault] = check(root).faults;
    assert.match(fault, /^Counter: sources\.src\/Counter\.sol: expected "[0-9a-f]{57}/);
    build(root);
    const { creation, runtime, storage } = read("Counter");
    const kept = [before.creation, before.runtime, before.storage];
    assert.deepEqual([creation, runtime, storage], kept);
  });

  it("do not depend on the other contracts of the folder", () => {
    source("Counter.sol", COUNTER);
    build(root);
    const alone = read("Counter");
    source(
      "Another.sol",
      "contract Another { uint128 a; function get() external view returns (uint128) { return a; } }",
    );
    build(root);
    assert.deepEqual(read("Counter"), alone);
  });

  it("fail the check when one is missing", () => {
    source("Counter.sol", COUNTER);
    assert.deepEqual(check(root).faults, ["Counter: artifacts/Counter.json is missing"]);
  });

  it("fail the check with the first byte of code that differs", () => {
    source("Counter.sol", COUNTER);
    build(root);
    const artifact = read("Counter");
    const runtime = artifact.runtime;
    write("Counter", { ...artifact, runtime: `${runtime.slice(0, 20)}ff${runtime.slice(22)}` });
    const byte = runtime.slice(20, 22);
    assert.deepEqual(check(root).faults, [`Counter: runtime: byte 9: expected ${byte}, found ff`]);
    write("Counter", { ...artifact, runtime: `${runtime}00` });
    const end = runtime.length / 2 - 1;
    assert.deepEqual(check(root).faults, [
      `Counter: runtime: byte ${end}: expected its end, found 00`,
    ]);
  });

  it("fail the check when a field is added, is missing or has another order", () => {
    source("Counter.sol", COUNTER);
    build(root);
    const { contract, ...rest } = read("Counter");
    write("Counter", { contract, ...rest, note: 1 });
    assert.deepEqual(check(root).faults, ['Counter: fields: key 11: expected nothing, found "note"']);
    write("Counter", rest);
    assert.deepEqual(check(root).faults, ['Counter: fields: key 0: expected "contract", found "source"']);
    write("Counter", { ...rest, contract });
    assert.deepEqual(check(root).faults, ['Counter: fields: key 0: expected "contract", found "source"']);
  });

  it("fail the check when the text is formatted otherwise or is no JSON", () => {
    source("Counter.sol", COUNTER);
    build(root);
    writeFileSync(fileOf("Counter"), JSON.stringify(read("Counter")));
    assert.deepEqual(check(root).faults, [
      "Counter: the text is not formatted as it is written",
    ]);
    writeFileSync(fileOf("Counter"), "{");
    assert.match(check(root).faults[0], /^Counter: no JSON: /);
  });

  it("fail the check when no source defines one, and building removes it", () => {
    source("Counter.sol", COUNTER);
    build(root);
    write("Stranger", read("Counter"));
    assert.deepEqual(check(root).faults, ["Stranger: no source defines it"]);
    build(root);
    assert.deepEqual(readdirSync(join(root, "artifacts")), ["Counter.json"]);
  });

  it("are refused when two files define the same name", () => {
    source("a/Counter.sol", COUNTER);
    source("b/Counter.sol", COUNTER);
    assert.throws(
      () => build(root),
      /Counter is defined in src\/a\/Counter\.sol and in src\/b\/Counter\.sol/,
    );
  });
});

describe("an artifact", () => {
  it("names the hash of every file it is made of, those of packages included", () => {
    source("Unit.sol", "struct Unit { uint256 value; }");
    source("Unused.sol", "struct Unused { uint256 value; }");
    source(
      "Coin.sol",
      `import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Unit} from "./Unit.sol";
contract Coin is ERC20 {
  Unit public unit;
  constructor() ERC20("Coin", "C") {}
}`,
    );
    build(root);
    assert.deepEqual(Object.keys(read("Coin").sources), [
      "@openzeppelin/contracts/interfaces/draft-IERC6093.sol",
      "@openzeppelin/contracts/token/ERC20/ERC20.sol",
      "@openzeppelin/contracts/token/ERC20/IERC20.sol",
      "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol",
      "@openzeppelin/contracts/utils/Context.sol",
      "src/Coin.sol",
      "src/Unit.sol",
    ]);
  });

  it("says where immutable variables are, by name", () => {
    source(
      "Fixed.sol",
      `contract Fixed {
  uint256 internal immutable LOW;
  address internal immutable WHO;
  constructor(uint256 given) { LOW = given; WHO = msg.sender; }
  function low() external view returns (uint256) { return LOW; }
  function who() external view returns (address) { return WHO; }
}`,
    );
    build(root);
    const { immutables, runtime } = read("Fixed");
    assert.deepEqual(immutables.map(({ name }) => name).sort(), ["LOW", "WHO"]);
    for (const { start, length } of immutables) {
      assert.equal(runtime.slice(2 + 2 * start, 2 + 2 * (start + length)), "00".repeat(32));
    }
  });

  it("has a storage layout without the numbers of the compiler", () => {
    source(
      "Book.sol",
      `contract Book {
  struct Page { uint8 size; mapping(address => uint256[]) notes; }
  uint64 public a;
  uint64 public b;
  Page internal page;
}`,
    );
    build(root);
    const { storage } = read("Book");
    assert.deepEqual(storage.variables, [
      { label: "a", offset: 0, slot: "0", type: "uint64" },
      { label: "b", offset: 8, slot: "0", type: "uint64" },
      { label: "page", offset: 0, slot: "1", type: "struct Book.Page" },
    ]);
    assert.deepEqual(storage.types["struct Book.Page"].members, [
      { label: "size", offset: 0, slot: "0", type: "uint8" },
      { label: "notes", offset: 0, slot: "1", type: "mapping(address => uint256[])" },
    ]);
    assert.deepEqual(storage.types["mapping(address => uint256[])"], {
      bytes: 32,
      encoding: "mapping",
      key: "address",
      value: "uint256[]",
    });
  });
});

describe("a source", () => {
  it("may import each of the packages", () => {
    source(
      "Root.sol",
      `import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {sqrt} from "@prb/math/src/Common.sol";
contract Root {
  function one(uint256 x) external pure returns (uint256) { return Math.sqrt(x); }
  function two(uint256 x) external pure returns (uint256) { return sqrt(x); }
}`,
    );
    assert.deepEqual(build(root), ["Root"]);
  });

  it("may import the old annotation of a package and not have it itself", () => {
    const library = "solady/src/utils/FixedPointMathLib.sol";
    const assembly = "assembly { x := shr(1, x) }";
    const half = (block) => `import {FixedPointMathLib as M} from "${library}";
contract Half {
  function half(uint256 x) external pure returns (uint256) { ${block} return M.sqrt(x); }
}`;
    source("Half.sol", half(assembly));
    assert.deepEqual(build(root), ["Half"]);
    source("Half.sol", half(`/// @solidity memory-safe-assembly\n${assembly}`));
    assert.throws(() => build(root), (error) => {
      assert.match(error.message, /src\/Half\.sol/);
      assert.doesNotMatch(error.message, /--> solady/);
      return true;
    });
  });

  it("is refused with the compiler's words for a warning", () => {
    source("Warned.sol", "contract Warned { function f() external pure { uint256 unused; } }");
    assert.throws(() => build(root), /Warning: Unused local variable/);
  });

  it("is refused when its code is larger than a chain takes", () => {
    const text = "x".repeat(25_000);
    source(
      "Large.sol",
      `contract Large { function f() external pure returns (string memory) { return "${text}"; } }`,
    );
    assert.throws(() => build(root), /24576 bytes/);
  });

  it("is refused when it imports what lies outside", () => {
    const leading = ["src/../../outside.sol", "../../outside.sol", "solady/../solc/A.sol"];
    for (const path of [...leading, "other/A.sol", "soladyish/A.sol", "/etc/hosts"]) {
      source("Out.sol", `import "${path}"; contract Out {}`);
      assert.throws(
        () => build(root),
        /is neither below src\/ nor of @openzeppelin\/contracts\/, @prb\/math\/, solady\//,
      );
    }
  });

  it("is refused when a library would have to be deployed for it", () => {
    source(
      "Linked.sol",
      `library Maths { function twice(uint256 x) external pure returns (uint256) { return 2 * x; } }
contract Linked { function f(uint256 x) external pure returns (uint256) { return Maths.twice(x); } }`,
    );
    assert.throws(() => build(root), /Linked has to be linked with Maths/);
  });
});
