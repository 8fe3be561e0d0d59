// The coin of the chain as a token, as a stock client uses it: one balance, two interfaces.

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import {
  createPublicClient,
  createWalletClient,
  decodeErrorResult,
  domainSeparator,
  encodeFunctionData,
  erc20Abi,
  getAddress,
  http,
  keccak256,
  numberToHex,
  pad,
  parseAbi,
  parseEther,
  parseEventLogs,
  parseGwei,
  parseSignature,
  stringToHex,
  zeroAddress,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";

import { chain } from "./chain.mjs";
import { ACCOUNT, MNEMONIC, STRANGER, shipped } from "./environment.mjs";
import { assertAsDeployed } from "./predeploy.mjs";

/** What viem knows of every token. */
const COIN = { address: getAddress("0x00000000000000000000000000000000000A1100"), abi: erc20Abi };
/** The same with what is more than ERC-20: permit, burning, names of errors. */
const AI = { address: COIN.address, abi: shipped("AI").abi };
const SUPPLY = {
  address: getAddress("0x00000000000000000000000000000000000A1101"),
  abi: shipped("AISupply").abi,
};
const NATIVE_COIN = {
  address: getAddress("0x00000000000000000000000000000000000A1003"),
  abi: shipped("INativeCoin").abi,
};
const MULTICALL = {
  address: "0xcA11bde05977b3631167028862bE2a173976CA11",
  abi: shipped("Multicall3").abi,
};

const PERMIT = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

// How often viem asks for a receipt. Its default suits blocks of many seconds.
const pollingInterval = 50;

const client = createPublicClient({ chain, transport: http(), pollingInterval });

/** Signs with the account of this suite that has this place among them. */
function walletOf(place) {
  const account = mnemonicToAccount(MNEMONIC, { addressIndex: ACCOUNT.coin + place });
  return createWalletClient({ account, chain, transport: http(), pollingInterval });
}

const alice = walletOf(0);
const bob = walletOf(1);
const [ALICE, BOB] = [alice, bob].map(({ account }) => account.address);

async function mined(hash) {
  const receipt = await client.waitForTransactionReceipt({ hash });
  assert.equal(receipt.status, "success");
  return receipt;
}

const read = (contract, functionName, args = [], blockNumber = undefined) =>
  client.readContract({ ...contract, functionName, args, blockNumber });

/** Calls without sending, with coins if it says so. */
const tried = (wallet, contract, functionName, args, value) =>
  client.simulateContract({ ...contract, account: wallet.account, functionName, args, value });

/** Calls in a transaction, and resolves to its receipt. */
const send = async (wallet, contract, functionName, args) =>
  mined(await wallet.writeContract({ ...contract, functionName, args }));

/** Sends coins as every account does, and resolves to the receipt. */
const pay = async (wallet, to, value) => mined(await wallet.sendTransaction({ to, value }));

/** What the token tells in logs: `[from, to, value]` of each. */
function transfers(logs) {
  const told = parseEventLogs({ abi: erc20Abi, eventName: "Transfer", logs, strict: true });
  return told.map(({ address, args: { from, to, value } }) => {
    assert.equal(getAddress(address), COIN.address);
    return [from, to, value];
  });
}

const fee = ({ gasUsed, effectiveGasPrice }) => gasUsed * effectiveGasPrice;
const sum = (values) => values.reduce((total, value) => total + value, 0n);
const balance = (address, blockNumber) => client.getBalance({ address, blockNumber });

/** Asserts that a call or a transaction reverts with this error. */
const refused = (promise, abi, errorName, args) =>
  assert.rejects(promise, (error) => {
    const { data } = error.walk((cause) => typeof cause.data === "string") ?? assert.fail(error);
    const found = decodeErrorResult({ abi, data });
    assert.equal(found.errorName, errorName);
    if (args) assert.deepEqual(found.args, args);
    return true;
  });

/** The domain of permits of the contract at this address. */
const domainAt = (verifyingContract) =>
  ({ name: "AI", version: "1", chainId: chain.id, verifyingContract });

/** What `permit` takes, signed by `wallet`. */
async function permit(wallet, terms) {
  const typed = { domain: domainAt(COIN.address), types: PERMIT, primaryType: "Permit" };
  const { r, s, yParity } = parseSignature(await wallet.signTypedData({ ...typed, message: terms }));
  const { owner, spender, value, deadline } = terms;
  return [owner, spender, value, deadline, 27 + yParity, r, s];
}

describe("the coin as a token", { concurrency: 1 }, () => {
  it("is what a stock client expects of a token", async () => {
    const fields = ["name", "symbol", "decimals", "totalSupply"];
    const contracts = fields.map((functionName) => ({ ...COIN, functionName }));
    const blockNumber = await client.getBlockNumber();
    const answers = await client.multicall({
      contracts,
      allowFailure: false,
      multicallAddress: MULTICALL.address,
      blockNumber,
    });
    const { name, symbol, decimals } = chain.nativeCurrency;
    const outstanding = await read(SUPPLY, "outstanding", [], blockNumber);
    assert.deepEqual(answers, [name, symbol, decimals, outstanding]);
  });

  it("has the balances of the accounts, of those with code and of those that never were, too", async () => {
    const blockNumber = await client.getBlockNumber();
    const { miner } = await client.getBlock({ blockNumber });
    const nobody = `0x${"c0de".repeat(10)}`;
    const accounts = [ALICE, BOB, STRANGER, miner, COIN.address, MULTICALL.address, nobody, zeroAddress];
    for (const account of accounts) {
      const told = await read(COIN, "balanceOf", [account], blockNumber);
      assert.equal(told, await balance(account, blockNumber), account);
    }
    assert.ok((await read(COIN, "balanceOf", [ALICE])) > 0n);
  });

  describe("moved both ways in turns", () => {
    const receipts = [];
    let earlier;

    before(async () => {
      earlier = await Promise.all([ALICE, BOB, STRANGER].map((address) => balance(address)));
      receipts.push(await send(alice, COIN, "transfer", [BOB, 1_001n]));
      receipts.push(await pay(alice, BOB, 2_002n));
      receipts.push(await send(bob, COIN, "transfer", [STRANGER, 3_003n]));
      receipts.push(await pay(bob, STRANGER, 4_004n));
      receipts.push(await send(alice, COIN, "transfer", [ALICE, 5_005n]));
      receipts.push(await send(alice, COIN, "transfer", [STRANGER, 0n]));
      receipts.push(await send(alice, COIN, "transfer", [STRANGER, 6_006n]));
    });

    it("logs what the token moves, and nothing else", () => {
      assert.deepEqual(receipts.map(({ logs }) => transfers(logs)), [
        [[ALICE, BOB, 1_001n]],
        [],
        [[BOB, STRANGER, 3_003n]],
        [],
        [[ALICE, ALICE, 5_005n]],
        [[ALICE, STRANGER, 0n]],
        [[ALICE, STRANGER, 6_006n]],
      ]);
      for (const { logs } of receipts) assert.ok(logs.length <= 1);
    });

    it("adds up to the wei, with the gas", async () => {
      const fees = (sender) =>
        sum(receipts.filter(({ from }) => getAddress(from) === sender).map(fee));
      const expected = [
        earlier[0] - 1_001n - 2_002n - 6_006n - fees(ALICE),
        earlier[1] + 1_001n + 2_002n - 3_003n - 4_004n - fees(BOB),
        earlier[2] + 3_003n + 4_004n + 6_006n,
      ];
      for (const [place, address] of [ALICE, BOB, STRANGER].entries()) {
        assert.equal(await balance(address), expected[place], address);
        assert.equal(await read(COIN, "balanceOf", [address]), expected[place], address);
      }
    });

    it("is found by a filter exactly where the token moved", async () => {
      const [first, last] = [receipts.at(0), receipts.at(-1)].map(({ blockNumber }) => blockNumber);
      const range = { fromBlock: first, toBlock: last };
      const query = { ...COIN, eventName: "Transfer", strict: true, ...range };
      const told = receipts.flatMap(({ logs }) => transfers(logs));
      assert.deepEqual(transfers(await client.getContractEvents(query)), told);
      const byAlice = await client.createContractEventFilter({ ...query, args: { from: ALICE } });
      const found = await client.getFilterLogs({ filter: byAlice });
      assert.deepEqual(transfers(found), told.filter(([from]) => from === ALICE));
    });
  });

  it("is moved by whom its owner allows, as much as is allowed", async () => {
    const approval = await send(alice, COIN, "approve", [BOB, 100n]);
    const [{ eventName, args }] = parseEventLogs({ abi: erc20Abi, logs: approval.logs });
    assert.deepEqual([eventName, args], ["Approval", { owner: ALICE, spender: BOB, value: 100n }]);
    const received = await balance(STRANGER);
    const { logs } = await send(bob, COIN, "transferFrom", [ALICE, STRANGER, 60n]);
    assert.deepEqual([logs.length, transfers(logs)], [1, [[ALICE, STRANGER, 60n]]]);
    assert.equal(await balance(STRANGER), received + 60n);
    assert.equal(await read(COIN, "allowance", [ALICE, BOB]), 40n);
    const more = tried(bob, AI, "transferFrom", [ALICE, STRANGER, 41n]);
    await refused(more, AI.abi, "ERC20InsufficientAllowance", [BOB, 40n, 41n]);
  });

  describe("by signature", () => {
    let terms;

    before(async () => {
      const { timestamp } = await client.getBlock();
      const nonce = await read(AI, "nonces", [ALICE]);
      terms = { owner: ALICE, spender: BOB, value: 700n, nonce, deadline: timestamp + 10_000n };
    });

    it("tells its domain, as wallets show it", async () => {
      const { domain, extensions } = await client.getEip712Domain({ address: COIN.address });
      const salt = pad("0x");
      assert.deepEqual([domain, extensions], [{ ...domainAt(COIN.address), salt }, []]);
    });

    it("is allowed by who has it and sent by another, once", async () => {
      const before = await balance(ALICE);
      const signed = await permit(alice, terms);
      const { logs } = await send(bob, AI, "permit", signed);
      const [{ eventName, args }] = parseEventLogs({ abi: erc20Abi, logs });
      const { owner, spender, value } = terms;
      assert.deepEqual([logs.length, eventName, args], [1, "Approval", { owner, spender, value }]);
      await send(bob, COIN, "transferFrom", [ALICE, STRANGER, 700n]);
      assert.equal(await balance(ALICE), before - 700n);
      assert.equal(await read(AI, "nonces", [ALICE]), terms.nonce + 1n);
      await refused(tried(bob, AI, "permit", signed), AI.abi, "ERC2612InvalidSigner");
    });

    it("is not allowed after the deadline, or by somebody else", async () => {
      const late = { ...terms, nonce: terms.nonce + 1n, deadline: 1n };
      const expired = tried(bob, AI, "permit", await permit(alice, late));
      await refused(expired, AI.abi, "ERC2612ExpiredSignature", [1n]);
      const forged = tried(bob, AI, "permit", await permit(bob, { ...late, deadline: terms.deadline }));
      await refused(forged, AI.abi, "ERC2612InvalidSigner", [BOB, ALICE]);
    });
  });

  it("leaves the supply when it is burned, at once and to the wei", async () => {
    const value = parseEther("1.5");
    const held = await balance(ALICE);
    const receipt = await send(alice, AI, "burn", [value]);
    const { blockNumber } = receipt;
    assert.deepEqual(transfers(receipt.logs), [[ALICE, zeroAddress, value]]);
    assert.equal(await balance(ALICE), held - value - fee(receipt));
    const { baseFeePerGas, gasUsed } = await client.getBlock({ blockNumber });
    const change = async (contract, view) =>
      (await read(contract, view, [], blockNumber)) - (await read(contract, view, [], blockNumber - 1n));
    const subsidy = await read(NATIVE_COIN, "scheduledSubsidy", [blockNumber]);
    assert.equal(await change(SUPPLY, "burned"), value + baseFeePerGas * gasUsed);
    assert.equal(await change(SUPPLY, "mined"), subsidy);
    assert.equal(await change(COIN, "totalSupply"), subsidy - value - baseFeePerGas * gasUsed);
    // In the block itself, what the contract burns counts, and the block's base fee does not yet.
    const paying = { account: alice.account, gas: 100_000n, maxFeePerGas: parseGwei("10") };
    const supply = { ...paying, to: AI.address, abi: AI.abi, functionName: "totalSupply" };
    const calls = [supply, { ...supply, functionName: "burn", args: [value] }, supply];
    const [block] = await client.simulateBlocks({ blocks: [{ calls }], validation: true });
    assert.ok(block.baseFeePerGas > 0n);
    assert.equal(block.calls[2].result, block.calls[0].result - value);
  });

  it("is burned by whom its owner allows", async () => {
    await send(alice, COIN, "approve", [BOB, 9n]);
    const { logs } = await send(bob, AI, "burnFrom", [ALICE, 9n]);
    assert.deepEqual(transfers(logs), [[ALICE, zeroAddress, 9n]]);
    const more = tried(bob, AI, "burnFrom", [ALICE, 1n]);
    await refused(more, AI.abi, "ERC20InsufficientAllowance", [BOB, 0n, 1n]);
  });

  it("is refused by name when there is too little of it", async () => {
    const held = await balance(ALICE);
    const args = [ALICE, held, held + 1n];
    for (const call of [["transfer", [BOB, held + 1n]], ["burn", [held + 1n]]]) {
      await refused(tried(alice, AI, ...call), AI.abi, "ERC20InsufficientBalance", args);
    }
  });

  it("is refused by name where it would be lost", async () => {
    const precompiles = [1, 9, 0x11, 0x100, 0xa1001, 0xa1002, 0xa1003, 0xa1004];
    const lost = precompiles.map((number) => getAddress(numberToHex(number, { size: 20 })));
    for (const receiver of [zeroAddress, COIN.address, SUPPLY.address, ...lost]) {
      const transfer = tried(alice, AI, "transfer", [receiver, 1n]);
      await refused(transfer, AI.abi, "ERC20InvalidReceiver", [receiver]);
    }
  });

  it("has no entrance for coins, so that none can be lost in its contracts", async () => {
    for (const { address: to } of [COIN, SUPPLY]) {
      const coins = { account: alice.account, to, value: 1n };
      await assert.rejects(client.call(coins), /reverted/);
      const data = encodeFunctionData({ ...AI, functionName: "cap" });
      await assert.rejects(client.call({ ...coins, data }), /reverted/);
      const hash = await alice.sendTransaction({ to, value: 1n, gas: 100_000n });
      const { status } = await client.waitForTransactionReceipt({ hash });
      assert.equal(status, "reverted");
      assert.equal(await balance(to), 0n);
    }
  });

  it("leaves less to its sender during a transaction: what its gas may cost", async () => {
    const held = await balance(BOB);
    const transfer = { ...AI, account: bob.account, functionName: "transfer", args: [STRANGER, held] };
    // A call that offers no price is not charged for gas.
    await client.simulateContract(transfer);
    const { baseFeePerGas: maxFeePerGas } = await client.getBlock({ blockTag: "pending" });
    const gas = 100_000n;
    const paying = client.simulateContract({ ...transfer, gas, maxFeePerGas, blockTag: "pending" });
    const args = [BOB, held - gas * maxFeePerGas, held];
    await refused(paying, AI.abi, "ERC20InsufficientBalance", args);
  });
});

describe("NativeCoin", { concurrency: 1 }, () => {
  const changes = [
    ["transfer", [BOB, ALICE, 1n]],
    ["mint", [ALICE, 1n]],
    ["burn", [BOB, 1n]],
    ["burn", [ALICE, 1n]],
  ];

  it("is for no account to call", async () => {
    for (const change of changes) {
      await refused(tried(alice, NATIVE_COIN, ...change), NATIVE_COIN.abi, "NotAllowed", undefined);
      const [functionName, args] = change;
      const hash = await alice.writeContract({ ...NATIVE_COIN, functionName, args, gas: 100_000n });
      const { status, logs } = await client.waitForTransactionReceipt({ hash });
      assert.deepEqual([status, logs], ["reverted", []]);
    }
  });

  it("is for no contract to call but for those of the system", async () => {
    const calls = changes.map(([functionName, args]) => ({
      target: NATIVE_COIN.address,
      allowFailure: true,
      callData: encodeFunctionData({ ...NATIVE_COIN, functionName, args }),
    }));
    const { result } = await tried(alice, MULTICALL, "aggregate3", [calls]);
    assert.equal(result.length, changes.length);
    for (const { success, returnData } of result) {
      const { errorName } = decodeErrorResult({ abi: NATIVE_COIN.abi, data: returnData });
      assert.deepEqual([success, errorName], [false, "NotAllowed"]);
    }
  });

  it("refuses coins sent along", async () => {
    const views = parseAbi(["function supplyRules() payable", "error ValueNotAccepted()"]);
    const paid = { address: NATIVE_COIN.address, abi: views };
    await refused(tried(alice, paid, "supplyRules", [], 1n), views, "ValueNotAccepted", undefined);
  });
});

describe("the supply", { concurrency: 1 }, () => {
  it("is told by views that agree with each other, in every block", async () => {
    const head = await client.getBlockNumber();
    const rules = await read(NATIVE_COIN, "supplyRules");
    for (const number of [0n, 1n, head / 2n, head]) {
      const view = (functionName, ...args) => read(SUPPLY, functionName, args, number);
      const [minted, burned, mined, trained, outstanding, cap] = await Promise.all(
        ["minted", "burned", "mined", "trained", "outstanding", "cap"].map((name) => view(name)),
      );
      const slots = [0, 1, 2, 3].map((slot) =>
        client.getStorageAt({ ...SUPPLY, slot: numberToHex(slot), blockNumber: number }),
      );
      assert.deepEqual((await Promise.all(slots)).map(BigInt), [minted, burned, mined, trained]);
      assert.equal(minted, mined + trained);
      assert.equal(outstanding, rules.genesisSupply + minted - burned);
      assert.equal(await read(COIN, "totalSupply", [], number), outstanding);
      assert.equal(await read(AI, "outstanding", [], number), outstanding);
      assert.deepEqual([cap, await read(AI, "cap", [], number)], [rules.cap, rules.cap]);
      assert.equal(await view("headRoom"), cap - outstanding);
      const recycled = rules.recycleBurns ? burned : 0n;
      assert.equal(await view("miningBucket"), rules.miningBucket + recycled - mined);
      assert.equal(await view("trainingBucket"), rules.trainingBucket - trained);
      const subsidy = await read(NATIVE_COIN, "scheduledSubsidy", [number + 1n]);
      assert.equal(await view("emissionCapped"), cap - outstanding < subsidy);
      assert.equal(await view("bucketExhausted"), rules.miningBucket + recycled - mined < subsidy);
    }
  });

  it("is what the genesis file of the dev chain and the schedule say", async () => {
    assert.deepEqual(await read(NATIVE_COIN, "supplyRules"), {
      genesisSupply: parseEther("500000000"),
      cap: parseEther("1000000000"),
      miningBucket: parseEther("300000000"),
      trainingBucket: parseEther("200000000"),
      recycleBurns: true,
    });
    assert.equal(await read(SUPPLY, "mined", [], 0n), 0n);
    const years = { 0: "100000000", 3: "100000000", 4: "50000000", 16: "6250000", 99: "6250000" };
    for (const [year, coins] of Object.entries(years)) {
      assert.equal(await read(SUPPLY, "annualEmission", [BigInt(year)]), parseEther(coins), year);
    }
  });
});

describe("the contracts of the coin", { concurrency: 1 }, () => {
  /** A text of at most 31 bytes with its length in the last one. */
  const shortString = (text) => `${stringToHex(text, { size: 31 })}0${text.length}`;

  /** What AI's constructor fills in at this address. */
  const wordsAt = (address) => ({
    _cachedThis: pad(address).toLowerCase(),
    _cachedChainId: numberToHex(chain.id, { size: 32 }),
    _cachedDomainSeparator: domainSeparator({ domain: domainAt(address) }),
    _hashedName: keccak256(stringToHex("AI")),
    _hashedVersion: keccak256(stringToHex("1")),
    _name: shortString("AI"),
    _version: shortString("1"),
  });

  it("are at genesis what deployments of them would be", async () => {
    const { address } = COIN;
    const deployed = await assertAsDeployed({ client, wallet: alice, name: "AI", address, wordsAt });
    for (const at of [address, deployed]) {
      const told = await read({ ...AI, address: at }, "DOMAIN_SEPARATOR");
      assert.equal(told, domainSeparator({ domain: domainAt(at) }));
    }
    const supply = { name: "AISupply", address: SUPPLY.address };
    await assertAsDeployed({ client, wallet: alice, ...supply });
  });

  it("move nothing when they are deployed once more: the right belongs to the address", async () => {
    const { abi, creation: bytecode } = shipped("AI");
    const { contractAddress } = await mined(await alice.deployContract({ abi, bytecode }));
    const copy = { address: contractAddress, abi: [...abi, ...NATIVE_COIN.abi] };
    const held = await balance(ALICE);
    assert.equal(await read(copy, "balanceOf", [ALICE]), held);
    await refused(tried(alice, copy, "transfer", [BOB, 1n]), copy.abi, "NotAllowed", undefined);
  });
});
