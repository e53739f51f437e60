//! What clients said, kept for comparing one client with another.

use std::collections::VecDeque;

use bytes::Bytes;
use imlink_model::Millis;
use imlink_wire::ClientPacket;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LinkId;

/// The most records kept; the oldest go first.
const MAX_RECORDS: usize = 10_000;

/// The most bytes of packets kept; the oldest records go first.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// One thing a client said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// Position since the app was made, from 1 on.
    pub sequence: u64,
    /// When.
    #[schemars(with = "i64")]
    pub at: Millis,
    /// On which link, `None` for navigation.
    pub link: Option<LinkId>,
    /// What.
    pub heard: Heard,
}

/// What a client said. Tokens are replaced by `<token>`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Heard {
    /// Asked navigation.
    Navigation {
        /// Method, path and query.
        request: String,
        /// Names and values in the order they came; the values of transport headers (host, length)
        /// among them.
        headers: Vec<(String, String)>,
        /// The form.
        body: String,
    },
    /// Opened a link.
    Handshake {
        /// Path and query of the upgrade, or the fields of CONNECT.
        request: String,
    },
    /// Sent a packet.
    Packet {
        /// `PUBLISH`, `QUERY` and so on.
        packet: String,
        /// The topic of a PUBLISH or QUERY, else empty.
        topic: String,
        /// The whole packet in the WebSocket form, as lower-case hexadecimal digits.
        bytes: String,
    },
}

/// The last so many records.
#[derive(Default)]
pub(super) struct Transcript {
    records: VecDeque<Record>,
    bytes: usize,
    sequence: u64,
}

impl Transcript {
    pub(super) fn add(&mut self, at: Millis, link: Option<LinkId>, heard: Heard) {
        self.sequence += 1;
        self.bytes += heard.size();
        self.records.push_back(Record {
            sequence: self.sequence,
            at,
            link,
            heard,
        });
        while self.records.len() > MAX_RECORDS || self.bytes > MAX_BYTES {
            let Some(oldest) = self.records.pop_front() else {
                break;
            };
            self.bytes -= oldest.heard.size();
        }
    }

    pub(super) fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.iter()
    }
}

impl Heard {
    /// A packet as it travelled; it came from the wire, so it has bytes.
    pub(super) fn packet(packet: &ClientPacket, bytes: &Bytes) -> Self {
        let (name, topic) = match packet {
            ClientPacket::Publish { topic, .. } => ("PUBLISH", topic.as_str()),
            ClientPacket::PubAck { .. } => ("PUBACK", ""),
            ClientPacket::Query { topic, .. } => ("QUERY", topic.as_str()),
            ClientPacket::QueryCon { .. } => ("QUERYCON", ""),
            ClientPacket::PingReq => ("PINGREQ", ""),
            ClientPacket::Disconnect { .. } => ("DISCONNECT", ""),
        };
        Self::Packet {
            packet: name.to_owned(),
            topic: topic.to_owned(),
            bytes: hex(bytes),
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Navigation {
                request,
                headers,
                body,
            } => {
                let headers: usize = headers
                    .iter()
                    .map(|(name, value)| name.len() + value.len())
                    .sum();
                request.len() + headers + body.len()
            }
            Self::Handshake { request } => request.len(),
            Self::Packet { topic, bytes, .. } => topic.len() + bytes.len(),
        }
    }
}

impl std::fmt::Debug for Heard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Navigation { .. } => f.write_str("Navigation"),
            Self::Handshake { .. } => f.write_str("Handshake"),
            Self::Packet {
                packet,
                topic,
                bytes,
            } => {
                write!(f, "{packet} {topic} <{} bytes>", bytes.len() / 2)
            }
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;

    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a String grows as needed");
            text
        })
}
