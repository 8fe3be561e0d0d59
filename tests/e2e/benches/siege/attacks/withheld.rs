//! A chain without bodies.

use super::Means;
use crate::line::{Line, News, Speech};
use alloy_primitives::U256;
use hanzo_network::{MAX_REQUESTED_HEADERS, Request, Response};
use std::time::Duration;
use tokio::time::timeout;

/// How long it waits for the victim to ask.
const PATIENCE: Duration = Duration::from_secs(30);

/// Offers a chain that is as heavy as it says, and does not have the bodies. Works while the victim has
/// less: before anybody mines. Returns how often the victim asked for bodies.
pub(crate) async fn withhold_bodies(means: &Means) -> u32 {
    let chain = &means.target.light_chain;
    let work = chain.iter().fold(U256::ZERO, |sum, header| sum + header.difficulty);
    let last = chain.last().unwrap();
    let mut line = Line::dial(&means.target);
    means.identities.add(line.peer(), means.kind.name);
    means.tally.connection();
    let mut asked = 0;
    let offer = async {
        loop {
            match line.news().await {
                News::Introduced(mut status, channel) => {
                    status.head_number = last.number;
                    status.head_hash = last.hash_slow();
                    status.total_difficulty += work;
                    means.tally.introduction();
                    line.answer_status(channel, Speech::once(alloy_rlp::encode(status)));
                }
                News::Asked(Request::Headers { .. }, channel) => {
                    let headers = chain.iter().take(MAX_REQUESTED_HEADERS).cloned().collect();
                    let after = chain[0].parent_hash;
                    let response = Response::Headers { after, headers }.encode();
                    means.tally.message(response.len());
                    line.answer(channel, Speech::once(response));
                }
                News::Asked(_, channel) => {
                    asked += 1;
                    let response = Response::Blocks(Vec::new()).encode();
                    means.tally.message(response.len());
                    line.answer(channel, Speech::once(response));
                }
                News::Answered => {}
                News::Closed => return,
            }
            if asked > 0 {
                return;
            }
        }
    };
    let _ = timeout(PATIENCE, offer).await;
    // The last answer has to get there.
    let _ = timeout(Duration::from_secs(2), line.news()).await;
    asked
}
