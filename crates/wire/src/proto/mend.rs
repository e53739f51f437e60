//! Replaces what is not UTF-8 in the texts of a body.

use bytes::BufMut;
use prost::encode_length_delimiter;

use super::{
    fields::{Fields, Value},
    schema::{Kind, Schema},
};

/// The same fields with U+FFFD for every broken sequence in a text.
///
/// Bytes must have been walked without error before; a field that cannot be read ends the copy.
pub(super) fn mend(schema: &'static Schema, bytes: &[u8]) -> Vec<u8> {
    let mut mended = Vec::with_capacity(bytes.len());
    for (number, value) in Fields::of(bytes).map_while(Result::ok) {
        match value {
            Value::Varint(value) => {
                put_varint(&mut mended, u64::from(number) << 3);
                put_varint(&mut mended, value);
            }
            Value::Fixed(value) => {
                let wire_type = if value.len() == 8 { 1 } else { 5 };
                put_varint(&mut mended, u64::from(number) << 3 | wire_type);
                mended.put_slice(value);
            }
            Value::Bytes(value) => match schema.field(number).map(|(_, field)| &field.kind) {
                Some(Kind::Message(inner)) => put_bytes(&mut mended, number, &mend(inner, value)),
                Some(Kind::Id | Kind::Text) => {
                    put_bytes(
                        &mut mended,
                        number,
                        String::from_utf8_lossy(value).as_bytes(),
                    );
                }
                Some(Kind::Number | Kind::Bytes) | None => put_bytes(&mut mended, number, value),
            },
        }
    }
    mended
}

fn put_bytes(buffer: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    put_varint(buffer, u64::from(number) << 3 | 2);
    encode_length_delimiter(bytes.len(), buffer).expect("a Vec grows as needed");
    buffer.put_slice(bytes);
}

fn put_varint(buffer: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return buffer.put_u8(low);
        }
        buffer.put_u8(low | 0x80);
    }
}
