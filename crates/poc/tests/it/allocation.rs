//! Checking a seal allocates nothing.
#![expect(unsafe_code, reason = "a counting allocator is an unsafe trait")]

use alloy_primitives::{B256, U256};
use hanzo_poc::{Kernel, Scratch, Seal, Target, Work};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed on to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn checking_a_seal_allocates_nothing() {
    let work = Work::new(B256::repeat_byte(5));
    let mut scratch = Scratch::default();
    let mix = work.tile_mix(0, 0);
    let seal = Seal { nonce: [0; 8], mix };
    let target = Target::from_difficulty(U256::ONE);
    for kernel in Kernel::available() {
        let before = ALLOCATIONS.get();
        let checked = work.check_with(&mut scratch, kernel, &seal, target);
        let after = ALLOCATIONS.get();
        assert_eq!(checked, Ok(()));
        assert_eq!(after - before, 0, "{kernel}");
    }
    let before = ALLOCATIONS.get();
    let checked = work.check(&seal, target);
    assert_eq!((checked, ALLOCATIONS.get() - before), (Ok(()), 0));
}
