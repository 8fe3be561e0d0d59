//! A connection with the victim, as a stranger of a new name.

mod raw_codec;
mod speech;

pub(crate) use raw_codec::Message;
pub(crate) use speech::Speech;

use crate::target::Target;
use alloy_primitives::Bytes;
use futures::StreamExt as _;
use hanzo_network::{ProtocolNames, Request, Status};
use libp2p::{
    PeerId, StreamProtocol, Swarm, SwarmBuilder,
    identity::Keypair,
    noise,
    request_response::{self, OutboundRequestId, ProtocolSupport, ResponseChannel},
    swarm::{NetworkBehaviour, SwarmEvent},
    tcp, yamux,
};
use raw_codec::RawCodec;
use std::time::Duration;
use tokio::sync::mpsc::Sender;

/// The gossip protocol, by the name of the version that every node speaks.
const GOSSIP: &str = "/meshsub/1.1.0";

/// Streams are never given up from this end.
const PATIENCE: Duration = Duration::from_secs(3_600);

const MAX_STREAMS: usize = 512;

type Raw = request_response::Behaviour<RawCodec>;

#[derive(NetworkBehaviour)]
struct Protocols {
    status: Raw,
    requests: Raw,
    gossip: Raw,
    discovery: Raw,
}

/// A connection with the victim, as a stranger of a new name. Every protocol of a node is there, and on
/// each of them anything may be said.
pub(crate) struct Line {
    swarm: Swarm<Protocols>,
    victim: PeerId,
    gossip: Option<(OutboundRequestId, Sender<Bytes>)>,
    /// Questions of the victim that are not answered: dropping one would be an empty answer.
    unanswered: Vec<ResponseChannel<Message>>,
}

/// What the victim does.
#[derive(Debug)]
pub(crate) enum News {
    /// It says who it is, and asks who this is.
    Introduced(Status, ResponseChannel<Message>),
    /// It asks for something.
    Asked(Request, ResponseChannel<Message>),
    /// It has answered.
    Answered,
    /// The connection is over, or was never made.
    Closed,
}

impl Line {
    /// Begins to connect.
    pub(crate) fn dial(target: &Target) -> Self {
        let mut swarm = SwarmBuilder::with_existing_identity(Keypair::generate_secp256k1())
            .with_tokio()
            .with_tcp(
                tcp::Config::default().nodelay(true),
                noise::Config::new,
                yamux::Config::default,
            )
            .unwrap()
            .with_behaviour(|_| Protocols::new(&target.names))
            .unwrap()
            .with_swarm_config(|config| config.with_idle_connection_timeout(PATIENCE))
            .build();
        swarm.dial(target.address.clone()).unwrap();
        Self { swarm, victim: target.peer, gossip: None, unanswered: Vec::new() }
    }

    /// Its name.
    pub(crate) fn peer(&self) -> PeerId {
        *self.swarm.local_peer_id()
    }

    /// Says something on a new stream of the protocol of requests.
    pub(crate) fn ask(&mut self, speech: Speech) {
        let protocol = &mut self.swarm.behaviour_mut().requests;
        let _ = protocol.send_request(&self.victim, Message::Said(speech));
    }

    /// Says something on a new stream of the handshake.
    pub(crate) fn introduce(&mut self, speech: Speech) {
        let protocol = &mut self.swarm.behaviour_mut().status;
        let _ = protocol.send_request(&self.victim, Message::Said(speech));
    }

    /// Says something on a new stream of discovery.
    pub(crate) fn discover(&mut self, speech: Speech) {
        let protocol = &mut self.swarm.behaviour_mut().discovery;
        let _ = protocol.send_request(&self.victim, Message::Said(speech));
    }

    /// Says something on a new stream of gossip.
    pub(crate) fn gossip_once(&mut self, speech: Speech) {
        let protocol = &mut self.swarm.behaviour_mut().gossip;
        let _ = protocol.send_request(&self.victim, Message::Said(speech));
    }

    /// Says something on the stream of gossip that stays open. Whether there was room for it.
    pub(crate) fn gossip(&mut self, frame: Bytes) -> bool {
        let protocol = &mut self.swarm.behaviour_mut().gossip;
        let victim = self.victim;
        let (_, queue) = self.gossip.get_or_insert_with(|| {
            let (queue, speech) = Speech::queued();
            (protocol.send_request(&victim, Message::Said(speech)), queue)
        });
        queue.try_send(frame).is_ok()
    }

    /// Answers the handshake.
    pub(crate) fn answer_status(&mut self, channel: ResponseChannel<Message>, speech: Speech) {
        let protocol = &mut self.swarm.behaviour_mut().status;
        // The victim may have given up.
        let _ = protocol.send_response(channel, Message::Said(speech));
    }

    /// Answers a question.
    pub(crate) fn answer(&mut self, channel: ResponseChannel<Message>, speech: Speech) {
        let protocol = &mut self.swarm.behaviour_mut().requests;
        // The victim may have given up.
        let _ = protocol.send_response(channel, Message::Said(speech));
    }

    /// Leaves a question without an answer.
    pub(crate) fn ignore(&mut self, channel: ResponseChannel<Message>) {
        self.unanswered.push(channel);
    }

    /// Waits for what the victim does.
    pub(crate) async fn news(&mut self) -> News {
        loop {
            let news = match self.swarm.select_next_some().await {
                SwarmEvent::Behaviour(event) => self.on_behaviour(event),
                SwarmEvent::ConnectionClosed { .. }
                | SwarmEvent::OutgoingConnectionError { .. } => Some(News::Closed),
                _ => None,
            };
            if let Some(news) = news {
                return news;
            }
        }
    }

    /// What a connection that ends cuts off is no news.
    fn on_behaviour(&mut self, event: ProtocolsEvent) -> Option<News> {
        use request_response::{Event, Message as Exchanged};
        match event {
            ProtocolsEvent::Status(Event::Message {
                message: Exchanged::Request { request: Message::Heard(bytes), channel, .. },
                ..
            }) => Some(News::Introduced(Status::decode(&bytes).ok()?, channel)),
            ProtocolsEvent::Requests(Event::Message {
                message: Exchanged::Request { request: Message::Heard(bytes), channel, .. },
                ..
            }) => Some(News::Asked(Request::decode(&bytes).ok()?, channel)),
            ProtocolsEvent::Requests(Event::Message {
                message: Exchanged::Response { .. },
                ..
            }) => Some(News::Answered),
            ProtocolsEvent::Gossip(
                Event::OutboundFailure { request_id, .. }
                | Event::Message { message: Exchanged::Response { request_id, .. }, .. },
            ) => {
                // The victim has closed the stream; the next frame opens another.
                self.gossip.take_if(|(id, _)| *id == request_id);
                None
            }
            _ => None,
        }
    }
}

impl Protocols {
    fn new(names: &ProtocolNames) -> Self {
        Self {
            status: raw(&names.status, RawCodec::exchange()),
            requests: raw(&names.requests, RawCodec::exchange()),
            gossip: raw(GOSSIP, RawCodec::endless()),
            discovery: raw(&names.discovery, RawCodec::endless()),
        }
    }
}

fn raw(name: &str, codec: RawCodec) -> Raw {
    let config = request_response::Config::default()
        .with_request_timeout(PATIENCE)
        .with_max_concurrent_streams(MAX_STREAMS);
    let protocol = StreamProtocol::try_from_owned(name.to_owned()).unwrap();
    Raw::with_codec(codec, [(protocol, ProtocolSupport::Full)], config)
}
