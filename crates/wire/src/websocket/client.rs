//! Client packets to bytes and back.

use bytes::Bytes;

use super::{DecodeError, EncodeError, Header, MAX_MESSAGE, PacketKind};
use crate::{ClientPacket, ProtocolVersion, reader::Reader, text::Spelling, writer::Writer};

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
        Self::read_fields(header, reader)
    }

    /// What follows the header; the TCP form has the same fields.
    pub(crate) fn read_fields(header: Header, mut reader: Reader) -> Result<Self, DecodeError> {
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
        let writer = Writer::new(self.header().encode());
        self.write_fields(writer, Spelling::Cesu8).finish()
    }

    /// The header the web SDK gives this packet.
    pub(crate) const fn header(&self) -> Header {
        match self {
            Self::Publish { qos, .. } => Header {
                qos: *qos,
                ..Header::plain(PacketKind::Publish)
            },
            Self::PubAck { .. } => Header::plain(PacketKind::PubAck),
            Self::Query { .. } => Header::plain(PacketKind::Query),
            Self::QueryCon { .. } => Header::plain(PacketKind::QueryCon),
            Self::PingReq => Header::plain(PacketKind::PingReq),
            Self::Disconnect { .. } => Header::plain(PacketKind::Disconnect),
        }
    }

    /// Writes what follows the header; the TCP form has the same fields, spelled in UTF-8.
    pub(crate) fn write_fields(&self, writer: Writer, spelling: Spelling) -> Writer {
        match self {
            Self::Publish {
                qos: _,
                topic,
                target,
                message_id,
                body,
            }
            | Self::Query {
                topic,
                target,
                message_id,
                body,
            } => writer
                .text("topic", &spelling.bytes(topic))
                .text("target", &spelling.bytes(target))
                .u16(*message_id)
                .body(body),
            Self::PubAck { message_id } | Self::QueryCon { message_id } => writer.u16(*message_id),
            Self::PingReq => writer,
            Self::Disconnect { status } => writer.u8(0).u8(*status),
        }
    }
}
