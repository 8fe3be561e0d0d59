//! Names of subscriptions.

use alloy_primitives::B128;
use jsonrpsee::{core::traits::IdProvider, types::SubscriptionId};

/// Gives random hexadecimal names, as Ethereum clients expect: some refuse plain numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HexIds;

impl IdProvider for HexIds {
    fn next_id(&self) -> SubscriptionId<'static> {
        SubscriptionId::Str(B128::random().to_string().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_hex_strings() {
        let SubscriptionId::Str(id) = HexIds.next_id() else { panic!("not a string") };
        assert!(id.starts_with("0x") && id.len() == 34, "{id}");
    }
}
