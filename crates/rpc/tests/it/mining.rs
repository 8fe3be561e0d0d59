//! Work for miners, and what they find.

use crate::harness::{COINBASE, Refusal, TestNode, config, number};
use alloy_primitives::{Address, B64, B256, U256, hex, keccak256};
use hanzo_chain::SyncProgress;
use hanzo_poc::{
    CancelFlag, Seal, SearchOutcome, SearchProgress, SearchRange, Target, Work, search,
};
use hanzo_testkit::{TestChain, spec_with};
use hanzo_types::Header;
use jsonrpsee::core::client::{Error, Subscription, SubscriptionClientT as _};
use jsonrpsee_ws_client::{WsClient, WsClientBuilder};
use serde_json::{Value, json};

/// Somebody else who is paid.
const OTHER: Address = Address::repeat_byte(0x0e);

fn hash(value: &Value) -> B256 {
    value.as_str().unwrap().parse().unwrap()
}

/// A seal for this work, found in its rows.
pub(crate) fn solve(work: &Value) -> Seal {
    let start = u32::try_from(number(&work["rowStart"])).unwrap();
    let count = u32::try_from(number(&work["rowCount"])).unwrap();
    find(hash(&work["sealHash"]), hash(&work["target"]), start..start + count)
}

fn find(seal_hash: B256, target: B256, rows: std::ops::Range<u32>) -> Seal {
    let range = SearchRange { rows, columns: 0..u32::MAX };
    let wanted = U256::from_be_bytes(target.0);
    let target = Target::from_difficulty(U256::from(1_u64 << 26));
    assert_eq!(target.as_u256(), wanted);
    let (cancel, progress) = (CancelFlag::default(), SearchProgress::default());
    match search(&Work::new(seal_hash), target, &range, &cancel, &progress) {
        SearchOutcome::Found(seal) => seal,
        other @ (SearchOutcome::Exhausted | SearchOutcome::Cancelled) => panic!("{other:?}"),
    }
}

fn submission(work: &Value, seal: &Seal) -> Value {
    json!([work["templateId"], B64::from(seal.nonce), B256::from(seal.mix)])
}

fn reason(refusal: &Refusal) -> &str {
    assert_eq!(refusal.code, -32_000, "{refusal:?}");
    refusal.data.as_ref().unwrap().as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn work_describes_the_block_that_its_seal_completes() {
    let node = TestNode::start().await;
    node.add(node.signer(0).transfer(0, Address::repeat_byte(7), 5));
    let work = node.ask("poc_getWork", json!([OTHER])).await;
    assert_eq!((&work["coinbase"], &work["kind"]), (&json!(OTHER), &json!("synthetic")));
    assert_eq!(number(&work["number"]), 1);
    assert_eq!(number(&work["difficulty"]), 1 << 26);
    assert_eq!(number(&work["shareDifficulty"]), 1 << 26);
    assert_eq!(work["shareTarget"], work["target"]);
    let header = hex::decode(work["header"].as_str().unwrap()).unwrap();
    let header: Header = alloy_rlp::decode_exact(header).unwrap();
    assert_eq!(hanzo_types::seal_hash(&header).0, hash(&work["sealHash"]));
    assert_eq!(B256::from(*Work::new(hash(&work["sealHash"])).sigma()), hash(&work["sigma"]));
    let seal = solve(&work);
    let accepted = node.ask("poc_submitWork", submission(&work, &seal)).await;
    assert_eq!((number(&accepted["number"]), &accepted["isHead"]), (1, &json!(true)));
    let sealed = Header { nonce: B64::from(seal.nonce), mix_hash: B256::from(seal.mix), ..header };
    assert_eq!(accepted["blockHash"], json!(keccak256(alloy_rlp::encode(&sealed))));
    let block = node.ask("eth_getBlockByNumber", json!(["latest", false])).await;
    assert_eq!(block["hash"], accepted["blockHash"]);
    assert_eq!(
        (&block["miner"], block["transactions"].as_array().unwrap().len()),
        (&json!(OTHER), 1)
    );
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_seal_that_is_not_taken_has_its_reason() {
    let node = TestNode::start().await;
    let work = node.ask("poc_getWork", json!([])).await;
    assert_eq!(work["coinbase"], json!(COINBASE));
    let seal = solve(&work);
    let submit = |params: Value| node.refusal("poc_submitWork", params);

    // A flipped bit in the mix draws another lottery number, which does not win but by luck.
    let mut flipped = seal;
    let refusal = loop {
        flipped.mix[0] = flipped.mix[0].wrapping_add(1);
        let refusal = submit(submission(&work, &flipped)).await;
        if reason(&refusal) == "above_target" {
            break refusal;
        }
        assert_eq!(reason(&refusal), "mix_mismatch");
    };
    assert!(refusal.message.starts_with("above target: the lottery number is 0x"), "{refusal:?}");

    // A lie: a mix that wins, of no tile. At the least difficulty one of sixteen does.
    let work_hash = Work::new(hash(&work["sealHash"]));
    let target = U256::from_be_bytes(hash(&work["target"]).0);
    let lie = (0..=u8::MAX)
        .map(|byte| Seal { mix: [byte; 32], ..seal })
        .find(|lie| U256::from_be_bytes(work_hash.lottery(&lie.mix, &lie.nonce)) <= target)
        .unwrap();
    let refusal = submit(submission(&work, &lie)).await;
    assert_eq!(reason(&refusal), "mix_mismatch");
    let claimed = B256::from(lie.mix).to_string();
    assert!(refusal.message.contains(&format!("claimed {claimed}")), "{refusal:?}");

    let nowhere = json!(["0xffff", B64::from(seal.nonce), B256::from(seal.mix)]);
    let refusal = submit(nowhere).await;
    assert_eq!(reason(&refusal), "unknown_template");
    assert_eq!(refusal.message, "unknown template 0xffff");
    let no_hash = json!([B256::repeat_byte(9), B64::from(seal.nonce), B256::from(seal.mix)]);
    assert_eq!(reason(&submit(no_hash).await), "unknown_template");

    // Nothing above has changed anything.
    assert_eq!(number(&node.ask("eth_blockNumber", json!([])).await), 0);
    let accepted = node.ask("poc_submitWork", submission(&work, &seal)).await;
    let refusal = submit(submission(&work, &seal)).await;
    assert_eq!(reason(&refusal), "duplicate");
    assert!(refusal.message.contains(accepted["blockHash"].as_str().unwrap()), "{refusal:?}");
    let late = find(hash(&work["sealHash"]), hash(&work["target"]), 9_000_000..9_000_064);
    let refusal = submit(submission(&work, &late)).await;
    assert_eq!(reason(&refusal), "stale");
    assert!(refusal.message.contains(work["parentHash"].as_str().unwrap()), "{refusal:?}");
    assert_eq!(number(&node.ask("eth_blockNumber", json!([])).await), 1);

    let stats = node.ask("poc_minerStats", json!([])).await;
    let miner = &stats["miners"][0];
    assert_eq!((number(&miner["accepted"]), number(&miner["packages"])), (1, 1));
    assert_eq!(number(&miner["stale"]), 2, "a duplicate and a late one");
    assert!(number(&miner["rejected"]) >= 2);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_seal_submitted_many_times_at_once_is_taken_once() {
    let node = TestNode::start().await;
    let work = node.ask("poc_getWork", json!([])).await;
    let params = submission(&work, &solve(&work));
    let requests = (0..8).map(|_| node.request("poc_submitWork", params.clone()));
    let answers = futures::future::join_all(requests).await;
    let (taken, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(taken.len(), 1);
    for refusal in refused {
        assert_eq!(reason(&refusal.unwrap_err()), "duplicate");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_two_miners_of_a_template_get_the_same_rows() {
    let node = TestNode::start().await;
    let mut rows = Vec::new();
    let mut templates = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let work = node.ask("poc_getWork", json!([OTHER])).await;
        templates.insert(work["templateId"].as_str().unwrap().to_owned());
        rows.push((number(&work["rowStart"]), number(&work["rowCount"])));
    }
    assert_eq!(templates.len(), 1, "nothing has changed");
    for pair in rows.windows(2) {
        assert_eq!(pair[0].0 + pair[0].1, pair[1].0);
    }
    // The first rows are for the miner of the node itself.
    assert_eq!(rows[0], (4_096, 4_096));
    node.stop().await;
}

/// The rows of `work`, by the template that they are of.
fn lease(work: &Value) -> (u64, std::ops::Range<u64>) {
    let start = number(&work["rowStart"]);
    (number(&work["templateId"]), start..start + number(&work["rowCount"]))
}

/// Two miners on connections of their own, with two coinbases, who also ask between notifications: no
/// tile of any template is tested by both.
#[tokio::test(flavor = "multi_thread")]
async fn no_row_of_any_template_is_handed_out_twice() {
    const HEIGHTS: u64 = 4;
    let node = TestNode::start().await;
    let url = format!("ws://{}", node.address);
    let mut leases: std::collections::BTreeMap<u64, Vec<std::ops::Range<u64>>> = Default::default();
    let mut note = |work: &Value| {
        let (template, rows) = lease(work);
        leases.entry(template).or_default().push(rows);
    };
    let (mut clients, mut feeds) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let client = WsClientBuilder::default().build(&url).await.unwrap();
        for coinbase in [COINBASE, OTHER] {
            let feed = subscribe(&client, json!(["work", coinbase])).await.unwrap();
            feeds.push((coinbase, feed));
        }
        clients.push(client);
    }
    for height in 1..=HEIGHTS {
        let mut newest = Value::Null;
        for (coinbase, feed) in &mut feeds {
            newest = loop {
                let work = feed.next().await.unwrap().unwrap();
                note(&work);
                if number(&work["number"]) == height {
                    break work;
                }
            };
            note(&node.ask("poc_getWork", json!([coinbase])).await);
        }
        node.ask("poc_submitWork", submission(&newest, &solve(&newest))).await;
    }
    drop(clients);
    assert!(leases.len() >= 2 * usize::try_from(HEIGHTS).unwrap(), "a template for each coinbase");
    for (template, mut rows) in leases {
        rows.sort_by_key(|rows| rows.start);
        for pair in rows.windows(2) {
            assert!(pair[0].end <= pair[1].start, "template {template}: {pair:?}");
        }
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_template_of_the_head_still_takes_a_seal() {
    let node = TestNode::start().await;
    let first = node.ask("poc_getWork", json!([OTHER])).await;
    // Another coinbase is another template.
    let second = node.ask("poc_getWork", json!([])).await;
    assert_ne!(first["templateId"], second["templateId"]);
    let accepted = node.ask("poc_submitWork", submission(&first, &solve(&first))).await;
    assert_eq!(accepted["isHead"], json!(true));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_coinbases_than_the_limit_are_refused_until_the_head_changes() {
    let node = TestNode::start().await;
    for index in 1..=64_u8 {
        node.ask("poc_getWork", json!([Address::repeat_byte(index)])).await;
    }
    let refusal = node.refusal("poc_getWork", json!([Address::repeat_byte(200)])).await;
    assert_eq!(
        refusal.message,
        "more than 64 coinbases ask for work at a time (--miner.max-beneficiaries)"
    );
    node.ask("poc_getWork", json!([Address::repeat_byte(64)])).await;
    node.mine().await;
    node.ask("poc_getWork", json!([Address::repeat_byte(200)])).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_miner_of_ethash_finds_its_way() {
    let node = TestNode::start().await;
    let work = node.ask("eth_getWork", json!([])).await;
    let [seal_hash, sigma, target, block] = [0, 1, 2, 3].map(|index| hash(&work[index]));
    assert_eq!(B256::from(*Work::new(seal_hash).sigma()), sigma);
    assert_eq!(U256::from_be_bytes(block.0), U256::from(1));
    let seal = find(seal_hash, target, 77..141);
    let params = |seal: &Seal| json!([B64::from(seal.nonce), seal_hash, B256::from(seal.mix)]);
    let wrong = Seal { mix: [7; 32], ..seal };
    assert_eq!(node.ask("eth_submitWork", params(&wrong)).await, json!(false));
    assert_eq!(node.ask("eth_submitWork", params(&seal)).await, json!(true));
    assert_eq!(node.ask("eth_submitWork", params(&seal)).await, json!(false));
    assert_eq!(number(&node.ask("eth_blockNumber", json!([])).await), 1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reported_rates_add_up_and_a_later_report_replaces_the_first() {
    let node = TestNode::start().await;
    let (one, other) = (B256::repeat_byte(1), B256::repeat_byte(2));
    assert_eq!(node.ask("eth_submitHashrate", json!(["0x5", one])).await, json!(true));
    assert_eq!(node.ask("poc_submitHashrate", json!(["0x64", other])).await, json!(true));
    assert_eq!(number(&node.ask("poc_hashrate", json!([])).await), 105);
    node.ask("poc_submitHashrate", json!(["0x7", one])).await;
    assert_eq!(number(&node.ask("eth_hashrate", json!([])).await), 107);
    let refusal = node.refusal("poc_submitHashrate", json!(["0x7", "0x01"])).await;
    assert_eq!(refusal.code, -32_602);
    assert!(refusal.message.contains("invalid argument 1 (id)"), "{refusal:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn difficulty_and_pace_are_those_of_the_headers() {
    let node = TestNode::start().await;
    node.mine_many(5).await;
    let answer = node.ask("poc_difficulty", json!(["0x3"])).await;
    assert_eq!(number(&answer["oldestBlock"]), 3);
    let difficulties: Vec<u64> =
        answer["difficulty"].as_array().unwrap().iter().map(number).collect();
    assert_eq!(difficulties, [1 << 26; 3]);
    let times: Vec<u64> = answer["blockTimes"].as_array().unwrap().iter().map(number).collect();
    assert_eq!(times, [1, 1]);
    assert_eq!(number(&answer["networkHashrate"]), 1 << 26);
    let all = node.ask("poc_difficulty", json!([])).await;
    assert_eq!(all["difficulty"].as_array().unwrap().len(), 6);
    for wrong in [json!(["0x0"]), json!(["0x401"])] {
        let refusal = node.refusal("poc_difficulty", wrong).await;
        assert!(refusal.message.contains("want 1 to 1024 blocks"), "{refusal:?}");
    }
    node.stop().await;
}

struct Params(Value);

impl jsonrpsee::core::traits::ToRpcParams for Params {
    fn to_rpc_params(self) -> Result<Option<Box<serde_json::value::RawValue>>, serde_json::Error> {
        serde_json::value::to_raw_value(&self.0).map(Some)
    }
}

async fn subscribe(client: &WsClient, params: Value) -> Result<Subscription<Value>, Error> {
    client.subscribe("poc_subscribe", Params(params), "poc_unsubscribe").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_gets_work_at_once_and_after_each_block_with_rows_of_its_own() {
    let node = TestNode::start().await;
    let url = format!("ws://{}", node.address);
    let client = WsClientBuilder::default().build(&url).await.unwrap();
    let mut feeds = Vec::new();
    for _ in 0..2 {
        feeds.push(subscribe(&client, json!(["work", OTHER])).await.unwrap());
    }
    for height in 1..=3 {
        let mut works = Vec::new();
        for feed in &mut feeds {
            let work = loop {
                let work = feed.next().await.unwrap().unwrap();
                if number(&work["number"]) == height {
                    break work;
                }
            };
            works.push(work);
        }
        assert_eq!(works[0]["sealHash"], works[1]["sealHash"]);
        assert_ne!(works[0]["rowStart"], works[1]["rowStart"]);
        node.ask("poc_submitWork", submission(&works[1], &solve(&works[1]))).await;
    }
    assert_eq!(number(&node.ask("eth_blockNumber", json!([])).await), 3);
    let Err(Error::Call(refused)) = subscribe(&client, json!(["gossip"])).await else {
        panic!("accepted");
    };
    assert_eq!(refused.message(), "no \"gossip\" subscription in poc namespace");
    drop(client);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_far_behind_gives_no_work_and_takes_no_seal() {
    let node = TestNode::start().await;
    let work = node.ask("poc_getWork", json!([])).await;
    let seal = solve(&work);
    let behind =
        |highest_block| Some(SyncProgress { starting_block: 0, current_block: 0, highest_block });
    node.chain.set_sync_progress(behind(9));
    let syncing = json!({ "startingBlock": "0x0", "currentBlock": "0x0", "highestBlock": "0x9" });
    assert_eq!(node.ask("eth_syncing", json!([])).await, syncing);
    let refusal = node.refusal("poc_submitWork", submission(&work, &seal)).await;
    assert_eq!(reason(&refusal), "syncing");
    assert_eq!(refusal.message, "the node is syncing: it is at block 0 of 9");
    let refusal = node.refusal("poc_getWork", json!([])).await;
    assert_eq!(refusal.message, "the node is syncing: it is at block 0 of 9");

    // Eight blocks may be on their way at any time.
    node.chain.set_sync_progress(behind(8));
    assert_eq!(node.ask("eth_syncing", json!([])).await, json!(false));
    let accepted = node.ask("poc_submitWork", submission(&work, &seal)).await;
    assert_eq!(accepted["isHead"], json!(true));
    node.stop().await;
}

/// The dev chain with a difficulty that follows the clock, on which peers compare timestamps with theirs.
async fn node_by_the_clock() -> TestNode {
    let spec = spec_with(|genesis| {
        genesis["config"]["hanzo"]["difficultyRule"] = "asert".into();
    });
    TestNode::over(TestChain::new(spec), config()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_is_ahead_of_the_clock_gives_work_when_others_would_take_the_next_block() {
    let node = node_by_the_clock().await;
    let client = WsClientBuilder::default().build(format!("ws://{}", node.address)).await.unwrap();
    let head = node.chain.view().head().timestamp;
    // Others take blocks that are up to 15 seconds ahead of their clock.
    node.set_time(head + 1 - 15);
    let mut feed = subscribe(&client, json!(["work"])).await.unwrap();
    let work = feed.next().await.unwrap().unwrap();
    let seal = solve(&work);

    node.set_time(head - 15);
    let next = head + 1;
    let pause = format!(
        "the chain is ahead of the clock: the next block is of {next} at the earliest, and others take \
         blocks until {head}"
    );
    for method in ["poc_getWork", "eth_getWork"] {
        let refusal = node.refusal(method, json!([])).await;
        assert_eq!((refusal.code, refusal.message.as_str()), (-32_000, pause.as_str()));
    }
    let refusal = node.refusal("poc_submitWork", submission(&work, &seal)).await;
    assert_eq!((reason(&refusal), refusal.message.as_str()), ("ahead_of_clock", pause.as_str()));
    let nothing = feed.next().await.unwrap().unwrap();
    assert_eq!(nothing, json!({ "kind": "none", "reason": "ahead_of_clock", "message": pause }));

    node.set_time(head + 1 - 15);
    let again = feed.next().await.unwrap().unwrap();
    assert_eq!(again["templateId"], work["templateId"], "it is still good");
    let accepted = node.ask("poc_submitWork", submission(&again, &seal)).await;
    assert_eq!(accepted["isHead"], json!(true));
    drop(client);
    node.stop().await;
}

/// On a chain of one difficulty timestamps are not compared with a clock: who works on it alone may mine
/// as fast as it goes.
#[tokio::test(flavor = "multi_thread")]
async fn the_dev_chain_gives_work_however_far_it_is_ahead_of_the_clock() {
    let node = TestNode::start().await;
    node.set_time(0);
    let work = node.ask("poc_getWork", json!([])).await;
    let accepted = node.ask("poc_submitWork", submission(&work, &solve(&work))).await;
    assert_eq!(accepted["isHead"], json!(true));
    node.stop().await;
}
