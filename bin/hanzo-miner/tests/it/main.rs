//! The command line of the miner as its users meet it.

#[cfg(test)]
mod command_line;
