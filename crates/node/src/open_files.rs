//! How many files and sockets the process may have open.

use crate::NodeError;
use hanzo_store::DEFAULT_MAX_OPEN_FILES;

/// Files and sockets that are neither of the database's tables nor RPC connections: peers and those that
/// connect, IPC connections, clients that are being refused, metrics, logs.
const OTHER_FILES: u64 = 256;

/// Fewest RPC connections that a node starts with.
const FEWEST_CONNECTIONS: u64 = 16;

/// Raises the limit as far as the system allows. The usual one of 1 024 is meant for programs that wait
/// for all their files with `select`.
pub(crate) fn raise_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        // Without it the limit stays, and what is opened is fitted into it.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    }
}

/// Most files that may be open; `None` if there is no limit.
pub(crate) fn limit() -> Option<u64> {
    #[cfg(unix)]
    return rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    #[cfg(not(unix))]
    None
}

/// How many of `wanted` RPC connections there can be beside a database that needs its files: clients that
/// take all of them would stop it, and the node with it.
///
/// # Errors
/// [`NodeError::Config`] if the limit is too low for any.
pub(crate) fn connections_within(limit: Option<u64>, wanted: u32) -> Result<u32, NodeError> {
    let Some(limit) = limit else { return Ok(wanted) };
    let others = u64::from(DEFAULT_MAX_OPEN_FILES.unsigned_abs()).saturating_add(OTHER_FILES);
    let room = limit.saturating_sub(others);
    if room >= u64::from(wanted) {
        return Ok(wanted);
    }
    if room < FEWEST_CONNECTIONS {
        let least = others.saturating_add(FEWEST_CONNECTIONS);
        return Err(NodeError::Config(format!(
            "at most {limit} files may be open, and a node needs {least}: raise the limit (`ulimit -n`)"
        )));
    }
    let connections = u32::try_from(room).unwrap_or(wanted);
    tracing::warn!(
        target: "node",
        limit,
        connections,
        wanted,
        "so few files may be open (`ulimit -n`) that --rpc.max-connections is lowered"
    );
    Ok(connections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_connections_as_wanted_where_files_are_not_limited() {
        for limit in [None, Some(1_048_576), Some(512 + 256 + 500)] {
            assert_eq!(connections_within(limit, 500).unwrap(), 500);
        }
    }

    #[test]
    fn connections_leave_the_files_of_the_database_alone() {
        assert_eq!(connections_within(Some(512 + 256 + 499), 500).unwrap(), 499);
        assert_eq!(connections_within(Some(1_024), 500).unwrap(), 256);
        assert_eq!(connections_within(Some(512 + 256 + 16), 500).unwrap(), 16);
    }

    #[test]
    fn a_limit_that_leaves_no_connections_is_an_error_with_both_numbers() {
        for limit in [0, 256, 512 + 256 + 15] {
            let error = connections_within(Some(limit), 500).unwrap_err().to_string();
            assert!(error.contains(&format!("at most {limit} files")), "{error}");
            assert!(error.contains("needs 784"), "{error}");
        }
    }

    #[test]
    fn few_connections_need_little_room() {
        assert_eq!(connections_within(Some(512 + 256 + 3), 3).unwrap(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn the_limit_is_raised_as_far_as_the_system_allows() {
        raise_limit();
        let maximum = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum;
        assert_eq!(limit(), maximum);
    }
}
