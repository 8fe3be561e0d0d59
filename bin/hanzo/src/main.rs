//! The Hanzo L2 node.
fn main() {}
