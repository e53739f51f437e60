//! The client's end of a connection.

use bytes::Bytes;

use super::{
    Connect, MAX_BODY, Mask, StreamError,
    frame::{self, Deframer, Frame},
    signature::{take_signature, write_body},
};
use crate::{
    ClientPacket, DecodeError, EncodeError, QoS, ServerPacket,
    reader::Reader,
    text::Spelling,
    websocket::{Header, PacketKind},
};

/// Client packets to bytes, bytes to server packets.
///
/// Push what the socket gave, then take packets until there is none. Used like that it never holds more than
/// one packet of the limit and one push.
#[derive(Debug)]
pub struct ClientCodec {
    encoder: ClientEncoder,
    deframer: Deframer,
}

/// The writing half of a [`ClientCodec`], for whoever reads and writes in different places.
#[derive(Clone, Copy, Debug)]
pub struct ClientEncoder {
    mask: Mask,
}

impl ClientCodec {
    /// Begins a connection: gives the codec, and CONNECT, which must be sent before all else.
    ///
    /// # Errors
    /// A text that does not fit its length field, or more than [`super::MAX_CONNECT`] of them.
    pub fn connect(connect: &Connect) -> Result<(Self, Bytes), EncodeError> {
        let bytes = connect.encode()?;
        let codec = Self {
            encoder: ClientEncoder { mask: connect.mask },
            deframer: Deframer::new(MAX_BODY),
        };
        Ok((codec, bytes))
    }

    /// The writing half.
    #[must_use]
    pub fn encoder(&self) -> ClientEncoder {
        self.encoder
    }

    /// As [`ClientEncoder::encode`].
    ///
    /// # Errors
    /// As there.
    pub fn encode(&self, packet: &ClientPacket) -> Result<Bytes, EncodeError> {
        self.encoder.encode(packet)
    }

    /// Takes bytes as they came. They are copied.
    pub fn push(&mut self, bytes: &[u8]) {
        self.deframer.push(bytes);
    }

    /// The next packet, `None` until all of it arrived. Its body shares the buffer it arrived in.
    ///
    /// # Errors
    /// Anything but a packet a server sends; see [`StreamError::ends_stream`].
    pub fn next_packet(&mut self) -> Result<Option<ServerPacket>, StreamError> {
        let Some(Frame { header, mut body }) = self.deframer.next_frame()? else {
            return Ok(None);
        };
        let header = Header::decode(header).map_err(DecodeError::Kind)?;
        self.encoder.mask.apply(&mut body);
        if header.kind == PacketKind::Publish {
            // It only has to be there; the SDK does not look at it either.
            take_signature(header.kind, &mut body)?;
        }
        let reader = Reader::new(body.freeze());
        let packet = ServerPacket::read_fields(header, reader, self.encoder.mask.version())?;
        Ok(Some(packet))
    }

    /// Bytes that arrived and belong to no packet taken so far. Not 0 at the end of the stream means that
    /// it was cut.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.deframer.pending()
    }
}

impl ClientEncoder {
    /// Writes the bytes the native SDK would write.
    ///
    /// # Errors
    /// A topic or target that does not fit its length field, or a body beyond [`MAX_BODY`].
    pub fn encode(&self, packet: &ClientPacket) -> Result<Bytes, EncodeError> {
        let mut header = packet.header();
        if header.kind == PacketKind::Query {
            header.qos = QoS::AtLeastOnce;
        }
        let body = write_body(header.kind, |writer| {
            packet.write_fields(writer, Spelling::Utf8)
        })?;
        Ok(frame::seal(header.encode(), body, self.mask))
    }
}
