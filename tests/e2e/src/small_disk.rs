//! A file system that can be made full.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// Room while the disk is not meant to be full. Memory is taken only for what is written.
const ROOMY_BYTES: u64 = 2 << 30;

/// How often what is taken is measured anew.
const MEASUREMENTS: u32 = 20;

/// A file system in memory whose size can be changed while it is used. Unmounted when dropped.
#[derive(Debug)]
pub struct SmallDisk {
    directory: PathBuf,
}

impl SmallDisk {
    /// Mounts one on `directory`, which needs a privilege of the system.
    ///
    /// # Errors
    /// What `mount` says.
    pub fn mount(directory: &Path) -> io::Result<Self> {
        let options = format!("size={ROOMY_BYTES},mode=0700");
        run("mount", &["-t", "tmpfs", "-o", &options, "tmpfs"], directory)?;
        Ok(Self { directory: directory.to_owned() })
    }

    /// Leaves room for `bytes` more, in whole pages.
    ///
    /// # Errors
    /// What the system says.
    pub fn leave_room(&self, bytes: u64) -> io::Result<()> {
        let mut attempts = MEASUREMENTS;
        loop {
            // Less than is taken already is refused, and a running node takes more meanwhile.
            match self.resize(allocated_bytes(&self.directory)?.saturating_add(bytes)) {
                Err(_) if attempts > 0 => attempts -= 1,
                done => return done,
            }
        }
    }

    /// Makes the disk roomy again.
    ///
    /// # Errors
    /// What `mount` says.
    pub fn make_roomy(&self) -> io::Result<()> {
        self.resize(ROOMY_BYTES)
    }

    fn resize(&self, bytes: u64) -> io::Result<()> {
        run("mount", &["-o", &format!("remount,size={bytes}")], &self.directory)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a process that is being killed may hold a file for a moment.
        let _ = run("umount", &["-l"], &self.directory);
    }
}

fn run(program: &str, arguments: &[&str], directory: &Path) -> io::Result<()> {
    let output = Command::new(program).args(arguments).arg(directory).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// Bytes that the files below `directory` take on the disk.
fn allocated_bytes(directory: &Path) -> io::Result<u64> {
    use std::os::unix::fs::MetadataExt as _;
    let mut bytes = 0;
    for entry in fs::read_dir(directory)? {
        let metadata = entry?.metadata();
        // The node removes files meanwhile.
        let Ok(metadata) = metadata else { continue };
        bytes += metadata.blocks() * BLOCK_BYTES;
    }
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            bytes += allocated_bytes(&path)?;
        }
    }
    Ok(bytes)
}

/// What stat(2) counts in.
const BLOCK_BYTES: u64 = 512;
