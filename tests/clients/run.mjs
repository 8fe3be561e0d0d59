// Runs stock clients (viem, ethers, web3.py) against the real node binary.
//
//   HANZO_BIN=path/to/hanzo node run.mjs
//
//   HANZO_BIN      the node binary (required)
//   HANZO_PYTHON   the Python that has requirements.txt installed (python3)
//
// One node serves all three suites, one suite after the other: each signs with
// an account of its own, so none depends on what another left behind.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { compileToken } from "./compile.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));

// A debug build answers within a second; a minute tells a hang from a slow
// machine. A suite's limit covers every wait its client makes inside it.
const BANNER_LIMIT_MS = 60_000;
const SUITE_LIMIT_MS = 180_000;
const STOP_LIMIT_MS = 30_000;

/** The child's exit code, or 1 when a signal ended it. */
async function exitCode(child, limitMs) {
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  try {
    const [code] = await once(child, "exit");
    return code ?? 1;
  } finally {
    clearTimeout(timer);
  }
}

/** Reads the node's banner up to the lines that name its addresses. */
async function readAddresses(node) {
  const found = {};
  const timer = setTimeout(() => node.kill("SIGKILL"), BANNER_LIMIT_MS);
  const lines = createInterface({ input: node.stdout });
  try {
    for await (const line of lines) {
      const match = /^\s*(RPC|WebSocket)\s+(\S+:\d+)\s*$/.exec(line);
      if (match) found[match[1]] = match[2];
      if (found.RPC && found.WebSocket) return found;
    }
  } finally {
    clearTimeout(timer);
    // The rest of the banner still has to be drained, or the node would block
    // on a full pipe.
    node.stdout.resume();
  }
  throw new Error("the node ended before it printed its addresses");
}

async function startNode(binary, datadir) {
  const args = ["node", "--dev", "--datadir", datadir, "--http.port", "0", "--ipcdisable"];
  const node = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"] });
  const log = [];
  node.stderr.setEncoding("utf8").on("data", (chunk) => log.push(chunk));
  await once(node, "spawn");
  try {
    return { node, log, addresses: await readAddresses(node) };
  } catch (error) {
    node.kill("SIGKILL");
    throw new Error(`${error.message}\n${log.join("")}`);
  }
}

/** Asks the node to stop and reports whether it did so cleanly. */
async function stopNode(node) {
  if (node.exitCode !== null || node.signalCode !== null) {
    console.error(`node: ended early (${node.exitCode ?? node.signalCode})`);
    return false;
  }
  const ended = exitCode(node, STOP_LIMIT_MS);
  node.kill("SIGTERM");
  const code = await ended;
  if (code !== 0) console.error(`node: SIGTERM ended it with ${code}, not 0`);
  return code === 0;
}

async function runSuite({ name, command, args }, env) {
  console.log(`\n== ${name}`);
  const suite = spawn(command, args, { cwd: HERE, env, stdio: "inherit" });
  await once(suite, "spawn");
  const code = await exitCode(suite, SUITE_LIMIT_MS);
  console.log(`== ${name}: ${code === 0 ? "ok" : `FAILED (${code})`}`);
  return code === 0;
}

async function main() {
  const binary = process.env.HANZO_BIN;
  if (!binary) throw new Error("HANZO_BIN must name the node binary");
  const python = process.env.HANZO_PYTHON || "python3";
  const suites = [
    { name: "viem", command: process.execPath, args: ["--test", "--test-reporter=spec", "viem.test.mjs"] },
    { name: "ethers", command: process.execPath, args: ["--test", "--test-reporter=spec", "ethers.test.mjs"] },
    { name: "web3.py", command: python, args: ["-B", "-m", "unittest", "-v", "web3py_test"] },
  ];

  const scratch = await mkdtemp(join(tmpdir(), "hanzo-clients-"));
  try {
    const token = join(scratch, "token.json");
    await writeFile(token, JSON.stringify(await compileToken()));
    const { node, log, addresses } = await startNode(binary, join(scratch, "data"));
    let passed = true;
    try {
      const env = {
        ...process.env,
        RPC_URL: addresses.RPC,
        WS_URL: addresses.WebSocket,
        TOKEN_JSON: token,
      };
      // Every suite runs even after a failure: which clients agree is what
      // tells a node fault from a client's own.
      for (const suite of suites) passed = (await runSuite(suite, env)) && passed;
    } finally {
      passed = (await stopNode(node)) && passed;
    }
    if (!passed) console.error(`\n== node log\n${log.join("")}`);
    return passed ? 0 : 1;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

process.exitCode = await main().catch((error) => {
  console.error(error);
  return 1;
});
