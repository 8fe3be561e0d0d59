//! The chain over a real store: import, durability, reorganisation, rejection.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod audit_history;
#[cfg(test)]
mod ethereum;
#[cfg(test)]
mod ethereum_headers;
#[cfg(test)]
mod history;
#[cfg(test)]
mod import;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod orphans;
#[cfg(test)]
mod reject;
#[cfg(test)]
mod reorg_guard;
#[cfg(test)]
mod reorganisation;
#[cfg(test)]
mod restart;
#[cfg(test)]
mod segment;
#[cfg(test)]
mod work_shares;
