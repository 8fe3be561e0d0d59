//! The node as a process.

use crate::Books;
use hanzo_testkit::dev_spec;
use hanzo_types::ChainSpec;
use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::Arc,
    thread::JoinHandle,
};

/// A running node. Killed when dropped.
#[derive(Debug)]
pub struct NodeProcess {
    child: Child,
    url: String,
    metrics: Option<String>,
    multiaddr: Option<String>,
    datadir: PathBuf,
    spec: Arc<ChainSpec>,
    /// Reads the log to its end: a full pipe would stop the node.
    log: Option<JoinHandle<String>>,
}

/// How a node process is started.
#[derive(Debug)]
pub struct NodeCommand {
    datadir: PathBuf,
    chain: Option<PathBuf>,
    flags: Vec<String>,
    file_size: FileSize,
}

/// What happens to a node that writes beyond its limit of file size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSize {
    /// The system ends it (SIGXFSZ), as it ends every process.
    Fatal,
    /// The write fails with an error.
    Error,
}

/// How a process ended.
#[derive(Debug)]
pub struct Ended {
    /// Exit code or signal.
    pub status: ExitStatus,
    /// All that it wrote to standard error.
    pub log: String,
}

/// The node's binary.
#[must_use]
pub fn binary() -> PathBuf {
    binary_named("hanzo")
}

/// A binary under test: built into the same target directory as this test.
#[must_use]
pub fn binary_named(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().and_then(Path::parent).unwrap().join(name);
    assert!(path.exists(), "{} is missing: build the workspace first", path.display());
    path
}

/// Reads all that a process writes to standard error: a full pipe would stop it.
fn read_log(child: &mut Child) -> JoinHandle<String> {
    let mut log = child.stderr.take().unwrap();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        log.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Runs the binary to its end.
#[must_use]
pub fn run_to_end(arguments: &[&str]) -> Output {
    Command::new(binary()).args(arguments).stdin(Stdio::null()).output().unwrap()
}

impl NodeCommand {
    /// A dev node on `datadir` on a port of the system's choice.
    #[must_use]
    pub fn new(datadir: &Path) -> Self {
        Self {
            datadir: datadir.to_owned(),
            chain: None,
            flags: Vec::new(),
            file_size: FileSize::Fatal,
        }
    }

    /// On the chain of a genesis file instead of the embedded dev chain.
    #[must_use]
    pub fn chain(mut self, genesis: &Path) -> Self {
        self.chain = Some(genesis.to_owned());
        self
    }

    /// With further flags.
    #[must_use]
    pub fn flags(mut self, flags: &[&str]) -> Self {
        self.flags.extend(flags.iter().map(|flag| (*flag).to_owned()));
        self
    }

    /// With another answer to writes beyond the limit of file size.
    #[must_use]
    pub const fn file_size(mut self, file_size: FileSize) -> Self {
        self.file_size = file_size;
        self
    }

    /// Starts the node and waits for its banner.
    ///
    /// # Panics
    /// With the log, if the node ends before it is ready.
    #[must_use]
    pub fn start(self) -> NodeProcess {
        let mut child = self
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = read_log(&mut child);
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (mut url, mut metrics, mut multiaddr) = (None, None, None);
        for line in stdout.by_ref().lines() {
            let line = line.unwrap();
            match line.trim().split_once(' ') {
                Some(("RPC", address)) => url = Some(address.trim().to_owned()),
                Some(("Metrics", address)) => metrics = Some(address.trim().to_owned()),
                Some(("Network", address)) => multiaddr = Some(address.trim().to_owned()),
                // Every address stands above it.
                Some(("Mining", _)) => break,
                Some(_) | None => {}
            }
        }
        let Some(url) = url else {
            panic!("the node did not start:\n{}", log.join().unwrap());
        };
        std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
        let spec = self.spec();
        NodeProcess { child, url, metrics, multiaddr, datadir: self.datadir, spec, log: Some(log) }
    }

    fn spec(&self) -> Arc<ChainSpec> {
        let read = |path| ChainSpec::from_genesis_json(&fs::read(path).unwrap()).unwrap();
        self.chain.as_ref().map_or_else(dev_spec, |path| Arc::new(read(path)))
    }

    fn command(&self) -> Command {
        let mut command = match self.file_size {
            FileSize::Fatal => Command::new(binary()),
            FileSize::Error => {
                // What a shell ignores stays ignored in what it becomes.
                let mut shell = Command::new("sh");
                shell.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]).arg(binary());
                shell
            }
        };
        command.arg("node");
        match &self.chain {
            Some(genesis) => command.arg("--chain").arg(genesis),
            None => command.arg("--dev"),
        };
        // Several nodes run at a time, and none of them talks to anybody outside.
        for (flag, value) in OWN_PORTS {
            if !self.flags.iter().any(|given| given == flag) {
                command.args([flag, value]);
            }
        }
        command.arg("--datadir").arg(&self.datadir).args(&self.flags);
        command
    }
}

/// What every node is told unless a test tells it otherwise.
const OWN_PORTS: [(&str, &str); 4] =
    [("--http.port", "0"), ("--addr", "127.0.0.1"), ("--port", "0"), ("--mdns", "off")];

impl NodeProcess {
    /// Starts a dev node on `datadir` on a port of the system's choice, with further flags, and
    /// waits for its banner.
    #[must_use]
    pub fn start(datadir: &Path, flags: &[&str]) -> Self {
        NodeCommand::new(datadir).flags(flags).start()
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

    /// Where other nodes connect to.
    ///
    /// # Panics
    /// If it has no network.
    #[must_use]
    pub fn multiaddr(&self) -> &str {
        self.multiaddr.as_deref().unwrap()
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

    /// Sends the signal of this name.
    pub fn signal(&self, name: &str) {
        let (signal, pid) = (format!("-{name}"), self.child.id().to_string());
        assert!(Command::new("kill").args([&signal, &pid]).status().unwrap().success());
    }

    /// Kills the process without warning.
    pub fn kill(mut self) -> Ended {
        self.child.kill().unwrap();
        self.ended()
    }

    /// Waits until the process ends by itself.
    pub fn wait(mut self) -> Ended {
        self.ended()
    }

    /// Asks the process to end (SIGTERM), checks that it ends well and that every coin on the chain
    /// it leaves behind is accounted for.
    pub fn stop(mut self) {
        self.signal("TERM");
        let Ended { status, log } = self.ended();
        assert!(status.success(), "the node ended with {status}:\n{log}");
        Books::read(&self.datadir, &self.spec).assert_balanced();
    }

    fn ended(&mut self) -> Ended {
        let status = self.child.wait().unwrap();
        let log = self.log.take().map(|log| log.join().unwrap()).unwrap_or_default();
        Ended { status, log }
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        // Both fail only if the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
