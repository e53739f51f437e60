//! A cloud, a clock, and what its links have heard.

use std::collections::{BTreeMap, BTreeSet};

use imlink_model::{AppKey, Millis, UserId};
use imlink_sandbox::{
    App, AppSettings, Cloud, DeviceClass, Fault, Greeting, Lasting, LinkId, Output, Policy,
    Presence, Scope, Secret,
};
use imlink_wire::{
    ClientPacket, ProtocolVersion, QoS, ServerPacket,
    notify::Change,
    proto::{Body, DownStreamMessages, SyncRequestMsg, UpStreamMessage, decode_body, encode_body},
    topic,
};

pub const KEY: &str = "key";
pub const SECRET: &str = "secret";

pub struct Bench {
    pub cloud: Cloud,
    pub now: Millis,
    heard: BTreeMap<LinkId, Vec<ServerPacket>>,
    closed: BTreeSet<LinkId>,
    presence: Vec<Presence>,
    last_link: u64,
    last_message_id: u16,
}

/// What a PUBACK said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack {
    pub message_id: u16,
    pub status: u16,
    pub time: i64,
    pub uid: String,
}

impl Bench {
    pub fn new() -> Self {
        Self::with_policy(Policy::default())
    }

    pub fn with_policy(policy: Policy) -> Self {
        let settings = AppSettings {
            key: app_key(KEY),
            secret: Secret::new(SECRET),
            policy,
        };
        Self::with_cloud(Cloud::new(settings, 7), Millis(1_800_000_000_000))
    }

    pub fn with_cloud(cloud: Cloud, now: Millis) -> Self {
        Self {
            cloud,
            now,
            heard: BTreeMap::new(),
            closed: BTreeSet::new(),
            presence: Vec::new(),
            last_link: 0,
            last_message_id: 0,
        }
    }

    pub fn app(&mut self) -> &mut App {
        self.cloud.default_app_mut()
    }

    pub fn pass(&mut self, millis: i64) {
        self.now = Millis(self.now.0 + millis);
    }

    pub fn token(&mut self, name: &str) -> String {
        let now = self.now;
        self.app().issue_token(&user(name), now)
    }

    /// A link of a user, online.
    pub fn online(&mut self, name: &str) -> LinkId {
        let token = self.token(name);
        let link = self.open(&token);
        let connack = self.heard(link);
        assert!(
            matches!(&connack[..], [ServerPacket::ConnAck(ack)] if ack.status == 0),
            "{connack:?}"
        );
        link
    }

    pub fn open(&mut self, token: &str) -> LinkId {
        self.open_as(KEY, token, DeviceClass::Web)
    }

    pub fn open_as(&mut self, key: &str, token: &str, class: DeviceClass) -> LinkId {
        let greeting = Greeting {
            app_key: key.to_owned(),
            token: token.to_owned(),
            version: ProtocolVersion::V3,
            class,
            device: String::new(),
            reconnect_kick: false,
        };
        self.greet(greeting)
    }

    pub fn greet(&mut self, greeting: Greeting) -> LinkId {
        self.last_link += 1;
        let link = LinkId(self.last_link);
        self.cloud.open(link, greeting, self.now);
        link
    }

    /// The status of the only CONNACK a link with this token gets, and that the link is closed.
    pub fn refused(&mut self, token: &str) -> u8 {
        let link = self.open(token);
        let heard = self.heard(link);
        assert!(self.is_closed(link), "a refused link is closed");
        match &heard[..] {
            [ServerPacket::ConnAck(ack)] => ack.status,
            other => panic!("not one CONNACK: {other:?}"),
        }
    }

    pub fn receive(&mut self, link: LinkId, packet: ClientPacket) {
        self.cloud.receive(link, packet, self.now);
    }

    /// What a link has heard since last asked.
    pub fn heard(&mut self, link: LinkId) -> Vec<ServerPacket> {
        self.drain();
        self.heard.remove(&link).unwrap_or_default()
    }

    /// Whether the cloud has closed a link.
    pub fn is_closed(&mut self, link: LinkId) -> bool {
        self.drain();
        self.closed.contains(&link)
    }

    pub fn publish(
        &mut self,
        link: LinkId,
        topic: &str,
        target: &str,
        body: impl Into<bytes::Bytes>,
    ) -> u16 {
        self.publish_as(link, QoS::AtLeastOnce, topic, target, body)
    }

    pub fn publish_as(
        &mut self,
        link: LinkId,
        qos: QoS,
        topic: &str,
        target: &str,
        body: impl Into<bytes::Bytes>,
    ) -> u16 {
        self.last_message_id += 1;
        let (topic, target) = (topic.to_owned(), target.to_owned());
        let message_id = self.last_message_id;
        let body = body.into();
        self.receive(
            link,
            ClientPacket::Publish {
                qos,
                topic,
                target,
                message_id,
                body,
            },
        );
        message_id
    }

    /// Publishes a private text without looking at what happens.
    pub fn say(&mut self, link: LinkId, to: &str, text: &str) -> u16 {
        self.publish(link, topic::PRIVATE, to, encode_body(&text_body(text)))
    }

    /// Publishes a private text; its only PUBACK. Other packets of the link are forgotten.
    pub fn say_acked(&mut self, link: LinkId, to: &str, text: &str) -> Ack {
        self.say(link, to, text);
        let acks = self.acks(link);
        assert_eq!(acks.len(), 1, "one PUBACK");
        acks[0].clone()
    }

    /// The PUBACKs a link has heard; the rest is forgotten.
    pub fn acks(&mut self, link: LinkId) -> Vec<Ack> {
        self.heard(link).into_iter().filter_map(ack).collect()
    }

    /// Asks and gets the only answer: status and body.
    pub fn query(
        &mut self,
        link: LinkId,
        topic: &str,
        body: impl Into<bytes::Bytes>,
    ) -> (u16, bytes::Bytes) {
        self.query_about(link, topic, "self", body)
    }

    /// Asks and gets the only answer, which is no refusal.
    pub fn ask<Q: Body, A: Body>(&mut self, link: LinkId, topic: &str, question: &Q) -> A {
        let (status, body) = self.query(link, topic, encode_body(question));
        assert_eq!(status, 0, "{topic}");
        decode_body(body).unwrap()
    }

    /// Asks about a room or another user and gets the only answer: status and body.
    pub fn query_about(
        &mut self,
        link: LinkId,
        topic: &str,
        target: &str,
        body: impl Into<bytes::Bytes>,
    ) -> (u16, bytes::Bytes) {
        self.heard(link);
        self.last_message_id += 1;
        let asked = self.last_message_id;
        let (topic, target) = (topic.to_owned(), target.to_owned());
        self.receive(
            link,
            ClientPacket::Query {
                topic,
                target,
                message_id: asked,
                body: body.into(),
            },
        );
        match self.heard(link).pop() {
            Some(ServerPacket::QueryAck {
                message_id,
                status,
                body,
                ..
            }) => {
                assert_eq!(message_id, asked);
                (status, body)
            }
            other => panic!("no QUERYACK: {other:?}"),
        }
    }

    /// Pulls once with these cursors.
    pub fn pull(&mut self, link: LinkId, received: i64, sent: i64) -> DownStreamMessages {
        let asked = SyncRequestMsg {
            sync_time: received,
            is_pull_send: Some(true),
            send_box_sync_time: Some(sent),
            broadcast_sync_time: Some(17),
            ..SyncRequestMsg::default()
        };
        let (status, body) = self.query(link, topic::PULL_MESSAGES, encode_body(&asked));
        assert_eq!(status, 0);
        decode_body(body).unwrap()
    }

    pub fn fault(&mut self, fault: Fault, lasting: Lasting) {
        self.app().add_fault(fault, Scope::Everyone, lasting);
    }

    /// Who came and went since last asked.
    pub fn presence(&mut self) -> Vec<Presence> {
        self.drain();
        std::mem::take(&mut self.presence)
    }

    fn drain(&mut self) {
        while let Some(output) = self.cloud.poll_output() {
            match output {
                Output::Send { link, packet } => {
                    assert!(
                        !self.closed.contains(&link),
                        "nothing is sent after the end"
                    );
                    self.heard.entry(link).or_default().push(packet);
                }
                Output::Close { link } => {
                    self.closed.insert(link);
                }
                Output::Presence { event, .. } => self.presence.push(event),
            }
        }
    }
}

pub fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

pub fn app_key(key: &str) -> AppKey {
    AppKey::new(key).unwrap()
}

pub fn text_body(text: &str) -> UpStreamMessage {
    UpStreamMessage {
        session_id: 3,
        classname: "RC:TxtMsg".to_owned(),
        content: format!(r#"{{"content":"{text}"}}"#),
        config_flag: Some(2),
        client_unique_id: Some(99),
        option_bits: Some(0),
        ..UpStreamMessage::default()
    }
}

pub fn ack(packet: ServerPacket) -> Option<Ack> {
    match packet {
        ServerPacket::PubAck {
            message_id,
            date,
            status,
            millisecond,
            message_uid,
        } => Some(Ack {
            message_id,
            status,
            time: i64::from(date) * 1000 + i64::from(millisecond),
            uid: message_uid,
        }),
        _ => None,
    }
}

/// The times of the notifications among packets.
pub fn notified(packets: &[ServerPacket]) -> Vec<i64> {
    use imlink_wire::notify::Notification;

    let times = packets.iter().filter_map(|packet| match packet {
        ServerPacket::Publish {
            sync: false,
            qos: QoS::AtLeastOnce,
            topic,
            body,
            ..
        } => match Notification::read(topic, body.clone()).unwrap()? {
            Notification::Messages { time } => Some(time),
            _ => None,
        },
        _ => None,
    });
    times.collect()
}

/// What notifications among packets say has changed, each with its version.
pub fn changes(packets: &[ServerPacket]) -> Vec<(Change, i64)> {
    use imlink_wire::notify::Notification;

    let changes = packets.iter().filter_map(|packet| match packet {
        ServerPacket::Publish { topic, body, .. } => {
            match Notification::read(topic, body.clone()).unwrap()? {
                Notification::Changed { what, time } => Some((what, time)),
                _ => None,
            }
        }
        _ => None,
    });
    changes.collect()
}
