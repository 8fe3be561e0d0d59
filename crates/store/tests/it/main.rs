//! The store on a real database in a temporary directory.

#[cfg(test)]
mod chain;
#[cfg(test)]
mod commit;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod history;
#[cfg(test)]
mod open;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod restart;
#[cfg(test)]
mod state_cache;
