// Multicall3 as the repository ships it: every function against what single calls give.

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import {
  createPublicClient,
  createWalletClient,
  decodeFunctionResult,
  encodeErrorResult,
  encodeFunctionData,
  http,
  parseAbi,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";

import { chain } from "./chain.mjs";
import { ACCOUNT, MNEMONIC, RPC_URL, STRANGER, compiled, shipped } from "./environment.mjs";
import { assertAsDeployed } from "./predeploy.mjs";

const MULTICALL = shipped("Multicall3");
const PROBE = compiled("Probe");

// How often viem asks for a receipt. Its default suits blocks of many seconds.
const pollingInterval = 50;

/** A file of viem's own: the creation code of Multicall3, for chains that lack it. */
const VIEM_CONTRACTS = new URL("node_modules/viem/_esm/constants/contracts.js", import.meta.url);

/** The data of `revert("…")`, as a caller compares it. */
const reason = (text) =>
  encodeErrorResult({ abi: parseAbi(["error Error(string)"]), args: [text] });
const CALL_FAILED = reason("Multicall3: call failed");
const VALUE_MISMATCH = reason("Multicall3: value mismatch");

describe("Multicall3", { concurrency: 1 }, () => {
  const account = mnemonicToAccount(MNEMONIC, { addressIndex: ACCOUNT.multicall });
  const client = createPublicClient({ chain, transport: http(), pollingInterval });
  const wallet = createWalletClient({ account, chain, transport: http(), pollingInterval });
  let multicall;
  let probe;

  const mined = async (hash) => {
    const receipt = await client.waitForTransactionReceipt({ hash });
    assert.equal(receipt.status, "success");
    return receipt;
  };

  const deploy = async (abi, bytecode) => {
    const { contractAddress } = await mined(await wallet.deployContract({ abi, bytecode }));
    return { address: contractAddress, abi };
  };

  before(async () => {
    multicall = await deploy(MULTICALL.abi, MULTICALL.creation);
    probe = await deploy(PROBE.abi, PROBE.bytecode);
  });

  it("is at genesis what a deployment of it would be, at its address on every other chain", async () => {
    const address = "0xcA11bde05977b3631167028862bE2a173976CA11";
    await assertAsDeployed({ client, wallet, name: "Multicall3", address });
  });

  it("is found by a stock client that knows its address", async () => {
    const known = createPublicClient({
      chain: {
        ...chain,
        contracts: { multicall3: { address: "0xcA11bde05977b3631167028862bE2a173976CA11" } },
      },
      transport: http(),
    });
    const call = {
      address: "0xcA11bde05977b3631167028862bE2a173976CA11",
      abi: parseAbi(["function getChainId() view returns (uint256)"]),
      functionName: "getChainId",
    };
    const answers = await known.multicall({ contracts: [call, call], allowFailure: false });
    assert.deepEqual(answers, [31337n, 31337n]);
  });

  /** A call as it is, without a library's reading of it: `{ success, returnData }`. */
  const single = async ({ from, to, data, value = 0n, code = {} }) => {
    const call = { from, to, data, value: `0x${value.toString(16)}` };
    const params = [call, "latest", code];
    const body = { jsonrpc: "2.0", id: 1, method: "eth_call", params };
    const headers = { "content-type": "application/json" };
    const response = await fetch(RPC_URL, { method: "POST", headers, body: JSON.stringify(body) });
    const { result, error } = await response.json();
    if (result !== undefined) return { success: true, returnData: result };
    assert.equal(error.code, 3, error.message);
    return { success: false, returnData: error.data };
  };

  const onProbe = (functionName, ...args) => ({
    target: probe.address,
    callData: encodeFunctionData({ abi: probe.abi, functionName, args }),
  });
  const noCode = { target: STRANGER, callData: "0x12345678" };

  /** Calls that succeed, and calls that fail in every way. */
  const good = () => [onProbe("who"), onProbe("echo", `0x${"ab".repeat(70)}`), onProbe("total"), noCode];
  const bad = () => [
    onProbe("refuse", 7n),
    onProbe("refuseWithReason"),
    onProbe("refuseSilently"),
    onProbe("fail"),
  ];

  /** What each call gives when the contract makes it alone. */
  const singly = (calls) =>
    Promise.all(
      calls.map(({ target, callData, value }) =>
        single({ from: multicall.address, to: target, data: callData, value }),
      ),
    );

  const simulate = async (functionName, args, value) => {
    const { result } = await client.simulateContract({ ...multicall, account, functionName, args, value });
    return result;
  };

  const rawly = (functionName, args, value) => {
    const data = encodeFunctionData({ abi: multicall.abi, functionName, args });
    return single({ from: account.address, to: multicall.address, data, value });
  };

  const refused = async (functionName, args, value, data) => {
    assert.deepEqual(await rawly(functionName, args, value), { success: false, returnData: data });
  };

  const send = async (functionName, args, value) =>
    mined(await wallet.writeContract({ ...multicall, functionName, args, value }));

  const mayFail = (calls, allowFailure = true) => calls.map((call) => ({ ...call, allowFailure }));

  it("has the code of its artifact on the chain", async () => {
    assert.equal(await client.getCode({ address: multicall.address }), MULTICALL.runtime);
  });

  it("tells about a block what the block itself says", async () => {
    const blockNumber = await client.getBlockNumber();
    const block = await client.getBlock({ blockNumber });
    const get = (functionName, ...args) =>
      client.readContract({ ...multicall, functionName, args, blockNumber });
    const earlier = await client.getBlock({ blockNumber: blockNumber - 2n });
    assert.equal(await get("getBlockNumber"), blockNumber);
    assert.equal(await get("getLastBlockHash"), block.parentHash);
    assert.equal(await get("getBlockHash", blockNumber - 2n), earlier.hash);
    assert.equal(await get("getBlockHash", blockNumber), `0x${"00".repeat(32)}`);
    assert.equal(await get("getCurrentBlockTimestamp"), block.timestamp);
    assert.equal(await get("getCurrentBlockGasLimit"), block.gasLimit);
    assert.equal((await get("getCurrentBlockCoinbase")).toLowerCase(), block.miner.toLowerCase());
    assert.equal(await get("getChainId"), BigInt(chain.id));
    const balance = await client.getBalance({ address: account.address, blockNumber });
    assert.equal(await get("getEthBalance", account.address), balance);
    // A call has no base fee unless it offers to pay one, and the block does not show PREVRANDAO.
    const read = (functionName) => client.readContract({ ...probe, functionName, blockNumber });
    assert.equal(await get("getCurrentBlockDifficulty"), await read("random"));
    assert.equal(await get("getBasefee"), await read("baseFee"));
  });

  it("knows the base fee of the block that it is called in", async () => {
    const { baseFeePerGas } = await client.getBlock({ blockTag: "pending" });
    const data = encodeFunctionData({ abi: multicall.abi, functionName: "getBasefee" });
    const call = { account, to: multicall.address, data, maxFeePerGas: baseFeePerGas };
    const answer = await client.call({ ...call, blockTag: "pending" });
    assert.equal(BigInt(answer.data), baseFeePerGas);
  });

  it("has no block before genesis", async () => {
    const zero = `0x${"00".repeat(32)}`;
    const data = encodeFunctionData({ abi: multicall.abi, functionName: "getLastBlockHash" });
    const params = [{ data, to: STRANGER }, "0x0", { [STRANGER]: { code: MULTICALL.runtime } }];
    assert.equal(await client.request({ method: "eth_call", params }), zero);
  });

  it("aggregate and its kin return what single calls return", async () => {
    const results = await singly(good());
    assert.ok(results.every(({ success }) => success));
    const number = await client.getBlockNumber();
    const [blockNumber, data] = await simulate("aggregate", [good()]);
    assert.deepEqual(data, results.map(({ returnData }) => returnData));
    assert.equal(blockNumber, number);
    assert.deepEqual(await simulate("tryAggregate", [true, good()]), results);
    assert.deepEqual(await simulate("aggregate3", [mayFail(good(), false)]), results);
    const valued = mayFail(good(), false).map((call) => ({ ...call, value: 0n }));
    assert.deepEqual(await simulate("aggregate3Value", [valued]), results);
    const noHash = `0x${"00".repeat(32)}`;
    assert.deepEqual(await simulate("blockAndAggregate", [good()]), [blockNumber, noHash, results]);
    for (const requireSuccess of [true, false]) {
      const answer = await simulate("tryBlockAndAggregate", [requireSuccess, good()]);
      assert.deepEqual(answer, [blockNumber, noHash, results]);
    }
  });

  it("returns the data of calls that may fail, and goes on", async () => {
    const calls = bad().flatMap((call) => [call, onProbe("who")]);
    const results = await singly(calls);
    assert.deepEqual(
      results.map(({ success }) => success),
      bad().flatMap(() => [false, true]),
    );
    assert.deepEqual(await simulate("tryAggregate", [false, calls]), results);
    assert.deepEqual((await simulate("tryBlockAndAggregate", [false, calls]))[2], results);
    assert.deepEqual(await simulate("aggregate3", [mayFail(calls)]), results);
    const valued = mayFail(calls).map((call) => ({ ...call, value: 0n }));
    assert.deepEqual(await simulate("aggregate3Value", [valued]), results);
  });

  it("reverts with the known text, wherever the call that must not fail stands", async () => {
    for (const failing of bad()) {
      for (const calls of [[failing], [failing, ...good()], [...good(), failing]]) {
        const all = mayFail(calls, false);
        await refused("aggregate", [calls], 0n, CALL_FAILED);
        await refused("tryAggregate", [true, calls], 0n, CALL_FAILED);
        await refused("tryBlockAndAggregate", [true, calls], 0n, CALL_FAILED);
        await refused("blockAndAggregate", [calls], 0n, CALL_FAILED);
        await refused("aggregate3", [all], 0n, CALL_FAILED);
        const valued = all.map((call) => ({ ...call, value: 0n }));
        await refused("aggregate3Value", [valued], 0n, CALL_FAILED);
      }
    }
  });

  it("lets each call say for itself whether it may fail", async () => {
    const [first, second] = bad();
    const allowed = { ...first, allowFailure: true };
    await refused("aggregate3", [[allowed, { ...second, allowFailure: false }]], 0n, CALL_FAILED);
    const [{ success }] = await simulate("aggregate3", [[allowed]]);
    assert.equal(success, false);
  });

  it("takes an empty list", async () => {
    assert.deepEqual((await simulate("aggregate", [[]]))[1], []);
    assert.deepEqual(await simulate("tryAggregate", [true, []]), []);
    assert.deepEqual((await simulate("blockAndAggregate", [[]]))[2], []);
    assert.deepEqual((await simulate("tryBlockAndAggregate", [false, []]))[2], []);
    assert.deepEqual(await simulate("aggregate3", [[]]), []);
    assert.deepEqual(await simulate("aggregate3Value", [[]]), []);
  });

  it("makes its calls in order, each on what the one before left", async () => {
    const before = await client.readContract({ ...probe, functionName: "total" });
    const calls = [1n, 10n, 100n].map((amount) => onProbe("add", amount));
    const { result, request } = await client.simulateContract({
      ...multicall,
      account,
      functionName: "aggregate",
      args: [calls],
    });
    const totals = result[1].map((data) =>
      decodeFunctionResult({ abi: probe.abi, functionName: "add", data }),
    );
    assert.deepEqual(totals, [before + 1n, before + 11n, before + 111n]);
    await mined(await wallet.writeContract(request));
    assert.equal(await client.readContract({ ...probe, functionName: "total" }), before + 111n);
  });

  it("undoes what a failed call did, and everything if it must not fail", async () => {
    const total = () => client.readContract({ ...probe, functionName: "total" });
    const before = await total();
    // The inner list adds and then fails; the outer one goes on after it.
    const inner = encodeFunctionData({
      abi: multicall.abi,
      functionName: "aggregate",
      args: [[onProbe("add", 5n), onProbe("fail")]],
    });
    const nested = { target: multicall.address, callData: inner };
    await send("aggregate3", [mayFail([nested, onProbe("add", 3n)])]);
    assert.equal(await total(), before + 3n);
    const hash = await wallet.writeContract({
      ...multicall,
      functionName: "aggregate",
      args: [[onProbe("add", 5n), onProbe("fail")]],
      gas: 200_000n,
    });
    const receipt = await client.waitForTransactionReceipt({ hash });
    assert.equal(receipt.status, "reverted");
    assert.equal(await total(), before + 3n);
  });

  it("passes on exactly the coins that each call names", async () => {
    const paid = () =>
      client.readContract({ ...probe, functionName: "paidBy", args: [multicall.address] });
    const before = [await paid(), await client.getBalance({ address: STRANGER })];
    const calls = [
      { ...onProbe("pay"), allowFailure: false, value: 30n },
      { target: STRANGER, callData: "0x", allowFailure: false, value: 12n },
      { ...onProbe("pay"), allowFailure: false, value: 0n },
    ];
    const results = await simulate("aggregate3Value", [calls], 42n);
    assert.deepEqual(results.map(({ returnData }) => returnData), [
      `0x${"1e".padStart(64, "0")}`,
      "0x",
      `0x${"0".repeat(64)}`,
    ]);
    await send("aggregate3Value", [calls], 42n);
    assert.equal(await paid(), before[0] + 30n);
    assert.equal(await client.getBalance({ address: STRANGER }), before[1] + 12n);
    assert.equal(await client.getBalance({ address: multicall.address }), 0n);
  });

  it("refuses coins that are not exactly what the calls name", async () => {
    const calls = [
      { ...onProbe("pay"), allowFailure: true, value: 30n },
      { ...onProbe("pay"), allowFailure: true, value: 12n },
    ];
    for (const value of [0n, 30n, 41n, 43n, 84n]) {
      await refused("aggregate3Value", [calls], value, VALUE_MISMATCH);
    }
    await refused("aggregate3Value", [[]], 1n, VALUE_MISMATCH);
  });

  it("does not let values add up around the end of their range", async () => {
    const half = { ...onProbe("pay"), allowFailure: true, value: 1n << 255n };
    const rest = { ...onProbe("pay"), allowFailure: true, value: 5n };
    await refused("aggregate3Value", [[half, half]], 0n, VALUE_MISMATCH);
    await refused("aggregate3Value", [[half, rest, half]], 5n, VALUE_MISMATCH);
  });

  it("counts the coins of a call that failed, and keeps them from everybody", async () => {
    const failing = { ...onProbe("refuse", 1n), allowFailure: true, value: 9n };
    await refused("aggregate3Value", [[failing]], 0n, VALUE_MISMATCH);
    await send("aggregate3Value", [[failing]], 9n);
    assert.equal(await client.getBalance({ address: multicall.address }), 9n);
    // Neither directly, nor with a second value that makes the sum wrap around, nor through itself.
    const taken = { target: STRANGER, callData: "0x", allowFailure: false, value: 9n };
    const wrapping = { ...taken, allowFailure: true, value: (1n << 256n) - 9n };
    const inner = encodeFunctionData({
      abi: multicall.abi,
      functionName: "aggregate3Value",
      args: [[taken]],
    });
    const nested = { ...taken, target: multicall.address, callData: inner };
    for (const calls of [[taken], [taken, wrapping], [wrapping, taken], [nested]]) {
      await refused("aggregate3Value", [calls], 0n, VALUE_MISMATCH);
    }
  });

  it("answers as the Multicall3 that viem carries, byte for byte but for zeros after a reason", async () => {
    const { multicall3Bytecode } = await import(VIEM_CONTRACTS);
    const stock = await deploy(MULTICALL.abi, multicall3Bytecode);
    const code = { [multicall.address]: { code: await client.getCode(stock) } };
    const calls = [good(), bad(), [...bad(), ...good()], [...good(), ...bad()], []];
    const inputs = calls.flatMap((list) => [
      ["aggregate", list],
      ["blockAndAggregate", list],
      ...[true, false].flatMap((required) => [
        ["tryAggregate", required, list],
        ["tryBlockAndAggregate", required, list],
        ["aggregate3", mayFail(list, !required)],
        ["aggregate3Value", mayFail(list, !required).map((call) => ({ ...call, value: 0n }))],
      ]),
    ]);
    const getters = MULTICALL.abi.filter(({ stateMutability }) => stateMutability === "view");
    assert.equal(getters.length, 10);
    for (const { name, inputs: types } of getters) {
      inputs.push([name, ...types.map(({ type }) => (type === "address" ? account.address : 1n))]);
    }
    const paying = (...values) =>
      values.map((value) => ({ ...onProbe("pay"), allowFailure: true, value }));
    inputs.push(["aggregate3Value", paying(2n)], ["aggregate3Value", paying(1n, 1n)]);
    inputs.push(["aggregate3Value", paying(3n)], ["aggregate3Value", paying(1n)]);
    const encoded = inputs.map(([functionName, ...args]) =>
      encodeFunctionData({ abi: multicall.abi, functionName, args }),
    );
    // What nobody should send: no function, one that is not there, arguments that end too early.
    encoded.push("0x", "0x12345678", ...Object.values(MULTICALL.selectors));
    encoded.push(...encoded.map((data) => data.slice(0, -2)).filter((data) => data.length > 2));
    for (const data of encoded) {
      for (const value of [0n, 2n]) {
        const call = { from: account.address, to: multicall.address, data, value };
        const [ours, theirs] = await Promise.all([single(call), single({ ...call, code })]);
        // Its aggregate3Value reverts with a word more than the encoding of the text has.
        if (theirs.returnData === `${CALL_FAILED}${"0".repeat(64)}`) theirs.returnData = CALL_FAILED;
        assert.deepEqual(ours, theirs, data);
      }
    }
  });

  it("takes no plain transfer", async () => {
    const refusal = await single({ from: account.address, to: multicall.address, value: 1n, data: "0x" });
    assert.deepEqual(refusal, { success: false, returnData: "0x" });
  });

  describe("through viem", () => {
    const contracts = () => [
      { ...probe, functionName: "total" },
      { ...probe, functionName: "refuse", args: [7n] },
      { ...multicall, functionName: "getEthBalance", args: [account.address] },
      { ...probe, functionName: "echo", args: ["0xc0de"] },
    ];

    it("multicall reads many contracts at once when it is given the address", async () => {
      const multicallAddress = multicall.address;
      const results = await client.multicall({ contracts: contracts(), multicallAddress });
      assert.deepEqual(results.map(({ status }) => status), [
        "success",
        "failure",
        "success",
        "success",
      ]);
      assert.match(results[1].error.message, /Refused\(uint256 code\)/);
      const total = await client.readContract({ ...probe, functionName: "total" });
      const balance = await client.getBalance({ address: account.address });
      const values = results.filter(({ result }) => result !== undefined).map(({ result }) => result);
      assert.deepEqual(values, [total, balance, "0xc0de"]);
    });

    it("multicall throws for a call that must not fail", async () => {
      const options = { multicallAddress: multicall.address, allowFailure: false };
      await assert.rejects(
        client.multicall({ ...options, contracts: contracts() }),
        /Refused\(uint256 code\)/,
      );
    });

    it("batches reads when the chain names the contract", async () => {
      let requests = 0;
      const onFetchRequest = () => {
        requests += 1;
      };
      const batching = createPublicClient({
        chain: { ...chain, contracts: { multicall3: { address: multicall.address } } },
        transport: http(undefined, { onFetchRequest }),
        batch: { multicall: true },
      });
      const answers = await Promise.all([
        batching.readContract({ ...probe, functionName: "echo", args: ["0x01"] }),
        batching.readContract({ ...probe, functionName: "echo", args: ["0x02"] }),
        batching.readContract({ ...probe, functionName: "who" }),
      ]);
      assert.deepEqual(answers.slice(0, 2), ["0x01", "0x02"]);
      assert.equal(answers[2].toLowerCase(), multicall.address.toLowerCase());
      assert.equal(requests, 1);
    });
  });
});
