//! What a client sends.

use std::fmt;

use bytes::Bytes;

use super::{Hidden, QoS};

/// One packet from client to server (protocol/cloud-wire.md 3.3, "C->S").
///
/// CONNECT is not among them: on WebSocket the upgrade URL is it ([`crate::handshake`]), on TCP it is
/// sent once, before there is a connection to speak of ([`crate::tcp::Connect`]).
#[derive(Clone, PartialEq, Eq)]
pub enum ClientPacket {
    /// Sends a message, a recall, or a read position.
    Publish {
        /// At least once for messages, at most once for read positions.
        qos: QoS,
        /// What the body is, one of [`crate::topic`].
        topic: String,
        /// Whom it is for: peer, group or room, or the own user id.
        target: String,
        /// Matches the PUBACK to come; chosen by the client, never 0.
        message_id: u16,
        /// Encoded body, usually [`crate::proto::UpStreamMessage`].
        body: Bytes,
    },
    /// Acknowledges a PUBLISH of the server.
    PubAck {
        /// The server's id.
        message_id: u16,
    },
    /// Asks something; a QUERYACK answers.
    Query {
        /// What is asked, one of [`crate::topic`].
        topic: String,
        /// What it is asked about; the own user id for most topics.
        target: String,
        /// Matches the QUERYACK to come; shares its counter with PUBLISH.
        message_id: u16,
        /// Encoded request, may be empty.
        body: Bytes,
    },
    /// Confirms a QUERYACK that asked for it.
    QueryCon {
        /// The id of the query.
        message_id: u16,
    },
    /// Asks for a sign of life.
    PingReq,
    /// Says goodbye; only a log-out does.
    Disconnect {
        /// [`crate::status::LOG_OUT`].
        status: u8,
    },
}

impl fmt::Debug for ClientPacket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Publish {
                qos,
                topic,
                target,
                message_id,
                body,
            } => f
                .debug_struct("Publish")
                .field("qos", qos)
                .field("topic", topic)
                .field("target", target)
                .field("message_id", message_id)
                .field("body", &Hidden(body))
                .finish(),
            Self::PubAck { message_id } => f
                .debug_struct("PubAck")
                .field("message_id", message_id)
                .finish(),
            Self::Query {
                topic,
                target,
                message_id,
                body,
            } => f
                .debug_struct("Query")
                .field("topic", topic)
                .field("target", target)
                .field("message_id", message_id)
                .field("body", &Hidden(body))
                .finish(),
            Self::QueryCon { message_id } => f
                .debug_struct("QueryCon")
                .field("message_id", message_id)
                .finish(),
            Self::PingReq => f.write_str("PingReq"),
            Self::Disconnect { status } => f
                .debug_struct("Disconnect")
                .field("status", status)
                .finish(),
        }
    }
}
