//! Fields of a greeting, one after the other.

use bytes::{BufMut, BytesMut};

use super::{GreetingError, Label};

const MAGIC: [u8; 4] = *b"IMLK";
const LAYOUT: u8 = 1;

/// Which greeting a frame is.
pub(super) mod kind {
    pub(crate) const HELLO: u8 = 1;
    pub(crate) const WELCOME: u8 = 2;
    pub(crate) const REFUSED: u8 = 3;
}

/// A new greeting with its first six bytes.
pub(super) fn begin(kind: u8) -> BytesMut {
    let mut body = BytesMut::new();
    body.put_slice(&MAGIC);
    body.put_u8(LAYOUT);
    body.put_u8(kind);
    body
}

/// Appends a text of at most 255 bytes, its length before it.
pub(super) fn put_text(body: &mut BytesMut, text: &str) {
    let length = u8::try_from(text.len()).expect("app ids and labels are at most 255 bytes long");
    body.put_u8(length);
    body.put_slice(text.as_bytes());
}

/// Takes one field after the other from a greeting.
pub(super) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// Reads the first six bytes and gives the kind.
    pub(super) fn begin(body: &'a [u8]) -> Result<(u8, Self), GreetingError> {
        let mut fields = Self(body);
        if fields.array("magic") != Ok(MAGIC) {
            return Err(GreetingError::Magic);
        }
        match fields.u8("layout")? {
            LAYOUT => Ok((fields.u8("kind")?, fields)),
            other => Err(GreetingError::Layout(other)),
        }
    }

    pub(super) fn array<const N: usize>(
        &mut self,
        field: &'static str,
    ) -> Result<[u8; N], GreetingError> {
        let (array, rest) = self
            .0
            .split_first_chunk()
            .ok_or(GreetingError::Truncated { field })?;
        self.0 = rest;
        Ok(*array)
    }

    pub(super) fn u8(&mut self, field: &'static str) -> Result<u8, GreetingError> {
        self.array(field).map(u8::from_le_bytes)
    }

    pub(super) fn u16(&mut self, field: &'static str) -> Result<u16, GreetingError> {
        self.array(field).map(u16::from_le_bytes)
    }

    /// A text whose length is known.
    pub(super) fn text(
        &mut self,
        field: &'static str,
        bytes: usize,
    ) -> Result<&'a str, GreetingError> {
        let (text, rest) = self
            .0
            .split_at_checked(bytes)
            .ok_or(GreetingError::Truncated { field })?;
        self.0 = rest;
        str::from_utf8(text).map_err(|_| GreetingError::NotUtf8 { field })
    }

    /// A text with one byte of length before it.
    pub(super) fn short_text(&mut self, field: &'static str) -> Result<&'a str, GreetingError> {
        let bytes = self.u8(field)?;
        self.text(field, bytes.into())
    }

    /// The same, as a label.
    pub(super) fn label(&mut self, field: &'static str) -> Result<Label, GreetingError> {
        Label::new(self.short_text(field)?).map_err(|error| GreetingError::Label { field, error })
    }
}
