// The Solidity that pages of the documentation show.
//
// A fenced block of Solidity says after the word `solidity` what it is: the path of an example, whose
// whole text it has to be, or `fragment`, which nobody compiles.

/** Where examples lie, as a page names them. */
const FOLDER = "contracts/examples/";
const FRAGMENT = "fragment";

/** The line that opens a fenced block: fence, language, and what else it says. */
const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^\s`]*)\s*([^`]*)$/;

/** Whether a line closes the block that `fence` has opened: the same, as long or longer, alone. */
function closes(line, fence) {
  const text = line.trim();
  return text.startsWith(fence) && text === fence[0].repeat(text.length);
}

/** The fenced blocks of Solidity in a page: `{ line, name, lines }`, with the number of the fence's line. */
function blocksOf(text) {
  const blocks = [];
  let open;
  for (const [index, line] of text.split("\n").entries()) {
    if (open && closes(line, open.fence)) {
      open = undefined;
    } else if (open) {
      open.lines.push(line);
    } else {
      const [, fence, language, name] = FENCE.exec(line) ?? [];
      if (fence) open = { fence, line: index + 1, name: name.trim(), lines: [] };
      if (/^sol(idity)?$/i.test(language)) blocks.push(open);
    }
  }
  return blocks;
}

const quoted = (line) => (line === undefined ? "the end" : JSON.stringify(line));

/** Where the block differs from the text of the example first; undefined if nowhere. */
function difference(path, { line, name, lines }, text) {
  const expected = text.replace(/\n$/, "").split("\n");
  const length = Math.max(expected.length, lines.length);
  const at = Array.from({ length }).findIndex((_, index) => expected[index] !== lines[index]);
  if (at < 0) return undefined;
  const place = `${path}:${line + 1 + at}`;
  return `${place}: expected ${quoted(expected[at])} (${name}:${at + 1}), found ${quoted(lines[at])}`;
}

/** What is wrong with a block; undefined if nothing. */
function fault(path, block, examples) {
  if (block.name === FRAGMENT) return undefined;
  const text = examples.get(block.name);
  if (text !== undefined) return difference(path, block, text);
  const expected = `"solidity ${FRAGMENT}" or "solidity" and a file in ${FOLDER}`;
  return `${path}:${block.line}: expected ${expected}, found ${JSON.stringify(block.name)}`;
}

/**
 * Compares what pages show with the examples. Both are maps from path to text. Returns a line for each
 * block that is not what it says, each page that shows no example, and each example that is not on
 * exactly one page.
 */
export function faultsOf(pages, examples) {
  const faults = [];
  const shown = new Map([...examples.keys()].map((name) => [name, []]));
  for (const [path, text] of pages) {
    const blocks = blocksOf(text);
    faults.push(...blocks.map((block) => fault(path, block, examples)).filter(Boolean));
    const places = blocks.filter(({ name }) => examples.has(name));
    for (const { name, line } of places) shown.get(name).push(`${path}:${line}`);
    if (places.length === 0) faults.push(`${path}: expected an example, found none`);
  }
  for (const [name, places] of shown) {
    if (places.length === 1) continue;
    faults.push(`${name}: expected on one page, found on ${places.join(" and ") || "none"}`);
  }
  return faults;
}
