//! `hanzo import` and `hanzo export`.

use alloy_hardforks::EthereumHardfork;
use hanzo_node::BlockFileWriter;
use hanzo_testkit::{
    BlockPlan, Signer, TestChain, dev_genesis_json, dev_spec, ethereum_genesis, ethereum_spec,
};
use hanzo_types::Block;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
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

    pub(crate) fn run(&self, command: &str, datadir: &str, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_hanzo"))
            .args(command.split(' '))
            .args(["--chain", text(&self.path("genesis.json"))])
            .args(["--datadir", text(&self.path(datadir))])
            .args(arguments)
            .output()
            .unwrap()
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
    let cases: [(&str, Vec<u8>, &str); 4] = [
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
