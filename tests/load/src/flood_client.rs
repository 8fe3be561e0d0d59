//! Clients that never stop asking.

use crate::{
    accounts::Account,
    fees::Fees,
    flood::Answers,
    http_connection::{Endpoint, HttpConnection},
    node_client::Answer,
    submission::kind_of,
    workload::{Action, Terms, request},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use alloy_signer_local::PrivateKeySigner;
use serde_json::value::RawValue;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a client asks, again and again.
pub(crate) trait Traffic: Send {
    /// For the list of answers.
    fn name(&self) -> &'static str;

    /// The next request.
    fn next(&mut self) -> anyhow::Result<Vec<u8>>;

    /// What the node said to it: `None` if it accepted, otherwise why not.
    fn answered(&mut self, refusal: Option<&str>);
}

/// One connection and what goes over it.
pub(crate) struct FloodClient {
    endpoint: Endpoint,
    traffic: Box<dyn Traffic>,
}

impl FloodClient {
    pub(crate) fn new(endpoint: Endpoint, traffic: Box<dyn Traffic>) -> Self {
        Self { endpoint, traffic }
    }

    /// Asks until `done`. A request that costs the connection is counted, and another is opened.
    ///
    /// # Errors
    /// If the node cannot be reached any more.
    pub(crate) fn run(mut self, answers: &Answers, done: &AtomicBool) -> anyhow::Result<()> {
        let name = self.traffic.name();
        let mut connection = HttpConnection::open(&self.endpoint)?;
        while !done.load(Ordering::Acquire) {
            let body = self.traffic.next()?;
            let refusal = match connection.post(&body) {
                Ok(bytes) => match serde_json::from_slice::<Answer<&RawValue>>(bytes) {
                    Ok(answer) => answer.error.map(|error| kind_of(error.code, &error.message)),
                    Err(_) => Some("no JSON-RPC answer".to_owned()),
                },
                Err(error) => {
                    let reason = kind_of(0, &error.to_string());
                    connection = HttpConnection::open(&self.endpoint)?;
                    Some(reason)
                }
            };
            self.traffic.answered(refusal.as_deref());
            let outcome = refusal.unwrap_or_else(|| "accepted".to_owned());
            let mut answers = answers.lock();
            let count = answers.entry(format!("{name}: {outcome}")).or_default();
            *count = count.saturating_add(1);
        }
        Ok(())
    }
}

/// Transfers that are right in every respect, as fast as they are signed.
pub(crate) struct Valid {
    terms: Terms,
    senders: Vec<Account>,
    next: usize,
}

impl Valid {
    pub(crate) const fn of(terms: Terms, senders: Vec<Account>) -> Self {
        Self { terms, senders, next: 0 }
    }
}

impl Traffic for Valid {
    fn name(&self) -> &'static str {
        "valid"
    }

    fn next(&mut self) -> anyhow::Result<Vec<u8>> {
        self.next = self.next.wrapping_add(1) % self.senders.len().max(1);
        let Some(sender) = self.senders.get(self.next) else { anyhow::bail!("no senders") };
        let signed = self.terms.sign(sender, sender.nonce, transfer())?;
        Ok(request(0, &signed.raw).into_bytes())
    }

    fn answered(&mut self, refusal: Option<&str>) {
        if let Some(sender) = self.senders.get_mut(self.next)
            && refusal.is_none_or(|reason| reason.contains("known"))
        {
            sender.nonce = sender.nonce.saturating_add(1);
        }
    }
}

/// Transactions behind a nonce gap, each replaced by a dearer one until it pays all it may.
pub(crate) struct Replacements {
    terms: Terms,
    senders: Vec<Account>,
    turn: usize,
}

/// Nonces of each sender that are replaced.
const REPLACED_NONCES: usize = 16;

/// Prices of each of them; the last is the terms' own, every other an eighth lower than the next.
const REPLACED_PRICES: usize = 12;

impl Replacements {
    pub(crate) const fn of(terms: Terms, senders: Vec<Account>) -> Self {
        Self { terms, senders, turn: 0 }
    }
}

impl Traffic for Replacements {
    fn name(&self) -> &'static str {
        "replacing"
    }

    fn next(&mut self) -> anyhow::Result<Vec<u8>> {
        let turn = self.turn;
        self.turn = turn.wrapping_add(1);
        let (step, place) = (turn % REPLACED_PRICES, turn / REPLACED_PRICES);
        let sender = place / REPLACED_NONCES % self.senders.len().max(1);
        let Some(sender) = self.senders.get(sender) else { anyhow::bail!("no senders") };
        // Above the next nonce, which never comes.
        let nonce = sender.nonce.saturating_add(1 + u64::try_from(place % REPLACED_NONCES)?);
        let mut terms = self.terms;
        for _ in step..REPLACED_PRICES {
            terms.fees = cheaper(terms.fees);
        }
        let signed = terms.sign(sender, nonce, transfer())?;
        Ok(request(0, &signed.raw).into_bytes())
    }

    fn answered(&mut self, _: Option<&str>) {}
}

fn cheaper(fees: Fees) -> Fees {
    let less = |price: u128| price - price / 8;
    match fees {
        Fees::Legacy { price } => Fees::Legacy { price: less(price) },
        Fees::Dynamic { cap, tip } => Fees::Dynamic { cap: less(cap), tip: less(tip) },
    }
}

/// Requests that no node should take.
pub(crate) struct Invalid {
    terms: Terms,
    turn: u64,
}

impl Invalid {
    pub(crate) const fn of(terms: Terms) -> Self {
        Self { terms, turn: 0 }
    }

    /// A transfer of an account that nobody ever heard of.
    fn unfunded(&self, nonce: u64, action: Action) -> anyhow::Result<Vec<u8>> {
        let secret: B256 = keccak256(self.turn.to_be_bytes());
        let account = Account { key: PrivateKeySigner::from_bytes(&secret)?, nonce };
        Ok(self.terms.sign(&account, nonce, action)?.raw)
    }
}

/// Bytes of the largest nonsense: more than a transaction may have.
const NONSENSE_BYTES: usize = 200 << 10;

impl Traffic for Invalid {
    fn name(&self) -> &'static str {
        "invalid"
    }

    fn next(&mut self) -> anyhow::Result<Vec<u8>> {
        self.turn = self.turn.wrapping_add(1);
        let noise = keccak256(self.turn.to_le_bytes());
        let [first, second, ..] = noise.0;
        let raw = match self.turn % 8 {
            0 => noise.to_vec(),
            1 => vec![first; NONSENSE_BYTES],
            2 => self.unfunded(0, transfer())?,
            3 => self.unfunded(u64::MAX - 1, transfer())?,
            4 => self.unfunded(0, Action { gas_limit: 20_999, ..transfer() })?,
            5 => self.unfunded(0, Action { gas_limit: u64::MAX, ..transfer() })?,
            // A signature that some account fits, which never existed before.
            6 => {
                let mut raw = self.unfunded(0, transfer())?;
                let at = raw.len().saturating_sub(40);
                if let Some(byte) = raw.get_mut(at) {
                    *byte = second;
                }
                raw
            }
            _ => return Ok(format!("{{\"jsonrpc\":\"2.0\",\"id\":[{noise}").into_bytes()),
        };
        Ok(request(0, &raw).into_bytes())
    }

    fn answered(&mut self, _: Option<&str>) {}
}

/// Calls that spend their gas, and calls on an account that only the call has.
#[derive(Default)]
pub(crate) struct Calls {
    turn: u64,
}

impl Traffic for Calls {
    fn name(&self) -> &'static str {
        "call"
    }

    fn next(&mut self) -> anyhow::Result<Vec<u8>> {
        self.turn = self.turn.wrapping_add(1);
        let account = Address::from_word(keccak256(self.turn.to_be_bytes()));
        let params = if self.turn.is_multiple_of(2) {
            r#"[{"data":"0x5b600056","gas":"0x4c4b40"},"latest"]"#.to_owned()
        } else {
            // Stores as far as the gas goes: PUSH0 JUMPDEST DUP1 DUP1 SSTORE PUSH1 1 ADD PUSH1 1 JUMP.
            format!(
                "[{{\"to\":\"{account}\",\"gas\":\"0x4c4b40\"}},\"latest\",{{\"{account}\":{{\"code\":\"0x5f5b808055600101600156\"}}}}]"
            )
        };
        Ok(format!("{{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"eth_call\",\"params\":{params}}}")
            .into_bytes())
    }

    fn answered(&mut self, _: Option<&str>) {}
}

fn transfer() -> Action {
    Action {
        to: TxKind::Call(Address::repeat_byte(0x77)),
        value: U256::ONE,
        input: Bytes::new(),
        gas_limit: 21_000,
    }
}
