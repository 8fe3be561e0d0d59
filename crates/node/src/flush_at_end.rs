//! Beginning to write files before an import has ended.

use hanzo_store::Store;
use std::thread::{Builder, Scope};

/// Blocks; when there are no more, the database begins to write its files, on a thread of its own. The
/// last blocks are executed meanwhile, and soon leave a processor without work.
pub(crate) struct FlushAtEnd<'scope, 'env, I> {
    blocks: I,
    scope: &'scope Scope<'scope, 'env>,
    /// `None` once there were no more blocks.
    store: Option<Store>,
}

impl<'scope, 'env, I> FlushAtEnd<'scope, 'env, I> {
    pub(crate) const fn new(blocks: I, scope: &'scope Scope<'scope, 'env>, store: Store) -> Self {
        Self { blocks, scope, store: Some(store) }
    }
}

impl<I: Iterator> Iterator for FlushAtEnd<'_, '_, I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        let next = self.blocks.next();
        if next.is_none()
            && let Some(store) = self.store.take()
        {
            // If it fails, the end of the import has more to write.
            let begin = move || drop(store.begin_flush());
            let _ = Builder::new().name("flush".to_owned()).spawn_scoped(self.scope, begin);
        }
        next
    }
}
