//! A node without sockets, which is asked from within this process.

use crate::chain::new_chain;
use alloy_primitives::{Address, Bytes};
use hanzo_chain::{CanonObserver, ChainHandle, ChainThread};
use hanzo_mining::{Clock, DEFAULT_BENEFICIARIES, MinerStatus, MiningConfig, TemplateService};
use hanzo_pool::{Pool, PoolConfig};
use hanzo_rpc::{LocalSession, RpcConfig, RpcDependencies, RpcLimits, RpcServer};
use serde_json::Value;
use std::{
    fs,
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

/// One node for all inputs of a process.
pub(crate) static NODE: LazyLock<RpcNode> = LazyLock::new(RpcNode::new);

/// Bytes of an answer: far more than this chain has to tell.
const ANSWER_BYTES: u32 = 4 << 20;

/// A node without sockets.
pub(crate) struct RpcNode {
    runtime: Runtime,
    session: LocalSession,
    _thread: ChainThread,
}

impl RpcNode {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("threads");
        let mut directory = new_chain();
        let (view, consensus) = (directory.view(), Arc::clone(directory.consensus()));
        let now = view.head().timestamp + 2;
        let pool = Pool::new(PoolConfig::default(), view);
        let observer: Arc<dyn CanonObserver> = Arc::new(pool.clone());
        let (chain, thread) =
            ChainHandle::start(directory.take_tree(), vec![observer]).expect("a thread");
        let mining = MiningConfig {
            coinbase: Address::repeat_byte(0xcb),
            extra_data: Bytes::new(),
            target_gas_limit: None,
            threads: 1,
            max_beneficiaries: DEFAULT_BENEFICIARIES,
        };
        let clock = Clock::new(move || now);
        let templates = TemplateService::new(chain.clone(), pool.clone(), consensus, mining, clock);
        let dependencies = RpcDependencies {
            network: None,
            chain,
            pool,
            templates,
            miner: MinerStatus::new(Some(Address::repeat_byte(0xcb))),
            client_version: "hanzo/fuzz".to_owned(),
            cancel: CancellationToken::new(),
        };
        // Whatever an input asks for is over soon, so that thousands can be tried.
        let limits = RpcLimits {
            response_bytes: ANSWER_BYTES,
            call_gas: 1_000_000,
            execution_time: Duration::from_millis(500),
            log_time: Duration::from_millis(500),
            ..RpcLimits::default()
        };
        let config = RpcConfig { limits, ..RpcConfig::default() };
        let made = runtime.block_on(async { RpcServer::local_session(&config, dependencies) });
        let session = made.expect("every method has a name of its own");
        if let Some(folder) = directory.path().parent() {
            // As for `Chain`.
            let _ = fs::remove_dir_all(folder);
        }
        Self { runtime, session, _thread: thread }
    }

    /// The answer to a document; none to notifications.
    pub(crate) fn answer(&self, document: &[u8]) -> Option<Value> {
        let answer = self.runtime.block_on(self.session.answer(document))?;
        Some(serde_json::from_str(answer.get()).expect("an answer is JSON"))
    }
}
