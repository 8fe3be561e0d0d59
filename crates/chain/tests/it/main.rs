//! The chain over a real store: import, durability, reorganisation, rejection.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod ethereum;
#[cfg(test)]
mod import;
#[cfg(test)]
mod reject;
#[cfg(test)]
mod restart;
