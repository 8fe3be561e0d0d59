//! How gossip is set up. ADR-0026 derives the numbers.

use super::super::{
    NetworkError,
    wire::{MAX_GOSSIP_BYTES, ProtocolNames},
};
use alloy_primitives::keccak256;
use libp2p::gossipsub::{
    self, ConfigBuilder, IdentTopic, IdentityTransform, Message, MessageAuthenticity, MessageId,
    PeerScoreParams, PeerScoreThresholds, TopicScoreParams, ValidationMode,
    WhitelistSubscriptionFilter,
};
use std::time::Duration;

/// Gossip that knows no other topics than those of the chain: what peers are interested in is remembered
/// for as long as they are connected, and a topic may have a name as long as a message.
pub(super) type Gossip = gossipsub::Behaviour<IdentityTransform, WhitelistSubscriptionFilter>;

/// Gossip on both topics of a chain: anonymous messages named by their content, passed on only after the
/// core has judged them.
pub(super) fn gossip(names: &ProtocolNames) -> Result<Gossip, NetworkError> {
    let config = ConfigBuilder::default()
        .max_transmit_size(MAX_GOSSIP_BYTES)
        .validate_messages()
        .validation_mode(ValidationMode::Anonymous)
        .message_id_fn(content_id)
        // A message is passed on to the mesh, and peers join it with a heartbeat: five seconds are long
        // for a node that has just started, and so is one for a peer that has just come.
        .heartbeat_initial_delay(Duration::from_millis(100))
        .heartbeat_interval(Duration::from_millis(500))
        // A message is spread in well under a second. Transactions are told of again after a while, which
        // has to get through; a block is known by its hash.
        .duplicate_cache_time(Duration::from_secs(15))
        .build()
        .map_err(|error| NetworkError::Gossip(error.to_string()))?;
    let failed = |error: &dyn std::fmt::Display| NetworkError::Gossip(error.to_string());
    let topics = [&names.blocks, &names.transactions].map(|name| IdentTopic::new(name).hash());
    let filter = WhitelistSubscriptionFilter(topics.into_iter().collect());
    let anonymous = MessageAuthenticity::Anonymous;
    let mut behaviour = Gossip::new_with_subscription_filter(anonymous, config, filter)
        .map_err(|error| failed(&error))?;
    behaviour
        .with_peer_score(score_params(names), PeerScoreThresholds::default())
        .map_err(|error| failed(&error))?;
    for topic in [&names.blocks, &names.transactions] {
        behaviour.subscribe(&IdentTopic::new(topic.clone())).map_err(|error| failed(&error))?;
    }
    Ok(behaviour)
}

fn content_id(message: &Message) -> MessageId {
    MessageId::from(keccak256(&message.data).to_vec())
}

fn score_params(names: &ProtocolNames) -> PeerScoreParams {
    let topics = [(&names.blocks, block_params()), (&names.transactions, transaction_params())];
    let hash = |name: &String| gossipsub::TopicHash::from(IdentTopic::new(name.clone()));
    PeerScoreParams {
        topics: topics.into_iter().map(|(name, params)| (hash(name), params)).collect(),
        // Ranges of addresses are limited where connections are let in, loopback excepted.
        ip_colocation_factor_weight: 0.0,
        ..PeerScoreParams::default()
    }
}

/// Rare messages, each with work in it: one that is not valid costs as much as ten first deliveries.
fn block_params() -> TopicScoreParams {
    TopicScoreParams { topic_weight: 0.5, invalid_message_deliveries_weight: -100.0, ..quiet() }
}

/// Frequent messages that cost a signature.
fn transaction_params() -> TopicScoreParams {
    TopicScoreParams { topic_weight: 0.1, invalid_message_deliveries_weight: -20.0, ..quiet() }
}

/// A mesh without traffic is no fault: no block may come for minutes, and no transaction for hours.
fn quiet() -> TopicScoreParams {
    TopicScoreParams {
        mesh_message_deliveries_weight: 0.0,
        mesh_failure_penalty_weight: 0.0,
        ..TopicScoreParams::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hanzo_testkit::dev_spec;

    #[test]
    fn there_are_no_topics_but_those_of_the_chain() {
        let names = ProtocolNames::of(&dev_spec());
        let mut gossip = gossip(&names).unwrap();
        assert_eq!(gossip.topics().count(), 2);
        let other = IdentTopic::new("/somebody/else/1");
        assert!(gossip.subscribe(&other).is_err());
    }
}
