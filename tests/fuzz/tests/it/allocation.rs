//! No length in an input is believed: memory follows what is there.
#![expect(unsafe_code, reason = "a counting allocator is an unsafe trait")]

use crate::{corpus::corpus, mutator::Mutator};
use hanzo_fuzz::{TARGETS, Target};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// Mutations for each target, beside its corpus.
const CASES: usize = 300;

/// Bytes that a target may take whatever its input: the buffer of a file reader is a MiB.
const FIXED_BYTES: usize = 4 << 20;

/// Bytes that a target may take for each byte of its input: an element of a list is a byte on the wire
/// and 32 in memory, and there are two copies of it.
const BYTES_EACH: usize = 96;

thread_local! {
    /// Bytes of this thread now and at most. What was freed by another thread than had it stays counted.
    static LIVE: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

impl Counting {
    fn taken(bytes: usize) {
        // No more is counted while a thread ends.
        let _ = LIVE.try_with(|live| {
            live.set(live.get().saturating_add(bytes));
            MOST.set(MOST.get().max(live.get()));
        });
    }

    fn given_back(bytes: usize) {
        let _ = LIVE.try_with(|live| live.set(live.get().saturating_sub(bytes)));
    }
}

// SAFETY: every call is handed on to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::taken(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        Self::given_back(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Most bytes that were taken at a time while `work` ran, beyond those before.
fn most_bytes(work: impl FnOnce()) -> usize {
    let before = LIVE.get();
    MOST.set(before);
    work();
    MOST.get().saturating_sub(before)
}

#[test]
fn memory_follows_the_length_of_the_input() {
    for Target { name, run } in TARGETS {
        let inputs: Vec<Vec<u8>> = corpus(name).into_iter().map(|(_, bytes)| bytes).collect();
        // What is made once is not counted.
        run(&inputs[0]);
        let mut mutator = Mutator::new(2);
        let near = (0..CASES).map(|_| mutator.neighbour(&inputs)).collect::<Vec<_>>();
        for input in inputs.iter().chain(&near) {
            let bytes = most_bytes(|| {
                let _ = run(input);
            });
            let allowed = FIXED_BYTES + BYTES_EACH * input.len();
            let shown = alloy_primitives::hex::encode(input);
            assert!(bytes <= allowed, "{name}: {bytes} bytes for {}: {shown}", input.len());
        }
    }
}

#[test]
fn what_is_taken_is_counted() {
    assert!(most_bytes(|| drop(vec![1_u8; 5 << 20])) >= 5 << 20);
    assert_eq!(most_bytes(|| {}), 0);
}
