//! Fixed addresses: native precompiles, predeploys and system contracts.
//!
//! Source: seed-features §5.2; EIP-2935; EIP-4788; the deterministic deployment proxy.

use alloy_primitives::{Address, Bytes, address, bytes};

/// `BondingCurve`, native precompile.
pub const BONDING_CURVE: Address = address!("0x00000000000000000000000000000000000A1001");
/// `ComputeProof`, native precompile.
pub const COMPUTE_PROOF: Address = address!("0x00000000000000000000000000000000000A1002");
/// `NativeCoin`, native precompile.
pub const NATIVE_COIN: Address = address!("0x00000000000000000000000000000000000A1003");
/// `FixedMath`, native precompile.
pub const FIXED_MATH: Address = address!("0x00000000000000000000000000000000000A1004");
/// `AI`: the native coin as a token (ERC-20).
pub const AI: Address = address!("0x00000000000000000000000000000000000A1100");
/// `AISupply`: the supply counters live in its storage slots 0 to 3.
pub const AI_SUPPLY: Address = address!("0x00000000000000000000000000000000000A1101");
/// `ComputeMining`: work shares. It holds their pools until they are claimed.
pub const COMPUTE_MINING: Address = address!("0x00000000000000000000000000000000000A1102");
/// `TrainingRewards`: mints from the bucket of training rewards.
pub const TRAINING_REWARDS: Address = address!("0x00000000000000000000000000000000000A1103");
/// `TeamVesting`: genesis balance of the team allocation.
pub const TEAM_VESTING: Address = address!("0x00000000000000000000000000000000000A1105");
/// `EcosystemFund`: genesis balance of the ecosystem allocation.
pub const ECOSYSTEM_FUND: Address = address!("0x00000000000000000000000000000000000A1106");
/// `Treasury`: genesis balance of the community treasury.
pub const TREASURY: Address = address!("0x00000000000000000000000000000000000A1107");
/// `PublicSale`: genesis balance of the public sale.
pub const PUBLIC_SALE: Address = address!("0x00000000000000000000000000000000000A1108");
/// `Liquidity`: genesis balance of the liquidity allocation.
pub const LIQUIDITY: Address = address!("0x00000000000000000000000000000000000A1109");

/// `ComputePayments`: burns a part of what is paid for compute.
pub const COMPUTE_PAYMENTS: Address = address!("0x00000000000000000000000000000000000A1301");

/// The native precompiles. They exist in every Hanzo genesis with nonce 1 and code `0xfe`, so that no
/// tool calls an empty account and EIP-161 never clears them.
pub const NATIVE_ACCOUNTS: [Address; 4] = [BONDING_CURVE, COMPUTE_PROOF, NATIVE_COIN, FIXED_MATH];

/// Contracts that exist in every Hanzo genesis with nonce 1 and their code: consensus works with them.
pub const SYSTEM_CONTRACTS: [Address; 3] = [AI, AI_SUPPLY, COMPUTE_MINING];

/// Code of the native accounts: the designated invalid instruction. Source: EIP-141.
pub const NATIVE_ACCOUNT_CODE: Bytes = bytes!("0xfe");

/// The deterministic CREATE2 deployer that Foundry, Hardhat and most deploy scripts expect.
pub const CREATE2_DEPLOYER: Address = address!("0x4e59b44847b379578588920cA78FbF26c0B4956C");

/// Runtime code of [`CREATE2_DEPLOYER`].
pub const CREATE2_DEPLOYER_CODE: Bytes = bytes!(
    "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);
