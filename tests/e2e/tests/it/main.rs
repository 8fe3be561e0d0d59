//! The node as its users meet it.

#[cfg(test)]
mod coin;
#[cfg(test)]
mod complaints;
#[cfg(test)]
mod containers;
#[cfg(test)]
mod contracts;
#[cfg(test)]
mod crash;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod crash_loop;
#[cfg(test)]
mod database;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod miner_metrics;
#[cfg(test)]
mod miners;
#[cfg(test)]
mod monitoring;
#[cfg(test)]
mod network;
#[cfg(test)]
mod rewards;
#[cfg(test)]
mod share_troubles;
#[cfg(test)]
mod shares;
#[cfg(test)]
mod soak;
#[cfg(test)]
mod startup;
#[cfg(test)]
mod transfers;
