//! Server packets to bytes and back.

use bytes::Bytes;

use super::{DecodeError, EncodeError, Header, MAX_MESSAGE, PacketKind};
use crate::{ConnAck, ProtocolVersion, ServerPacket, reader::Reader, writer::Writer};

impl ServerPacket {
    /// Reads one WebSocket message. The version decides the layout of CONNACK.
    ///
    /// # Errors
    /// Anything that is not a packet a server sends.
    pub fn decode(bytes: Bytes, version: ProtocolVersion) -> Result<Self, DecodeError> {
        if bytes.len() > MAX_MESSAGE {
            return Err(DecodeError::TooLarge(bytes.len()));
        }
        let mut reader = Reader::new(bytes);
        let first = reader.u8("header").map_err(|_| DecodeError::Empty)?;
        let header = Header::decode(first).map_err(DecodeError::Kind)?;
        Self::read_fields(header, reader, version)
    }

    /// What follows the header; the TCP form has the same fields.
    pub(crate) fn read_fields(
        header: Header,
        mut reader: Reader,
        version: ProtocolVersion,
    ) -> Result<Self, DecodeError> {
        match header.kind {
            PacketKind::ConnAck => Ok(Self::ConnAck(ConnAck::read(reader, version)?)),
            PacketKind::Publish => Ok(Self::Publish {
                sync: header.sync,
                qos: header.qos,
                date: reader.u32("date")?,
                topic: reader.text("topic")?,
                target: reader.text("target")?,
                message_id: reader.u16("message id")?,
                body: reader.rest(),
            }),
            PacketKind::PubAck => Ok(Self::PubAck {
                message_id: reader.u16("message id")?,
                date: reader.u32("date")?,
                status: reader.u16("status")?,
                millisecond: reader.u16("millisecond")?,
                message_uid: if reader.is_empty() {
                    String::new()
                } else {
                    reader.text("message uid")?
                },
            }),
            PacketKind::QueryAck => Ok(Self::QueryAck {
                qos: header.qos,
                message_id: reader.u16("message id")?,
                date: reader.u32("date")?,
                status: reader.u16("status")?,
                body: reader.rest(),
            }),
            PacketKind::PingResp => Ok(Self::PingResp),
            PacketKind::Disconnect => {
                reader.u8("reserved byte")?;
                Ok(Self::Disconnect {
                    status: reader.u8("status")?,
                })
            }
            PacketKind::Query | PacketKind::QueryCon | PacketKind::PingReq => {
                Err(DecodeError::Kind(header.kind.number()))
            }
        }
    }

    /// Writes bytes the SDK accepts. The version decides the layout of CONNACK.
    ///
    /// # Errors
    /// A text that does not fit its length field, or a body beyond [`MAX_MESSAGE`].
    pub fn encode(&self, version: ProtocolVersion) -> Result<Bytes, EncodeError> {
        let writer = Writer::new(self.header().encode());
        self.write_fields(writer, version).finish()
    }

    /// The header this packet has on WebSocket.
    pub(crate) const fn header(&self) -> Header {
        match self {
            Self::ConnAck(_) => Header::plain(PacketKind::ConnAck),
            Self::Publish { sync, qos, .. } => Header {
                sync: *sync,
                qos: *qos,
                ..Header::plain(PacketKind::Publish)
            },
            Self::PubAck { .. } => Header::plain(PacketKind::PubAck),
            Self::QueryAck { qos, .. } => Header {
                qos: *qos,
                ..Header::plain(PacketKind::QueryAck)
            },
            Self::PingResp => Header::plain(PacketKind::PingResp),
            Self::Disconnect { .. } => Header::plain(PacketKind::Disconnect),
        }
    }

    /// Writes what follows the header; the TCP form has the same fields.
    pub(crate) fn write_fields(&self, writer: Writer, version: ProtocolVersion) -> Writer {
        match self {
            Self::ConnAck(connack) => connack.write(writer, version),
            Self::Publish {
                sync: _,
                qos: _,
                date,
                topic,
                target,
                message_id,
                body,
            } => writer
                .u32(*date)
                .text("topic", topic.as_bytes())
                .text("target", target.as_bytes())
                .u16(*message_id)
                .body(body),
            Self::PubAck {
                message_id,
                date,
                status,
                millisecond,
                message_uid,
            } => writer
                .u16(*message_id)
                .u32(*date)
                .u16(*status)
                .u16(*millisecond)
                .text("message uid", message_uid.as_bytes()),
            Self::QueryAck {
                qos: _,
                message_id,
                date,
                status,
                body,
            } => writer.u16(*message_id).u32(*date).u16(*status).body(body),
            Self::PingResp => writer,
            Self::Disconnect { status } => writer.u8(0).u8(*status),
        }
    }
}
