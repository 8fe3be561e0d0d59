//! What lies where in a data directory.

use crate::NodeError;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// The directory `path`, or `chain` below the platform's data directory.
    ///
    /// # Errors
    /// [`NodeError::Config`] if the platform names no data directory and none was given.
    pub fn resolve(path: Option<PathBuf>, chain: &str) -> Result<Self, NodeError> {
        if let Some(path) = path {
            return Ok(Self(path));
        }
        let base = dirs::data_dir().ok_or_else(|| {
            NodeError::Config("no home directory: name a data directory with --datadir".to_owned())
        })?;
        Ok(Self(base.join("hanzo").join(chain)))
    }

    /// Makes the directory if it is missing.
    ///
    /// # Errors
    /// [`NodeError::File`] with the operating system's reason.
    pub fn create(&self) -> Result<(), NodeError> {
        fs::create_dir_all(&self.0)
            .map_err(|source| NodeError::File { path: self.0.clone(), source })
    }

    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.0.join("db")
    }

    /// The key that other nodes know this one by, unless another file is configured.
    #[must_use]
    pub fn node_key(&self) -> PathBuf {
        self.0.join("nodekey")
    }

    /// The IPC socket, unless another path is configured.
    #[must_use]
    pub fn ipc_socket(&self) -> PathBuf {
        self.0.join("hanzo.ipc")
    }
}
