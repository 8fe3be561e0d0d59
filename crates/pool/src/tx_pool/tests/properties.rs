//! The pool against the sorted list.

use super::{sorted_list::ListPool, *};
use alloy_primitives::map::AddressMap;
use proptest::{collection::vec, prelude::*};

const SENDERS: u8 = 4;

#[derive(Debug, Clone)]
enum Operation {
    Add { sketch: Sketch, origin: TransactionOrigin },
    AddAgain { which: usize },
    Head { base_fee: u64, gas_limit: u64, accounts: Vec<(u8, u64, u64)>, reverted: Vec<Sketch> },
    Unexecutable { which: usize },
}

/// Nonces are relative to the account until the operation runs.
fn sketch() -> impl Strategy<Value = Sketch> {
    let nonce = prop_oneof![8 => 0..6_u64, 1 => 6..16_u64];
    (0..SENDERS, nonce, 1..40_u128, 0..40_u128, 0..3_u64, 0..3_usize).prop_map(
        |(sender, nonce, fee_cap, tip, gas, size)| Sketch {
            sender,
            nonce,
            fee_cap,
            tip,
            value: gas * GAS,
            gas_limit: [GAS, 60_000, 90_000][usize::try_from(gas).unwrap()],
            // Zero bytes cost ten gas at least, so that 100 of them need 22 000.
            input_bytes: if gas == 0 { 0 } else { [0, 100, 400][size] },
        },
    )
}

fn operation() -> impl Strategy<Value = Operation> {
    let account = (0..SENDERS, 0..3_u64, 0..400 * GAS);
    prop_oneof![
        12 => sketch().prop_map(|sketch| Operation::Add { sketch, origin: TransactionOrigin::Local }),
        1 => any::<usize>().prop_map(|which| Operation::AddAgain { which }),
        1 => any::<usize>().prop_map(|which| Operation::Unexecutable { which }),
        3 => (0..40_u64, 0..8_u64, vec(account, 0..3), vec(sketch(), 0..3)).prop_map(
            |(base_fee, gas, accounts, reverted)| Operation::Head {
                base_fee,
                gas_limit: if gas == 0 { 70_000 } else { 30_000_000 },
                accounts,
                reverted,
            }
        ),
    ]
}

/// Runs the same operations on both and compares after each.
struct Pair {
    core: TxPool,
    list: ListPool,
    numbers: u64,
}

impl Pair {
    fn new(admission: BaseFeeAdmission) -> Self {
        let (config, head) = (config(admission), head(10));
        let balance = U256::from(200 * GAS);
        let facts = (0..SENDERS).map(|s| (address(s), SenderFacts { nonce: 0, balance })).collect();
        let list = ListPool { config, head, facts, listed: Vec::new(), arrivals: 0 };
        Self { core: TxPool::new(config, head), list, numbers: 0 }
    }

    /// The transaction with its nonce counted from the account's, one below it included.
    fn checked(&mut self, mut sketch: Sketch) -> CheckedTransaction {
        let next = self.list.facts[&address(sketch.sender)].nonce;
        sketch.nonce = (next + sketch.nonce).saturating_sub(1);
        self.numbers += 1;
        sketch.checked(self.numbers)
    }

    fn insert(&mut self, checked: CheckedTransaction, origin: TransactionOrigin) {
        let facts = self.list.facts[&checked.transaction.signer()];
        let expected = self.list.insert(checked.clone(), origin);
        let found = self.core.insert(checked, facts, origin);
        assert_eq!(found.map(drop).map_err(|error| error.to_string()), expected);
    }

    fn apply(&mut self, operation: Operation) {
        match operation {
            Operation::Add { sketch, origin } => {
                let checked = self.checked(sketch);
                self.insert(checked, origin);
            }
            Operation::AddAgain { which } if !self.list.listed.is_empty() => {
                let which = which % self.list.listed.len();
                let checked = self.list.listed[which].checked.clone();
                self.insert(checked, TransactionOrigin::Local);
            }
            Operation::Unexecutable { which } if !self.list.listed.is_empty() => {
                let which = which % self.list.listed.len();
                let hash = self.list.listed[which].checked.hash;
                self.list.remove(hash);
                assert!(self.core.remove_unexecutable(hash));
            }
            Operation::AddAgain { .. } | Operation::Unexecutable { .. } => {}
            Operation::Head { base_fee, gas_limit, accounts, reverted } => {
                let head = PoolHead { gas_limit, ..head(base_fee) };
                let change = self.head_change(head, &accounts, &reverted);
                self.list.apply_head(&change);
                self.core.apply_head(change);
            }
        }
        self.compare();
    }

    /// A reverted transaction takes its sender's nonce back to its own, as a reorganisation does.
    fn head_change(
        &mut self,
        head: PoolHead,
        accounts: &[(u8, u64, u64)],
        reverted: &[Sketch],
    ) -> HeadChange {
        let mut facts = AddressMap::default();
        for (sender, advance, balance) in accounts {
            let nonce = self.list.facts[&address(*sender)].nonce + advance;
            facts.insert(address(*sender), SenderFacts { nonce, balance: U256::from(*balance) });
        }
        let reverted: Vec<_> = reverted.iter().map(|sketch| self.checked(*sketch)).collect();
        for checked in &reverted {
            let sender = checked.transaction.signer();
            let old = self.list.facts[&sender];
            let entry = facts.entry(sender).or_insert(old);
            entry.nonce = entry.nonce.min(checked.nonce);
        }
        HeadChange { head, facts, reverted }
    }

    fn compare(&self) {
        self.core.assert_consistent();
        let status = self.core.status();
        assert_eq!((status.pending, status.basefee, status.queued), self.list.sizes());
        assert_eq!(status.bytes, self.list.bytes());
        assert_eq!(self.core.has_base_fee_parked(), self.list.sizes().1 > 0);
        for base_fee in [self.list.head.next_base_fee, 0, 20] {
            assert_eq!(self.core.best_hashes(base_fee), self.list.best(base_fee));
        }
        for (sender, facts) in &self.list.facts {
            let length = self.list.run(*sender).len();
            let expected = (length > 0).then(|| facts.nonce + length as u64);
            assert_eq!(self.core.pending_nonce(*sender), expected);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_pool_equals_a_sorted_list(
        operations in vec(operation(), 1..80),
        parks in any::<bool>(),
    ) {
        let admission =
            if parks { BaseFeeAdmission::Park } else { BaseFeeAdmission::RequireNextBaseFee };
        let mut pair = Pair::new(admission);
        for operation in operations {
            pair.apply(operation);
        }
    }

    #[test]
    fn every_transaction_is_announced_once_and_only_while_pending(
        operations in vec(operation(), 1..80),
    ) {
        let mut pair = Pair::new(BaseFeeAdmission::Park);
        let mut announced = std::collections::BTreeSet::new();
        for operation in operations {
            pair.apply(operation);
            let promoted = pair.core.drain_promoted();
            let best = pair.core.best_hashes(pair.core.head.next_base_fee);
            let arrivals: Vec<_> = promoted.iter().map(|tx| tx.arrival).collect();
            prop_assert!(arrivals.is_sorted());
            for transaction in promoted {
                prop_assert!(best.contains(&transaction.hash));
                // One that left and came back is another arrival.
                prop_assert!(announced.insert((transaction.hash, transaction.arrival)));
            }
            for hash in best {
                let arrival = pair.core.by_hash[&hash].arrival;
                prop_assert!(announced.contains(&(hash, arrival)));
            }
        }
    }

    #[test]
    fn the_version_changes_with_the_executable_transactions(
        operations in vec(operation(), 1..80),
    ) {
        let mut pair = Pair::new(BaseFeeAdmission::Park);
        for operation in operations {
            let (version, best) = (pair.core.version(), pair.core.best_hashes(0));
            let parked = pair.core.has_base_fee_parked();
            pair.apply(operation);
            if pair.core.best_hashes(0) != best || pair.core.has_base_fee_parked() != parked {
                prop_assert_ne!(pair.core.version(), version);
            }
        }
    }
}
