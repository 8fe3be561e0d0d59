//! What strikes.

use hanzo_e2e::{Ended, NodeProcess, Random, SmallDisk};
use std::{
    fmt, fs,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// SIGKILL.
const KILLED: i32 = 9;

/// Most that is still written before a write fails: some dozens of blocks, or the middle of one.
const ROOM_BYTES: u64 = 64 << 10;

/// Room in which a node starts that is going to have none: more than it writes at start and in a
/// round. Less than RocksDB reserves for a log or a manifest, because a reservation would last long
/// after the disk is full.
const TIGHT_BYTES: u64 = 3 << 20;

/// What strikes a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// SIGKILL.
    Kill,
    /// SIGKILL after SIGTERM: while everything is committed.
    KillWhileStopping,
    /// Files may not grow beyond a size: writes fail, at first in the middle.
    WriteError,
    /// The disk is full.
    FullDisk,
}

/// Where the database is.
#[derive(Debug)]
pub(crate) struct Disks {
    /// Dropped before its directory.
    small: Option<SmallDisk>,
    directory: TempDir,
}

impl Disks {
    /// A disk that can be made full, or a directory if the system does not let us mount one.
    pub(crate) fn prepare() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let small = match SmallDisk::mount(directory.path()) {
            Ok(disk) => Some(disk),
            Err(reason) => {
                println!("full disks are skipped, writes fail instead: {reason}");
                None
            }
        };
        Self { small, directory }
    }

    pub(crate) fn datadir(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Makes an end of every shortage.
    pub(crate) fn make_roomy(&self) {
        if let Some(disk) = &self.small {
            disk.make_roomy().unwrap();
        }
    }
}

impl Fault {
    /// One after the other, so that few rounds have all of them.
    pub(crate) fn choose(seed: u64, disks: &Disks) -> Self {
        let faults = [Self::Kill, Self::WriteError, Self::FullDisk, Self::KillWhileStopping];
        let fault = faults[usize::try_from(seed % 4).unwrap()];
        match fault {
            Self::FullDisk if disks.small.is_none() => Self::WriteError,
            Self::Kill | Self::KillWhileStopping | Self::WriteError | Self::FullDisk => fault,
        }
    }

    /// What has to be so before the node starts.
    pub(crate) fn prepare(self, disks: &Disks) {
        match (self, &disks.small) {
            (Self::FullDisk, Some(disk)) => disk.leave_room(TIGHT_BYTES).unwrap(),
            (Self::FullDisk | Self::Kill | Self::KillWhileStopping | Self::WriteError, _) => {}
        }
    }

    /// Strikes and waits for the end of the process, which writers go on to use meanwhile.
    pub(crate) async fn strike(
        self,
        node: NodeProcess,
        disks: &Disks,
        random: &mut Random,
    ) -> Ended {
        match self {
            Self::Kill => {}
            Self::KillWhileStopping => node.signal("TERM"),
            Self::WriteError => {
                let limit = largest_file(&disks.datadir().join("db")) + random.below(ROOM_BYTES);
                limit_file_size(&node, limit);
            }
            Self::FullDisk => {
                let disk = disks.small.as_ref().unwrap();
                disk.leave_room(random.below(ROOM_BYTES)).unwrap();
            }
        }
        let ended = tokio::task::spawn_blocking(move || match self {
            Self::Kill | Self::KillWhileStopping => node.kill(),
            Self::WriteError | Self::FullDisk => node.wait(),
        });
        ended.await.unwrap()
    }

    /// Checks that the process ended as it should.
    pub(crate) fn check(self, ended: &Ended) {
        let Ended { status, log } = ended;
        assert!(!log.contains("panicked"), "{self}: {log}");
        let cause = match self {
            Self::Kill => return assert_eq!(status.signal(), Some(KILLED), "{log}"),
            Self::KillWhileStopping => {
                // It may have been faster.
                return assert!(status.signal() == Some(KILLED) || status.success(), "{log}");
            }
            Self::WriteError => "File too large",
            Self::FullDisk => "disk",
        };
        assert!(status.code().is_some_and(|code| code != 0), "{self}: {status}: {log}");
        let last = log.lines().rfind(|line| line.starts_with("error: ")).unwrap_or_default();
        assert!(last.contains(cause), "{self}: the cause is not named: {log}");
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kill => "SIGKILL",
            Self::KillWhileStopping => "SIGKILL while stopping",
            Self::WriteError => "writes fail",
            Self::FullDisk => "the disk is full",
        })
    }
}

fn limit_file_size(node: &NodeProcess, bytes: u64) {
    let (pid, limit) = (node.pid().to_string(), format!("--fsize={bytes}"));
    let output = Command::new("prlimit").args(["--pid", &pid, &limit]).output();
    let output = output.expect("prlimit of util-linux");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Size of the file that the next block makes grow, or of a larger one.
fn largest_file(directory: &Path) -> u64 {
    let logs = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let logs = logs.filter(|path| path.extension().is_some_and(|extension| extension == "log"));
    logs.map(|path| path.metadata().map_or(0, |metadata| metadata.len())).max().unwrap_or(0)
}
