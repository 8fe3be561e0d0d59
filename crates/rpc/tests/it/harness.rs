//! A node without a command line: chain, pool, templates and the server under test.

use crate::http_client::post;
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, B256, Bytes, hex};
use hanzo_chain::{
    CanonObserver, ChainHandle, ChainThread, CheckedBlock, ImportError, Inserted, Origin,
};
use hanzo_consensus::Consensus;
use hanzo_mining::{
    Clock, DEFAULT_BENEFICIARIES, InstantSealer, MinerStatus, MiningConfig, Sealer, TemplateService,
};
use hanzo_pool::{Pool, PoolConfig, TransactionOrigin};
use hanzo_rpc::{
    HttpConfig, LocalSession, RpcConfig, RpcDependencies, RpcHandle, RpcServer, RpcStartError,
};
use hanzo_testkit::{Retention, Signer, TestChain, dev_spec, seal};
use hanzo_types::{Header, RecoveredBlock, RecoveredTransaction, SealedBlock};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Who is paid for blocks in tests.
pub(crate) const COINBASE: Address = Address::repeat_byte(0xcb);

/// A node on a temporary directory.
pub(crate) struct TestNode {
    pub(crate) chain: ChainHandle,
    pub(crate) pool: Pool,
    pub(crate) address: SocketAddr,
    templates: TemplateService,
    consensus: Arc<dyn Consensus>,
    directory: TestChain,
    cancel: CancellationToken,
    tasks: JoinSet<()>,
    thread: Option<ChainThread>,
    rpc: Option<RpcHandle>,
    /// Unix time that templates see; moves with every block, so that no test depends on a clock.
    now: Arc<AtomicU64>,
}

/// A request that was answered with an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: i64,
    pub(crate) message: String,
    pub(crate) data: Option<Value>,
}

/// The default configuration on a free port.
pub(crate) fn config() -> RpcConfig {
    let address = SocketAddr::from(([127, 0, 0, 1], 0));
    RpcConfig {
        http: Some(HttpConfig { address, ..HttpConfig::default() }),
        ..RpcConfig::default()
    }
}

impl TestNode {
    /// A node that mines nothing by itself.
    pub(crate) async fn start() -> Self {
        Self::start_with(config()).await
    }

    /// A node that keeps this much of the past.
    pub(crate) async fn start_keeping(retention: Retention) -> Self {
        Self::over(TestChain::with_retention(dev_spec(), retention), config()).await
    }

    pub(crate) async fn start_with(config: RpcConfig) -> Self {
        Self::over(TestChain::new(dev_spec()), config).await
    }

    /// A node over a chain that has blocks already.
    pub(crate) async fn over(mut directory: TestChain, config: RpcConfig) -> Self {
        let consensus = Arc::clone(directory.consensus());
        let view = directory.view();
        let now = Arc::new(AtomicU64::new(view.head().timestamp + 1));
        let pool = Pool::new(PoolConfig::default(), view);
        let observer: Arc<dyn CanonObserver> = Arc::new(pool.clone());
        let (chain, thread) = ChainHandle::start(directory.take_tree(), vec![observer]).unwrap();
        let seen = Arc::clone(&now);
        let mining = MiningConfig {
            coinbase: COINBASE,
            extra_data: Bytes::new(),
            target_gas_limit: None,
            threads: 1,
            max_beneficiaries: DEFAULT_BENEFICIARIES,
        };
        let templates = TemplateService::new(
            chain.clone(),
            pool.clone(),
            Arc::clone(&consensus),
            mining,
            Clock::new(move || seen.load(Ordering::Relaxed)),
        );
        let cancel = CancellationToken::new();
        let mut node = Self {
            chain,
            pool,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            templates,
            consensus,
            directory,
            cancel,
            tasks: JoinSet::new(),
            thread: Some(thread),
            rpc: None,
            now,
        };
        let rpc = RpcServer::start(config, node.dependencies()).await.unwrap();
        node.address = rpc.local_addr.expect("HTTP is on");
        node.rpc = Some(rpc);
        node
    }

    fn dependencies(&self) -> RpcDependencies {
        RpcDependencies {
            network: None,
            chain: self.chain.clone(),
            pool: self.pool.clone(),
            templates: self.templates.clone(),
            miner: MinerStatus::new(Some(COINBASE)),
            client_version: "hanzo/test".to_owned(),
            cancel: self.cancel.clone(),
        }
    }

    /// Why a second server of this node does not start.
    pub(crate) async fn start_again(&self, config: RpcConfig) -> Option<RpcStartError> {
        RpcServer::start(config, self.dependencies()).await.err()
    }

    /// A session without a socket.
    pub(crate) fn local_session(&self, config: &RpcConfig) -> LocalSession {
        RpcServer::local_session(config, self.dependencies()).unwrap()
    }

    /// From now on every executable transaction is mined at once.
    pub(crate) fn mine_instantly(&mut self) {
        let status = MinerStatus::new(Some(COINBASE));
        let sealer = Sealer::new(self.templates.clone(), status, 1);
        let cancel = self.cancel.clone();
        self.tasks.spawn(async move { InstantSealer::new(sealer).run(cancel).await.unwrap() });
    }

    /// What the clock shows from now on, in Unix seconds.
    pub(crate) fn set_time(&self, now: u64) {
        self.now.store(now, Ordering::Relaxed);
    }

    /// Mines one block of everything executable.
    pub(crate) async fn mine(&self) -> RecoveredBlock {
        let (templates, consensus) = (self.templates.clone(), Arc::clone(&self.consensus));
        let (block, checked) = tokio::task::spawn_blocking(move || {
            let block = seal(templates.pending().unwrap().block().clone());
            let checked = CheckedBlock::check(block.sealed_block().clone(), &*consensus).unwrap();
            (block, checked)
        })
        .await
        .unwrap();
        let origin = Origin::Peer { now: block.timestamp };
        let inserted = self.chain.import(checked, origin).await.unwrap();
        assert!(matches!(inserted, Inserted::Head(_)), "{inserted:?}");
        self.now.store(block.timestamp + 1, Ordering::Relaxed);
        block
    }

    /// Imports a block that somebody else has mined.
    pub(crate) async fn import(&self, block: &RecoveredBlock) -> Inserted {
        let checked = CheckedBlock::check(block.sealed_block().clone(), &*self.consensus).unwrap();
        self.chain.import(checked, Origin::Peer { now: block.timestamp }).await.unwrap()
    }

    /// Imports a block that is not valid.
    pub(crate) async fn import_bad(&self, block: &RecoveredBlock) -> ImportError {
        let checked = CheckedBlock::check(block.sealed_block().clone(), &*self.consensus).unwrap();
        let origin = Origin::Peer { now: block.timestamp };
        self.chain.import(checked, origin).await.unwrap_err()
    }

    /// The block that would be mined now, sealed after `change`.
    pub(crate) async fn tampered(
        &self,
        change: impl FnOnce(&mut Header) + Send + 'static,
    ) -> RecoveredBlock {
        let templates = self.templates.clone();
        tokio::task::spawn_blocking(move || {
            let (mut block, senders) = templates.pending().unwrap().block().clone().split();
            change(&mut block.header);
            seal(RecoveredBlock::new_sealed(SealedBlock::seal_slow(block), senders))
        })
        .await
        .unwrap()
    }

    /// Mines `count` empty blocks.
    pub(crate) async fn mine_many(&self, count: usize) {
        for _ in 0..count {
            self.mine().await;
        }
    }

    /// Puts a transaction into the pool without the server.
    pub(crate) fn add(&self, transaction: RecoveredTransaction) -> B256 {
        self.pool.add(transaction, TransactionOrigin::Local).unwrap()
    }

    /// Account `index` of the dev mnemonic.
    pub(crate) fn signer(&self, index: u32) -> Signer {
        Signer::dev(index, self.directory.spec())
    }

    /// Calls a method.
    pub(crate) async fn request(&self, method: &str, params: Value) -> Result<Value, Refusal> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        outcome(&post(self.address, &body.to_string()).await.json())
    }

    /// Calls a method that must succeed.
    pub(crate) async fn ask(&self, method: &str, params: Value) -> Value {
        self.request(method, params.clone())
            .await
            .unwrap_or_else(|refusal| panic!("{method}{params}: {refusal:?}"))
    }

    /// Calls a method that must fail.
    pub(crate) async fn refusal(&self, method: &str, params: Value) -> Refusal {
        match self.request(method, params.clone()).await {
            Err(refusal) => refusal,
            Ok(value) => panic!("{method}{params} was answered with {value}"),
        }
    }

    /// Stops everything in the node's order.
    pub(crate) async fn stop(mut self) {
        if let Some(rpc) = self.rpc.take() {
            rpc.stop().await;
        }
        self.cancel.cancel();
        while self.tasks.join_next().await.is_some() {}
        let thread = self.thread.take().unwrap();
        tokio::task::spawn_blocking(move || thread.stop()).await.unwrap().unwrap();
    }

    pub(crate) async fn stop_rpc(&mut self) {
        self.rpc.take().unwrap().stop().await;
    }
}

/// Result or error of a response object.
pub(crate) fn outcome(response: &Value) -> Result<Value, Refusal> {
    assert_eq!(response["jsonrpc"], "2.0", "{response}");
    match response.get("error") {
        None => Ok(response.get("result").expect("a result").clone()),
        Some(error) => Err(Refusal {
            code: error["code"].as_i64().unwrap(),
            message: error["message"].as_str().unwrap().to_owned(),
            data: error.get("data").cloned(),
        }),
    }
}

/// The transaction as `eth_sendRawTransaction` takes it.
pub(crate) fn raw(transaction: &RecoveredTransaction) -> String {
    hex::encode_prefixed(transaction.encoded_2718())
}

/// A quantity as a number.
pub(crate) fn number(value: &Value) -> u64 {
    let text = value.as_str().unwrap_or_else(|| panic!("not a quantity: {value}"));
    let digits = text.strip_prefix("0x").unwrap();
    assert!(digits == "0" || !digits.starts_with('0'), "leading zero in {text}");
    u64::from_str_radix(digits, 16).unwrap()
}
