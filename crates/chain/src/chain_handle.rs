//! The chain thread and the handle everybody else holds.

use crate::{
    AcceptError, ArrivedBlock, CanonObserver, CanonUpdate, ChainTree, ChainView, CheckedBlock,
    ImportError, Inserted, Origin, SegmentImport, SyncProgress, timing::Stopwatch,
};
use alloy_primitives::B256;
use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use std::{
    sync::Arc,
    thread::{self, JoinHandle},
};
use tokio::sync::{broadcast, oneshot, watch};

/// Blocks waiting for the chain thread. A full queue answers `Busy`; at 30 Mgas a block and
/// half a second each, eight blocks are already several seconds of work.
pub const IMPORT_QUEUE: usize = 8;

/// Canonical updates a subscriber may lag behind before it is told that it missed some.
pub const UPDATE_QUEUE: usize = 256;

enum Command {
    Import {
        block: Box<CheckedBlock>,
        origin: Origin,
        answer: oneshot::Sender<Answer>,
    },
    ImportSegment {
        blocks: Vec<ArrivedBlock>,
        origin: Origin,
        answer: oneshot::Sender<SegmentImport>,
    },
    AcceptReorg {
        hash: B256,
        answer: oneshot::Sender<Accepted>,
    },
    Stop,
}

type Accepted = Result<Arc<CanonUpdate>, AcceptError>;

type Answer = Result<Inserted, ImportError>;

/// Handle to the chain: import, read, subscribe. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ChainHandle {
    commands: Sender<Command>,
    view: Arc<ArcSwap<ChainView>>,
    updates: broadcast::Sender<Arc<CanonUpdate>>,
    sync: watch::Sender<Option<SyncProgress>>,
}

/// The running chain thread. Its end is the end of the chain.
#[derive(Debug)]
pub struct ChainThread {
    commands: Sender<Command>,
    thread: JoinHandle<Result<(), ImportError>>,
    ended: oneshot::Receiver<()>,
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Import { .. } => "Import",
            Self::ImportSegment { .. } => "ImportSegment",
            Self::AcceptReorg { .. } => "AcceptReorg",
            Self::Stop => "Stop",
        })
    }
}

impl ChainHandle {
    /// Moves `tree` to its own thread. `observers` hear of every change of the canonical chain
    /// before the import that caused it is answered.
    ///
    /// # Errors
    /// The operating system's error if no thread can be started.
    pub fn start(
        tree: ChainTree,
        observers: Vec<Arc<dyn CanonObserver>>,
    ) -> std::io::Result<(Self, ChainThread)> {
        let (commands, inbox) = bounded(IMPORT_QUEUE);
        let (updates, _) = broadcast::channel(UPDATE_QUEUE);
        let view = Arc::new(ArcSwap::new(tree.view()));
        let (end, ended) = oneshot::channel();
        let worker = Worker { tree, observers, view: Arc::clone(&view), updates: updates.clone() };
        let thread = thread::Builder::new().name("chain".to_owned()).spawn(move || {
            let result = worker.run(&inbox);
            // Nobody listening means that the node is going down anyway.
            let _ = end.send(());
            result
        })?;
        let (sync, _) = watch::channel(None);
        let handle = Self { commands: commands.clone(), view, updates, sync };
        Ok((handle, ChainThread { commands, thread, ended }))
    }

    /// Imports a block and waits for the verdict.
    ///
    /// # Errors
    /// [`ImportError`]; [`ImportError::Busy`] at once if the queue is full.
    pub async fn import(&self, block: CheckedBlock, origin: Origin) -> Answer {
        let answer = self.enqueue(block, origin)?;
        answer.await.unwrap_or(Err(ImportError::Stopped))
    }

    /// Imports a block from a thread that may block.
    ///
    /// # Errors
    /// As [`Self::import`].
    pub fn import_blocking(&self, block: CheckedBlock, origin: Origin) -> Answer {
        let answer = self.enqueue(block, origin)?;
        answer.blocking_recv().unwrap_or(Err(ImportError::Stopped))
    }

    /// Imports blocks in a row, each the child of the one before it, as [`ChainTree::insert_segment`]
    /// does, from a thread that may block: it waits for its turn, and for the verdict. Readers see nothing
    /// of it before the end.
    ///
    /// # Errors
    /// [`ImportError::Stopped`]. What is wrong with a block is in the [`SegmentImport`].
    pub fn import_segment_blocking(
        &self,
        blocks: Vec<ArrivedBlock>,
        origin: Origin,
    ) -> Result<SegmentImport, ImportError> {
        let (answer, verdict) = oneshot::channel();
        let command = Command::ImportSegment { blocks, origin, answer };
        self.commands.send(command).map_err(|_| ImportError::Stopped)?;
        verdict.blocking_recv().map_err(|_| ImportError::Stopped)
    }

    /// Makes a chain canonical that was refused because it displaces too much, and waits until it
    /// is. `hash` is one of its blocks that is heavier than the head.
    ///
    /// # Errors
    /// [`AcceptError`]; [`ImportError::Busy`] in it at once if the queue is full.
    pub async fn accept_reorg(&self, hash: B256) -> Result<Arc<CanonUpdate>, AcceptError> {
        let (answer, verdict) = oneshot::channel();
        self.send(Command::AcceptReorg { hash, answer })?;
        verdict.await.unwrap_or(Err(AcceptError::Import(ImportError::Stopped)))
    }

    fn enqueue(
        &self,
        block: CheckedBlock,
        origin: Origin,
    ) -> Result<oneshot::Receiver<Answer>, ImportError> {
        let (answer, verdict) = oneshot::channel();
        self.send(Command::Import { block: Box::new(block), origin, answer })?;
        Ok(verdict)
    }

    fn send(&self, command: Command) -> Result<(), ImportError> {
        self.commands.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => ImportError::Busy { limit: IMPORT_QUEUE },
            TrySendError::Disconnected(_) => ImportError::Stopped,
        })
    }

    /// The chain as of the current head.
    #[must_use]
    pub fn view(&self) -> Arc<ChainView> {
        self.view.load_full()
    }

    /// How far the chain is behind what other nodes have; `None` if it is not, as far as this node knows.
    /// Whoever gets it from them says so with [`Self::set_sync_progress`].
    #[must_use]
    pub fn sync_progress(&self) -> Option<SyncProgress> {
        *self.sync.borrow()
    }

    /// [`Self::sync_progress`] as a channel to wait on.
    #[must_use]
    pub fn sync_progress_changes(&self) -> watch::Receiver<Option<SyncProgress>> {
        self.sync.subscribe()
    }

    /// Says how far the chain is behind what other nodes have.
    pub fn set_sync_progress(&self, progress: Option<SyncProgress>) {
        self.sync.send_if_modified(|known| std::mem::replace(known, progress) != progress);
    }

    /// Every later change of the canonical chain. A subscriber that falls [`UPDATE_QUEUE`] updates
    /// behind is told so and goes on with the newest.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<CanonUpdate>> {
        self.updates.subscribe()
    }
}

impl ChainThread {
    /// Waits until the thread ends by itself, which only a fatal error makes it do.
    pub async fn ended(&mut self) {
        let _ = (&mut self.ended).await;
    }

    /// Lets queued imports finish, persists everything and ends the thread. Blocks.
    ///
    /// # Errors
    /// The fatal error that ended the thread, or the error of the last write.
    pub fn stop(self) -> Result<(), ImportError> {
        // A send fails only if the thread has ended already; then its result tells why.
        let _ = self.commands.send(Command::Stop);
        self.thread.join().unwrap_or(Err(ImportError::Stopped))
    }
}

struct Worker {
    tree: ChainTree,
    observers: Vec<Arc<dyn CanonObserver>>,
    view: Arc<ArcSwap<ChainView>>,
    updates: broadcast::Sender<Arc<CanonUpdate>>,
}

impl Worker {
    fn run(mut self, inbox: &Receiver<Command>) -> Result<(), ImportError> {
        self.tree.metrics.observe(&self.tree, inbox.len());
        for command in inbox {
            match command {
                Command::Import { block, origin, answer } => {
                    let result = self.import(*block, origin, inbox.len());
                    match result {
                        Err(error) if error.is_fatal() => {
                            // Whoever asked may have gone; the cause is this thread's result.
                            let _ = answer.send(Err(ImportError::Stopped));
                            return Err(error);
                        }
                        verdict => drop(answer.send(verdict)),
                    }
                }
                Command::ImportSegment { blocks, origin, answer } => {
                    let import = self.import_segment(blocks, &origin, inbox.len());
                    match import {
                        // Whoever asked hears that the thread has ended.
                        SegmentImport { refusal: Some(error), .. } if error.is_fatal() => {
                            return Err(error);
                        }
                        import => drop(answer.send(import)),
                    }
                }
                Command::AcceptReorg { hash, answer } => match self.accept(hash, inbox.len()) {
                    Err(AcceptError::Import(error)) if error.is_fatal() => {
                        let _ = answer.send(Err(ImportError::Stopped.into()));
                        return Err(error);
                    }
                    verdict => drop(answer.send(verdict)),
                },
                Command::Stop => break,
            }
        }
        self.tree.persist_for_restart()
    }

    /// Imports a block while `queued` others wait.
    fn import(&mut self, block: CheckedBlock, origin: Origin, queued: usize) -> Answer {
        let time = Stopwatch::start();
        let verdict = self.tree.insert(block, origin);
        time.record(&self.tree.metrics.import_seconds);
        self.tree.metrics.imported(&verdict);
        self.tree.metrics.observe(&self.tree, queued);
        let inserted = match verdict {
            Err(error) if error.is_fatal() => return Err(error),
            Err(error) => {
                self.show_refusals();
                return Err(error);
            }
            Ok(inserted) => inserted,
        };
        match &inserted {
            Inserted::Head(update) => self.publish(update),
            // The chain is as it was, so nobody is told; the block can be found by its hash.
            Inserted::Side => self.view.store(self.tree.view()),
            Inserted::Known
            | Inserted::Deferred
            | Inserted::Refused { .. }
            | Inserted::Orphan { .. } => self.show_refusals(),
        }
        Ok(inserted)
    }

    /// Imports blocks in a row while `queued` commands wait.
    fn import_segment(
        &mut self,
        blocks: Vec<ArrivedBlock>,
        origin: &Origin,
        queued: usize,
    ) -> SegmentImport {
        let import = self.tree.insert_segment(blocks, origin);
        self.tree.metrics.observe(&self.tree, queued);
        match &import.update {
            Some(update) => self.publish(update),
            // Side blocks can be found by their hash, and refused ones are shown.
            None => self.view.store(self.tree.view()),
        }
        import
    }

    /// Makes a refused chain canonical while `queued` blocks wait.
    fn accept(&mut self, hash: B256, queued: usize) -> Accepted {
        let verdict = self.tree.accept_reorg(hash);
        self.tree.metrics.observe(&self.tree, queued);
        match &verdict {
            Ok(update) => {
                self.tree.metrics.updated(update);
                self.publish(update);
            }
            Err(error) if error.is_fatal() => {}
            Err(_) => self.show_refusals(),
        }
        verdict
    }

    /// Tells everybody that the canonical chain changed.
    fn publish(&self, update: &Arc<CanonUpdate>) {
        self.view.store(Arc::clone(&update.view));
        for observer in &self.observers {
            observer.on_canon_update(update);
        }
        // An error only says that nobody subscribes.
        let _ = self.updates.send(Arc::clone(update));
        // Nobody waits for the log.
        if let [.., first] = &update.reverted[..] {
            let (reverted, adopted) = (update.reverted.len(), update.adopted.len());
            let (from, head) = (first.block().number, update.view.head_number());
            tracing::info!(target: "chain", from, reverted, adopted, head, "reorganised");
        }
    }

    /// Lets readers see a block or a reorganisation that was refused. The chain is as it was, so
    /// nobody is told.
    fn show_refusals(&self) {
        if !self.tree.has_shown_refusals(&self.view.load()) {
            self.view.store(self.tree.view());
        }
    }
}
