//! `hanzo init`.

use super::node_args::ChainArgs;
use crate::{Node, NodeError};
use clap::Args;

/// Creates a data directory with the genesis block of a chain.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    chain: ChainArgs,
}

impl InitArgs {
    pub(crate) fn run(self) -> Result<(), NodeError> {
        let config = self.chain.into_config()?;
        config.validate()?;
        let (spec, datadir) = Node::init(&config.chain, &config)?;
        tracing::info!(
            target: "node",
            chain = %spec.name(),
            chain_id = spec.chain_id(),
            genesis = %spec.genesis_hash(),
            datadir = %datadir.path().display(),
            "initialised"
        );
        Ok(())
    }
}
