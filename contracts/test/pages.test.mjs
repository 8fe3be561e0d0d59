// What the pages of the precompiles show is what the examples are.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { describe, it } from "node:test";

import { faultsOf } from "../toolchain/pages.mjs";

/** The texts of the files in a folder of the repository, by path. */
function texts(folder, ending) {
  const directory = new URL(`../../${folder}/`, import.meta.url);
  const files = readdirSync(directory).filter((file) => file.endsWith(ending) && file !== "README.md");
  return new Map(
    files.map((file) => [`${folder}/${file}`, readFileSync(new URL(file, directory), "utf8")]),
  );
}

describe("the pages of the precompiles", () => {
  it("show an example each, with the text of its file", () => {
    const pages = texts("docs/precompiles", ".md");
    const examples = texts("contracts/examples", ".sol");
    assert.ok(pages.size > 0);
    assert.deepEqual(faultsOf(pages, examples), []);
  });
});

describe("a page", () => {
  const NAME = "contracts/examples/A.sol";
  const TEXT = "// A\n\ncontract A {\n}\n";

  /** The faults of a page with these lines, beside one example. */
  const faults = (...lines) => faultsOf(new Map([["page.md", lines.join("\n")]]), new Map([[NAME, TEXT]]));
  const example = (text = TEXT) => [`\`\`\`solidity ${NAME}`, ...text.trimEnd().split("\n"), "```"];

  it("has no fault with the whole text, fragments and other languages", () => {
    const fragment = ["```solidity fragment", "A a;", "```"];
    const other = ["```console", "$ solidity", "```", "~~~~", "```solidity", "~~~", "~~~~"];
    assert.deepEqual(faults("# A", ...fragment, ...example(), ...other), []);
  });

  it("is told the line that differs, with its line in the file", () => {
    const page = ["# A", "", ...example(TEXT.replace("contract", "contrcat"))];
    assert.deepEqual(faults(...page), [
      `page.md:6: expected "contract A {" (${NAME}:3), found "contrcat A {"`,
    ]);
  });

  it("is told a line that is missing, and one that is too many", () => {
    assert.deepEqual(faults(...example(TEXT.replace("}\n", ""))), [
      `page.md:5: expected "}" (${NAME}:4), found the end`,
    ]);
    assert.deepEqual(faults(...example(`${TEXT}}`)), [
      `page.md:6: expected the end (${NAME}:5), found "}"`,
    ]);
  });

  it("is told a block that does not say what it is, or names no file, however it is fenced", () => {
    const expected = 'expected "solidity fragment" or "solidity" and a file in contracts/examples/';
    const blocks = { "```solidity": "", "``` Solidity A.sol": "A.sol", "  ~~~~sol other": "other" };
    for (const [fence, name] of Object.entries(blocks)) {
      assert.deepEqual(faults(...example(), fence, "A a;"), [
        `page.md:7: ${expected}, found ${JSON.stringify(name)}`,
      ]);
    }
  });

  it("is told when it shows no example, and an example when it is on no page or on two", () => {
    assert.deepEqual(faults("# A"), [
      "page.md: expected an example, found none",
      `${NAME}: expected on one page, found on none`,
    ]);
    assert.deepEqual(faults(...example(), ...example()), [
      `${NAME}: expected on one page, found on page.md:1 and page.md:7`,
    ]);
  });
});
