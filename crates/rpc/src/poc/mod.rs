//! The `poc` namespace: work for miners, and how mining goes. Source: decisions D-24, D-37.

mod difficulty;
mod methods;
mod miners;
mod seals;
mod share_feed;
mod subscription;
mod work;
mod work_feed;

use crate::{execution_slots::ExecutionSlots, node_context::NodeContext};
use std::sync::Arc;

pub(crate) use miners::report_rate;
pub(crate) use seals::submit_ethash;
pub(crate) use work::work_error;

/// The `poc` namespace.
#[derive(Debug, Clone)]
pub(crate) struct Poc {
    node: Arc<NodeContext>,
    slots: ExecutionSlots,
}

impl Poc {
    pub(crate) const fn new(node: Arc<NodeContext>, slots: ExecutionSlots) -> Self {
        Self { node, slots }
    }
}
