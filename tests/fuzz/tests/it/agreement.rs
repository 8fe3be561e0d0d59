//! Every target is everywhere where targets are listed.

use crate::corpus::package;
use hanzo_fuzz::TARGETS;
use std::{collections::BTreeSet, fs, path::Path};

fn names() -> BTreeSet<String> {
    TARGETS.iter().map(|target| target.name.to_owned()).collect()
}

/// Names in a folder, without what follows a dot.
fn stems(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

/// What follows `before`, up to `after`, in each line of a text that has both.
fn between(text: &str, before: &str, after: &str) -> BTreeSet<String> {
    let names = text.lines().filter_map(|line| {
        let (name, _) = line.trim().strip_prefix(before)?.split_once(after)?;
        Some(name.to_owned())
    });
    names.collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_decoding_function_is_a_target() {
    let mut functions = BTreeSet::new();
    for entry in fs::read_dir(package().join("src")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            functions.extend(between(&read(&path), "pub fn ", "(bytes: &[u8]) -> Verdict"));
        }
    }
    assert_eq!(functions, names());
}

#[test]
fn every_target_has_a_program_of_libfuzzer_and_every_program_a_target() {
    let folder = package().join("libfuzzer");
    assert_eq!(stems(&folder.join("fuzz_targets")), names());
    let manifest = read(&folder.join("Cargo.toml"));
    let programs = manifest.split("[[bin]]").skip(1);
    let programs = programs.map(|program| {
        let name = between(program, "name = \"", "\"").pop_first().unwrap();
        assert!(program.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
        name
    });
    assert_eq!(programs.collect::<BTreeSet<_>>(), names());
    for name in names() {
        let program = read(&folder.join("fuzz_targets").join(format!("{name}.rs")));
        assert!(program.contains(&format!("hanzo_fuzz::{name}(bytes);")), "{name}: {program}");
    }
}

#[test]
fn every_target_has_a_corpus_and_a_line_in_the_list() {
    assert_eq!(stems(&package().join("corpus")), names());
    let readme = read(&package().join("README.md"));
    let (targets, _) = readme.split_once("## Decoders without a target").unwrap();
    let listed = between(targets, "| `", "` |");
    assert_eq!(listed, names());
}
