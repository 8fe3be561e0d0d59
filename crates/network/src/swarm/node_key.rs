//! The key that a node is known by.

use libp2p::identity::{Keypair, secp256k1};
use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};
use thiserror::Error;

/// The key file cannot be used.
#[derive(Debug, Error)]
pub enum NodeKeyError {
    /// It cannot be read or made.
    #[error("node key {path} (--nodekey): {source}")]
    File {
        /// Where it is.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It holds no key.
    #[error(
        "node key {path} (--nodekey): {reason}; expected 64 hexadecimal digits of a secp256k1 key, as geth's nodekey"
    )]
    Malformed {
        /// Where it is.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// The key in a file: 64 hexadecimal digits, as geth's `nodekey` has them. Makes one if there is none;
/// only its owner may read it.
///
/// # Errors
/// [`NodeKeyError`].
pub fn load_or_create_node_key(path: &Path) -> Result<Keypair, NodeKeyError> {
    match fs::read_to_string(path) {
        Ok(text) => parse(path, text.trim()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(path),
        Err(source) => Err(NodeKeyError::File { path: path.to_owned(), source }),
    }
}

fn parse(path: &Path, text: &str) -> Result<Keypair, NodeKeyError> {
    let malformed = |reason: String| NodeKeyError::Malformed { path: path.to_owned(), reason };
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let bytes =
        alloy_primitives::hex::decode(digits).map_err(|error| malformed(error.to_string()))?;
    let secret = secp256k1::SecretKey::try_from_bytes(bytes)
        .map_err(|error| malformed(error.to_string()))?;
    Ok(secp256k1::Keypair::from(secret).into())
}

fn create(path: &Path) -> Result<Keypair, NodeKeyError> {
    let failed = |source| NodeKeyError::File { path: path.to_owned(), source };
    let pair = secp256k1::Keypair::generate();
    let digits = alloy_primitives::hex::encode(pair.secret().to_bytes());
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(digits.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(pair.into())
}
