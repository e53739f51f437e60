//! Walks the fields of encoded bytes without knowing what they mean.

use prost::bytes::Buf;

/// The value of one field as it stands in the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    /// Four or eight bytes; no field of cloud.proto is one, a newer server's may be.
    Fixed(&'a [u8]),
}

/// The bytes are not a sequence of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotFields;

/// Yields `(number, value)` until the end or the first error.
pub(super) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn read(&mut self) -> Result<(u32, Value<'a>), NotFields> {
        let key = self.varint()?;
        let number = u32::try_from(key >> 3).map_err(|_| NotFields)?;
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed(self.take(8)?),
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| NotFields)?;
                Value::Bytes(self.take(length)?)
            }
            5 => Value::Fixed(self.take(4)?),
            _ => return Err(NotFields),
        };
        Ok((number, value))
    }

    fn varint(&mut self) -> Result<u64, NotFields> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.0.try_get_u8().map_err(|_| NotFields)?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(NotFields)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], NotFields> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(NotFields)?;
        self.0 = rest;
        Ok(taken)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Value<'a>), NotFields>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.read();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_is_walked_over() {
        let bytes = [
            0x08, 0xAC, 0x02, 0x12, 0x02, b'h', b'i', 0x1D, 1, 2, 3, 4, 0x21, 1, 2, 3, 4, 5, 6, 7,
            8,
        ];

        let fields: Vec<_> = Fields::of(&bytes).map(Result::unwrap).collect();

        assert_eq!(
            fields,
            [
                (1, Value::Varint(300)),
                (2, Value::Bytes(b"hi")),
                (3, Value::Fixed(&[1, 2, 3, 4])),
                (4, Value::Fixed(&[1, 2, 3, 4, 5, 6, 7, 8])),
            ]
        );
    }

    #[test]
    fn a_length_beyond_the_end_is_an_error_and_ends_the_walk() {
        let mut fields = Fields::of(&[0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, b'h']);

        assert_eq!(fields.next(), Some(Err(NotFields)));
        assert_eq!(fields.next(), None);
    }

    #[test]
    fn an_endless_varint_is_an_error() {
        assert_eq!(Fields::of(&[0xFF; 32]).next(), Some(Err(NotFields)));
    }
}
