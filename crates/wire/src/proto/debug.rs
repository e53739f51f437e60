//! Prints a body without what people wrote in it.

use std::fmt;

use super::{
    body::Body,
    fields::{Fields, Value},
    schema::{Kind, Schema},
};

/// Prints the fields that are set, by their names in cloud.proto.
pub(super) fn fmt<T: Body>(body: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    fmt::Debug::fmt(
        &Printed {
            schema: T::SCHEMA,
            bytes: &body.encode_to_vec(),
        },
        f,
    )
}

struct Printed<'a> {
    schema: &'static Schema,
    bytes: &'a [u8],
}

impl fmt::Debug for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct(self.schema.name);
        for (number, value) in Fields::of(self.bytes).map_while(Result::ok) {
            let Some((_, field)) = self.schema.field(number) else {
                continue;
            };
            match (&field.kind, value) {
                (Kind::Message(schema), Value::Bytes(bytes)) => {
                    out.field(field.name, &Printed { schema, bytes });
                }
                (Kind::Id, Value::Bytes(bytes)) => {
                    out.field(field.name, &String::from_utf8_lossy(bytes));
                }
                (Kind::Number, Value::Varint(number)) => {
                    out.field(field.name, &number.cast_signed());
                }
                (_, Value::Bytes(bytes) | Value::Fixed(bytes)) => {
                    out.field(field.name, &format_args!("<{} bytes>", bytes.len()));
                }
                (_, Value::Varint(_)) => {}
            }
        }
        out.finish()
    }
}
