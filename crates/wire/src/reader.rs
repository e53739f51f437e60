//! Takes fields off the front of a message; every lack of bytes is an error value.

use bytes::{Buf, Bytes};

use crate::{DecodeError, text};

pub(crate) struct Reader(Bytes);

impl Reader {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes not taken yet.
    pub(crate) fn remaining(&self) -> usize {
        self.0.len()
    }

    /// Bytes of a fixed number.
    pub(crate) fn chunk<const N: usize>(
        &mut self,
        field: &'static str,
    ) -> Result<[u8; N], DecodeError> {
        let Some(chunk) = self.0.first_chunk::<N>().copied() else {
            return Err(DecodeError::Truncated(field));
        };
        self.0.advance(N);
        Ok(chunk)
    }

    pub(crate) fn u8(&mut self, field: &'static str) -> Result<u8, DecodeError> {
        self.0
            .try_get_u8()
            .map_err(|_| DecodeError::Truncated(field))
    }

    pub(crate) fn u16(&mut self, field: &'static str) -> Result<u16, DecodeError> {
        self.0
            .try_get_u16()
            .map_err(|_| DecodeError::Truncated(field))
    }

    pub(crate) fn u32(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        self.0
            .try_get_u32()
            .map_err(|_| DecodeError::Truncated(field))
    }

    pub(crate) fn u64(&mut self, field: &'static str) -> Result<u64, DecodeError> {
        self.0
            .try_get_u64()
            .map_err(|_| DecodeError::Truncated(field))
    }

    /// A length-prefixed text in UTF-8, CESU-8 or a mixture of both.
    pub(crate) fn text(&mut self, field: &'static str) -> Result<String, DecodeError> {
        let length = usize::from(self.u16(field)?);
        if self.0.len() < length {
            return Err(DecodeError::Truncated(field));
        }
        text::decode(&self.0.split_to(length)).ok_or(DecodeError::Text(field))
    }

    pub(crate) fn rest(self) -> Bytes {
        self.0
    }
}
