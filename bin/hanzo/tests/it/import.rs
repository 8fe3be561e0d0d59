//! `hanzo import` and `hanzo export`.

use alloy_eips::eip2718::Encodable2718 as _;
use alloy_hardforks::EthereumHardfork;
use hanzo_node::BlockFileWriter;
use hanzo_testkit::{
    BlockPlan, Signer, TestChain, dev_genesis_json, dev_spec, ethereum_genesis, ethereum_spec,
};
use hanzo_types::{Block, Transaction};
use std::{
    fs::{self, OpenOptions},
    io::{self, BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

/// A genesis file and five blocks of its chain, each with one transfer.
pub(crate) struct Scene {
    directory: TempDir,
    pub(crate) blocks: Vec<Block>,
}

impl Scene {
    pub(crate) fn ethereum() -> Self {
        let fork = EthereumHardfork::Osaka;
        let mut chain = TestChain::new(ethereum_spec(fork, |_| {}));
        let alice = Signer::dev(0, chain.spec());
        let blocks = (0..5).map(|nonce| {
            let transactions = vec![alice.transfer(nonce, alice.address(), 1)];
            let plan = BlockPlan { transactions, ..Default::default() };
            chain.extend_ethereum(plan).into_block()
        });
        Self::new(&ethereum_genesis(fork).to_string(), blocks.collect())
    }

    pub(crate) fn hanzo() -> Self {
        let mut chain = TestChain::new(dev_spec());
        let alice = Signer::dev(0, chain.spec());
        let blocks = (0..5)
            .map(|nonce| chain.mine(vec![alice.transfer(nonce, alice.address(), 1)]).into_block());
        Self::new(dev_genesis_json(), blocks.collect())
    }

    fn new(genesis: &str, blocks: Vec<Block>) -> Self {
        let scene = Self { directory: tempfile::tempdir().unwrap(), blocks };
        fs::write(scene.path("genesis.json"), genesis).unwrap();
        scene.write("blocks.rlp", &scene.blocks);
        scene
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, blocks: &[Block]) {
        let mut file = BlockFileWriter::create(&self.path(name)).unwrap();
        for block in blocks {
            file.append(block).unwrap();
        }
        file.finish().unwrap();
    }

    pub(crate) fn command(&self, command: &str, datadir: &str, arguments: &[&str]) -> Command {
        let mut binary = Command::new(env!("CARGO_BIN_EXE_hanzo"));
        binary
            .args(command.split(' '))
            .args(["--chain", text(&self.path("genesis.json"))])
            .args(["--datadir", text(&self.path(datadir))])
            .args(arguments);
        binary
    }

    pub(crate) fn run(&self, command: &str, datadir: &str, arguments: &[&str]) -> Output {
        self.command(command, datadir, arguments).output().unwrap()
    }

    pub(crate) fn import(&self, file: &str) -> Output {
        self.run("import", "data", &[text(&self.path(file))])
    }

    /// The only line of the error.
    pub(crate) fn refusal(&self, output: &Output) -> String {
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8(output.stderr.clone()).unwrap();
        let mut errors = text.lines().filter(|line| line.starts_with("error: "));
        let error = errors.next().unwrap_or_else(|| panic!("no error in {text}")).to_owned();
        assert_eq!(errors.next(), None);
        error
    }

    /// Number of the head.
    pub(crate) fn head(&self) -> usize {
        let output = self.run("export", "data", &[text(&self.path("head.rlp"))]);
        let _ = fs::remove_file(self.path("head.rlp"));
        let text = success(&output);
        text.split_whitespace().last().unwrap().parse().unwrap()
    }
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub(crate) fn success(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn what_is_exported_is_what_was_imported() {
    for scene in [Scene::ethereum(), Scene::hanzo()] {
        let summary = success(&scene.import("blocks.rlp"));
        assert!(summary.contains("blocks        5 (0 known before)"), "{summary}");
        assert!(summary.contains("transactions  5"), "{summary}");
        let checked = success(&scene.run("db check", "data", &[]));
        assert!(checked.contains("no inconsistency found"), "{checked}");
        let exported = scene.path("exported.rlp");
        success(&scene.run("export", "data", &[text(&exported)]));
        assert_eq!(fs::read(exported).unwrap(), fs::read(scene.path("blocks.rlp")).unwrap());
    }
}

#[test]
fn a_second_import_skips_what_is_known() {
    let scene = Scene::ethereum();
    scene.write("first.rlp", &scene.blocks[..2]);
    success(&scene.import("first.rlp"));
    let summary = success(&scene.import("blocks.rlp"));
    assert!(summary.contains("blocks        3 (2 known before)"), "{summary}");
}

#[test]
fn a_range_is_exported_and_one_outside_the_chain_is_refused() {
    let scene = Scene::ethereum();
    success(&scene.import("blocks.rlp"));
    scene.write("expected.rlp", &scene.blocks[1..3]);
    let exported = scene.path("exported.rlp");
    success(&scene.run("export", "data", &[text(&exported), "2", "3"]));
    assert_eq!(fs::read(&exported).unwrap(), fs::read(scene.path("expected.rlp")).unwrap());
    let outside = scene.path("outside.rlp");
    let refusal = scene.refusal(&scene.run("export", "data", &[text(&outside), "2", "6"]));
    assert!(refusal.contains("blocks 2 to 6") && refusal.contains("0 to 5"), "{refusal}");
    let again = scene.refusal(&scene.run("export", "data", &[text(&exported)]));
    assert!(again.contains("exported.rlp"), "{again}");
}

#[test]
fn an_invalid_block_is_named_and_everything_before_it_stays() {
    for scene in [Scene::ethereum(), Scene::hanzo()] {
        let mut blocks = scene.blocks.clone();
        blocks[3].header.gas_used += 1;
        scene.write("bad.rlp", &blocks);
        scene.write("good.rlp", &blocks[..3]);
        let offset = fs::metadata(scene.path("good.rlp")).unwrap().len();
        let refusal = scene.refusal(&scene.import("bad.rlp"));
        for words in ["bad.rlp", &format!("byte {offset}:"), "block 4 (0x"] {
            assert!(refusal.contains(words), "{words}: {refusal}");
        }
        assert_eq!(scene.head(), 3);
    }
    let scene = Scene::ethereum();
    let mut blocks = scene.blocks.clone();
    blocks[0].header.gas_used += 1;
    scene.write("bad.rlp", &blocks);
    let refusal = scene.refusal(&scene.import("bad.rlp"));
    assert!(refusal.contains("gas used is 21001, execution used 21000"), "{refusal}");
}

#[test]
fn damage_in_a_file_names_the_byte_where_the_block_starts() {
    let scene = Scene::ethereum();
    let bytes = fs::read(scene.path("blocks.rlp")).unwrap();
    scene.write("first.rlp", &scene.blocks[..1]);
    let second = usize::try_from(fs::metadata(scene.path("first.rlp")).unwrap().len()).unwrap();
    let mut no_list = bytes.clone();
    no_list[second] = 0x00;
    let mut too_long = bytes[..second].to_vec();
    too_long.extend([0xff; 9]);
    let mut no_block = bytes[..second].to_vec();
    no_block.push(0xc0);
    // The length in front of a typed transaction, which no hash covers.
    let mut header = bytes.clone();
    let transaction = scene.blocks[1].body.transactions[0].clone();
    let framed = frame(&transaction);
    let found = bytes[second..].windows(framed.len()).position(|window| window == framed).unwrap();
    header[second + found + 1] -= 1;
    let cases: [(&str, Vec<u8>, &str); 5] = [
        ("header.rlp", header, "is not canonical: byte"),
        ("cut.rlp", bytes[..second + 100].to_vec(), "cut off"),
        ("text.rlp", no_list, "expected the RLP list of a block"),
        ("long.rlp", too_long, "at most 67108864 are read"),
        ("empty.rlp", no_block, "not the RLP of a block"),
    ];
    for (name, contents, words) in cases {
        fs::write(scene.path(name), contents).unwrap();
        let refusal = scene.refusal(&scene.import(name));
        for words in [name, &format!("byte {second}:"), words] {
            assert!(refusal.contains(words), "{words}: {refusal}");
        }
        assert_eq!(scene.head(), 1, "{name}");
    }
}

/// A transaction as it stands in a block, behind the header 0xb8 and its length.
fn frame(transaction: &Transaction) -> Vec<u8> {
    let mut framed = Vec::new();
    transaction.network_encode(&mut framed);
    assert_eq!(framed[0], 0xb8);
    framed
}

#[test]
fn progress_ends_at_100_percent_and_at_the_bad_block_of_a_damaged_file() {
    let scene = Scene::ethereum();
    let shown = |output: &Output| String::from_utf8(output.stderr.clone()).unwrap();
    let output = scene.import("blocks.rlp");
    assert!(shown(&output).contains("percent=100 blocks=5 known=0"), "{}", shown(&output));
    // What is known counts, too.
    let output = scene.import("blocks.rlp");
    assert!(shown(&output).contains("percent=100 blocks=0 known=5"), "{}", shown(&output));
    let scene = Scene::ethereum();
    let mut blocks = scene.blocks.clone();
    blocks[4].header.gas_used += 1;
    scene.write("bad.rlp", &blocks);
    scene.write("good.rlp", &blocks[..4]);
    let length = |name| fs::metadata(scene.path(name)).unwrap().len();
    let percent = length("good.rlp") * 100 / length("bad.rlp");
    let output = scene.import("bad.rlp");
    assert!(shown(&output).contains(&format!("percent={percent} blocks=4")), "{}", shown(&output));
}

/// Of Linux: a device on which nothing can be written.
#[test]
#[cfg(target_os = "linux")]
fn a_report_that_cannot_be_printed_is_named_and_what_was_done_stays() {
    let scene = Scene::ethereum();
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    let file = scene.path("blocks.rlp");
    let mut import = scene.command("import", "data", &[text(&file)]);
    let refusal = scene.refusal(&import.stdout(full()).output().unwrap());
    assert!(refusal.starts_with("error: writing the report to standard output: "), "{refusal}");
    assert_eq!(scene.head(), 5);
    let mut import = scene.command("import", "other", &[text(&file)]);
    let status = import.stdout(full()).stderr(full()).status().unwrap();
    assert_eq!(status.code(), Some(1), "a panic would be 101");
}

#[test]
fn a_reader_that_has_gone_away_is_no_error() {
    let scene = Scene::ethereum();
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let file = scene.path("blocks.rlp");
    let mut import = scene.command("import", "data", &[text(&file)]);
    let output = import.stdout(writer).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_check_states_a_supply_where_the_rules_count_one() {
    for (scene, expected) in [(Scene::ethereum(), false), (Scene::hanzo(), true)] {
        success(&scene.import("blocks.rlp"));
        let checked = success(&scene.run("db check", "data", &[]));
        assert_eq!(checked.contains("supply "), expected, "{checked}");
        assert_eq!(checked.contains(" AI"), expected, "{checked}");
        assert!(checked.contains("\noldest state  block 0\n"), "{checked}");
    }
}

#[test]
fn a_file_of_another_chain_and_a_missing_file_are_refused() {
    let (scene, other) = (Scene::ethereum(), Scene::hanzo());
    let refusal = scene.refusal(&scene.run("import", "data", &[text(&other.path("blocks.rlp"))]));
    assert!(refusal.contains("byte 0: block 1 (0x"), "{refusal}");
    let refusal = scene.refusal(&scene.import("nothing.rlp"));
    assert!(refusal.contains("nothing.rlp"), "{refusal}");
}

#[test]
fn mining_on_a_plain_ethereum_chain_is_refused() {
    let scene = Scene::ethereum();
    let coinbase = "0x00000000000000000000000000000000000000aa";
    let flags = ["--mine", "--miner.etherbase", coinbase];
    let refusal = scene.refusal(&scene.run("node", "data", &flags));
    assert!(refusal.contains("read-only"), "{refusal}");
}

#[test]
fn a_signal_ends_an_import_in_good_order_and_the_next_one_goes_on() {
    let scene = Scene::ethereum();
    // A pipe that never ends.
    let pipe = scene.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut import = scene
        .command("import", "data", &[text(&pipe)])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let writer = OpenOptions::new().write(true).open(&pipe).unwrap();
    let mut lines = BufReader::new(import.stderr.take().unwrap()).lines().map(Result::unwrap);
    // It listens for signals before it opens the database.
    assert!(lines.any(|line| line.contains("database opened")));
    let kill = Command::new("kill").args(["-TERM", &import.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(import.wait().unwrap().code(), Some(1));
    let error = lines.find(|line| line.starts_with("error: ")).unwrap();
    assert!(error.contains("ended by SIGTERM"), "{error}");
    drop(writer);
    let _ = success(&scene.import("blocks.rlp"));
    assert_eq!(scene.head(), 5);
}
