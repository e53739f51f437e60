//! Packets one after the other in a stream (protocol/cloud-tcp.md 2).

use imlink_wire::{
    ClientPacket, ServerPacket,
    tcp::{Received, ReplyError, ServerCodec},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufWriter};

use super::{ReadError, WriteError};
use crate::server::{Injection, gateway::Stream};

/// How many bytes are read at once.
const CHUNK: usize = 8 * 1024;

/// A stream on which CONNECT was read.
pub(in crate::server::gateway) struct Tcp {
    /// Small packets leave together.
    stream: BufWriter<Box<dyn Stream>>,
    codec: ServerCodec,
    chunk: Box<[u8]>,
}

impl Tcp {
    pub(in crate::server::gateway) fn new(stream: Box<dyn Stream>, codec: ServerCodec) -> Self {
        Self {
            stream: BufWriter::new(stream),
            codec,
            chunk: vec![0; CHUNK].into_boxed_slice(),
        }
    }

    pub(super) async fn next(&mut self) -> Result<Option<ClientPacket>, ReadError> {
        loop {
            match self.codec.next_packet()? {
                Some(Received::Packet(packet)) => return Ok(Some(packet)),
                // It was the first packet, and only the first is taken for one.
                Some(Received::Connect(_)) | None => {}
            }
            match self.stream.read(&mut self.chunk).await? {
                0 if self.codec.pending() > 0 => return Err(ReadError::Cut),
                0 => return Ok(None),
                read => self.codec.push(&self.chunk[..read]),
            }
        }
    }

    pub(super) async fn feed(&mut self, packet: &ServerPacket) -> Result<(), WriteError> {
        let bytes = match self.codec.encode(packet) {
            Ok(bytes) => bytes,
            Err(ReplyError::Packet(error)) => return Err(error.into()),
            // Nothing can be said to a client without a mask.
            Err(ReplyError::BeforeConnect) => return Err(WriteError::Lost),
        };
        self.write(&bytes).await
    }

    /// Bytes go into the stream as they are, between two packets. There is no text.
    pub(super) async fn inject(&mut self, injection: Injection) -> Result<(), WriteError> {
        match injection {
            Injection::Binary(bytes) => self.write(&bytes).await,
            // Raw bytes are passed below TLS by the session.
            Injection::Text(_) | Injection::Raw(_) => Ok(()),
        }
    }

    pub(super) async fn flush(&mut self) -> Result<(), WriteError> {
        self.stream.flush().await.map_err(|_| WriteError::Lost)
    }

    pub(super) async fn close(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let written = self.stream.write_all(bytes).await;
        written.map_err(|_| WriteError::Lost)
    }
}
