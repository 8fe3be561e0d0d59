// The examples of the documentation: the contracts in contracts/examples.

import { readdirSync } from "node:fs";

/** Their names, which are those of their files. */
export const EXAMPLES = readdirSync(new URL("../../contracts/examples/", import.meta.url))
  .filter((file) => file.endsWith(".sol"))
  .map((file) => file.slice(0, -".sol".length))
  .sort();
