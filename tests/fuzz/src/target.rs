//! Every target by its name.

use crate::{
    Verdict, announcement, block, block_file, deposit_log, genesis, header, ipc_frames,
    metrics_address, miner_config, miner_work, mining_submission, node_config, node_flag, node_key,
    peer_address, peer_answer, peer_block, peer_record, peer_transactions, precompile, request,
    response, rpc_parameters, rpc_request, share_key, status, stored_row, transaction,
    transaction_batch, trie_nodes,
};

/// A decoder with what must hold of it.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Name of the function, of its libFuzzer program and of its corpus.
    pub name: &'static str,
    /// Decodes an input and panics if something does not hold that must.
    pub run: fn(&[u8]) -> Verdict,
}

/// Every target, in the order of the names: gives them to another macro, so that there is one list.
#[macro_export]
macro_rules! for_every_target {
    ($macro:ident) => {
        $macro! {
            announcement,
            block,
            block_file,
            deposit_log,
            genesis,
            header,
            ipc_frames,
            metrics_address,
            miner_config,
            miner_work,
            mining_submission,
            node_config,
            node_flag,
            node_key,
            peer_address,
            peer_answer,
            peer_block,
            peer_record,
            peer_transactions,
            precompile,
            request,
            response,
            rpc_parameters,
            rpc_request,
            share_key,
            status,
            stored_row,
            transaction,
            transaction_batch,
            trie_nodes,
        }
    };
}

/// Lists functions under their own names.
macro_rules! targets {
    ($($name:ident),* $(,)?) => {
        &[$(Target { name: stringify!($name), run: $name }),*]
    };
}

/// Every target, in the order of the names.
pub const TARGETS: &[Target] = for_every_target!(targets);
