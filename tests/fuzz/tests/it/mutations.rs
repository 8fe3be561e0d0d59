//! Thousands of inputs near those that are kept, the same in every run.

use crate::{corpus::corpus, mutator::Mutator};
use hanzo_fuzz::{TARGETS, Verdict};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Inputs for each target; `HANZO_FUZZ_CASES` sets another number.
const CASES: usize = 2_000;

/// Runs a target on inputs near its corpus. An input that breaks a promise is printed, to be kept as a
/// file of the corpus.
fn explore(name: &str) {
    let cases = std::env::var("HANZO_FUZZ_CASES").map_or(CASES, |text| text.parse().unwrap());
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let inputs: Vec<Vec<u8>> = corpus(name).into_iter().map(|(_, bytes)| bytes).collect();
    let mut mutator = Mutator::new(1);
    let (mut accepted, mut refused) = (0, 0);
    for case in 0..cases {
        let input = mutator.neighbour(&inputs);
        match catch_unwind(AssertUnwindSafe(|| (target.run)(&input))) {
            Ok(Verdict::Accepted) => accepted += 1,
            Ok(Verdict::Refused) => refused += 1,
            Err(_) => panic!("{name}, case {case}: {}", alloy_primitives::hex::encode(&input)),
        }
    }
    // Otherwise nothing but the first check of the decoder was tried, or nothing was refused at all.
    assert!(accepted > 0 && refused > 0, "{name}: {accepted} accepted, {refused} refused");
}

/// A test for each target, so that they run side by side.
macro_rules! explored {
    ($($name:ident),* $(,)?) => {
        $(#[test] fn $name() { explore(stringify!($name)); })*
    };
}

hanzo_fuzz::for_every_target! { explored }
