//! Moving the head of a node that is not running back.

use crate::{NodeConfig, NodeError, parts::Parts};
use hanzo_chain::Rewound;

/// Makes the canonical block `number` the head of the configured chain, and forgets every block above
/// it. The chain is opened as a node opens it: what a crash left to execute is executed first, so that
/// the head is the one a node would have.
///
/// # Errors
/// [`NodeError::NoDatabase`], [`NodeError::Rewind`] if there is no such block or its state is gone, and
/// whatever keeps a node from opening the chain, such as another process that has it.
pub fn unwind_head(config: &NodeConfig, number: u64) -> Result<Rewound, NodeError> {
    let parts = Parts::load(&config.chain, config)?;
    let path = parts.datadir.database();
    if !path.is_dir() {
        return Err(NodeError::NoDatabase { path });
    }
    let mut tree = parts.open_chain()?;
    let rewound = tree.rewind(number)?;
    tree.persist_for_restart()?;
    Ok(rewound)
}
