//! Appends fields to a message and checks the two limits a packet can break.

use bytes::{BufMut, Bytes, BytesMut};

use crate::{EncodeError, websocket::MAX_MESSAGE};

pub(crate) struct Writer {
    bytes: BytesMut,
    /// Bytes at the front that do not count.
    room: usize,
    limit: usize,
    /// The first thing that did not fit; what is written after it does not matter.
    broken: Option<EncodeError>,
}

impl Writer {
    /// A WebSocket message that begins with this header.
    pub(crate) fn new(header: u8) -> Self {
        Self::after(0, MAX_MESSAGE).u8(header)
    }

    /// Leaves room at the front for what is known only at the end; the limit is for the rest.
    pub(crate) fn after(room: usize, limit: usize) -> Self {
        let mut bytes = BytesMut::with_capacity(room.saturating_add(64));
        bytes.put_bytes(0, room);
        Self {
            bytes,
            room,
            limit,
            broken: None,
        }
    }

    pub(crate) fn u8(mut self, value: u8) -> Self {
        self.bytes.put_u8(value);
        self
    }

    pub(crate) fn u16(mut self, value: u16) -> Self {
        self.bytes.put_u16(value);
        self
    }

    pub(crate) fn u32(mut self, value: u32) -> Self {
        self.bytes.put_u32(value);
        self
    }

    pub(crate) fn u64(mut self, value: u64) -> Self {
        self.bytes.put_u64(value);
        self
    }

    pub(crate) fn text(mut self, field: &'static str, encoded: &[u8]) -> Self {
        let Ok(length) = u16::try_from(encoded.len()) else {
            self.broken.get_or_insert(EncodeError::TextTooLong {
                field,
                length: encoded.len(),
            });
            return self;
        };
        self.bytes.put_u16(length);
        self.bytes.put_slice(encoded);
        self
    }

    pub(crate) fn body(mut self, body: &[u8]) -> Self {
        let total = self.written().saturating_add(body.len());
        if total > self.limit {
            self.broken.get_or_insert(EncodeError::TooLarge(total));
            return self;
        }
        self.bytes.put_slice(body);
        self
    }

    /// Bytes after the room.
    fn written(&self) -> usize {
        self.bytes.len().saturating_sub(self.room)
    }

    pub(crate) fn finish(self) -> Result<Bytes, EncodeError> {
        self.finish_mut().map(BytesMut::freeze)
    }

    /// The room, still to be filled in, and what was written after it.
    pub(crate) fn finish_mut(self) -> Result<BytesMut, EncodeError> {
        let written = self.written();
        match self.broken {
            Some(error) => Err(error),
            None if written > self.limit => Err(EncodeError::TooLarge(written)),
            None => Ok(self.bytes),
        }
    }
}
