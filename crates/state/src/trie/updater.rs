//! Applying sorted leaf changes to one trie.

use super::hashing::{Hashes, Hashing, Link, Links, Reference};
use super::leaf_change::{LeafChange, LeafEdit};
use super::node::{Branch, CHILDREN, Child, MIN_STORED_BYTES, Node};
use super::node_reader::NodeReader;
use super::root::RootWork;
use crate::{NodePath, StateError};
use alloy_primitives::{B256, Bytes, keccak256};
use alloy_trie::EMPTY_ROOT_HASH;
use rayon::prelude::*;

/// From this many changes on, the children of the root node are updated in parallel. Handing work
/// to another thread costs some 10 µs; 64 changes cost some 300 µs on one core, so that even an
/// uneven split over two cores wins.
pub(super) const PARALLEL_CHANGES: usize = 64;

/// Applies changes to one trie and records which stored nodes change.
///
/// The recursion follows *slots*: a slot is a place where a node can hang, named by its path. What
/// a slot holds after its changes is an [`Item`], which knows its full path but not yet its
/// encoding, because a parent that collapses moves it up. Only the parent that keeps it *settles*
/// it, which encodes and records it. So every stored node is encoded and hashed once; that is put off
/// until all are recorded, because many are hashed faster at once.
pub(super) struct Updater<'a> {
    reader: NodeReader<'a>,
    /// In the order of recording: the last write of a path is the valid one.
    pub(super) writes: Vec<(NodePath, Option<Bytes>)>,
    hashing: Hashing,
    pub(super) work: RootWork,
}

/// What hangs in a slot, apart from extensions, which follow from the distance between the two.
#[derive(Debug, Clone)]
struct Item {
    /// The whole key of a leaf, or the path of a branch.
    path: NodePath,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Leaf(Bytes),
    /// A branch that is already recorded, with its parent's reference to it.
    Branch(Reference),
}

/// What the changes did to a slot.
#[derive(Debug, Clone, Default)]
enum Slot {
    #[default]
    Unchanged,
    Changed {
        item: Option<Item>,
        /// Whether a node is stored at the slot's path, which has to be overwritten or removed.
        vacated: bool,
    },
}

/// Children of a branch after their changes, by nibble.
type Slots = [Slot; CHILDREN];

/// A node with its place.
struct Located<T> {
    path: NodePath,
    node: T,
    /// Whether it is stored on its own, not embedded in its parent.
    stored: bool,
}

impl<'a> Updater<'a> {
    /// An updater of the trie behind `reader`.
    pub(super) fn new(reader: NodeReader<'a>) -> Self {
        Self {
            reader,
            writes: Vec::new(),
            hashing: Hashing::default(),
            work: RootWork { nodes_read: 0, nodes_hashed: 0 },
        }
    }

    /// Applies `changes`, which are sorted by key, below the root node `old`. Returns the new root
    /// hash, or `None` if nothing changed.
    pub(super) fn run<C: LeafChange>(
        &mut self,
        old: Option<Bytes>,
        changes: &[C],
    ) -> Result<Option<B256>, StateError> {
        let path = NodePath::default();
        let slot = match old {
            None => self.fill(None, false, changes)?,
            Some(rlp) => {
                self.work.nodes_read = self.work.nodes_read.saturating_add(1);
                let node = self.reader.decode(&path, &rlp)?;
                self.update_node(Located { path, node, stored: true }, changes)?
            }
        };
        let Slot::Changed { item, vacated } = slot else { return Ok(None) };
        let Some(item) = item else {
            self.vacate(&path, None, vacated);
            return Ok(Some(EMPTY_ROOT_HASH));
        };
        let reference = self.settle(&path, &item, vacated);
        let reference = self.hash().resolve(reference);
        Ok(Some(reference.as_hash().unwrap_or_else(|| keccak256(&reference))))
    }

    /// Hashes what was recorded.
    fn hash(&mut self) -> Hashes {
        std::mem::take(&mut self.hashing).finish(&mut self.writes)
    }

    /// Updates what hangs in the slot at `path`.
    fn update_slot<C: LeafChange>(
        &mut self,
        path: NodePath,
        child: Child,
        changes: &[C],
    ) -> Result<Slot, StateError> {
        match self.load(path, child)? {
            None => self.fill(None, false, changes),
            Some(located) => self.update_node(located, changes),
        }
    }

    fn update_node<C: LeafChange>(
        &mut self,
        located: Located<Node>,
        changes: &[C],
    ) -> Result<Slot, StateError> {
        let Located { path, node, stored } = located;
        match node {
            Node::Branch(node) => self.update_branch(&Located { path, node, stored }, changes),
            Node::Extension { suffix, child } => {
                let below = path.join(&suffix);
                self.update_extension(&Located { path: below, node: child, stored }, changes)
            }
            Node::Leaf { suffix, value } => {
                let leaf = Item { path: path.join(&suffix), content: Content::Leaf(value) };
                self.fill(Some(leaf), stored, changes)
            }
        }
    }

    /// Updates a slot that holds one leaf or nothing.
    fn fill<C: LeafChange>(
        &mut self,
        old: Option<Item>,
        vacated: bool,
        changes: &[C],
    ) -> Result<Slot, StateError> {
        let mut items = Vec::with_capacity(changes.len().saturating_add(1));
        let mut kept = old;
        let mut changed = false;
        for change in changes {
            let old_value = match &kept {
                Some(Item { path, content: Content::Leaf(value) }) if path == change.key() => {
                    Some(value)
                }
                _ => None,
            };
            let replaces = old_value.is_some();
            match change.apply(old_value)? {
                LeafEdit::Keep => continue,
                LeafEdit::Put(value) => {
                    items.push(Item { path: *change.key(), content: Content::Leaf(value) });
                }
                LeafEdit::Remove => {}
            }
            changed = true;
            if replaces {
                kept = None;
            }
        }
        if !changed {
            return Ok(Slot::Unchanged);
        }
        if let Some(kept) = kept {
            items.push(kept);
            items.sort_unstable_by_key(|item| item.path);
        }
        Ok(Slot::Changed { item: self.build(&items), vacated })
    }

    /// Updates an extension; `end` is the branch it ends in, and `end.stored` says whether the
    /// extension itself is stored.
    fn update_extension<C: LeafChange>(
        &mut self,
        end: &Located<Child>,
        changes: &[C],
    ) -> Result<Slot, StateError> {
        let (before, rest) = changes.split_at(changes.partition_point(|c| *c.key() < end.path));
        let (below, after) =
            rest.split_at(rest.partition_point(|c| c.key().starts_with(&end.path)));
        let mut items = self.inserted(before)?;
        let unchanged_branch =
            || Item { path: end.path, content: Content::Branch(end.node.reference().into()) };
        let mut changed = !items.is_empty();
        if below.is_empty() {
            items.push(unchanged_branch());
        } else {
            match self.update_branch_below(end, below)? {
                Slot::Unchanged => items.push(unchanged_branch()),
                Slot::Changed { item, vacated } => {
                    self.vacate(&end.path, item.as_ref(), vacated);
                    items.extend(item);
                    changed = true;
                }
            }
        }
        let appended = self.inserted(after)?;
        changed |= !appended.is_empty();
        items.extend(appended);
        if changed {
            Ok(Slot::Changed { item: self.build(&items), vacated: end.stored })
        } else {
            Ok(Slot::Unchanged)
        }
    }

    /// Updates the branch that an extension ends in.
    fn update_branch_below<C: LeafChange>(
        &mut self,
        end: &Located<Child>,
        changes: &[C],
    ) -> Result<Slot, StateError> {
        match self.load(end.path, end.node.clone())? {
            Some(Located { path, node: Node::Branch(node), stored }) => {
                self.update_branch(&Located { path, node, stored }, changes)
            }
            _ => Err(self.reader.damaged(&end.path, "an extension does not end in a branch")),
        }
    }

    /// The leaves that `changes` put where no leaf was.
    fn inserted<C: LeafChange>(&self, changes: &[C]) -> Result<Vec<Item>, StateError> {
        let mut items = Vec::with_capacity(changes.len());
        for change in changes {
            if let LeafEdit::Put(value) = change.apply(None)? {
                items.push(Item { path: *change.key(), content: Content::Leaf(value) });
            }
        }
        Ok(items)
    }

    fn update_branch<C: LeafChange>(
        &mut self,
        branch: &Located<Branch>,
        changes: &[C],
    ) -> Result<Slot, StateError> {
        let mut slots = Slots::default();
        if branch.path.is_empty() && changes.len() >= PARALLEL_CHANGES {
            self.update_children_in_parallel(branch, changes, &mut slots)?;
        } else {
            for (nibble, group) in groups(changes, branch.path.len()) {
                let slot = self.update_child(branch, nibble, group)?;
                if let Some(place) = slots.get_mut(usize::from(nibble)) {
                    *place = slot;
                }
            }
        }
        if slots.iter().all(|slot| matches!(slot, Slot::Unchanged)) {
            return Ok(Slot::Unchanged);
        }
        let mut remaining = by_nibble(&slots).filter(|(nibble, slot)| match slot {
            Slot::Unchanged => branch.node.has_child(*nibble),
            Slot::Changed { item, .. } => item.is_some(),
        });
        let item = match (remaining.next(), remaining.next()) {
            (None, _) => {
                self.vacate_children(branch, &slots);
                None
            }
            (Some((nibble, Slot::Unchanged)), None) => {
                self.vacate_children(branch, &slots);
                Some(self.lift(branch, nibble)?)
            }
            (Some((_, Slot::Changed { item, .. })), None) => {
                self.vacate_children(branch, &slots);
                item.clone()
            }
            (Some(_), Some(_)) => Some(self.rebuild_branch(branch, &slots)),
        };
        Ok(Slot::Changed { item, vacated: branch.stored })
    }

    fn update_child<C: LeafChange>(
        &mut self,
        branch: &Located<Branch>,
        nibble: u8,
        changes: &[C],
    ) -> Result<Slot, StateError> {
        let child = self.reader.child(&branch.path, &branch.node, nibble)?;
        self.update_slot(child_path(&branch.path, nibble), child, changes)
    }

    fn update_children_in_parallel<C: LeafChange>(
        &mut self,
        branch: &Located<Branch>,
        changes: &[C],
        slots: &mut Slots,
    ) -> Result<(), StateError> {
        let reader = self.reader;
        let updated = groups(changes, branch.path.len())
            .collect::<Vec<_>>()
            .into_par_iter()
            .map(|(nibble, group)| {
                let mut updater = Updater::new(reader);
                let mut slot = updater.update_child(branch, nibble, group)?;
                let hashes = updater.hash();
                if let Slot::Changed { item: Some(item), .. } = &mut slot
                    && let Content::Branch(reference) = &mut item.content
                {
                    *reference = hashes.resolve(reference.clone()).into();
                }
                Ok((nibble, slot, updater))
            })
            .collect::<Result<Vec<_>, StateError>>()?;
        for (nibble, slot, updater) in updated {
            self.writes.extend(updater.writes);
            self.work.add(updater.work);
            if let Some(place) = slots.get_mut(usize::from(nibble)) {
                *place = slot;
            }
        }
        Ok(())
    }

    /// The only child a branch is left with, which takes the branch's place. The one read of a
    /// node that no change touches.
    fn lift(&mut self, branch: &Located<Branch>, nibble: u8) -> Result<Item, StateError> {
        let child = self.reader.child(&branch.path, &branch.node, nibble)?;
        let reference = child.reference();
        let path = child_path(&branch.path, nibble);
        let Some(Located { node, stored, .. }) = self.load(path, child)? else {
            return Err(self.reader.missing(&path));
        };
        let item = match node {
            Node::Branch(_) => {
                return Ok(Item { path, content: Content::Branch(reference.into()) });
            }
            Node::Extension { suffix, child } => Item {
                path: path.join(&suffix),
                content: Content::Branch(child.reference().into()),
            },
            Node::Leaf { suffix, value } => {
                Item { path: path.join(&suffix), content: Content::Leaf(value) }
            }
        };
        self.vacate(&path, Some(&item), stored);
        Ok(item)
    }

    /// Encodes a branch of which some children changed and at least two remain.
    fn rebuild_branch(&mut self, branch: &Located<Branch>, slots: &Slots) -> Item {
        let mut settled = Links::default();
        for ((nibble, slot), settled) in by_nibble(slots).zip(&mut settled) {
            let path = child_path(&branch.path, nibble);
            match slot {
                Slot::Unchanged => {}
                Slot::Changed { item: Some(item), vacated } => {
                    *settled = Some(self.settle(&path, item, *vacated));
                }
                Slot::Changed { item: None, vacated } => self.vacate(&path, None, *vacated),
            }
        }
        let only_hashes_differ =
            by_nibble(slots).zip(&settled).all(|((nibble, slot), settled)| match slot {
                Slot::Unchanged => true,
                Slot::Changed { .. } => {
                    branch.node.has_hash(nibble) && settled.as_ref().is_some_and(Reference::is_hash)
                }
            });
        if only_hashes_differ {
            self.hashing.encode_rehashed(&branch.node, &settled);
        } else {
            let mut children = [Link::Empty; CHILDREN];
            for (((nibble, slot), settled), child) in
                by_nibble(slots).zip(&settled).zip(&mut children)
            {
                *child = match slot {
                    Slot::Unchanged => Link::Known(branch.node.reference(nibble)),
                    Slot::Changed { .. } => settled.as_ref().map_or(Link::Empty, Reference::link),
                };
            }
            self.hashing.encode_branch(&children);
        }
        let reference = self.record(&branch.path);
        Item { path: branch.path, content: Content::Branch(reference) }
    }

    /// Builds the nodes above `items`, which are sorted and of which none lies below another.
    fn build(&mut self, items: &[Item]) -> Option<Item> {
        let (first, last) = match items {
            [] => return None,
            [only] => return Some(only.clone()),
            [first, .., last] => (first, last),
        };
        let shared = first.path.common_prefix_length(&last.path);
        let path = first.path.slice(..shared);
        let mut settled = Links::default();
        let mut rest = items;
        while let Some(nibble) = rest.first().and_then(|item| item.path.get(shared)) {
            let end = rest.partition_point(|item| item.path.get(shared) == Some(nibble));
            let (group, later) = rest.split_at(end);
            rest = later;
            if let (Some(item), Some(place)) =
                (self.build(group), settled.get_mut(usize::from(nibble)))
            {
                *place = Some(self.settle(&child_path(&path, nibble), &item, false));
            }
        }
        let children =
            settled.each_ref().map(|child| child.as_ref().map_or(Link::Empty, Reference::link));
        self.hashing.encode_branch(&children);
        let reference = self.record(&path);
        Some(Item { path, content: Content::Branch(reference) })
    }

    /// Hangs `item` into the slot at `path` for good. Returns the parent's reference to it.
    fn settle(&mut self, path: &NodePath, item: &Item, vacated: bool) -> Reference {
        let suffix = item.path.slice(path.len().min(item.path.len())..);
        let reference = match &item.content {
            Content::Branch(reference) if suffix.is_empty() => reference.clone(),
            Content::Branch(reference) => {
                self.hashing.encode_extension(&suffix, reference);
                self.record(path)
            }
            Content::Leaf(value) => {
                self.hashing.encode_leaf(&suffix, value);
                self.record(path)
            }
        };
        if vacated && !reference.is_hash() {
            self.writes.push((*path, None));
        }
        reference
    }

    /// Removes the node stored at `path` unless a new branch is stored there.
    fn vacate(&mut self, path: &NodePath, item: Option<&Item>, vacated: bool) {
        let overwritten = item.is_some_and(|item| match &item.content {
            Content::Branch(reference) => reference.is_hash() && item.path == *path,
            Content::Leaf(_) => false,
        });
        if vacated && !overwritten {
            self.writes.push((*path, None));
        }
    }

    /// Removes the stored children of a branch that is about to disappear.
    fn vacate_children(&mut self, branch: &Located<Branch>, slots: &Slots) {
        for (nibble, slot) in by_nibble(slots) {
            if let Slot::Changed { item, vacated } = slot {
                self.vacate(&child_path(&branch.path, nibble), item.as_ref(), *vacated);
            }
        }
    }

    /// Records the node that was encoded last at `path`, if it is one that is stored. Returns the
    /// reference to it.
    fn record(&mut self, path: &NodePath) -> Reference {
        if self.hashing.encoded_bytes() < MIN_STORED_BYTES && !path.is_empty() {
            return self.hashing.embed();
        }
        self.work.nodes_hashed = self.work.nodes_hashed.saturating_add(1);
        let write = self.writes.len();
        self.writes.push((*path, None));
        self.hashing.push(write)
    }

    fn load(&mut self, path: NodePath, child: Child) -> Result<Option<Located<Node>>, StateError> {
        let (rlp, stored) = match child {
            Child::Empty => return Ok(None),
            Child::Embedded(rlp) => (rlp, false),
            Child::Stored(_) => {
                self.work.nodes_read = self.work.nodes_read.saturating_add(1);
                (self.reader.expect_stored(&path)?, true)
            }
        };
        let node = self.reader.decode(&path, &rlp)?;
        Ok(Some(Located { path, node, stored }))
    }
}

/// Splits sorted changes by their nibble at `depth`.
fn groups<C: LeafChange>(changes: &[C], depth: usize) -> impl Iterator<Item = (u8, &[C])> {
    let mut rest = changes;
    std::iter::from_fn(move || {
        let nibble = rest.first()?.key().get(depth)?;
        let end = rest.partition_point(|change| change.key().get(depth) == Some(nibble));
        let (group, later) = rest.split_at(end);
        rest = later;
        Some((nibble, group))
    })
}

/// The slots with their nibbles.
fn by_nibble(slots: &Slots) -> impl Iterator<Item = (u8, &Slot)> {
    (0_u8..).zip(slots)
}

/// Path of the child at `nibble` of the branch at `path`.
fn child_path(path: &NodePath, nibble: u8) -> NodePath {
    let mut child = *path;
    child.push(nibble);
    child
}
