//! A run of token transfers from beginning to end, checked to the last unit.

use crate::{
    accounts::{self, Account},
    args::Args,
    chain_facts::ChainFacts,
    node_client::NodeClient,
    payout,
    report::{Format, Report},
    token,
    transfers::{self, Need},
    workload::{Action, Terms, Workload, position},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U64, U256, map::B256Map};
use anyhow::bail;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::fmt;

/// Units that every transfer moves.
const AMOUNT: U256 = U256::ONE;

/// What was found after a run of token transfers; anything else is an error.
#[derive(Debug, Serialize)]
pub(crate) struct TokenCheck {
    token: Address,
    /// Receipts that were read; all have status 1.
    receipts: usize,
    /// Accounts whose balance is what the transfers made of it.
    holders: usize,
    /// Sum of all balances: what was deployed.
    supply: U256,
}

/// The accounts of a run and what they began with.
struct Holders<'a> {
    token: Address,
    payer: Address,
    senders: &'a [Address],
    /// Units of each sender before the first transfer.
    each: U256,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Receipt {
    transaction_hash: B256,
    status: U64,
}

/// Deploys the token, gives every sender its part, sends, waits, checks and reports.
pub(crate) fn run(args: &Args) -> anyhow::Result<Report> {
    let mut node = NodeClient::open(&args.url)?;
    let mut payer = Account::of_key(&args.key, &mut node)?;
    let accounts = accounts::from_seed(&args.seed, usize::try_from(args.senders)?, &mut node)?;
    let senders: Vec<Address> = accounts.iter().map(Account::address).collect();
    let need = Need {
        transactions: args.transfers,
        gas_limit: token::TRANSFER_GAS,
        value: U256::ZERO,
        gas_before: token::DEPLOY_GAS.saturating_add(token::distribution_gas(senders.len())),
    };
    let terms = transfers::prepare(&mut node, &mut payer, &senders, need)?;
    // One more than an account sends, so that no balance is ever emptied.
    let each = args.transfers.div_ceil(senders.len().max(1)).saturating_add(1);
    let holders = Holders {
        token: payer.address().create(payer.nonce),
        payer: payer.address(),
        senders: &senders,
        each: AMOUNT.saturating_mul(U256::from(each)),
    };
    deploy(&mut node, terms, &mut payer, &holders)?;
    let action = |index, sender| Action {
        to: TxKind::Call(holders.token),
        value: U256::ZERO,
        input: token::transfer_input(
            transfers::receiver(&senders, index).unwrap_or(sender),
            AMOUNT,
        ),
        gas_limit: token::TRANSFER_GAS,
    };
    let lanes = (args.transfers, usize::from(args.connections));
    let workload = Workload::sign(terms, &accounts, lanes, action)?;
    let head = ChainFacts::read(&mut node)?.head;
    let measured = transfers::measure(args, &workload, head)?;
    let (lost, included) = (measured.lost, measured.totals.included);
    let format = if args.json { Format::Json } else { Format::Text };
    let mut report = Report::new(args.transfers, measured, format);
    if lost == 0 {
        let moved = moved(&mut node, &workload, head, included)?;
        report.token = Some(holders.check(&mut node, &moved)?);
    }
    Ok(report)
}

/// Deploys the token and gives every sender its units.
fn deploy(
    node: &mut NodeClient,
    terms: Terms,
    payer: &mut Account,
    holders: &Holders<'_>,
) -> anyhow::Result<()> {
    let action = |to, input: Bytes, gas_limit| Action { to, value: U256::ZERO, input, gas_limit };
    let creation = action(TxKind::Create, token::creation_code()?, token::DEPLOY_GAS);
    payout::send_all(node, terms, payer, vec![creation])?;
    let groups = holders.senders.chunks(token::ACCOUNTS_PER_DISTRIBUTION);
    let distribution = |group: &[Address]| {
        let input = token::distribute_input(holders.each, group);
        action(TxKind::Call(holders.token), input, token::distribution_gas(group.len()))
    };
    payout::send_all(node, terms, payer, groups.map(distribution).collect())
}

/// Indices of the transactions in the blocks above `head`, by their receipts.
///
/// # Errors
/// As [`Statuses::all_moved`].
fn moved(
    node: &mut NodeClient,
    workload: &Workload,
    head: u64,
    included: usize,
) -> anyhow::Result<Vec<usize>> {
    let tip = ChainFacts::read(node)?.head;
    let mut statuses = Statuses::default();
    for number in head.saturating_add(1)..=tip {
        let number = U64::from(number);
        statuses.read(node.call("eth_getBlockReceipts", &json!([number]))?, &workload.index_of);
    }
    statuses.all_moved(included)
}

/// How the transfers of a run ended.
#[derive(Debug, Default)]
struct Statuses {
    /// Indices of those that succeeded.
    moved: Vec<usize>,
    failed: Vec<B256>,
}

impl Statuses {
    /// Takes in the receipts of a block; others than this run's are skipped.
    fn read(&mut self, receipts: Vec<Receipt>, index_of: &B256Map<usize>) {
        for Receipt { transaction_hash, status } in receipts {
            match index_of.get(&transaction_hash) {
                Some(index) if status == U64::ONE => self.moved.push(*index),
                Some(_) => self.failed.push(transaction_hash),
                None => {}
            }
        }
    }

    /// The indices of the transfers.
    ///
    /// # Errors
    /// If one has failed, or there are not `included` of them.
    fn all_moved(self, included: usize) -> anyhow::Result<Vec<usize>> {
        let (moved, failed) = (self.moved.len(), self.failed.len());
        if let Some(first) = self.failed.first() {
            bail!("{failed} token transfers failed, {moved} did not; the first is {first}");
        }
        if moved != included {
            bail!("{included} token transfers are in blocks, and {moved} receipts");
        }
        Ok(self.moved)
    }
}

impl Holders<'_> {
    /// Compares every balance with what the transfers with these indices make of it.
    fn check(&self, node: &mut NodeClient, moved: &[usize]) -> anyhow::Result<TokenCheck> {
        let balances = self.expected(moved)?;
        let mut sum = U256::ZERO;
        for (owner, expected) in self.senders.iter().zip(&balances) {
            let found = self.balance(node, *owner)?;
            if found != *expected {
                bail!("account {owner} has {found} units of the token, expected {expected}");
            }
            sum = sum.saturating_add(found);
        }
        let rest = self.balance(node, self.payer)?;
        let supply = sum.saturating_add(rest);
        if supply != token::SUPPLY {
            bail!("the balances of the token add up to {supply}, expected {}", token::SUPPLY);
        }
        Ok(TokenCheck { token: self.token, receipts: moved.len(), holders: balances.len(), supply })
    }

    /// Units of each sender after these transfers.
    fn expected(&self, moved: &[usize]) -> anyhow::Result<Vec<U256>> {
        let mut balances = vec![self.each; self.senders.len()];
        for index in moved {
            let (_, sender) = position(*index, self.senders.len());
            let receiver = transfers::receiver_position(self.senders.len(), *index);
            // The order of transfers does not matter: nobody sends more than it began with.
            for (account, change) in
                [(receiver, U256::wrapping_add as Change), (sender, U256::wrapping_sub)]
            {
                let Some(balance) = balances.get_mut(account) else {
                    bail!("no account {account}")
                };
                *balance = change(*balance, AMOUNT);
            }
        }
        Ok(balances)
    }

    fn balance(&self, node: &mut NodeClient, owner: Address) -> anyhow::Result<U256> {
        let call = json!({ "to": self.token, "input": token::balance_input(owner) });
        let word: B256 = node.call("eth_call", &json!([call, "latest"]))?;
        Ok(word.into())
    }
}

type Change = fn(U256, U256) -> U256;

impl fmt::Display for TokenCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { token, receipts, holders, supply } = self;
        write!(f, "token        {token}: {receipts} receipts of status 1, {holders} balances as ")?;
        write!(f, "expected, {supply} units in all")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a run of two transfers with these receipts.
    fn judged(receipts: &[(u8, u64)]) -> Result<Vec<usize>, String> {
        let hash = B256::repeat_byte;
        let index_of = B256Map::from_iter([(hash(1), 0), (hash(2), 1)]);
        let receipt = |(byte, status): &(u8, u64)| Receipt {
            transaction_hash: hash(*byte),
            status: U64::from(*status),
        };
        let mut statuses = Statuses::default();
        statuses.read(receipts.iter().map(receipt).collect(), &index_of);
        statuses.all_moved(2).map_err(|error| error.to_string())
    }

    #[test]
    fn a_transfer_that_failed_or_has_no_receipt_is_an_error() {
        assert_eq!(judged(&[(2, 1), (9, 0), (1, 1)]), Ok(vec![1, 0]), "9 is somebody else's");
        let failed = judged(&[(1, 1), (2, 0)]).unwrap_err();
        assert!(failed.starts_with("1 token transfers failed, 1 did not"), "{failed}");
        assert!(failed.ends_with(&B256::repeat_byte(2).to_string()), "{failed}");
        let missing = judged(&[(1, 1)]).unwrap_err();
        assert_eq!(missing, "2 token transfers are in blocks, and 1 receipts");
    }

    #[test]
    fn what_is_expected_follows_the_transfers_and_keeps_the_sum() {
        let senders: Vec<Address> = (1..=5).map(Address::with_last_byte).collect();
        let each = U256::from(4);
        let holders =
            Holders { token: Address::ZERO, payer: Address::ZERO, senders: &senders, each };
        assert_eq!(holders.expected(&[]).unwrap(), [each; 5]);
        let moved: Vec<usize> = (0..13).collect();
        let balances = holders.expected(&moved).unwrap();
        assert_eq!(balances.iter().sum::<U256>(), U256::from(20));
        for (account, balance) in balances.iter().enumerate() {
            let sent = moved.iter().filter(|index| *index % 5 == account).count();
            let to = |index: &usize| transfers::receiver(&senders, *index);
            let received = moved.iter().filter(|index| to(index) == Some(senders[account])).count();
            assert_eq!(*balance, U256::from(4 + received - sent));
        }
    }
}
