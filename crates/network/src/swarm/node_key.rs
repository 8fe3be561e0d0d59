//! The key that a node is known by.

use libp2p::identity::{Keypair, secp256k1};
use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};
use thiserror::Error;

/// Most bytes of a key file: the digits, `0x`, and some blanks.
const MAX_KEY_FILE_BYTES: u64 = 128;

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
    match read(path) {
        Ok(bytes) => parse(path, &bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(path),
        Err(source) => Err(NodeKeyError::File { path: path.to_owned(), source }),
    }
}

/// What is in the file, and one byte too many of one that is too long. To open a pipe would be to wait for
/// whoever writes into it.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_KEY_FILE_BYTES.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Keypair, NodeKeyError> {
    let malformed =
        |reason: &str| NodeKeyError::Malformed { path: path.to_owned(), reason: reason.to_owned() };
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_KEY_FILE_BYTES {
        return Err(malformed("it is too long"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("it is no text"))?.trim();
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let bytes =
        alloy_primitives::hex::decode(digits).map_err(|error| malformed(&error.to_string()))?;
    // 32 bytes are no key only if they are zero or not below the order of the curve.
    let length = bytes.len();
    let secret = secp256k1::SecretKey::try_from_bytes(bytes)
        .map_err(|_| malformed(&format!("its {length} bytes are no key")))?;
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
