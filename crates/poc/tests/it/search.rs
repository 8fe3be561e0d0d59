//! Searching: everything found is valid, everything valid is found.

use crate::reference;
use alloy_primitives::{B256, U256};
use hanzo_poc::{
    CancelFlag, Kernel, MIN_DIFFICULTY, OnSeal, Seal, SearchOutcome, SearchProgress, SearchRange,
    SearchUnits, SearchWatch, TILE_MACS, Target, UnitSearch, Work, search, search_with,
};
use parking_lot::Mutex;
use std::{collections::BTreeSet, ops::ControlFlow};

fn work(byte: u8) -> Work {
    Work::new(B256::repeat_byte(byte))
}

fn never() -> Target {
    Target::from_difficulty(U256::MAX)
}

#[test]
fn every_seal_found_passes_the_check() {
    let range = SearchRange { rows: 7..200, columns: 3..200 };
    for byte in 0..8 {
        let work = work(byte);
        let target = Target::from_difficulty(U256::from(MIN_DIFFICULTY));
        let (cancel, progress) = (CancelFlag::default(), SearchProgress::default());
        for kernel in Kernel::available() {
            let watch =
                SearchWatch { cancel: &cancel, progress: &progress, on_seal: OnSeal::FIRST };
            let outcome = search_with(kernel, &work, target, &range, watch);
            let SearchOutcome::Found(seal) = outcome else { panic!("{outcome:?}") };
            let (row, column) = seal.coordinate();
            assert!(range.rows.contains(&row) && range.columns.contains(&column));
            assert_eq!(work.check(&seal, target), Ok(()), "{kernel}");
        }
    }
}

#[test]
fn all_kernels_find_the_same_seal_with_the_same_number_of_tests() {
    let work = work(9);
    let target = Target::from_difficulty(U256::from(1u64 << 28));
    let range = SearchRange { rows: 0..300, columns: 0..300 };
    let results: BTreeSet<_> = Kernel::available()
        .into_iter()
        .map(|kernel| {
            let (cancel, progress) = (CancelFlag::default(), SearchProgress::default());
            let watch =
                SearchWatch { cancel: &cancel, progress: &progress, on_seal: OnSeal::FIRST };
            let outcome = search_with(kernel, &work, target, &range, watch);
            let SearchOutcome::Found(seal) = outcome else { panic!("{outcome:?}") };
            (seal.nonce, seal.mix, progress.tiles())
        })
        .collect();
    assert_eq!(results.len(), 1, "{results:?}");
}

#[test]
fn an_exhausted_range_was_tested_once_per_coordinate() {
    for (rows, columns) in [(1, 1), (3, 5), (5, 3), (2, 70), (66, 2)] {
        let range = SearchRange { rows: 10..10 + rows, columns: 20..20 + columns };
        let (cancel, progress) = (CancelFlag::default(), SearchProgress::default());
        let outcome = search(&work(1), never(), &range, &cancel, &progress);
        assert_eq!(outcome, SearchOutcome::Exhausted);
        assert_eq!(progress.tiles(), u64::from(rows * columns));
    }
}

#[test]
fn a_search_that_goes_on_hands_over_every_winning_tile_and_tests_none_twice() {
    let work = work(4);
    let target = Target::from_difficulty(U256::from(TILE_MACS * 3));
    let range = SearchRange { rows: 0..6, columns: 0..5 };
    let tiles = range.rows.clone().flat_map(|row| (0..5).map(move |column| (row, column)));
    let winning = tiles.filter(|(row, column)| {
        let mix = reference::tile_mix(work.sigma(), *row, *column);
        target.is_met_by(&work.lottery(&mix, &Seal::nonce_of(*row, *column)))
    });
    let expected: BTreeSet<(u32, u32)> = winning.collect();
    assert!(expected.len() > 5, "{expected:?}");
    for kernel in Kernel::available() {
        let (cancel, progress) = (CancelFlag::default(), SearchProgress::default());
        let found = Mutex::new(Vec::new());
        let take = |seal: Seal| {
            found.lock().push(seal.coordinate());
            ControlFlow::Continue(())
        };
        let watch =
            SearchWatch { cancel: &cancel, progress: &progress, on_seal: OnSeal::new(&take) };
        let outcome = search_with(kernel, &work, target, &range, watch);
        assert_eq!(outcome, SearchOutcome::Exhausted);
        let found = found.into_inner();
        assert_eq!(found.len(), expected.len());
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
        assert_eq!(progress.tiles(), 30);
    }
}

#[test]
fn several_threads_hand_over_different_tiles_until_one_ends_the_search() {
    let work = work(5);
    let target = Target::from_difficulty(U256::from(TILE_MACS * 64));
    let units = SearchUnits::new(0..u32::MAX);
    let (cancel, progress) = (CancelFlag::default(), SearchProgress::default());
    let found = Mutex::new(BTreeSet::new());
    let take = |seal: Seal| {
        let mut found = found.lock();
        assert!(found.insert(seal.coordinate()), "found twice: {seal:?}");
        if found.len() < 20 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let search = UnitSearch {
        work: &work,
        target,
        units: &units,
        cancel: &cancel,
        progress: &progress,
        on_seal: OnSeal::new(&take),
    };
    let outcome = search.run(Kernel::detect(), 3);
    assert!(matches!(outcome, SearchOutcome::Found(_)), "{outcome:?}");
    assert!(found.into_inner().len() >= 20);
}

#[test]
fn a_winning_tile_anywhere_in_a_small_range_is_found() {
    let work = work(2);
    let range = SearchRange { rows: 0..4, columns: 0..3 };
    for row in range.rows.clone() {
        for column in range.columns.clone() {
            let mix = reference::tile_mix(work.sigma(), row, column);
            let nonce = Seal::nonce_of(row, column);
            let pow = U256::from_be_bytes(work.lottery(&mix, &nonce));
            // The largest difficulty that this tile still meets.
            let difficulty = (U256::MAX / pow).saturating_mul(U256::from(1u64 << 22));
            let target = Target::from_difficulty(difficulty);
            if U256::from_be_bytes(work.lottery(&mix, &nonce)) > target.as_u256() {
                continue;
            }
            let (cancel, progress) = (CancelFlag::default(), SearchProgress::default());
            let outcome = search(&work, target, &range, &cancel, &progress);
            let SearchOutcome::Found(seal) = outcome else { panic!("missed ({row}, {column})") };
            assert_eq!(work.check(&seal, target), Ok(()));
        }
    }
}

#[test]
fn a_raised_flag_stops_the_search_before_the_next_tile() {
    let (cancel, progress) = (CancelFlag::default(), SearchProgress::default());
    cancel.cancel();
    let range = SearchRange { rows: 0..1_000_000, columns: 0..1_000_000 };
    assert_eq!(search(&work(3), never(), &range, &cancel, &progress), SearchOutcome::Cancelled);
    assert_eq!(progress.tiles(), 0);
}

#[test]
fn an_empty_range_is_exhausted_at_once() {
    let (cancel, progress) = (CancelFlag::default(), SearchProgress::default());
    let range = SearchRange { rows: 5..5, columns: 0..9 };
    assert_eq!(search(&work(3), never(), &range, &cancel, &progress), SearchOutcome::Exhausted);
}
