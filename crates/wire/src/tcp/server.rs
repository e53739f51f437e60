//! The server's end of a connection.

use bytes::Bytes;

use super::{
    Connect, MAX_BODY, MAX_CONNECT, Mask, ReplyError, StreamError, connect,
    frame::{self, Deframer, Frame},
    signature::{signature, take_signature, write_body},
};
use crate::{
    ClientPacket, DecodeError, QoS, ServerPacket,
    reader::Reader,
    websocket::{Header, PacketKind},
};

/// Server packets to bytes, bytes to client packets.
///
/// Push what the socket gave, then take packets until there is none. Used like that it never holds more than
/// one packet of the limit and one push, and no more than [`MAX_CONNECT`] and one push before CONNECT.
///
/// It needs no setting: mask and version are read off CONNECT. One that cannot be read gives its mask away
/// all the same where it has eight bytes, so that it can be refused with a CONNACK.
#[derive(Debug)]
pub struct ServerCodec {
    stage: Stage,
    deframer: Deframer,
    /// The largest body after CONNECT.
    limit: usize,
}

#[derive(Debug)]
enum Stage {
    /// No CONNECT yet.
    Greeting,
    /// CONNECT was read.
    Open(Mask),
    /// The first packet was no good. Nothing more is read; a refusal may be written if there is a mask.
    Failed {
        error: StreamError,
        mask: Option<Mask>,
    },
}

/// What a client sends over TCP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// The first packet, and only the first.
    Connect(Connect),
    /// Any other.
    Packet(ClientPacket),
}

impl ServerCodec {
    /// Accepts bodies of up to this many bytes once CONNECT was read, at most [`MAX_BODY`].
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            stage: Stage::Greeting,
            deframer: Deframer::new(MAX_CONNECT),
            limit: limit.min(MAX_BODY),
        }
    }

    /// Writes bytes the native SDK accepts.
    ///
    /// # Errors
    /// Anything before CONNECT, a text that does not fit its length field, or a body beyond [`MAX_BODY`].
    pub fn encode(&self, packet: &ServerPacket) -> Result<Bytes, ReplyError> {
        let mask = match &self.stage {
            Stage::Open(mask)
            | Stage::Failed {
                mask: Some(mask), ..
            } => *mask,
            Stage::Greeting | Stage::Failed { mask: None, .. } => {
                return Err(ReplyError::BeforeConnect);
            }
        };
        let mut header = packet.header();
        if header.kind == PacketKind::PubAck {
            header.qos = QoS::AtLeastOnce;
        }
        let body = write_body(header.kind, |writer| {
            packet.write_fields(writer, mask.version())
        })?;
        Ok(frame::seal(header.encode(), body, mask))
    }

    /// Takes bytes as they came. They are copied.
    pub fn push(&mut self, bytes: &[u8]) {
        self.deframer.push(bytes);
    }

    /// The next packet, `None` until all of it arrived. Its body shares the buffer it arrived in.
    ///
    /// # Errors
    /// Anything but a packet a client sends at this point; see [`StreamError::ends_stream`].
    pub fn next_packet(&mut self) -> Result<Option<Received>, StreamError> {
        match &self.stage {
            Stage::Failed { error, .. } => return Err(error.clone()),
            Stage::Greeting | Stage::Open(_) => {}
        }
        let Some(frame) = self.deframer.next_frame()? else {
            return Ok(None);
        };
        match self.stage {
            Stage::Open(mask) => {
                let packet = read_packet(frame, mask)?;
                Ok(Some(Received::Packet(packet)))
            }
            Stage::Greeting | Stage::Failed { .. } => {
                let connect = self.greet(frame)?;
                Ok(Some(Received::Connect(connect)))
            }
        }
    }

    /// Bytes that arrived and belong to no packet taken so far. Not 0 at the end of the stream means that
    /// it was cut.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.deframer.pending()
    }

    fn greet(&mut self, mut frame: Frame) -> Result<Connect, StreamError> {
        let kind = frame.header >> 4;
        if kind != connect::KIND {
            return self.fail(StreamError::NotConnect(kind), None);
        }
        let Some(first) = frame.body.first_chunk().copied() else {
            let error = StreamError::Connect(DecodeError::Truncated("name"));
            return self.fail(error, None);
        };
        let key = Mask::recover_key(first);
        // A refusal is the same in both versions, so until the version is read the mask may name either.
        let mask = Mask::Chosen(key);
        mask.apply(&mut frame.body);
        match Connect::decode(frame.body.freeze(), key) {
            Ok(connect) => {
                self.stage = Stage::Open(connect.mask);
                self.deframer.set_limit(self.limit);
                Ok(connect)
            }
            Err(error) => self.fail(error, Some(mask)),
        }
    }

    fn fail<T>(&mut self, error: StreamError, mask: Option<Mask>) -> Result<T, StreamError> {
        self.stage = Stage::Failed {
            error: error.clone(),
            mask,
        };
        Err(error)
    }
}

fn read_packet(frame: Frame, mask: Mask) -> Result<ClientPacket, StreamError> {
    let Frame { header, mut body } = frame;
    let header = Header::decode(header).map_err(DecodeError::Kind)?;
    mask.apply(&mut body);
    if let Some(claimed) = take_signature(header.kind, &mut body)?
        && claimed != signature(&body)
    {
        return Err(StreamError::Signature);
    }
    Ok(ClientPacket::read_fields(
        header,
        Reader::new(body.freeze()),
    )?)
}
