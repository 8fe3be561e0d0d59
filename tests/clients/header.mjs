// The header of a block as the list that its hash covers.
//
// Source: Yellow Paper §4.4, with the fields that London, Shanghai, Cancun and
// Prague appended. The caller brings RLP and Keccak of its own library: what is
// tested is that a stranger to this node gets the same hash.

const FIELDS = [
  ["parentHash", "bytes"],
  ["sha3Uncles", "bytes"],
  ["miner", "bytes"],
  ["stateRoot", "bytes"],
  ["transactionsRoot", "bytes"],
  ["receiptsRoot", "bytes"],
  ["logsBloom", "bytes"],
  ["difficulty", "integer"],
  ["number", "integer"],
  ["gasLimit", "integer"],
  ["gasUsed", "integer"],
  ["timestamp", "integer"],
  ["extraData", "bytes"],
  ["mixHash", "bytes"],
  ["nonce", "bytes"],
  ["baseFeePerGas", "integer"],
  ["withdrawalsRoot", "bytes"],
  ["blobGasUsed", "integer"],
  ["excessBlobGas", "integer"],
  ["parentBeaconBlockRoot", "bytes"],
  ["requestsHash", "bytes"],
];

/** RLP knows no leading zeros: zero is the empty string. */
function integer(quantity) {
  const digits = BigInt(quantity).toString(16);
  if (digits === "0") return "0x";
  return `0x${digits.length % 2 ? "0" : ""}${digits}`;
}

/** The header fields of an `eth_getBlockByNumber` answer, in hashing order. */
export function headerList(block) {
  return FIELDS.map(([name, kind]) => {
    if (block[name] === undefined) throw new Error(`the block has no ${name}`);
    return kind === "integer" ? integer(block[name]) : block[name];
  });
}
