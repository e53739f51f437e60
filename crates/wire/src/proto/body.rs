//! Checked decoding of bodies.

use bytes::Bytes;
use prost::Message;

use super::{
    fields::{Fields, NotFields, Value},
    mend::mend,
    schema::{Kind, Presence, Schema},
};

/// The most fields a body may have, those of inner messages included: 2^20.
///
/// An empty inner message costs two bytes on the wire and hundreds decoded; this bounds the second
/// number. The largest answers of the SDK's world, pages of a few hundred messages, stay far below.
pub const MAX_FIELDS: usize = 1 << 20;

/// The most inner messages of a body: 2^16. See [`MAX_FIELDS`].
const MAX_MESSAGES: usize = 1 << 16;

/// A message type of cloud.proto.
pub trait Body: Message + Default {
    /// What it contains.
    const SCHEMA: &'static Schema;
}

/// Why bytes are not the body they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Not protobuf, or a field of the wrong type.
    #[error("{0} is malformed")]
    Malformed(&'static str),
    /// A required field is absent.
    #[error("{message} lacks {field}")]
    Missing {
        /// The message type, possibly an inner one.
        message: &'static str,
        /// The absent field.
        field: &'static str,
    },
    /// More fields than any honest server sends.
    #[error("{0} has too many fields")]
    TooManyFields(&'static str),
    /// Compressed data that is neither gzip nor zlib, or broken, or compressed once more.
    #[error("compressed data of {0} cannot be inflated")]
    NotInflated(&'static str),
    /// Compressed data that inflates to more than [`crate::MAX_MESSAGE`].
    #[error("compressed data of {0} inflates beyond the limit")]
    InflatesTooLarge(&'static str),
}

/// Decodes a body and insists on its required fields, at every depth.
///
/// Text that is not UTF-8 is mended (U+FFFD), because one such message would otherwise make its
/// whole page unreadable for ever: JavaScript senders can produce lone surrogates.
///
/// # Errors
/// [`BodyError::Malformed`], [`BodyError::Missing`] or [`BodyError::TooManyFields`].
pub fn decode_body<T: Body>(bytes: Bytes) -> Result<T, BodyError> {
    let mut check = Check {
        fields: 0,
        messages: 0,
        broken_text: false,
    };
    check.message(T::SCHEMA, &bytes)?;
    let bytes = if check.broken_text {
        mend(T::SCHEMA, &bytes).into()
    } else {
        bytes
    };
    T::decode(bytes).map_err(|_| BodyError::Malformed(T::SCHEMA.name))
}

/// Encodes a body.
#[must_use]
pub fn encode_body<T: Body>(body: &T) -> Bytes {
    body.encode_to_vec().into()
}

struct Check {
    fields: usize,
    messages: usize,
    broken_text: bool,
}

impl Check {
    fn message(&mut self, schema: &'static Schema, bytes: &[u8]) -> Result<(), BodyError> {
        let mut seen = 0_u64;
        for field in Fields::of(bytes) {
            let (number, value) = field.map_err(|NotFields| BodyError::Malformed(schema.name))?;
            self.fields += 1;
            if self.fields > MAX_FIELDS {
                return Err(BodyError::TooManyFields(schema.name));
            }
            let Some((place, field)) = schema.field(number) else {
                continue;
            };
            seen |= bit(place);
            match (&field.kind, value) {
                (Kind::Id | Kind::Text, Value::Bytes(text)) => {
                    self.broken_text |= std::str::from_utf8(text).is_err();
                }
                (Kind::Message(inner), Value::Bytes(bytes)) => {
                    self.messages += 1;
                    if self.messages > MAX_MESSAGES {
                        return Err(BodyError::TooManyFields(schema.name));
                    }
                    self.message(inner, bytes)?;
                }
                // A value of another type than the field's is prost's to refuse.
                _ => {}
            }
        }
        let missing =
            schema.fields.iter().enumerate().find(|(place, field)| {
                field.presence == Presence::Required && seen & bit(*place) == 0
            });
        match missing {
            None => Ok(()),
            Some((_, field)) => Err(BodyError::Missing {
                message: schema.name,
                field: field.name,
            }),
        }
    }
}

/// The mark of a field; the largest message has 27 (`tests/bodies.rs` watches that they fit).
fn bit(place: usize) -> u64 {
    u32::try_from(place)
        .ok()
        .and_then(|place| 1_u64.checked_shl(place))
        .unwrap_or_default()
}

/// One message type as a value.
pub(crate) struct BodyKind {
    pub(crate) schema: &'static Schema,
    /// Decodes with all checks, encodes again.
    pub(crate) recode: fn(Bytes) -> Result<Bytes, BodyError>,
    /// The encoding of a value in which nothing is set.
    pub(crate) blank: fn() -> Bytes,
    /// Decodes and prints.
    pub(crate) print: fn(Bytes) -> Result<String, BodyError>,
}

impl BodyKind {
    pub(super) const fn of<T: Body + std::fmt::Debug>() -> Self {
        Self {
            schema: T::SCHEMA,
            recode: |bytes| decode_body::<T>(bytes).map(|body| encode_body(&body)),
            blank: || encode_body(&T::default()),
            print: |bytes| decode_body::<T>(bytes).map(|body| format!("{body:?}")),
        }
    }
}
