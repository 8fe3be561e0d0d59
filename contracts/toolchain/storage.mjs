// The storage layout of a contract without the compiler's numbers.
//
// solc names types by numbers of syntax tree nodes, which change with lines that change nothing. Here
// a type is named as in Solidity.

function variable({ label, offset, slot, type }, types) {
  return { label, slot, offset, type: types[type].label };
}

function describe(type, types) {
  const { encoding, numberOfBytes, base, key, value, members } = type;
  return {
    encoding,
    bytes: Number(numberOfBytes),
    ...(base && { base: types[base].label }),
    ...(key && { key: types[key].label }),
    ...(value && { value: types[value].label }),
    ...(members && { members: members.map((member) => variable(member, types)) }),
  };
}

/**
 * `{ variables, types }`: variables in the order of their slots, types by name.
 *
 * Throws if two types of one contract have the same name and not the same layout.
 */
export function storageLayout({ storage, types }) {
  const named = {};
  for (const type of Object.values(types ?? {})) {
    const described = describe(type, types);
    const other = named[type.label];
    if (other && JSON.stringify(other) !== JSON.stringify(described)) {
      throw new Error(`two types in storage are called ${type.label}`);
    }
    named[type.label] = described;
  }
  return { variables: storage.map((one) => variable(one, types)), types: named };
}
