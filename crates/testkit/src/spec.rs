//! Chain specifications for tests.

use hanzo_types::{ChainSpec, settings_hash};
use serde_json::Value;
use std::sync::Arc;

/// The dev chain's genesis file.
#[must_use]
pub const fn dev_genesis_json() -> &'static str {
    include_str!("../../../genesis/dev.json")
}

/// The dev chain.
#[must_use]
pub fn dev_spec() -> Arc<ChainSpec> {
    Arc::new(ChainSpec::from_genesis_json(dev_genesis_json().as_bytes()).expect("dev genesis"))
}

/// The dev chain after `change`, with the settings hash that follows.
#[must_use]
pub fn spec_with(change: impl FnOnce(&mut Value)) -> Arc<ChainSpec> {
    let mut genesis: Value = serde_json::from_str(dev_genesis_json()).expect("dev genesis");
    change(&mut genesis);
    genesis["extraData"] = settings_hash(&genesis["config"]).to_string().into();
    Arc::new(ChainSpec::from_genesis_json(genesis.to_string().as_bytes()).expect("genesis"))
}
