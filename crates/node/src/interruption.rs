//! A signal that asks work without a runtime to end.

use crate::{
    NodeError,
    shutdown::{ABORTED, ShutdownSignals},
};
use std::{
    sync::{Arc, OnceLock},
    thread,
};

/// The signal that asked a long piece of work to end, once there was one. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interruption(Arc<OnceLock<&'static str>>);

impl Interruption {
    /// Listens from now on, on a thread of its own. A second signal ends the process at once, which
    /// is as safe as a crash.
    ///
    /// # Errors
    /// The operating system's reason.
    pub(crate) fn listen() -> Result<Self, NodeError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let interruption = Self::default();
        let noted = interruption.clone();
        let mut signals = {
            let _entered = runtime.enter();
            ShutdownSignals::listen()?
        };
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            let signal = runtime.block_on(signals.received());
            let _ = noted.0.set(signal);
            let signal = runtime.block_on(signals.received());
            tracing::warn!(target: "node", signal, "aborting; nothing that was stored is lost");
            std::process::exit(ABORTED);
        })?;
        Ok(interruption)
    }

    /// The signal, if there was one.
    pub(crate) fn signal(&self) -> Option<&'static str> {
        self.0.get().copied()
    }
}
