//! `keccak::each`: hashes of many inputs of one length, each kernel that the processor knows.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hanzo_keccak::Kernel;
use std::hint::black_box;

/// Inputs of each call: as many as a block has transactions.
const INPUTS: usize = 1_000;

/// An address, a leaf of the state trie, a transaction of a token, a full branch.
const LENGTHS: [usize; 4] = [20, 110, 170, 532];

fn each(criterion: &mut Criterion) {
    for length in LENGTHS {
        let inputs: Vec<Vec<u8>> =
            (0..INPUTS).map(|number| vec![number.to_le_bytes()[0]; length]).collect();
        let mut group = criterion.benchmark_group(format!("keccak::each/bytes={length}"));
        group.throughput(Throughput::Elements(INPUTS as u64));
        for kernel in Kernel::detected() {
            group.bench_function(format!("kernel={kernel}"), |bencher| {
                bencher.iter(|| black_box(kernel.each(black_box(&inputs))));
            });
        }
    }
}

criterion_group!(benches, each);
criterion_main!(benches);
