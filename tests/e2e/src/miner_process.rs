//! The miner as a process.

use crate::node_process::{binary_named, read_log};
use alloy_primitives::Address;
use std::{
    process::{Child, Command, ExitStatus, Stdio},
    thread::JoinHandle,
};

/// A running miner. Killed when dropped.
#[derive(Debug)]
pub struct MinerProcess {
    child: Child,
    log: Option<JoinHandle<String>>,
}

impl MinerProcess {
    /// Starts a miner of one thread for the node at this WebSocket address.
    #[must_use]
    pub fn start(node: &str, coinbase: Address) -> Self {
        let mut child = Command::new(binary_named("hanzo-miner"))
            .args(["--threads", "1", "--node", node, "--coinbase", &coinbase.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = read_log(&mut child);
        Self { child, log: Some(log) }
    }

    /// Asks the process to end (SIGTERM). Returns how it did, and all that it wrote.
    pub fn stop(mut self) -> (ExitStatus, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        let log = self.log.take().map(|log| log.join().unwrap()).unwrap_or_default();
        (status, log)
    }
}

impl Drop for MinerProcess {
    fn drop(&mut self) {
        // Both fail only if the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
