// Runs stock clients (viem, ethers, web3.py), and the contracts of the
// repository through them, against the real node binary.
//
//   HANZO_BIN=path/to/hanzo node run.mjs
//
//   HANZO_BIN      the node binary (required)
//   HANZO_PYTHON   the Python that has requirements.txt installed (python3)
//
// One node serves all suites, one suite after the other: each signs with
// an account of its own, so none depends on what another left behind. A second
// one, which nobody sends to, has a plain Ethereum chain.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { compileAll } from "./compile.mjs";

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

async function startNode(binary, chain, datadir) {
  const args = ["node", ...chain, "--datadir", datadir, "--http.port", "0", "--ipcdisable"];
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

function suites() {
  const python = process.env.HANZO_PYTHON || "python3";
  const node = (name, file) => ({
    name,
    command: process.execPath,
    args: ["--test", "--test-reporter=spec", file],
  });
  return [
    node("viem", "viem.test.mjs"),
    node("ethers", "ethers.test.mjs"),
    { name: "web3.py", command: python, args: ["-B", "-m", "unittest", "-v", "web3py_test"] },
    node("Multicall3", "multicall.test.mjs"),
    node("precompiles", "precompiles.test.mjs"),
    node("coin", "coin.test.mjs"),
    node("work shares", "shares.test.mjs"),
    node("examples", "examples.test.mjs"),
  ];
}

/** Writes the compiled contracts of the suites; returns their folder. */
async function writeContracts(scratch) {
  const folder = join(scratch, "contracts");
  await mkdir(folder);
  for (const { name, ...contract } of compileAll()) {
    await writeFile(join(folder, `${name}.json`), JSON.stringify(contract));
  }
  return folder;
}

/** Runs every suite on nodes that run; true if all pass and the nodes stop cleanly. */
async function runSuites([dev, ethereum], compiled) {
  const env = {
    ...process.env,
    RPC_URL: dev.addresses.RPC,
    WS_URL: dev.addresses.WebSocket,
    ETHEREUM_RPC_URL: ethereum.addresses.RPC,
    COMPILED: compiled,
  };
  let passed = true;
  // Every suite runs even after a failure: which clients agree is what
  // tells a node fault from a client's own.
  for (const suite of suites()) passed = (await runSuite(suite, env)) && passed;
  return passed;
}

async function main() {
  const binary = process.env.HANZO_BIN;
  if (!binary) throw new Error("HANZO_BIN must name the node binary");

  const scratch = await mkdtemp(join(tmpdir(), "hanzo-clients-"));
  const nodes = [];
  try {
    const compiled = await writeContracts(scratch);
    const ethereum = ["--chain", join(HERE, "ethereum-genesis.json")];
    let passed = false;
    try {
      nodes.push(await startNode(binary, ["--dev"], join(scratch, "dev")));
      nodes.push(await startNode(binary, ethereum, join(scratch, "ethereum")));
      passed = await runSuites(nodes, compiled);
    } finally {
      for (const { node } of nodes) passed = (await stopNode(node)) && passed;
    }
    if (!passed) console.error(`\n== node logs\n${nodes.flatMap(({ log }) => log).join("")}`);
    return passed ? 0 : 1;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

process.exitCode = await main().catch((error) => {
  console.error(error);
  return 1;
});
