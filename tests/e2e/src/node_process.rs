//! The node as a process.

use crate::Books;
use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

/// A running node. Killed when dropped.
#[derive(Debug)]
pub struct NodeProcess {
    child: Child,
    url: String,
    metrics: Option<String>,
    datadir: PathBuf,
}

/// The binary under test: built into the same target directory as this test.
#[must_use]
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().and_then(Path::parent).unwrap().join("hanzo");
    assert!(path.exists(), "{} is missing: build the workspace first", path.display());
    path
}

/// Runs the binary to its end.
#[must_use]
pub fn run_to_end(arguments: &[&str]) -> Output {
    Command::new(binary()).args(arguments).stdin(Stdio::null()).output().unwrap()
}

impl NodeProcess {
    /// Starts a dev node on `datadir` on a port of the system's choice, with further flags, and
    /// waits for its banner.
    #[must_use]
    pub fn start(datadir: &Path, flags: &[&str]) -> Self {
        let mut child = Command::new(binary())
            .args(["node", "--dev", "--http.port", "0", "--datadir"])
            .arg(datadir)
            .args(flags)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (mut url, mut metrics) = (None, None);
        for line in stdout.by_ref().lines() {
            let line = line.unwrap();
            match line.trim().split_once(' ') {
                Some(("RPC", address)) => url = Some(address.trim().to_owned()),
                Some(("Metrics", address)) => metrics = Some(address.trim().to_owned()),
                // Every address stands above it.
                Some(("Mining", _)) => break,
                Some(_) | None => {}
            }
        }
        let Some(url) = url else {
            let mut log = String::new();
            child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
            panic!("the node did not start:\n{log}");
        };
        // Nobody reads the log of a healthy node; a full pipe would stop it.
        let mut log = child.stderr.take().unwrap();
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
        Self { child, url, metrics, datadir: datadir.to_owned() }
    }

    /// Address of the RPC server.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where metrics are read, if they are served.
    #[must_use]
    pub fn metrics_url(&self) -> Option<&str> {
        self.metrics.as_deref()
    }

    /// Address of the WebSocket server.
    #[must_use]
    pub fn ws_url(&self) -> String {
        self.url.replace("http://", "ws://")
    }

    /// Process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills the process without warning.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks the process to end (SIGTERM), checks that it ends well and that every coin on the chain
    /// it leaves behind is accounted for.
    pub fn stop(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "the node ended with {status}");
        Books::read(&self.datadir).assert_balanced();
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        // Both fail only if the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
