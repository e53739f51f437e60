//! Appends fields to a message and checks the two limits a packet can break.

use bytes::{BufMut, Bytes, BytesMut};

use crate::{EncodeError, websocket::MAX_MESSAGE};

pub(crate) struct Writer {
    bytes: BytesMut,
    /// The first thing that did not fit; what is written after it does not matter.
    broken: Option<EncodeError>,
}

impl Writer {
    pub(crate) fn new(header: u8) -> Self {
        let mut bytes = BytesMut::with_capacity(64);
        bytes.put_u8(header);
        Self {
            bytes,
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
        let total = self.bytes.len().saturating_add(body.len());
        if total > MAX_MESSAGE {
            self.broken.get_or_insert(EncodeError::TooLarge(total));
            return self;
        }
        self.bytes.put_slice(body);
        self
    }

    pub(crate) fn finish(self) -> Result<Bytes, EncodeError> {
        match self.broken {
            Some(error) => Err(error),
            None => Ok(self.bytes.freeze()),
        }
    }
}
