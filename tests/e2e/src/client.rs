//! A stock client with a wallet.

use alloy_network::EthereumWallet;
use alloy_provider::{DynProvider, Provider as _, ProviderBuilder};
use hanzo_testkit::{Signer, dev_spec};
use std::time::Duration;

/// A stock alloy provider.
pub type Client = DynProvider;

/// How often the client asks for receipts. Blocks come in milliseconds.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// A wallet with the first five accounts of the test mnemonic.
#[must_use]
pub fn wallet() -> EthereumWallet {
    let spec = dev_spec();
    let mut wallet = EthereumWallet::new(Signer::dev(0, &spec).key().clone());
    for index in 1..5 {
        wallet.register_signer(Signer::dev(index, &spec).key().clone());
    }
    wallet
}

/// A client of the node at `url` with the recommended fillers and nothing set by hand.
#[must_use]
pub fn client(url: &str) -> Client {
    let provider = ProviderBuilder::new().wallet(wallet()).connect_http(url.parse().unwrap());
    provider.client().set_poll_interval(POLL_INTERVAL);
    provider.erased()
}
