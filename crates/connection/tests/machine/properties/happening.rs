//! What may happen to a machine, at random.

use std::time::Duration;

use bytes::Bytes;
use imlink_connection::{HttpAnswer, LinkError, ProxyFault};
use imlink_model::uplink::{Hint, Network, PushAfterLeaving};
use imlink_wire::{ConnAck, QoS, ServerPacket, Session};
use proptest::prelude::*;

use crate::cloud::{echo, notification, page, partial_page, puback, text};
use crate::driver::listing;

/// One thing that may happen; ids and generations are chosen among those there are.
#[derive(Clone, Debug)]
pub enum Happening {
    Connect(u8),
    Disconnect(PushAfterLeaving),
    /// The store gives somebody's rows.
    Restore(&'static str),
    /// To a user, of a class.
    Send(u8, u8),
    Network(Network),
    Hint(Hint),
    WayChanged,
    Navigated(Result<HttpAnswer, LinkError>),
    Opened,
    Packet(ServerPacket),
    Garbage(u8),
    /// The last link, dial or an earlier one ends.
    Lost(u8, LinkError),
    /// The oldest record is stored, or not.
    Stored(bool),
    Time(Duration),
}

pub fn happening() -> impl Strategy<Value = Happening> {
    use Happening as H;
    prop_oneof![
        2 => any::<u8>().prop_map(H::Connect),
        1 => leaving().prop_map(H::Disconnect),
        4 => user().prop_map(H::Restore),
        6 => any::<(u8, u8)>().prop_map(|(to, class)| H::Send(to, class)),
        2 => network().prop_map(H::Network),
        2 => hint().prop_map(H::Hint),
        1 => Just(H::WayChanged),
        8 => navigated().prop_map(H::Navigated),
        8 => Just(H::Opened),
        8 => connack().prop_map(H::Packet),
        12 => any::<(u8, u16)>().prop_map(|(kind, id)| H::Packet(packet(kind, id % 8))),
        1 => (0..14_u8).prop_map(|status| H::Packet(ServerPacket::Disconnect { status })),
        1 => any::<u8>().prop_map(H::Garbage),
        2 => (any::<u8>(), link_error()).prop_map(|(which, error)| H::Lost(which, error)),
        12 => any::<bool>().prop_map(H::Stored),
        6 => (0..200_000_u64).prop_map(|ms| H::Time(Duration::from_millis(ms))),
        3 => (0..3_000_u64).prop_map(|ms| H::Time(Duration::from_millis(ms))),
    ]
}

pub fn happenings(most: usize) -> impl Strategy<Value = Vec<Happening>> {
    proptest::collection::vec(happening(), 1..most)
}

fn leaving() -> impl Strategy<Value = PushAfterLeaving> {
    prop_oneof![Just(PushAfterLeaving::Keep), Just(PushAfterLeaving::Stop)]
}

fn user() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just("alice"), 1 => Just("bob")]
}

fn network() -> impl Strategy<Value = Network> {
    prop_oneof![Just(Network::Available), Just(Network::Unavailable)]
}

fn hint() -> impl Strategy<Value = Hint> {
    prop_oneof![
        Just(Hint::NetworkChanged),
        Just(Hint::Resumed),
        Just(Hint::Foreground)
    ]
}

fn link_error() -> impl Strategy<Value = LinkError> {
    prop_oneof![
        Just(LinkError::Unresolved),
        Just(LinkError::NoSocket),
        Just(LinkError::Refused),
        Just(LinkError::TimedOut),
        Just(LinkError::Closed),
        Just(LinkError::Reset),
        Just(LinkError::Insecure),
        Just(LinkError::Clock),
        Just(LinkError::Pin),
        Just(LinkError::Portal),
        Just(LinkError::Protocol),
        Just(LinkError::TooLarge),
        Just(LinkError::Proxy(ProxyFault::Silent)),
    ]
}

fn navigated() -> impl Strategy<Value = Result<HttpAnswer, LinkError>> {
    let answer = |status, body: String| HttpAnswer {
        status,
        body: Bytes::from(body),
        retry_after: (status == 503).then_some(Duration::from_secs(90)),
    };
    prop_oneof![
        4 => Just(Ok(answer(200, listing("alice", &["a", "b"])))),
        1 => Just(Ok(answer(200, listing("", &["a"])))),
        1 => Just(Ok(answer(200, listing("bob", &["c"])))),
        1 => prop_oneof![200..600_u16, Just(429), Just(503)]
            .prop_map(move |status| Ok(answer(status, String::new()))),
        1 => link_error().prop_map(Err),
    ]
}

fn connack() -> impl Strategy<Value = ServerPacket> {
    prop_oneof![
        4 => Just(0_u8),
        1 => 1..26_u8,
    ]
    .prop_map(|status| ServerPacket::ConnAck(of_status(status)))
}

fn of_status(status: u8) -> ConnAck {
    match status {
        0 => ConnAck::accepted(Session {
            user_id: Some("alice".to_owned()),
            ..Session::default()
        }),
        status => ConnAck::refused(status),
    }
}

fn packet(kind: u8, id: u16) -> ServerPacket {
    let answer = |status, body| ServerPacket::QueryAck {
        qos: QoS::from_bits(kind),
        message_id: id,
        date: 0,
        status,
        body,
    };
    match kind % 13 {
        0 => ServerPacket::PingResp,
        1 => notification(id, i64::from(kind)),
        2 | 3 => answer(0, page(vec![text(i64::from(kind))], i64::from(kind))),
        4 => answer(0, partial_page(Vec::new(), i64::from(kind))),
        5 => answer(1, Bytes::new()),
        6 => answer(0, Bytes::from_static(b"\xff\xff")),
        7 | 8 => puback(id, 0, &format!("u{id}")),
        9 => puback(id, 20_604, ""),
        10 => puback(id, 405, ""),
        11 => echo("ppMsgP", id),
        _ => puback(id, 0, ""),
    }
}
