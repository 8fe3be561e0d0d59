//! What damaged files and databases of others are answered with, and that nothing is lost by it.

use crate::import::{Scene, success, text};
use rocksdb::{DB, Options};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Changes the genesis file, checks that an import is refused with these words and leaves nothing
/// behind, and that the right file is imported afterwards.
fn assert_genesis_refused(scene: &Scene, change: impl FnOnce(&str) -> String, words: &str) {
    let path = scene.path("genesis.json");
    let right = fs::read_to_string(&path).unwrap();
    fs::write(&path, change(&right)).unwrap();
    let refusal = scene.refusal(&scene.import("blocks.rlp"));
    assert!(refusal.contains(words) && refusal.contains("genesis.json"), "{words}: {refusal}");
    assert!(!scene.path("data").exists());
    fs::write(&path, right).unwrap();
    assert_completes(scene);
}

/// The right file, genesis and database give the whole chain.
fn assert_completes(scene: &Scene) {
    success(&scene.import("blocks.rlp"));
    let checked = success(&scene.run("db check", "data", &[]));
    assert!(checked.contains("no inconsistency found"), "{checked}");
    let exported = scene.path("exported.rlp");
    success(&scene.run("export", "data", &[text(&exported)]));
    assert_eq!(fs::read(exported).unwrap(), fs::read(scene.path("blocks.rlp")).unwrap());
}

fn with_config(genesis: &str, field: &str, value: Value) -> String {
    let mut genesis: Value = serde_json::from_str(genesis).unwrap();
    genesis["config"][field] = value;
    genesis.to_string()
}

#[test]
fn a_fork_that_nobody_knows_is_named() {
    for scene in [Scene::ethereum(), Scene::hanzo()] {
        let change = |genesis: &str| with_config(genesis, "verkleTime", json!(9_999));
        assert_genesis_refused(&scene, change, "`config.verkleTime` must be absent");
    }
}

#[test]
fn an_account_that_stands_twice_in_the_genesis_is_named() {
    const NAME: &str = "0x00000000000000000000000000000000000000aa";
    let account = |name: &str, wei: u64| format!("{name:?}: {{\"balance\": \"{wei}\"}}");
    for (other, field) in [
        // Letter by letter, and written in another way.
        (NAME, format!("`{NAME}` stands twice")),
        ("00000000000000000000000000000000000000AA", "the address stands twice".to_owned()),
    ] {
        let twice = [account(NAME, 1), account(other, 2)].join(", ");
        let change = |genesis: &str| {
            let start = "\"alloc\":{";
            assert!(genesis.contains(start));
            genesis.replacen(start, &format!("{start}{twice}, "), 1)
        };
        assert_genesis_refused(&Scene::ethereum(), change, &field);
    }
}

#[test]
fn a_file_with_any_byte_changed_is_refused_and_the_right_one_completes_the_chain() {
    let scene = Scene::ethereum();
    let right = fs::read(scene.path("blocks.rlp")).unwrap();
    // The last block may be another valid one after the change; each of the others has a child.
    scene.write("others.rlp", &scene.blocks[..4]);
    let length = usize::try_from(fs::metadata(scene.path("others.rlp")).unwrap().len()).unwrap();
    for position in (0..length).step_by(length / 24) {
        let mut changed = right.clone();
        changed[position] ^= 0x10;
        fs::write(scene.path("changed.rlp"), changed).unwrap();
        let refusal = scene.refusal(&scene.import("changed.rlp"));
        assert!(refusal.contains("changed.rlp, byte "), "byte {position}: {refusal}");
    }
    assert_completes(&scene);
}

/// The database of a chain of which two blocks were imported.
fn database(scene: &Scene) -> PathBuf {
    scene.write("first.rlp", &scene.blocks[..2]);
    success(&scene.import("first.rlp"));
    scene.path("data").join("db")
}

fn open(path: &Path) -> DB {
    let families = DB::list_cf(&Options::default(), path).unwrap();
    DB::open_cf(&Options::default(), path, families).unwrap()
}

/// No command touches the database, and all give the reason.
fn assert_refused(scene: &Scene, words: &[&str]) {
    for output in [scene.import("blocks.rlp"), scene.run("db check", "data", &[])] {
        let refusal = scene.refusal(&output);
        for words in words {
            assert!(refusal.contains(words), "{words}: {refusal}");
        }
    }
}

#[test]
fn a_database_of_a_newer_version_is_refused_with_both_versions() {
    let scene = Scene::ethereum();
    let path = database(&scene);
    let set_version = |version: &[u8]| {
        let engine = open(&path);
        let meta = engine.cf_handle("meta").unwrap();
        let before = engine.get_cf(meta, "schema_version").unwrap().unwrap();
        engine.put_cf(meta, "schema_version", version).unwrap();
        before
    };
    let ours = set_version(&7_u32.to_be_bytes());
    assert_refused(&scene, &[text(&path), "has schema version 7", "reads version 3"]);
    set_version(&ours);
    assert_completes(&scene);
}

#[test]
fn a_database_without_a_table_is_refused_and_the_table_named() {
    let scene = Scene::ethereum();
    let path = database(&scene);
    open(&path).drop_cf("receipts").unwrap();
    assert_refused(&scene, &[text(&path), "lacks the table receipts"]);
    assert!(!DB::list_cf(&Options::default(), &path).unwrap().contains(&"receipts".to_owned()));
    // Another directory is not concerned.
    fs::remove_dir_all(scene.path("data")).unwrap();
    assert_completes(&scene);
}

/// The table files that the database in `path` consists of; others may wait to be removed.
fn table_files(path: &Path) -> Vec<String> {
    let options = Options::default();
    let families = DB::list_cf(&options, path).unwrap();
    let engine = DB::open_cf_for_read_only(&options, path, families, false).unwrap();
    let files = engine.live_files().unwrap();
    files.into_iter().map(|file| file.name.trim_start_matches('/').to_owned()).collect()
}

fn copy_files(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn a_changed_byte_in_any_table_file_is_found_and_the_file_named() {
    let scene = Scene::ethereum();
    let (path, sound) = (database(&scene), scene.path("sound"));
    copy_files(&path, &sound);
    let files = table_files(&sound);
    assert!(files.len() > 8, "an import leaves its tables in files: {files:?}");
    for name in files {
        // From a copy, because opening a database may rewrite its files.
        copy_files(&sound, &path);
        let file = path.join(&name);
        let mut changed = fs::read(&file).unwrap();
        // In the only block of data of so small a table.
        changed[12] ^= 1;
        fs::write(&file, changed).unwrap();
        let refusal = scene.refusal(&scene.run("db check", "data", &[]));
        assert!(refusal.contains("Corruption") && refusal.contains(&name), "{name}: {refusal}");
    }
    copy_files(&sound, &path);
    assert_completes(&scene);
}
