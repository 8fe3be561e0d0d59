//! What of libp2p waits for the core.

use crate::core::{ChannelId, GossipId, Token, Topic};
use alloy_primitives::Bytes;
use libp2p::{
    PeerId,
    gossipsub::MessageId,
    request_response::{OutboundRequestId, ResponseChannel},
};
use std::collections::HashMap;

/// What of libp2p waits for the core, by the names that the core knows. The core answers everything it
/// is told of, so that nothing stays here.
#[derive(Debug, Default)]
pub(super) struct Channels {
    next: u64,
    requests: HashMap<ChannelId, ResponseChannel<Bytes>>,
    asked: HashMap<OutboundRequestId, (Token, PeerId)>,
    messages: HashMap<GossipId, (MessageId, Topic)>,
}

impl Channels {
    pub(super) fn keep_request(&mut self, channel: ResponseChannel<Bytes>) -> ChannelId {
        let id = ChannelId(self.next());
        self.requests.insert(id, channel);
        id
    }

    pub(super) fn take_request(&mut self, id: ChannelId) -> Option<ResponseChannel<Bytes>> {
        self.requests.remove(&id)
    }

    pub(super) fn keep_message(&mut self, message: MessageId, topic: Topic) -> GossipId {
        let id = GossipId(self.next());
        self.messages.insert(id, (message, topic));
        id
    }

    pub(super) fn take_message(&mut self, id: GossipId) -> Option<(MessageId, Topic)> {
        self.messages.remove(&id)
    }

    pub(super) fn keep_asked(&mut self, request: OutboundRequestId, token: Token, peer: PeerId) {
        self.asked.insert(request, (token, peer));
    }

    pub(super) fn take_asked(&mut self, request: &OutboundRequestId) -> Option<(Token, PeerId)> {
        self.asked.remove(request)
    }

    const fn next(&mut self) -> u64 {
        self.next = self.next.saturating_add(1);
        self.next
    }
}
