//! The accounts of the well-known test mnemonic, which fund the dev chains.

use alloy_primitives::{Address, address};

/// The mnemonic every Ethereum development tool knows. Its keys are public: a genesis that funds
/// them is refused on any chain but the two dev chains.
pub const DEV_MNEMONIC: &str = "test test test test test test test test test test test junk";

/// Accounts 0 to 19 of [`DEV_MNEMONIC`] on the path `m/44'/60'/0'/0/i`.
pub const DEV_ACCOUNTS: [Address; 20] = [
    address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
    address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
    address!("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
    address!("0x90F79bf6EB2c4f870365E785982E1f101E93b906"),
    address!("0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"),
    address!("0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"),
    address!("0x976EA74026E726554dB657fA54763abd0C3a0aa9"),
    address!("0x14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
    address!("0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"),
    address!("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"),
    address!("0xBcd4042DE499D14e55001CcbB24a551F3b954096"),
    address!("0x71bE63f3384f5fb98995898A86B02Fb2426c5788"),
    address!("0xFABB0ac9d68B0B445fB7357272Ff202C5651694a"),
    address!("0x1CBd3b2770909D4e10f157cABC84C7264073C9Ec"),
    address!("0xdF3e18d64BC6A983f673Ab319CCaE4f1a57C7097"),
    address!("0xcd3B766CCDd6AE721141F452C550Ca635964ce71"),
    address!("0x2546BcD3c84621e976D8185a91A922aE77ECEC30"),
    address!("0xbDA5747bFD65F08deb54cb465eB87D40e51B197E"),
    address!("0xdD2FD4581271e230360230F9337D5c0430Bf44C0"),
    address!("0x8626f6940E2eb28930eFb4CeF49B2d1F2C9C1199"),
];

/// Account 20 of [`DEV_MNEMONIC`]: the coinbase of the dev chain. It lies outside the funded
/// accounts, so that their balances move only when their owner moves them (decision D-37).
pub const DEV_COINBASE: Address = address!("0x09DB0a93B389bEF724429898f539AEB7ac2Dd55f");
