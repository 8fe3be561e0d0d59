//! The key that signs for shares.

use crate::MinerError;
use alloy_primitives::B256;
use alloy_signer_local::PrivateKeySigner;
use std::{fs, path::Path};

/// Longest file that is read for a key, in bytes.
const MAX_KEY_FILE: u64 = 1_024;

/// Reads a private key: 64 hexadecimal digits in a file of their own, with or without `0x`.
///
/// # Errors
/// [`MinerError::Config`] without a word of what is in the file.
pub(crate) fn read_key(path: &Path) -> Result<PrivateKeySigner, MinerError> {
    let wrong =
        |reason: &str| MinerError::Config(format!("--share-key {}: {reason}", path.display()));
    let about = fs::metadata(path).map_err(|error| wrong(&error.to_string()))?;
    // Neither a pipe, which may never end, nor a device.
    if !about.is_file() || about.len() > MAX_KEY_FILE {
        return Err(wrong("want a file with 64 hexadecimal digits"));
    }
    let text = fs::read_to_string(path).map_err(|error| wrong(&error.to_string()))?;
    let bytes: B256 = text
        .trim()
        .parse()
        .map_err(|_| wrong("want a file with 64 hexadecimal digits and nothing else"))?;
    PrivateKeySigner::from_bytes(&bytes)
        .map_err(|_| wrong("zero, or beyond the order of the curve: no private key"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::address;
    use std::io::Write as _;

    const KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn a_key_may_have_a_prefix_and_a_line_end() {
        for text in [KEY.to_owned(), format!("0x{KEY}\n")] {
            let key = read_key(file(&text).path()).unwrap();
            assert_eq!(key.address(), address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"));
        }
    }

    #[test]
    fn a_file_without_a_key_is_named_and_its_content_is_not() {
        let long = "0".repeat(2_000);
        for text in ["", "secret", &KEY[1..], &long] {
            let file = file(text);
            let said = read_key(file.path()).unwrap_err().to_string();
            assert!(said.contains("--share-key") && said.contains("64 hexadecimal"), "{said}");
            assert!(text.is_empty() || !said.contains(text), "{said}");
        }
        for text in ["00".repeat(32), "ff".repeat(32)] {
            let said = read_key(file(&text).path()).unwrap_err().to_string();
            assert!(said.contains("no private key") && !said.contains(&text), "{said}");
        }
        for path in ["/does/not/exist", "/", "/dev/zero"] {
            let said = read_key(Path::new(path)).unwrap_err().to_string();
            assert!(said.starts_with(&format!("--share-key {path}: ")), "{said}");
        }
    }
}
