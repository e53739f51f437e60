//! Packets at random.

use bytes::Bytes;
use imlink_wire::{ClientPacket, ConnAck, ProtocolVersion, QoS, ServerPacket, Session};
use proptest::prelude::*;

pub fn client_packet() -> impl Strategy<Value = ClientPacket> {
    prop_oneof![
        (qos(), text(), text(), any::<u16>(), body()).prop_map(
            |(qos, topic, target, message_id, body)| {
                ClientPacket::Publish {
                    qos,
                    topic,
                    target,
                    message_id,
                    body,
                }
            }
        ),
        (text(), text(), any::<u16>(), body()).prop_map(|(topic, target, message_id, body)| {
            ClientPacket::Query {
                topic,
                target,
                message_id,
                body,
            }
        }),
        any::<u16>().prop_map(|message_id| ClientPacket::PubAck { message_id }),
        any::<u16>().prop_map(|message_id| ClientPacket::QueryCon { message_id }),
        Just(ClientPacket::PingReq),
        any::<u8>().prop_map(|status| ClientPacket::Disconnect { status }),
    ]
}

pub fn versioned_server_packet() -> impl Strategy<Value = (ProtocolVersion, ServerPacket)> {
    prop_oneof![
        server_packet(session_v3().boxed()).prop_map(|packet| (ProtocolVersion::V3, packet)),
        server_packet(session_v4().boxed()).prop_map(|packet| (ProtocolVersion::V4, packet)),
    ]
}

pub fn server_packet(session: BoxedStrategy<Session>) -> impl Strategy<Value = ServerPacket> {
    let header = (any::<bool>(), qos(), any::<u32>());
    let numbers = (any::<u16>(), any::<u32>(), any::<u16>());
    prop_oneof![
        proptest::option::of(session)
            .prop_map(|session| ServerPacket::ConnAck(ConnAck { status: 0, session })),
        (1..=u8::MAX).prop_map(|status| ServerPacket::ConnAck(ConnAck::refused(status))),
        (header, text(), text(), any::<u16>(), body()).prop_map(
            |((sync, qos, date), topic, target, message_id, body)| {
                ServerPacket::Publish {
                    sync,
                    qos,
                    date,
                    topic,
                    target,
                    message_id,
                    body,
                }
            }
        ),
        (numbers, any::<u16>(), text()).prop_map(
            |((message_id, date, status), millisecond, message_uid)| {
                ServerPacket::PubAck {
                    message_id,
                    date,
                    status,
                    millisecond,
                    message_uid,
                }
            }
        ),
        (numbers, qos(), body()).prop_map(|((message_id, date, status), qos, body)| {
            ServerPacket::QueryAck {
                qos,
                message_id,
                date,
                status,
                body,
            }
        }),
        Just(ServerPacket::PingResp),
        any::<u8>().prop_map(|status| ServerPacket::Disconnect { status }),
    ]
}

pub fn session_v3() -> impl Strategy<Value = Session> {
    (text(), text(), any::<u64>()).prop_map(|(user_id, session_id, server_time)| Session {
        user_id: Some(user_id),
        session_id: Some(session_id),
        server_time: Some(server_time),
        message_id_base: None,
    })
}

fn session_v4() -> impl Strategy<Value = Session> {
    use proptest::option::of;
    (of(text()), of(text()), of(any::<u64>()), of(any::<u16>())).prop_map(
        |(user_id, session_id, server_time, message_id_base)| Session {
            user_id,
            session_id,
            server_time,
            message_id_base,
        },
    )
}

pub fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(any::<char>(), 0..20).prop_map(String::from_iter)
}

fn body() -> impl Strategy<Value = Bytes> {
    proptest::collection::vec(any::<u8>(), 0..64).prop_map(Bytes::from)
}

fn qos() -> impl Strategy<Value = QoS> {
    prop_oneof![Just(QoS::AtMostOnce), Just(QoS::AtLeastOnce)]
}
