//! What execution produced.

use crate::{ConsensusError, receipts::check_receipts};
use hanzo_types::{BlockOutcome, Header};

/// Checks receipts, blob gas and requests against the header, whose shape has been checked.
pub(super) fn check(header: &Header, outcome: &BlockOutcome) -> Result<(), ConsensusError> {
    check_receipts(header, outcome)?;
    if let Some(used) = header.blob_gas_used
        && used != outcome.blob_gas_used
    {
        return Err(ConsensusError::BlobGasUsed { header: used, computed: outcome.blob_gas_used });
    }
    if let Some(expected) = header.requests_hash {
        let computed = outcome.requests.requests_hash();
        if expected != computed {
            return Err(ConsensusError::RequestsHash { header: expected, computed });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ethereum::fixture::Line;
    use alloy_consensus::{Receipt, ReceiptWithBloom, proofs::calculate_receipt_root};
    use alloy_eips::eip7685::Requests;
    use alloy_hardforks::EthereumHardfork as Fork;
    use alloy_primitives::{B256, Bloom, Log};

    /// A block with one transaction that logged something and used a blob, and one request.
    fn scene() -> (Header, BlockOutcome) {
        let logs = vec![Log::default()];
        let receipt = Receipt { status: true.into(), cumulative_gas_used: 30_000, logs };
        let receipt: ReceiptWithBloom<Receipt> = receipt.into();
        let mut requests = Requests::default();
        requests.push_request_with_type(1, [7]);
        let outcome = BlockOutcome {
            logs_bloom: receipt.logs_bloom,
            receipts: vec![hanzo_types::Receipt::Eip1559(receipt)],
            gas_used: 30_000,
            blob_gas_used: 131_072,
            requests,
            supply: None,
        };
        let header = Header {
            gas_used: 30_000,
            logs_bloom: outcome.logs_bloom,
            receipts_root: calculate_receipt_root(&outcome.receipts),
            blob_gas_used: Some(131_072),
            requests_hash: Some(outcome.requests.requests_hash()),
            ..Line::at(Fork::Osaka).child()
        };
        (header, outcome)
    }

    /// What is said about the outcome when the header was changed.
    fn refusal(change: impl FnOnce(&mut Header)) -> ConsensusError {
        let (mut header, outcome) = scene();
        assert_eq!(check(&header, &outcome), Ok(()));
        change(&mut header);
        check(&header, &outcome).unwrap_err()
    }

    #[test]
    fn gas_used_is_what_execution_used() {
        let refused = ConsensusError::GasUsed { header: 29_999, computed: 30_000 };
        assert_eq!(refusal(|header| header.gas_used = 29_999), refused);
    }

    #[test]
    fn the_bloom_is_that_of_the_logs_and_the_refusal_names_the_first_byte_that_differs() {
        let error = refusal(|header| header.logs_bloom = Bloom::ZERO);
        let text = error.to_string();
        assert!(text.starts_with("logs bloom has 0x00 at byte "), "{text}");
        assert!(text.contains(", execution gives 0x") && text.len() < 80, "{text}");
    }

    #[test]
    fn the_receipts_root_is_that_of_the_receipts() {
        let (header, _) = scene();
        let (wrong, computed) = (B256::ZERO, header.receipts_root);
        let refused = ConsensusError::ReceiptsRoot { header: wrong, computed };
        assert_eq!(refusal(|header| header.receipts_root = wrong), refused);
    }

    #[test]
    fn blob_gas_is_what_the_transactions_used() {
        let refused = ConsensusError::BlobGasUsed { header: 0, computed: 131_072 };
        assert_eq!(refusal(|header| header.blob_gas_used = Some(0)), refused);
    }

    #[test]
    fn the_requests_hash_is_that_of_the_requests() {
        let (_, outcome) = scene();
        let (wrong, computed) = (B256::ZERO, outcome.requests.requests_hash());
        let refused = ConsensusError::RequestsHash { header: wrong, computed };
        assert_eq!(refusal(|header| header.requests_hash = Some(wrong)), refused);
    }

    #[test]
    fn blob_gas_and_requests_are_not_compared_before_their_forks() {
        let (mut header, outcome) = scene();
        (header.blob_gas_used, header.requests_hash) = (None, None);
        assert_eq!(check(&header, &outcome), Ok(()));
    }
}
