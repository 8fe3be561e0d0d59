// The published ABI: selectors that callers have compiled in.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

function artifact(name) {
  return JSON.parse(readFileSync(new URL(`../artifacts/${name}.json`, import.meta.url), "utf8"));
}

const errors = (name) =>
  artifact(name)
    .abi.filter(({ type }) => type === "error")
    .map((error) => `${error.name}(${error.inputs.map(({ type }) => type).join()})`);

describe("the published interfaces", () => {
  it("give the curve the selectors of its specification", () => {
    assert.deepEqual(artifact("IBondingCurve").selectors, {
      "buyImpactBps(uint256,uint256,uint32,uint256)": "0x51f484f8",
      "domain()": "0xc2fb26a6",
      "fundCost(uint256,uint256,uint32,uint256)": "0xebbb2158",
      "marketCap(uint256,uint32)": "0x0711dd0d",
      "purchaseReturn(uint256,uint256,uint32,uint256)": "0x8d4e8cf2",
      "saleCost(uint256,uint256,uint32,uint256)": "0x9a7eb939",
      "saleReturn(uint256,uint256,uint32,uint256)": "0x8dced6b9",
      "sellImpactBps(uint256,uint256,uint32,uint256)": "0x0853dc2b",
      "spotPrice(uint256,uint256,uint32)": "0x09adcb5e",
    });
  });

  it("name the errors that the precompiles revert with", () => {
    const common = ["BadInput()", "ValueNotAccepted()"];
    const curve = ["CurveDomain(uint8)", "CurveOverflow()"];
    assert.deepEqual(errors("IBondingCurve").sort(), [...common, ...curve].sort());
    assert.deepEqual(errors("IFixedMath").sort(), [...common, "MathDomain()", "MathOverflow()"].sort());
    const coin = [
      "ERC20InsufficientBalance(address,uint256,uint256)",
      "ERC20InvalidReceiver(address)",
      "MintLimit(uint256,uint256)",
      "NotAllowed()",
    ];
    assert.deepEqual(errors("INativeCoin").sort(), [...common, ...coin].sort());
    // AI lets these two pass, so its own ABI has to have them in the same form.
    for (const error of coin.slice(0, 2)) assert.ok(errors("AI").includes(error), error);
  });

  it("give the fixed-point mathematics its functions", () => {
    assert.deepEqual(Object.keys(artifact("IFixedMath").selectors), [
      "expWad(int256)",
      "isqrt(uint256)",
      "lnWad(int256)",
      "mulDiv(uint256,uint256,uint256)",
      "mulDivUp(uint256,uint256,uint256)",
    ]);
  });

  it("give the coin the selectors that clients have built in for tokens", () => {
    // Source: ERC-20, ERC-2612, ERC-5267.
    const standard = {
      "DOMAIN_SEPARATOR()": "0x3644e515",
      "allowance(address,address)": "0xdd62ed3e",
      "approve(address,uint256)": "0x095ea7b3",
      "balanceOf(address)": "0x70a08231",
      "decimals()": "0x313ce567",
      "eip712Domain()": "0x84b0196e",
      "name()": "0x06fdde03",
      "nonces(address)": "0x7ecebe00",
      "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)": "0xd505accf",
      "symbol()": "0x95d89b41",
      "totalSupply()": "0x18160ddd",
      "transfer(address,uint256)": "0xa9059cbb",
      "transferFrom(address,address,uint256)": "0x23b872dd",
    };
    const burning = { "burn(uint256)": "0x42966c68", "burnFrom(address,uint256)": "0x79cc6790" };
    const supply = { "cap()": "0x355274ea", "outstanding()": "0xe50d33e3" };
    assert.deepEqual(artifact("AI").selectors, { ...standard, ...burning, ...supply });
  });

  it("give Multicall3 the selectors that clients have built in", () => {
    assert.deepEqual(artifact("Multicall3").selectors, {
      "aggregate((address,bytes)[])": "0x252dba42",
      "aggregate3((address,bool,bytes)[])": "0x82ad56cb",
      "aggregate3Value((address,bool,uint256,bytes)[])": "0x174dea71",
      "blockAndAggregate((address,bytes)[])": "0xc3077fa9",
      "getBasefee()": "0x3e64a696",
      "getBlockHash(uint256)": "0xee82ac5e",
      "getBlockNumber()": "0x42cbb15c",
      "getChainId()": "0x3408e470",
      "getCurrentBlockCoinbase()": "0xa8b0574e",
      "getCurrentBlockDifficulty()": "0x72425d9d",
      "getCurrentBlockGasLimit()": "0x86d516e8",
      "getCurrentBlockTimestamp()": "0x0f28c97d",
      "getEthBalance(address)": "0x4d2301cc",
      "getLastBlockHash()": "0x27e86d6e",
      "tryAggregate(bool,(address,bytes)[])": "0xbce38bd7",
      "tryBlockAndAggregate(bool,(address,bytes)[])": "0x399542e9",
    });
  });
});
