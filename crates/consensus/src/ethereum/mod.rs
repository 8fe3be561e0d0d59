//! The rules of plain Ethereum chains. Source: decision D-11.
//!
//! ```text
//! check_header ─▶ check_body ─▶ check_in_context ─▶ check_ommers ─▶ execution ─▶ check_outcome
//!  header          body,         merge, shape,        ommers                      outcome
//!                  transactions  difficulty, dao
//! ```

mod body;
mod child;
mod dao;
mod difficulty;
#[cfg(test)]
mod fixture;
mod header;
mod merge;
mod ommers;
mod outcome;
mod rules;
mod shape;
mod transactions;

pub use rules::EthereumRules;
