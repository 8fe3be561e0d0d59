//! Groups of methods that are switched on together.

use std::{collections::BTreeSet, fmt, str::FromStr};
use thiserror::Error;

/// A group of methods that is switched on as a whole: the part of a method's name before `_`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namespace {
    /// Chain, state, transactions, logs, subscriptions.
    Eth,
    /// Network id and peers.
    Net,
    /// Client version and Keccak-256.
    Web3,
    /// Content of the transaction pool.
    TxPool,
    /// Traces and raw blocks.
    Debug,
    /// Work for miners.
    Poc,
    /// What the operator decides.
    Admin,
    /// Which namespaces there are.
    Rpc,
}

/// A name that is no namespace.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "unknown RPC namespace {name:?}; there are eth, net, web3, txpool, debug, poc, admin, rpc and \
     all"
)]
pub struct UnknownNamespace {
    /// What was written.
    pub name: String,
}

impl Namespace {
    /// Every namespace.
    pub const ALL: [Self; 8] = [
        Self::Eth,
        Self::Net,
        Self::Web3,
        Self::TxPool,
        Self::Debug,
        Self::Poc,
        Self::Admin,
        Self::Rpc,
    ];

    /// Name of the namespace, as in `--http.api`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eth => "eth",
            Self::Net => "net",
            Self::Web3 => "web3",
            Self::TxPool => "txpool",
            Self::Debug => "debug",
            Self::Poc => "poc",
            Self::Admin => "admin",
            Self::Rpc => "rpc",
        }
    }

    /// The namespaces a list of names stands for; `all` stands for every one.
    ///
    /// # Errors
    /// [`UnknownNamespace`] with the first name that is none.
    pub fn parse_list<S: AsRef<str>>(names: &[S]) -> Result<BTreeSet<Self>, UnknownNamespace> {
        let mut namespaces = BTreeSet::new();
        for name in names.iter().map(|name| name.as_ref().trim()) {
            if name == "all" {
                namespaces.extend(Self::ALL);
            } else {
                namespaces.insert(name.parse()?);
            }
        }
        Ok(namespaces)
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Namespace {
    type Err = UnknownNamespace;

    fn from_str(name: &str) -> Result<Self, UnknownNamespace> {
        Self::ALL
            .into_iter()
            .find(|namespace| namespace.name() == name)
            .ok_or_else(|| UnknownNamespace { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_each_namespace_once() {
        let parsed = Namespace::parse_list(&["eth", " net", "eth"]).unwrap();
        assert_eq!(parsed, BTreeSet::from([Namespace::Eth, Namespace::Net]));
    }

    #[test]
    fn all_stands_for_every_namespace() {
        assert_eq!(Namespace::parse_list(&["all"]).unwrap(), BTreeSet::from(Namespace::ALL));
    }

    #[test]
    fn an_unknown_name_is_refused_and_named() {
        let error = Namespace::parse_list(&["eth", "personal"]).unwrap_err();
        assert_eq!(error, UnknownNamespace { name: "personal".to_owned() });
    }
}
