//! The TCP form of a link: packets one after the other in a byte stream (protocol/cloud-tcp.md).

#[cfg(test)]
mod tests;

use std::io;

use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt, StreamExt};
use imlink_connection::LinkError;
use imlink_wire::navigation::GatewayAddress;
use imlink_wire::tcp::{ClientCodec, Connect, StreamError};
use imlink_wire::{DecodeError, ServerPacket};
use tokio::io::AsyncWriteExt;
use tokio_util::codec::{BytesCodec, Decoder, FramedRead, FramedWrite};

use super::Dialer;
use super::dial::{Security, link_error};
use super::heard::Listened;
use super::link::{Encoder, Opened, Received};

impl Dialer {
    pub(super) async fn open_tcp(
        &self,
        target: &GatewayAddress,
        connect: &Connect,
    ) -> Result<Opened, LinkError> {
        let (codec, first) = ClientCodec::connect(connect).map_err(|_| LinkError::TooLarge)?;
        let stream = self
            .dial(&target.authority, Security::of(target.scheme))
            .await?;
        let (mut stream, heard) = Listened::new(stream);
        stream
            .write_all(&first)
            .await
            .map_err(|error| link_error(&error))?;
        stream.flush().await.map_err(|error| link_error(&error))?;

        let encoder = Encoder::Tcp(codec.encoder());
        let (reader, writer) = tokio::io::split(stream);
        let sink = FramedWrite::new(writer, BytesCodec::new());
        let sink = SinkExt::<Bytes>::sink_map_err(sink, |error: io::Error| link_error(&error));
        let received = FramedRead::new(reader, Packets(codec)).map(|packet| match packet {
            Ok(packet) => Received::Packet(packet),
            Err(broken) => Received::Lost(broken.link_error()),
        });
        Ok(Opened::new(encoder, sink, received, heard, self.write))
    }
}

/// Bytes to packets. A packet that cannot be read costs its neighbours nothing.
struct Packets(ClientCodec);

/// Nothing more can be read.
#[derive(Debug)]
enum Broken {
    Io(io::Error),
    Stream(StreamError),
}

impl Decoder for Packets {
    type Item = Result<ServerPacket, DecodeError>;
    type Error = Broken;

    fn decode(&mut self, arrived: &mut BytesMut) -> Result<Option<Self::Item>, Self::Error> {
        self.0.push(arrived);
        arrived.clear();
        match self.0.next_packet() {
            Ok(packet) => Ok(packet.map(Ok)),
            Err(StreamError::Packet(error)) => Ok(Some(Err(error))),
            Err(error) => Err(Broken::Stream(error)),
        }
    }
}

impl Broken {
    fn link_error(&self) -> LinkError {
        match self {
            Self::Io(error) => link_error(error),
            Self::Stream(StreamError::TooLarge { .. }) => LinkError::TooLarge,
            Self::Stream(_) => LinkError::Protocol,
        }
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
