//! Signed transactions of every type a block may carry.

use alloy_consensus::{
    EthereumTypedTransaction, SignableTransaction, TxEip1559, TxEip2930, TxEip4844, TxEip7702,
    TxLegacy,
};
use alloy_eips::{eip2930::AccessList, eip7702::Authorization};
use alloy_primitives::{Address, Bytes, Signature, TxKind, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::{MnemonicBuilder, PrivateKeySigner, coins_bip39::English};
use hanzo_types::{ChainSpec, DEV_MNEMONIC, RecoveredTransaction, Transaction};
use reth_primitives_traits::Recovered;

/// Fees of a test transaction, in wei per gas.
#[derive(Debug, Clone, Copy)]
pub struct Fees {
    /// Fee cap, or gas price.
    pub max: u128,
    /// Tip.
    pub priority: u128,
}

impl Default for Fees {
    fn default() -> Self {
        Self { max: 10_000_000_000, priority: 1_000_000_000 }
    }
}

/// A key of the test mnemonic.
#[derive(Debug, Clone)]
pub struct Signer {
    key: PrivateKeySigner,
    chain_id: u64,
}

impl Signer {
    /// Account `index` of the test mnemonic on the chain of `spec`.
    #[must_use]
    pub fn dev(index: u32, spec: &ChainSpec) -> Self {
        let key = MnemonicBuilder::<English>::default()
            .phrase(DEV_MNEMONIC)
            .index(index)
            .and_then(|builder| builder.build())
            .expect("test mnemonic");
        Self { key, chain_id: spec.chain_id() }
    }

    /// Address of the account.
    #[must_use]
    pub const fn address(&self) -> Address {
        self.key.address()
    }

    /// The key itself.
    #[must_use]
    pub const fn key(&self) -> &PrivateKeySigner {
        &self.key
    }

    /// A transfer of `value` wei (type 2).
    #[must_use]
    pub fn transfer(&self, nonce: u64, to: Address, value: u64) -> RecoveredTransaction {
        self.call(nonce, to, U256::from(value), Bytes::new(), 21_000)
    }

    /// A call (type 2).
    #[must_use]
    #[expect(
        clippy::too_many_arguments,
        reason = "the fields of a call, which have no other order"
    )]
    pub fn call(
        &self,
        nonce: u64,
        to: Address,
        value: U256,
        input: Bytes,
        gas_limit: u64,
    ) -> RecoveredTransaction {
        self.dynamic(nonce, TxKind::Call(to), value, (input, gas_limit, Fees::default()))
    }

    /// A contract creation (type 2).
    #[must_use]
    pub fn create(&self, nonce: u64, code: Bytes, gas_limit: u64) -> RecoveredTransaction {
        self.dynamic(nonce, TxKind::Create, U256::ZERO, (code, gas_limit, Fees::default()))
    }

    /// A transfer with the given fees (type 2).
    #[must_use]
    pub fn priced_transfer(&self, nonce: u64, to: Address, fees: Fees) -> RecoveredTransaction {
        self.dynamic(nonce, TxKind::Call(to), U256::from(1), (Bytes::new(), 21_000, fees))
    }

    /// A transfer of 1 wei of type 0.
    #[must_use]
    pub fn legacy(&self, nonce: u64, to: Address, fees: Fees) -> RecoveredTransaction {
        self.sign(TxLegacy {
            chain_id: Some(self.chain_id),
            nonce,
            gas_price: fees.max,
            gas_limit: 21_000,
            to: TxKind::Call(to),
            value: U256::from(1),
            input: Bytes::new(),
        })
    }

    /// A transfer of 1 wei of type 1.
    #[must_use]
    pub fn access_list(&self, nonce: u64, to: Address, list: AccessList) -> RecoveredTransaction {
        self.sign(TxEip2930 {
            chain_id: self.chain_id,
            nonce,
            gas_price: Fees::default().max,
            gas_limit: 100_000,
            to: TxKind::Call(to),
            value: U256::from(1),
            access_list: list,
            input: Bytes::new(),
        })
    }

    /// A blob transaction (type 3), which no Hanzo chain accepts.
    #[must_use]
    pub fn blob(&self, nonce: u64, to: Address) -> RecoveredTransaction {
        self.sign(TxEip4844 {
            chain_id: self.chain_id,
            nonce,
            gas_limit: 21_000,
            max_fee_per_gas: Fees::default().max,
            max_priority_fee_per_gas: Fees::default().priority,
            to,
            value: U256::from(1),
            access_list: AccessList::default(),
            blob_versioned_hashes: vec![alloy_primitives::B256::with_last_byte(1)],
            max_fee_per_blob_gas: 1,
            input: Bytes::new(),
        })
    }

    /// A delegation of `authority` to `target`, sent by this account (type 4).
    #[must_use]
    pub fn delegate(&self, nonce: u64, authority: &Self, target: Address) -> RecoveredTransaction {
        let authority_nonce = u64::from(authority.address() == self.address()) * (nonce + 1);
        let authorization = Authorization {
            chain_id: U256::from(self.chain_id),
            address: target,
            nonce: authority_nonce,
        };
        let signature = authority.key.sign_hash_sync(&authorization.signature_hash()).unwrap();
        self.sign(TxEip7702 {
            chain_id: self.chain_id,
            nonce,
            gas_limit: 200_000,
            max_fee_per_gas: Fees::default().max,
            max_priority_fee_per_gas: Fees::default().priority,
            to: authority.address(),
            value: U256::ZERO,
            access_list: AccessList::default(),
            authorization_list: vec![authorization.into_signed(signature)],
            input: Bytes::new(),
        })
    }

    fn dynamic(
        &self,
        nonce: u64,
        to: TxKind,
        value: U256,
        (input, gas_limit, fees): (Bytes, u64, Fees),
    ) -> RecoveredTransaction {
        self.sign(TxEip1559 {
            chain_id: self.chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas: fees.max,
            max_priority_fee_per_gas: fees.priority,
            to,
            value,
            access_list: AccessList::default(),
            input,
        })
    }

    /// Signs any transaction.
    pub fn sign<T>(&self, transaction: T) -> RecoveredTransaction
    where
        T: SignableTransaction<Signature> + Into<EthereumTypedTransaction<TxEip4844>>,
    {
        let signature = self.key.sign_hash_sync(&transaction.signature_hash()).unwrap();
        let typed: EthereumTypedTransaction<TxEip4844> = transaction.into();
        let signed: Transaction = typed.into_envelope(signature);
        Recovered::new_unchecked(signed, self.address())
    }
}
