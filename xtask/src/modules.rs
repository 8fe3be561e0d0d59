//! Source files that no module declares are not compiled, and their tests never run.

use anyhow::{Context as _, bail};
use cargo_metadata::{MetadataCommand, Target};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Fails if a source file of the workspace belongs to no module.
///
/// # Errors
/// Naming the files.
pub(crate) fn check() -> anyhow::Result<()> {
    let metadata = MetadataCommand::new().no_deps().exec().context("cargo metadata")?;
    let targets = metadata.packages.iter().flat_map(|package| &package.targets);
    let roots: BTreeSet<PathBuf> = targets.map(root).collect();
    let mut orphans = Vec::new();
    for root in &roots {
        orphans.extend(undeclared(root, &roots)?);
    }
    if !orphans.is_empty() {
        let list: Vec<String> = orphans.iter().map(|path| path.display().to_string()).collect();
        bail!("files that no `mod` declares:\n  {}", list.join("\n  "));
    }
    println!("every source file belongs to a module");
    Ok(())
}

fn root(target: &Target) -> PathBuf {
    target.src_path.clone().into_std_path_buf()
}

/// Files beside or below the root of a target, other roots left out, that no other of them declares.
fn undeclared(root: &Path, roots: &BTreeSet<PathBuf>) -> anyhow::Result<Vec<PathBuf>> {
    let folder = root.parent().context("a root without folder")?;
    let own = |path: &PathBuf| {
        let names = ["main.rs", "lib.rs", "mod.rs"].iter().any(|name| path.ends_with(name));
        path == root || names || !roots.contains(path)
    };
    let files: Vec<PathBuf> = sources(folder)?.into_iter().filter(own).collect();
    let mut declared = BTreeSet::new();
    for file in &files {
        let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        declared.extend(declarations(&text).map(str::to_owned));
    }
    let is_orphan = |path: &&PathBuf| !roots.contains(*path) && !declared.contains(&module(path));
    Ok(files.iter().filter(is_orphan).cloned().collect())
}

/// What `mod name;` names, with or without visibility.
fn declarations(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let (before, name) = line.trim().strip_suffix(';')?.split_once("mod ")?;
        (before.is_empty() || before.starts_with("pub")).then_some(name)
    })
}

/// Name of the module that a file would be.
fn module(path: &Path) -> String {
    let name = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    match name(path) {
        Some(stem) if stem == "mod" => path.parent().and_then(name).unwrap_or_default(),
        stem => stem.unwrap_or_default(),
    }
}

fn sources(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_this_workspace_is_declared() {
        check().unwrap();
    }

    #[test]
    fn declarations_are_found_with_every_visibility_and_modules_with_a_body_are_none() {
        let text = "mod one;\npub mod two;\n    pub(crate) mod three;\nmod four {\n// mod five;\n";
        assert_eq!(declarations(text).collect::<Vec<_>>(), ["one", "two", "three"]);
    }

    #[test]
    fn a_file_that_nobody_declares_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        };
        let root = write("lib.rs", "mod known;\nmod folder;\n");
        write("known.rs", "");
        write("folder/mod.rs", "mod inner;\n");
        write("folder/inner.rs", "");
        let lost = write("folder/lost.rs", "");
        let roots = BTreeSet::from([root.clone()]);
        assert_eq!(undeclared(&root, &roots).unwrap(), [lost]);
    }
}
