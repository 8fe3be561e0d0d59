//! Paying many accounts with few transactions.

use crate::{
    accounts::Account,
    node_client::NodeClient,
    workload::{Action, Terms},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U64, U256, hex};
use anyhow::{Context as _, bail};
use serde::Deserialize;
use serde_json::json;
use std::{thread, time::Duration};

/// Accounts that one transaction pays: with 36 500 gas each it stays below the 16 777 216 gas that
/// a transaction may have. Source: EIP-7825.
const ACCOUNTS_PER_PAYOUT: usize = 400;

/// Gas for one account: a call with value to an account that does not exist yet (9 000 + 25 000 +
/// 2 600), the loop around it, and twenty bytes of call data at the floor of EIP-7623.
const GAS_PER_ACCOUNT: u64 = 37_500;

/// Gas of a transaction that creates a contract, and of the code before the list.
const GAS_OF_PAYOUT: u64 = 60_000;

/// How often the node is asked for a receipt, and how often in all.
const RECEIPT_INTERVAL: Duration = Duration::from_millis(100);
const RECEIPT_ATTEMPTS: u32 = 600;

/// Code that pays the amount inside it to every address behind it, and leaves no contract.
///
/// ```text
/// 00  PUSH1 list                 ; position of the next address
/// 02  JUMPDEST                   ; loop:
/// 03  CODESIZE DUP2 LT ISZERO    ; past the end?
/// 07  PUSH1 end JUMPI
/// 0a  PUSH1 20 DUP2 PUSH1 12 CODECOPY     ; address to the low bytes of word 0
/// 10  PUSH0 PUSH0 PUSH0 PUSH0 PUSH12 amount
/// 21  PUSH0 MLOAD GAS CALL       ; pay
/// 25  ISZERO PUSH1 fail JUMPI
/// 29  PUSH1 20 ADD PUSH1 loop JUMP
/// 2f  JUMPDEST STOP              ; end:
/// 31  JUMPDEST PUSH0 PUSH0 REVERT ; fail:
/// 35                             ; list:
/// ```
fn code(amount: U256, accounts: &[Address]) -> anyhow::Result<Bytes> {
    let wide: [u8; 32] = amount.to_be_bytes();
    let (high, low) = wide.split_at(20);
    if high.iter().any(|byte| *byte != 0) {
        bail!("a payout of {amount} wei");
    }
    let mut code = hex!("60355b38811015602f57601481600c395f5f5f5f6b").to_vec();
    code.extend_from_slice(low);
    code.extend_from_slice(&hex!("5f515af1156031576014016002565b005b5f5ffd"));
    code.extend(accounts.iter().flat_map(|account| account.0));
    Ok(code.into())
}

/// Gas that paying `accounts` costs at most.
pub(crate) fn gas(accounts: usize) -> u64 {
    let payouts = u64::try_from(accounts.div_ceil(ACCOUNTS_PER_PAYOUT)).unwrap_or(u64::MAX);
    let accounts = u64::try_from(accounts).unwrap_or(u64::MAX);
    accounts.saturating_mul(GAS_PER_ACCOUNT).saturating_add(payouts.saturating_mul(GAS_OF_PAYOUT))
}

/// Pays `amount` wei to every account and waits until that is mined.
pub(crate) fn pay(
    node: &mut NodeClient,
    terms: Terms,
    payer: &mut Account,
    (amount, accounts): (U256, &[Address]),
) -> anyhow::Result<()> {
    let payout = |group: &[Address]| {
        Ok(Action {
            to: TxKind::Create,
            value: amount.saturating_mul(U256::from(group.len())),
            input: code(amount, group)?,
            gas_limit: gas(group.len()),
        })
    };
    let payouts = accounts.chunks(ACCOUNTS_PER_PAYOUT).map(payout);
    send_all(node, terms, payer, payouts.collect::<anyhow::Result<_>>()?)
}

/// Sends transactions that prepare a run and waits until all are mined.
///
/// # Errors
/// If one of them fails, or no block includes it in time.
pub(crate) fn send_all(
    node: &mut NodeClient,
    terms: Terms,
    payer: &mut Account,
    actions: Vec<Action>,
) -> anyhow::Result<()> {
    let send = |action| send(node, terms, payer, action);
    let hashes = actions.into_iter().map(send).collect::<anyhow::Result<Vec<B256>>>()?;
    hashes.into_iter().try_for_each(|hash| wait_for(node, hash))
}

/// Sends one transaction of `account`.
fn send(
    node: &mut NodeClient,
    terms: Terms,
    account: &mut Account,
    action: Action,
) -> anyhow::Result<B256> {
    let signed = terms.sign(account, account.nonce, action)?;
    let raw = hex::encode_prefixed(&signed.raw);
    let hash = node.call("eth_sendRawTransaction", &json!([raw]))?;
    account.nonce = account.nonce.saturating_add(1);
    Ok(hash)
}

/// What is read of a receipt.
#[derive(Debug, Deserialize)]
struct Receipt {
    status: U64,
}

/// Waits until a transaction is mined and checks that it succeeded.
fn wait_for(node: &mut NodeClient, hash: B256) -> anyhow::Result<()> {
    for _ in 0..RECEIPT_ATTEMPTS {
        if let Some(receipt) = node.find::<Receipt>("eth_getTransactionReceipt", &json!([hash]))? {
            if receipt.status == U64::ZERO {
                bail!("transaction {hash}, which prepares the run, failed");
            }
            return Ok(());
        }
        thread::sleep(RECEIPT_INTERVAL);
    }
    let waited = RECEIPT_INTERVAL.saturating_mul(RECEIPT_ATTEMPTS);
    Err(anyhow::anyhow!("no block includes it")).with_context(|| {
        format!("transaction {hash}, which prepares the run, was sent {waited:?} ago")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_begins_where_the_code_says() {
        let account = Address::repeat_byte(0xab);
        let code = code(U256::from(258), &[account]).unwrap();
        assert_eq!(code[1], 0x35);
        assert_eq!(&code[0x35..], account.as_slice());
        assert_eq!([code[0x02], code[0x2f], code[0x31]], [0x5b; 3], "where the jumps go");
        assert_eq!(&code[0x1f..0x21], [1, 2]);
    }

    #[test]
    fn an_amount_beyond_twelve_bytes_is_refused() {
        assert!(code(U256::from(1) << 96, &[]).is_err());
    }

    #[test]
    fn a_full_payout_is_below_the_gas_cap_of_a_transaction() {
        assert!(gas(ACCOUNTS_PER_PAYOUT) < 16_777_216);
    }
}
