// The examples of the documentation, as their users use them: one section for each.

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import {
  createPublicClient,
  createWalletClient,
  decodeErrorResult,
  encodeFunctionData,
  encodePacked,
  getAddress,
  http,
  keccak256,
  parseEther,
  parseEventLogs,
  parseGwei,
  parseSignature,
  toRlp,
  zeroAddress,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";

import { chain } from "./chain.mjs";
import {
  ACCOUNT,
  ETHEREUM_RPC_URL,
  MNEMONIC,
  STRANGER,
  compiled,
  shipped,
} from "./environment.mjs";
import { EXAMPLES } from "./examples.mjs";
import { headerList } from "./header.mjs";

const WAD = 10n ** 18n;

// How often viem asks for a receipt. Its default suits blocks of many seconds.
const pollingInterval = 50;

const client = createPublicClient({ chain, transport: http(), pollingInterval });

/** Signs with the account of this suite that has this place among them. */
function walletOf(place) {
  const account = mnemonicToAccount(MNEMONIC, { addressIndex: ACCOUNT.examples + place });
  return createWalletClient({ account, chain, transport: http(), pollingInterval });
}

const user = walletOf(0);
const other = walletOf(1);

async function mined(hash) {
  const receipt = await client.waitForTransactionReceipt({ hash });
  assert.equal(receipt.status, "success");
  return receipt;
}

/** The examples that sections have taken up. */
const covered = new Set();

/**
 * An example to deploy. What a precompile, or a contract of the system, reverts with passes through the
 * example; the names of those errors are in the ABI of `called`.
 */
function example(name, called) {
  covered.add(name);
  const { abi, bytecode } = compiled(name);
  const errors = shipped(called).abi.filter(({ type }) => type === "error");
  return { abi: [...abi, ...errors], bytecode };
}

/** Deploys an example with coins; resolves to what viem takes as a contract. */
async function deploy({ abi, bytecode }, args, value) {
  const { contractAddress } = await mined(await user.deployContract({ abi, bytecode, args, value }));
  return { address: contractAddress, abi };
}

const read = (contract, functionName, ...args) =>
  client.readContract({ ...contract, functionName, args });

/** Tries a call, and sends it. Resolves to its result and receipt. */
async function send(wallet, contract, functionName, args, value) {
  const call = { ...contract, account: wallet.account, functionName, args, value };
  const { request, result } = await client.simulateContract(call);
  return { result, receipt: await mined(await wallet.writeContract(request)) };
}

/** Asserts that a call or a deployment reverts with this error of the contract. */
const refused = (promise, { abi }, errorName, args) =>
  assert.rejects(promise, (error) => {
    const { data } = error.walk((cause) => typeof cause.data === "string") ?? assert.fail(error);
    const found = decodeErrorResult({ abi, data });
    assert.deepEqual([found.errorName, found.args], [errorName, args]);
    return true;
  });

describe("BondingCurveExample", { concurrency: 1 }, () => {
  const POOL = example("BondingCurveExample", "IBondingCurve");
  const FIRST = parseEther("1000");
  let pool;

  const create = (value) => deploy(POOL, ["Curve token", "CURVE"], value);

  before(async () => {
    pool = await create(parseEther("1"));
  });

  it("sells a thousand tokens for three coins: four times the reserve, twice the supply", async () => {
    const { result } = await send(user, pool, "buy", [FIRST], parseEther("3"));
    assert.equal(result, FIRST);
    assert.equal(await read(pool, "balanceOf", user.account.address), FIRST);
    assert.equal(await read(pool, "totalSupply"), 2n * FIRST);
    assert.equal(await read(pool, "reserve"), parseEther("4") / parseGwei("1"));
    assert.equal(await client.getBalance({ address: pool.address }), parseEther("4"));
  });

  it("buys them back for the same coins", async () => {
    const { result } = await send(user, pool, "sell", [FIRST, parseEther("3")]);
    assert.equal(result, parseEther("3"));
    assert.equal(await read(pool, "totalSupply"), FIRST);
    assert.equal(await read(pool, "reserve"), parseEther("1") / parseGwei("1"));
    assert.equal(await client.getBalance({ address: pool.address }), parseEther("1"));
  });

  it("keeps what rounding leaves: a gwei at most, there and back", async () => {
    const value = parseEther("0.123456789");
    const { result: tokens } = await send(user, pool, "buy", [0n], value);
    const { result: paid } = await send(user, pool, "sell", [tokens, 0n]);
    assert.ok(paid === value || paid === value - parseGwei("1"), `${paid} of ${value}`);
    assert.equal(await client.getBalance({ address: pool.address }), parseEther("1") + value - paid);
  });

  it("refuses a purchase when somebody else was faster", async () => {
    const value = parseEther("0.5");
    const buy = { ...pool, account: user.account, functionName: "buy", value };
    const { result: expected } = await client.simulateContract({ ...buy, args: [0n] });
    await send(other, pool, "buy", [0n], value);
    const { result: found } = await client.simulateContract({ ...buy, args: [0n] });
    assert.ok(found < expected);
    const limited = client.simulateContract({ ...buy, args: [expected] });
    await refused(limited, pool, "Slippage", [expected, found]);
    await send(user, pool, "buy", [found], value);
  });

  it("refuses a sale when somebody else was faster", async () => {
    const tokens = parseEther("100");
    const sell = { ...pool, account: user.account, functionName: "sell" };
    const { result: expected } = await client.simulateContract({ ...sell, args: [tokens, 0n] });
    await send(other, pool, "sell", [tokens, 0n]);
    const { result: found } = await client.simulateContract({ ...sell, args: [tokens, 0n] });
    assert.ok(found < expected);
    const limited = client.simulateContract({ ...sell, args: [tokens, expected] });
    await refused(limited, pool, "Slippage", [expected, found]);
    await send(user, pool, "sell", [tokens, found]);
  });

  it("refuses a sale of more than the seller or the pool has", async () => {
    const held = await read(pool, "balanceOf", user.account.address);
    const needed = held + 1n;
    const args = [user.account.address, held, needed];
    await refused(send(user, pool, "sell", [needed, 0n]), pool, "ERC20InsufficientBalance", args);
    const all = await read(pool, "totalSupply");
    await refused(send(user, pool, "sell", [all + 1n, 0n]), pool, "CurveDomain", [5]);
  });

  it("refuses coins that are not whole gwei, and to begin with none", async () => {
    await refused(send(user, pool, "buy", [0n], 1n), pool, "BrokenUnit", [1n]);
    await refused(create(0n), POOL, "CurveDomain", [2]);
  });
});

describe("ComputeProofExample", { concurrency: 1 }, () => {
  const BOUNTY = example("ComputeProofExample", "IComputeProof");
  const COMPUTE_PROOF = "0x00000000000000000000000000000000000A1002";
  // Places of fields in the list that `headerList` gives.
  const [PARENT, MINER, NUMBER] = [0, 2, 8];
  const DIFFICULTY = 2n ** 26n;
  const REWARD = parseEther("0.25");
  let bounty;

  const create = (leastDifficulty, value) => deploy(BOUNTY, [leastDifficulty, REWARD], value);

  /** The fields of a header that the chain has just sealed. */
  const sealed = async () => {
    const { blockHash } = await mined(await user.sendTransaction({ to: STRANGER, value: 1n }));
    const params = [blockHash, false];
    return headerList(await client.request({ method: "eth_getBlockByHash", params }));
  };

  const claim = (header, contract = bounty) => send(user, contract, "claim", [header]);

  /** The field with its last bit turned over; an empty one becomes a byte. */
  const flipped = (field) => {
    if (field === "0x") return "0x01";
    const last = Number(`0x${field.slice(-1)}`);
    return `${field.slice(0, -1)}${(last ^ 1).toString(16)}`;
  };

  before(async () => {
    bounty = await create(DIFFICULTY, 2n * REWARD);
  });

  it("pays whom the header names, whoever shows it", async () => {
    const fields = await sealed();
    const data = encodeFunctionData({ ...bounty, functionName: "claim", args: [toRlp(fields)] });
    const calls = [{ account: user.account, to: bounty.address, data }];
    const [block] = await client.simulateBlocks({ blocks: [{ calls }], traceTransfers: true });
    const [{ logs, status }] = block.calls;
    assert.equal(status, "success");
    const transfers = logs.filter(({ address }) => address !== bounty.address.toLowerCase());
    const paid = transfers.map(({ topics: [, from, to], data }) => [from, to, data].map(BigInt));
    assert.deepEqual(paid, [[BigInt(bounty.address), BigInt(fields[MINER]), REWARD]]);
  });

  it("pays for a header once", async () => {
    const header = toRlp(await sealed());
    const headerHash = keccak256(header);
    assert.equal(await read(bounty, "paid", headerHash), false);
    const { receipt } = await claim(header);
    const [{ eventName, args }] = parseEventLogs({ ...bounty, logs: receipt.logs });
    assert.deepEqual([eventName, args.headerHash], ["Rewarded", headerHash]);
    assert.equal(await read(bounty, "paid", headerHash), true);
    assert.equal(await client.getBalance({ address: bounty.address }), REWARD);
    await refused(claim(header), bounty, "AlreadyPaid", [headerHash]);
  });

  it("refuses a header with a flipped bit, in whichever field", async () => {
    const fields = await sealed();
    for (const place of fields.keys()) {
      const forged = toRlp(fields.with(place, flipped(fields[place])));
      await refused(claim(forged), bounty, "NotSealed", undefined);
    }
    await refused(claim("0x"), bounty, "NotSealed", undefined);
    await claim(toRlp(fields));
  });

  it("pays for exactly the difficulty that it asks for", async () => {
    const header = toRlp(await sealed());
    const data = encodePacked(["uint8", "uint256", "bytes"], [1, DIFFICULTY, header]);
    const { data: answer } = await client.call({ to: COMPUTE_PROOF, data });
    // The number drawn is the second word; see docs/precompiles/compute-proof.md.
    const pow = BigInt(`0x${answer.slice(66, 130)}`);
    const met = (2n ** 22n * (2n ** 256n - 1n)) / pow;
    await claim(header, await create(met, REWARD));
    await refused(claim(header, await create(met + 1n, REWARD)), bounty, "NotSealed", undefined);
  });

  it("refuses work on top of a block that is too old, or yet to come", async () => {
    const fields = await sealed();
    const parent = BigInt(fields[NUMBER]) - 1n;
    const paying = await create(DIFFICULTY, REWARD);
    const call = { ...paying, account: user.account, functionName: "claim", args: [toRlp(fields)] };
    const at = (number) => client.simulateContract({ ...call, blockOverrides: { number } });
    // A contract is told the hashes of the 256 blocks before its own.
    for (const number of [parent + 1n, parent + 256n]) await at(number);
    for (const number of [parent, parent + 257n]) {
      await refused(at(number), bounty, "NotOnThisChain", [parent + 1n, fields[PARENT]]);
    }
  });

  it("refuses work on top of the hash zero, which stands for every unknown block", async () => {
    // Nobody mines such headers here: on a chain without the precompile a stand-in tells of one.
    // PUSH1 1, PUSH0, MSTORE: valid. PUSH1 number, PUSH1 160, MSTORE. The other six words are zero.
    const standIn = (number) => `0x60015f5260${number}60a0526101005ff3`;
    const ethereum = createPublicClient({ transport: http(ETHEREUM_RPC_URL) });
    const { abi, runtime: code } = compiled("ComputeProofExample");
    const claimed = (number) =>
      ethereum.simulateContract({
        address: STRANGER,
        abi,
        functionName: "claim",
        args: ["0x"],
        stateOverride: [
          { address: STRANGER, code },
          { address: COMPUTE_PROOF, code: standIn(number) },
        ],
      });
    const zero = `0x${"00".repeat(32)}`;
    await refused(claimed("00"), bounty, "NotOnThisChain", [0n, zero]);
    await refused(claimed("ff"), bounty, "NotOnThisChain", [255n, zero]);
  });

  it("says that the coins are gone, and goes on when there are new ones", async () => {
    const header = toRlp(await sealed());
    const fields = await sealed();
    assert.equal(await client.getBalance({ address: bounty.address }), 0n);
    const left = [getAddress(fields[MINER]), 0n];
    await refused(claim(header), bounty, "PaymentFailed", left);
    await mined(await other.sendTransaction({ to: bounty.address, value: 2n * REWARD }));
    await claim(header);
    await claim(toRlp(fields));
    assert.equal(await client.getBalance({ address: bounty.address }), 0n);
  });
});

describe("FixedMathExample", { concurrency: 1 }, () => {
  const LOAN = example("FixedMathExample", "IFixedMath");
  const FIXED_MATH = "0x00000000000000000000000000000000000a1004";
  const VALUE = parseEther("7.000000000000000001");
  const YEAR = 31_536_000n;
  let loan;
  let start;

  const create = (borrower, rate) => deploy(LOAN, [borrower, rate], VALUE);

  /** ⌊10^18·e^(x/10^18)⌋, by its series with 60 decimals. */
  const expWad = (x) => {
    let [sum, term] = [0n, 10n ** 60n];
    for (let n = 1n; term > 0n; n += 1n) {
      sum += term;
      term = (term * x) / WAD / n;
    }
    return sum / 10n ** 42n;
  };
  const ceiling = (x, y, denominator) => (x * y + denominator - 1n) / denominator;
  const growth = (timestamp) => expWad((WAD * (timestamp - start)) / YEAR);

  const owedAt = (time) =>
    client.readContract({ ...loan, functionName: "owed", blockOverrides: { time } });

  before(async () => {
    const borrowed = await client.getBalance({ address: other.account.address });
    loan = await create(other.account.address, WAD);
    start = await read(loan, "start");
    assert.equal(await client.getBalance({ address: other.account.address }), borrowed + VALUE);
  });

  it("owes e times the loan after a year at a rate of one, rounded up", async () => {
    assert.equal(await owedAt(start), VALUE);
    const owed = ceiling(VALUE, 2_718_281_828_459_045_235n, WAD);
    assert.equal(await owedAt(start + YEAR), owed);
  });

  it("owes what the exponential says at any time", async () => {
    for (const seconds of [1n, 59n, 86_400n, 10_000_019n, YEAR * 10n, YEAR * 100n]) {
      const owed = ceiling(VALUE, growth(start + seconds), WAD);
      assert.equal(await owedAt(start + seconds), owed, `${seconds} s`);
    }
  });

  it("tells when the debt has doubled: after ln 2 years, at a rate of one", async () => {
    const seconds = (693_147_180_559_945_309n * YEAR) / WAD;
    assert.equal(await read(loan, "secondsUntil", 2n * VALUE), seconds);
    const doubled = [await owedAt(start + seconds), await owedAt(start + seconds + 1n)];
    assert.ok(doubled[0] < 2n * VALUE && 2n * VALUE <= doubled[1]);
    await refused(read(loan, "secondsUntil", 0n), loan, "MathDomain", undefined);
  });

  it("takes off a part payment rounded down", async () => {
    const value = parseEther("2");
    const { receipt } = await send(other, loan, "repay", [], value);
    const { timestamp } = await client.getBlock({ blockHash: receipt.blockHash });
    const left = VALUE - (value * WAD) / growth(timestamp);
    assert.equal(await read(loan, "principal"), left);
    assert.ok((await owedAt(timestamp)) >= ceiling(VALUE, growth(timestamp), WAD) - value);
    // A wei buys less than a wei of the first day.
    await send(other, loan, "repay", [], 1n);
    assert.equal(await read(loan, "principal"), left);
  });

  it("ends with what is owed, gives the rest back, and pays the lender", async () => {
    const principal = await read(loan, "principal");
    const held = await client.getBalance(loan);
    const { receipt } = await send(user, loan, "repay", [], parseEther("20"));
    const { timestamp } = await client.getBlock({ blockHash: receipt.blockHash });
    const repaid = held + ceiling(principal, growth(timestamp), WAD);
    assert.equal(await read(loan, "principal"), 0n);
    assert.equal(await read(loan, "owed"), 0n);
    assert.equal(await client.getBalance(loan), repaid);
    const lender = await client.getBalance(user.account);
    await send(other, loan, "collect", []);
    assert.equal(await client.getBalance(user.account), lender + repaid);
    await refused(read(loan, "secondsUntil", VALUE), loan, "MathDomain", undefined);
  });

  it("refuses a rate that overflows within a century, and a borrower who takes no coins", async () => {
    const rate = 2n ** 64n - 1n;
    await refused(create(other.account.address, rate), LOAN, "MathOverflow", undefined);
    await refused(create(FIXED_MATH, WAD), LOAN, "PaymentRefused", [getAddress(FIXED_MATH)]);
  });
});

describe("NativeCoinExample", { concurrency: 1 }, () => {
  const SUBSCRIPTION = example("NativeCoinExample", "AI");
  const COIN = {
    address: getAddress("0x00000000000000000000000000000000000A1100"),
    abi: shipped("AI").abi,
  };
  const SUPPLY = {
    address: "0x00000000000000000000000000000000000a1101",
    abi: shipped("AISupply").abi,
  };
  const PRICE = parseEther("2");
  const BURNED = PRICE / 100n;
  // In seconds. A block is a second later than its parent, at least.
  const PERIOD = 3n;
  const SUBSCRIBER = user.account.address;
  // Somebody who has nothing yet.
  const PROVIDER = getAddress(`0x${"c011ec".padStart(40, "0")}`);
  let subscription;

  const create = async (provider) => {
    const { address, abi } = await deploy(SUBSCRIPTION, [provider, PRICE, PERIOD]);
    return { address: getAddress(address), abi };
  };

  /** What `subscribe` takes: a permit of the user for `most` coins. */
  const signed = async (most, contract = subscription) => {
    const { timestamp } = await client.getBlock();
    const deadline = timestamp + 10_000n;
    const nonce = await read(COIN, "nonces", SUBSCRIBER);
    const fields = { owner: "address", spender: "address", value: "uint256", nonce: "uint256" };
    const types = { ...fields, deadline: "uint256" };
    const signature = await user.signTypedData({
      domain: { name: "AI", version: "1", chainId: chain.id, verifyingContract: COIN.address },
      types: { Permit: Object.entries(types).map(([name, type]) => ({ name, type })) },
      primaryType: "Permit",
      message: { owner: SUBSCRIBER, spender: contract.address, value: most, nonce, deadline },
    });
    const { r, s, yParity } = parseSignature(signature);
    return [most, deadline, 27 + yParity, r, s];
  };

  const subscribe = (args, contract = subscription) => send(user, contract, "subscribe", args);
  const charge = () => send(other, subscription, "charge", [SUBSCRIBER]);
  const allowance = () => read(COIN, "allowance", SUBSCRIBER, subscription.address);

  /** Lets blocks pass until the subscriber has to pay again. */
  const periodEnds = async () => {
    const end = await read(subscription, "paidUntil", SUBSCRIBER);
    while ((await client.getBlock()).timestamp < end) {
      await mined(await other.sendTransaction({ to: STRANGER, value: 1n }));
    }
  };

  /** The coins that the token has moved and burned in a receipt: from, to, value. */
  const transfers = ({ logs }) =>
    parseEventLogs({ abi: COIN.abi, eventName: "Transfer", logs })
      .map(({ args: { from, to, value } }) => [from, to, value]);

  /** What a payment of the price looks like. */
  const payment = () => [
    [SUBSCRIBER, subscription.address, PRICE],
    [subscription.address, zeroAddress, BURNED],
  ];

  before(async () => {
    subscription = await create(PROVIDER);
  });

  it("takes the first price with a permit, in one transaction, and burns its part", async () => {
    const held = await client.getBalance(user.account);
    const { receipt } = await subscribe(await signed(2n * PRICE));
    const { blockNumber, gasUsed, effectiveGasPrice } = receipt;
    assert.deepEqual(transfers(receipt), payment());
    assert.equal(await client.getBalance(user.account), held - PRICE - gasUsed * effectiveGasPrice);
    assert.equal(await client.getBalance(subscription), PRICE - BURNED);
    const { timestamp, baseFeePerGas } = await client.getBlock({ blockNumber });
    assert.equal(await read(subscription, "paidUntil", SUBSCRIBER), timestamp + PERIOD);
    const burned = (at) =>
      client.readContract({ ...SUPPLY, functionName: "burned", blockNumber: at });
    const more = (await burned(blockNumber)) - (await burned(blockNumber - 1n));
    assert.equal(more, BURNED + baseFeePerGas * gasUsed);
  });

  it("draws the next price when the period is over, not a second earlier", async () => {
    const end = await read(subscription, "paidUntil", SUBSCRIBER);
    const call = { ...subscription, account: other.account, functionName: "charge", args: [SUBSCRIBER] };
    const at = (time) => client.simulateContract({ ...call, blockOverrides: { time } });
    await refused(at(end - 1n), subscription, "TooEarly", [end]);
    await at(end);
    await periodEnds();
    const held = await client.getBalance(user.account);
    const { receipt } = await charge();
    assert.deepEqual(transfers(receipt), payment());
    assert.equal(await client.getBalance(user.account), held - PRICE);
  });

  it("ends with the allowance, used up or taken back", async () => {
    await periodEnds();
    const { address } = subscription;
    assert.equal(await allowance(), 0n);
    await refused(charge(), subscription, "ERC20InsufficientAllowance", [address, 0n, PRICE]);
    await subscribe(await signed(2n * PRICE));
    await send(user, COIN, "approve", [address, 0n]);
    await periodEnds();
    await refused(charge(), subscription, "ERC20InsufficientAllowance", [address, 0n, PRICE]);
  });

  it("begins even if somebody else has shown the permit first", async () => {
    const args = await signed(PRICE);
    const [most, ...signature] = args;
    await send(other, COIN, "permit", [SUBSCRIBER, subscription.address, most, ...signature]);
    const { receipt } = await subscribe(args);
    assert.deepEqual(transfers(receipt), payment());
  });

  it("does not begin with a permit for somebody else, or without the coins", async () => {
    const mine = await create(PROVIDER);
    const { address } = mine;
    const args = [address, 0n, PRICE];
    await refused(subscribe(await signed(PRICE), mine), mine, "ERC20InsufficientAllowance", args);
    const call = { ...mine, account: user.account, functionName: "subscribe" };
    const poor = client.simulateContract({
      ...call,
      args: await signed(PRICE, mine),
      stateOverride: [{ address: SUBSCRIBER, balance: PRICE - 1n }],
    });
    await refused(poor, mine, "ERC20InsufficientBalance", [SUBSCRIBER, PRICE - 1n, PRICE]);
  });

  it("draws nothing from who has allowed it and not subscribed", async () => {
    const mine = await create(PROVIDER);
    await send(user, COIN, "approve", [mine.address, PRICE]);
    const early = send(other, mine, "charge", [SUBSCRIBER]);
    await refused(early, mine, "NotSubscribed", [SUBSCRIBER]);
  });

  it("pays the provider plain coins, of which the token tells nothing", async () => {
    const earned = await client.getBalance(subscription);
    assert.equal(earned, 4n * (PRICE - BURNED));
    const { receipt } = await send(other, subscription, "collect", []);
    assert.deepEqual(transfers(receipt), []);
    assert.equal(await client.getBalance({ address: PROVIDER }), earned);
    assert.equal(await read(COIN, "balanceOf", PROVIDER), earned);
    assert.equal(await client.getBalance(subscription), 0n);
  });

  it("says that the provider takes no coins", async () => {
    const mine = await create(COIN.address);
    await refused(send(user, mine, "collect", []), mine, "PaymentRefused", [COIN.address]);
  });
});

describe("the examples", () => {
  it("have a section here, each of them", () => assert.deepEqual([...covered].sort(), EXAMPLES));
});
