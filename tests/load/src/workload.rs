//! The transactions of a run, signed and encoded.

use crate::{accounts::Account, fees::Fees};
use alloy_consensus::{
    EthereumTypedTransaction, SignableTransaction as _, TxEip1559, TxEip4844, TxEnvelope, TxLegacy,
};
use alloy_eips::{eip2718::Encodable2718 as _, eip2930::AccessList};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex, map::B256Map};
use alloy_signer::SignerSync as _;
use rayon::prelude::*;

/// What a transaction does.
#[derive(Debug, Clone)]
pub(crate) struct Action {
    pub(crate) to: TxKind,
    pub(crate) value: U256,
    pub(crate) input: Bytes,
    pub(crate) gas_limit: u64,
}

/// The terms all transactions of a run share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) chain_id: u64,
    pub(crate) fees: Fees,
}

/// A transaction ready to be sent.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) hash: B256,
    pub(crate) raw: Vec<u8>,
}

/// A request ready to be sent: a JSON-RPC object whose id is the index of the transaction.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) index: usize,
    /// Which of the senders; later requests of the same one build on it.
    pub(crate) sender: usize,
    pub(crate) json: Box<[u8]>,
}

/// The transactions of a run, signed and encoded.
#[derive(Debug)]
pub(crate) struct Workload {
    /// For each connection what it sends, in this order. Every sender is in one lane only, so that
    /// its nonces arrive in order.
    pub(crate) lanes: Vec<Vec<Request>>,
    /// Which transaction a hash is.
    pub(crate) index_of: B256Map<usize>,
}

impl Terms {
    pub(crate) fn sign(
        &self,
        account: &Account,
        nonce: u64,
        action: Action,
    ) -> anyhow::Result<Signed> {
        let Action { to, value, input, gas_limit } = action;
        let chain_id = self.chain_id;
        let unsigned: EthereumTypedTransaction<TxEip4844> = match self.fees {
            Fees::Legacy { price: gas_price } => {
                let chain_id = Some(chain_id);
                TxLegacy { chain_id, nonce, gas_price, gas_limit, to, value, input }.into()
            }
            Fees::Dynamic { cap: max_fee_per_gas, tip } => TxEip1559 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas,
                max_priority_fee_per_gas: tip,
                to,
                value,
                access_list: AccessList::default(),
                input,
            }
            .into(),
        };
        let signature = account.key.sign_hash_sync(&unsigned.signature_hash())?;
        let signed: TxEnvelope = unsigned.into_envelope(signature).into();
        Ok(Signed { hash: *signed.tx_hash(), raw: signed.encoded_2718() })
    }
}

impl Workload {
    /// `total` transactions of `senders`, each of which takes its turn, on `connections` lanes.
    /// `action` says what the transaction with this index and sender does.
    pub(crate) fn sign(
        terms: Terms,
        senders: &[Account],
        (total, connections): (usize, usize),
        action: impl Fn(usize, Address) -> Action + Sync,
    ) -> anyhow::Result<Self> {
        let signed = (0..total)
            .into_par_iter()
            .map(|index| {
                let (round, sender) = position(index, senders.len());
                let Some(account) = senders.get(sender) else { anyhow::bail!("no senders") };
                let nonce = account.nonce.saturating_add(u64::try_from(round)?);
                let signed = terms.sign(account, nonce, action(index, account.address()))?;
                let json = request(index, &signed.raw).into_bytes().into_boxed_slice();
                Ok((signed.hash, Request { index, sender, json }))
            })
            .collect::<anyhow::Result<Vec<_>>>()?;
        let mut lanes: Vec<Vec<Request>> = Vec::new();
        lanes.resize_with(connections, Vec::new);
        let mut index_of = B256Map::default();
        for (hash, request) in signed {
            index_of.insert(hash, request.index);
            let lane = request.sender.checked_rem(connections).unwrap_or_default();
            if let Some(lane) = lanes.get_mut(lane) {
                lane.push(request);
            }
        }
        Ok(Self { lanes, index_of })
    }
}

/// In which round, and by whom, transaction `index` is sent.
pub(crate) fn position(index: usize, senders: usize) -> (usize, usize) {
    let round = index.checked_div(senders).unwrap_or_default();
    (round, index.checked_rem(senders).unwrap_or_default())
}

/// A request to take a transaction in.
pub(crate) fn request(id: usize, raw: &[u8]) -> String {
    let raw = hex::encode_prefixed(raw);
    format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"eth_sendRawTransaction\",\"params\":[\"{raw}\"]}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_eips::eip2718::Decodable2718 as _;
    use alloy_signer_local::PrivateKeySigner;

    fn workload(total: usize, senders: usize, connections: usize) -> Workload {
        let account = |index: usize| {
            let secret = B256::from(U256::from(index + 1));
            Account { key: PrivateKeySigner::from_bytes(&secret).unwrap(), nonce: 7 }
        };
        let senders: Vec<Account> = (0..senders).map(account).collect();
        let terms = Terms { chain_id: 1, fees: Fees::Dynamic { cap: 2, tip: 1 } };
        let action = |_, to| Action {
            to: TxKind::Call(to),
            value: U256::from(1),
            input: Bytes::new(),
            gas_limit: 21_000,
        };
        Workload::sign(terms, &senders, (total, connections), action).unwrap()
    }

    #[test]
    fn every_sender_has_one_lane_and_its_nonces_are_in_order() {
        let workload = workload(20, 5, 3);
        assert_eq!(workload.lanes.len(), 3);
        assert_eq!(workload.index_of.len(), 20);
        let mut next = [7; 5];
        for (lane, requests) in workload.lanes.iter().enumerate() {
            for request in requests {
                assert_eq!(request.sender % 3, lane);
                let json: serde_json::Value = serde_json::from_slice(&request.json).unwrap();
                assert_eq!(json["id"], request.index);
                let raw = hex::decode(json["params"][0].as_str().unwrap()).unwrap();
                let transaction = TxEnvelope::decode_2718(&mut raw.as_slice()).unwrap();
                assert_eq!(workload.index_of[transaction.tx_hash()], request.index);
                let nonce = alloy_consensus::Transaction::nonce(&transaction);
                assert_eq!(nonce, next[request.sender]);
                next[request.sender] += 1;
            }
        }
        assert_eq!(next, [11; 5]);
    }
}
