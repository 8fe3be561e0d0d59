// The first place where two artifacts differ, in words.

const SHOWN = 60;

function show(value) {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

const isCode = (value) => typeof value === "string" && value.startsWith("0x");

/** The first byte that differs; the shorter code ends there if it is the beginning of the longer. */
function inCode(path, expected, found) {
  let at = 2;
  while (expected.slice(at, at + 2) === found.slice(at, at + 2)) at += 2;
  const byte = (code) => code.slice(at, at + 2) || "its end";
  return `${path}: byte ${at / 2 - 1}: expected ${byte(expected)}, found ${byte(found)}`;
}

/**
 * Says where `found` first differs from `expected` and how; undefined if nowhere. The order of keys
 * counts.
 */
export function firstDifference(expected, found, path = "") {
  if (expected === found) return undefined;
  if (isCode(expected) && isCode(found)) return inCode(path, expected, found);
  const both = [expected, found];
  if (!both.every((value) => value !== null && typeof value === "object")) {
    return `${path}: expected ${show(expected)}, found ${show(found)}`;
  }
  const [names, others] = both.map(Object.keys);
  for (let at = 0; at < Math.max(names.length, others.length); at += 1) {
    if (names[at] !== others[at]) {
      return `${path || "fields"}: key ${at}: expected ${show(names[at])}, found ${show(others[at])}`;
    }
    const name = names[at];
    const inside = firstDifference(expected[name], found[name], path ? `${path}.${name}` : name);
    if (inside) return inside;
  }
  return undefined;
}
