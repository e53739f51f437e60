//! What a server sends.

use std::fmt;

use bytes::Bytes;

use super::{ConnAck, Hidden, QoS};

/// One packet from server to client (protocol/cloud-wire.md 3.3, "S->C").
#[derive(Clone, PartialEq, Eq)]
pub enum ServerPacket {
    /// Accepts or refuses the connection; always the first packet.
    ConnAck(ConnAck),
    /// Notifies, delivers directly, or echoes what this user sent from another device.
    Publish {
        /// True for an echo. A PUBACK with the same id follows it and tells its time and uid.
        sync: bool,
        /// Whether a PUBACK is owed; none ever is for an echo.
        qos: QoS,
        /// Seconds since the epoch; clients do not use it.
        date: u32,
        /// What the body is, one of [`crate::topic`].
        topic: String,
        /// The receiving user in `s_*` topics, the original target in an echo.
        target: String,
        /// Chosen by the server.
        message_id: u16,
        /// Encoded body.
        body: Bytes,
    },
    /// Answers a PUBLISH, or completes an echo.
    PubAck {
        /// The id of the PUBLISH.
        message_id: u16,
        /// Sent time, whole seconds since the epoch.
        date: u32,
        /// 0 or the error code handed to the app unchanged.
        status: u16,
        /// Sent time, what is left of the second, 0 to 999.
        millisecond: u16,
        /// The message's uid; empty with an error and for read positions.
        message_uid: String,
    },
    /// Answers a QUERY.
    QueryAck {
        /// Whether a QUERYCON is owed.
        qos: QoS,
        /// The id of the QUERY.
        message_id: u16,
        /// Seconds since the epoch; clients do not use it.
        date: u32,
        /// 0 or the error code handed to the app unchanged.
        status: u16,
        /// Encoded answer, meaningful with status 0 only.
        body: Bytes,
    },
    /// The sign of life asked for.
    PingResp,
    /// Ends the connection; see [`crate::status::disconnect_code`].
    Disconnect {
        /// Why.
        status: u8,
    },
}

impl fmt::Debug for ServerPacket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConnAck(connack) => connack.fmt(f),
            Self::Publish {
                sync,
                qos,
                date,
                topic,
                target,
                message_id,
                body,
            } => f
                .debug_struct("Publish")
                .field("sync", sync)
                .field("qos", qos)
                .field("date", date)
                .field("topic", topic)
                .field("target", target)
                .field("message_id", message_id)
                .field("body", &Hidden(body))
                .finish(),
            Self::PubAck {
                message_id,
                date,
                status,
                millisecond,
                message_uid,
            } => f
                .debug_struct("PubAck")
                .field("message_id", message_id)
                .field("date", date)
                .field("status", status)
                .field("millisecond", millisecond)
                .field("message_uid", message_uid)
                .finish(),
            Self::QueryAck {
                qos,
                message_id,
                date,
                status,
                body,
            } => f
                .debug_struct("QueryAck")
                .field("qos", qos)
                .field("message_id", message_id)
                .field("date", date)
                .field("status", status)
                .field("body", &Hidden(body))
                .finish(),
            Self::PingResp => f.write_str("PingResp"),
            Self::Disconnect { status } => f
                .debug_struct("Disconnect")
                .field("status", status)
                .finish(),
        }
    }
}

impl ServerPacket {
    /// The sent time a PUBACK carries, in ms since the epoch.
    #[must_use]
    pub fn sent_time(date: u32, millisecond: u16) -> u64 {
        u64::from(date) * 1000 + u64::from(millisecond)
    }
}
