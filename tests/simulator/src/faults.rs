//! What liars say.

use alloy_primitives::{B256, Bytes, U256};
use hanzo_network::{BlockAnnouncement, Response, Status, Topic};
use hanzo_types::decode_block;

/// How a node behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// As it should.
    Honest,
    /// It says to have a heavier chain than it has.
    Boasts,
    /// It answers with blocks whose bodies belong to others.
    SwapsBodies,
    /// It does not answer.
    Silent,
    /// It changes the hashes of the transactions in announcements that it passes on.
    ChangesAnnouncements,
    /// It announces blocks without work.
    FakesSeals,
    /// It says rubbish.
    Garbles,
    /// It has headers, and the bodies to none of them.
    WithholdsBodies,
    /// It gives one header at a time.
    Drips,
}

impl Fault {
    pub(crate) const LIARS: [Self; 8] = [
        Self::Boasts,
        Self::SwapsBodies,
        Self::Silent,
        Self::ChangesAnnouncements,
        Self::FakesSeals,
        Self::Garbles,
        Self::WithholdsBodies,
        Self::Drips,
    ];

    pub(crate) fn status(self, mut status: Status) -> Bytes {
        if self == Self::Boasts {
            status.head_number += 1_000;
            status.total_difficulty = status.total_difficulty.saturating_mul(U256::from(3));
            status.head_hash = B256::repeat_byte(0xbb);
        }
        alloy_rlp::encode(status).into()
    }

    /// What it answers instead; `None` for nothing.
    pub(crate) fn response(self, response: Bytes) -> Option<Bytes> {
        match self {
            Self::Silent => None,
            Self::Garbles => Some(Bytes::from_static(b"\x01\xc3\x82\xff")),
            Self::SwapsBodies => Some(swap_bodies(&response)),
            Self::WithholdsBodies => Some(without_bodies(response)),
            Self::Drips => Some(one_header(response)),
            Self::Honest | Self::Boasts | Self::ChangesAnnouncements | Self::FakesSeals => {
                Some(response)
            }
        }
    }

    /// What it passes on instead.
    pub(crate) fn gossip(self, topic: Topic, bytes: Bytes) -> Bytes {
        if topic != Topic::Blocks {
            return bytes;
        }
        let Ok(mut announcement) = BlockAnnouncement::decode(&bytes) else { return bytes };
        match self {
            Self::ChangesAnnouncements => {
                if let Some(first) = announcement.transactions.first_mut() {
                    *first = B256::repeat_byte(7);
                }
            }
            Self::FakesSeals => announcement.header.mix_hash = B256::repeat_byte(9),
            Self::Honest
            | Self::Boasts
            | Self::SwapsBodies
            | Self::Silent
            | Self::Garbles
            | Self::WithholdsBodies
            | Self::Drips => {}
        }
        alloy_rlp::encode(announcement).into()
    }
}

fn without_bodies(response: Bytes) -> Bytes {
    if let Ok(Response::Blocks(_)) = Response::decode(&response) {
        return Response::Blocks(Vec::new()).encode();
    }
    response
}

fn one_header(response: Bytes) -> Bytes {
    let Ok(Response::Headers { after, mut headers }) = Response::decode(&response) else {
        return response;
    };
    headers.truncate(1);
    Response::Headers { after, headers }.encode()
}

fn swap_bodies(response: &Bytes) -> Bytes {
    let Ok(Response::Blocks(blocks)) = Response::decode(response) else { return response.clone() };
    let swap = |encoded: &Bytes| {
        let mut block = decode_block(encoded).unwrap();
        let copy = block.body.transactions.first().cloned();
        match copy {
            Some(transaction) => block.body.transactions.push(transaction),
            None => block.body.withdrawals = None,
        }
        alloy_rlp::encode(block).into()
    };
    Response::Blocks(blocks.iter().map(swap).collect()).encode()
}
