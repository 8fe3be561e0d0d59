//! The miner as a process.

use crate::{node_process::binary_named, scrape::Scrape};
use alloy_primitives::Address;
use std::{
    io::{BufRead as _, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{SyncSender, sync_channel},
    thread::{self, JoinHandle},
};

/// A running miner. Killed when dropped.
#[derive(Debug)]
pub struct MinerProcess {
    child: Child,
    metrics: Option<String>,
    log: Option<JoinHandle<String>>,
}

impl MinerProcess {
    /// Starts a miner for the node at this WebSocket address, of one thread unless the flags say
    /// otherwise. If they ask for metrics, it waits until these are served.
    #[must_use]
    pub fn start(node: &str, coinbase: Address, flags: &[&str]) -> Self {
        let mut command = Command::new(binary_named("hanzo-miner"));
        command.args(["--node", node, "--coinbase", &coinbase.to_string()]).args(flags);
        if !flags.contains(&"--threads") {
            command.args(["--threads", "1"]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stderr = child.stderr.take().unwrap();
        let (found, metrics) = sync_channel(1);
        let log = thread::spawn(move || read_log(stderr, &found));
        let asked = flags.contains(&"--metrics");
        // The sender is gone when the process has ended without a line about metrics.
        let metrics = asked.then(|| metrics.recv().unwrap());
        Self { child, metrics, log: Some(log) }
    }

    /// Where metrics are read.
    ///
    /// # Panics
    /// If they are not served.
    #[must_use]
    pub fn metrics_url(&self) -> &str {
        self.metrics.as_deref().unwrap()
    }

    /// Reads metrics until `holds`. Every read is a request that the miner answers.
    ///
    /// # Panics
    /// If they are not served.
    pub fn metrics_until(&self, holds: impl Fn(&Scrape) -> bool) -> Scrape {
        loop {
            let scrape = Scrape::read(self.metrics_url());
            if holds(&scrape) {
                return scrape;
            }
        }
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

/// Reads to the end, and passes the address of the metrics on when it comes.
fn read_log(log: impl Read, metrics: &SyncSender<String>) -> String {
    let mut text = String::new();
    for line in BufReader::new(log).lines() {
        let line = line.unwrap();
        if let Some((_, url)) = line.split_once(" metrics url=") {
            // Nobody may be waiting for it.
            let _ = metrics.try_send(url.to_owned());
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}
