//! Client packets to bytes and back.

use bytes::Bytes;

use super::{DecodeError, EncodeError, Header, MAX_MESSAGE, PacketKind};
use crate::{ClientPacket, ProtocolVersion, reader::Reader, text, writer::Writer};

impl ClientPacket {
    /// Reads one WebSocket message. The version changes nothing in this direction.
    ///
    /// # Errors
    /// Anything that is not a packet a client sends.
    pub fn decode(bytes: Bytes, _version: ProtocolVersion) -> Result<Self, DecodeError> {
        if bytes.len() > MAX_MESSAGE {
            return Err(DecodeError::TooLarge(bytes.len()));
        }
        let mut reader = Reader::new(bytes);
        let first = reader.u8("header").map_err(|_| DecodeError::Empty)?;
        let header = Header::decode(first).map_err(DecodeError::Kind)?;
        match header.kind {
            PacketKind::Publish => Ok(Self::Publish {
                qos: header.qos,
                topic: reader.text("topic")?,
                target: reader.text("target")?,
                message_id: reader.u16("message id")?,
                body: reader.rest(),
            }),
            PacketKind::PubAck => Ok(Self::PubAck {
                message_id: reader.u16("message id")?,
            }),
            PacketKind::Query => Ok(Self::Query {
                topic: reader.text("topic")?,
                target: reader.text("target")?,
                message_id: reader.u16("message id")?,
                body: reader.rest(),
            }),
            PacketKind::QueryCon => Ok(Self::QueryCon {
                message_id: reader.u16("message id")?,
            }),
            PacketKind::PingReq => Ok(Self::PingReq),
            PacketKind::Disconnect => {
                reader.u8("reserved byte")?;
                Ok(Self::Disconnect {
                    status: reader.u8("status")?,
                })
            }
            PacketKind::ConnAck | PacketKind::QueryAck | PacketKind::PingResp => {
                Err(DecodeError::Kind(header.kind.number()))
            }
        }
    }

    /// Writes the bytes the SDK would write. The version changes nothing in this direction.
    ///
    /// # Errors
    /// A topic or target that does not fit its length field, or a body beyond [`MAX_MESSAGE`].
    pub fn encode(&self, _version: ProtocolVersion) -> Result<Bytes, EncodeError> {
        match self {
            Self::Publish {
                qos,
                topic,
                target,
                message_id,
                body,
            } => {
                let header = Header {
                    qos: *qos,
                    ..Header::plain(PacketKind::Publish)
                };
                addressed(header, topic, target, *message_id, body)
            }
            Self::PubAck { message_id } => Writer::new(Header::plain(PacketKind::PubAck).encode())
                .u16(*message_id)
                .finish(),
            Self::Query {
                topic,
                target,
                message_id,
                body,
            } => addressed(
                Header::plain(PacketKind::Query),
                topic,
                target,
                *message_id,
                body,
            ),
            Self::QueryCon { message_id } => {
                Writer::new(Header::plain(PacketKind::QueryCon).encode())
                    .u16(*message_id)
                    .finish()
            }
            Self::PingReq => Writer::new(Header::plain(PacketKind::PingReq).encode()).finish(),
            Self::Disconnect { status } => {
                Writer::new(Header::plain(PacketKind::Disconnect).encode())
                    .u8(0)
                    .u8(*status)
                    .finish()
            }
        }
    }
}

fn addressed(
    header: Header,
    topic: &str,
    target: &str,
    message_id: u16,
    body: &[u8],
) -> Result<Bytes, EncodeError> {
    Writer::new(header.encode())
        .text("topic", &text::to_cesu8(topic))
        .text("target", &text::to_cesu8(target))
        .u16(message_id)
        .body(body)
        .finish()
}
