//! Answering requests.

use crate::wire::{MAX_POOL_HASHES, Request, Response, SOFT_RESPONSE_BYTES};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{B256, Bytes};
use hanzo_chain::ChainView;
use hanzo_pool::Pool;
use hanzo_store::StoreError;
use hanzo_types::SealedBlock;

/// Answers a request from chain and pool as they are, or from a block that is on its way into the chain. What
/// cannot be read is answered as if it were not there; the chain thread finds out by itself.
#[must_use]
pub fn serve(
    view: &ChainView,
    pool: &Pool,
    request: &Request,
    incoming: Option<&SealedBlock>,
) -> Response {
    let answer = match (request, incoming) {
        (Request::Headers { locator, limit }, _) => headers(view, locator, *limit),
        (Request::Blocks { .. }, Some(block)) => Ok(Response::Blocks(vec![encode(block)])),
        (Request::Blocks { hashes }, None) => blocks(view, hashes),
        (Request::BlockTransactions { positions, .. }, Some(block)) => {
            Ok(transactions(block, positions))
        }
        (Request::BlockTransactions { block, positions }, None) => {
            let block = view.block_by_hash(*block);
            block.map(|block| match block {
                Some(block) => transactions(block.sealed_block(), positions),
                None => Response::BlockTransactions(Vec::new()),
            })
        }
        (Request::PoolHashes, _) => Ok(pool_hashes(pool, view.next_base_fee())),
        (Request::PooledTransactions { hashes }, _) => Ok(pooled(pool, hashes)),
    };
    answer.unwrap_or_else(|error| {
        tracing::error!(target: "network", %error, "reading what a peer asked for");
        Response::Busy
    })
}

fn headers(view: &ChainView, locator: &[B256], limit: u64) -> Result<Response, StoreError> {
    for hash in locator {
        let Some(header) = view.header_by_hash(*hash)? else { continue };
        if !view.is_canonical(header.number, *hash)? {
            continue;
        }
        let first = header.number.saturating_add(1);
        let last = header.number.saturating_add(limit).min(view.head_number());
        let mut headers = Vec::new();
        for number in first..=last {
            let Some(header) = view.header_by_number(number)? else { break };
            headers.push(header.into_header());
        }
        return Ok(Response::Headers { after: *hash, headers });
    }
    Ok(Response::Headers { after: B256::ZERO, headers: Vec::new() })
}

fn blocks(view: &ChainView, hashes: &[B256]) -> Result<Response, StoreError> {
    let (mut blocks, mut bytes) = (Vec::new(), 0_usize);
    for hash in hashes {
        if bytes >= SOFT_RESPONSE_BYTES {
            break;
        }
        let Some(block) = view.block_by_hash(*hash)? else { break };
        let encoded = encode(block.sealed_block());
        bytes = bytes.saturating_add(encoded.len());
        blocks.push(encoded);
    }
    Ok(Response::Blocks(blocks))
}

fn transactions(block: &SealedBlock, positions: &[u64]) -> Response {
    let all = &block.body().transactions;
    let at = |position: &u64| all.get(usize::try_from(*position).ok()?);
    let chosen: Option<Vec<_>> =
        positions.iter().map(|position| Some(Bytes::from(at(position)?.encoded_2718()))).collect();
    Response::BlockTransactions(chosen.unwrap_or_default())
}

fn pool_hashes(pool: &Pool, base_fee: u64) -> Response {
    let mut best = pool.best(base_fee);
    let best = std::iter::from_fn(move || best.next());
    let hashes = best.map(|pooled| *pooled.transaction.tx_hash());
    Response::PoolHashes(hashes.take(MAX_POOL_HASHES).collect())
}

fn pooled(pool: &Pool, hashes: &[B256]) -> Response {
    let (mut transactions, mut bytes) = (Vec::new(), 0_usize);
    for hash in hashes {
        if bytes >= SOFT_RESPONSE_BYTES {
            break;
        }
        let encoded = pool.get(*hash).map(|pooled| pooled.transaction.inner().encoded_2718());
        let encoded = Bytes::from(encoded.unwrap_or_default());
        bytes = bytes.saturating_add(encoded.len());
        transactions.push(encoded);
    }
    Response::PooledTransactions(transactions)
}

fn encode(block: &SealedBlock) -> Bytes {
    alloy_rlp::encode(block).into()
}
