//! The two forms of a frame's body. The one place that names bincode.

mod decode;
mod encode;
mod envelope;
mod error;
mod json;
mod variants;
mod wording;

use std::io;

use bincode::config::{Configuration, Limit, LittleEndian, Varint};
use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::limits::MAX_FRAME;

pub use decode::{Received, UnknownFrame, decode_client, decode_server};
pub use encode::{encode_client, encode_server};
pub use error::{DecodeError, EncodeError, Fault};

use wording::{Wording, wording};

/// How values are written in frames; chosen by the app in its [`Hello`](crate::Hello).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Codec {
    /// bincode 2, little-endian with variable-length integers: for the Rust client.
    Bincode = 0,
    /// JSON: for every other language.
    Json = 1,
}

impl Codec {
    /// Every codec, in the order of its number.
    pub const ALL: [Self; 2] = [Self::Bincode, Self::Json];

    /// The number in a greeting.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The codec with that number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.number() == number)
    }
}

/// What reading one frame may claim, in bytes: all texts together never allocate more.
///
/// Beyond a frame's own limit, because bincode claims an integer's full width however few bytes
/// it takes; a list has at most 512 entries, and an entry less than 128 bytes of such difference.
const BINCODE_BUDGET: usize = MAX_FRAME + 512 * 128;

const BINCODE: Configuration<LittleEndian, Varint, Limit<BINCODE_BUDGET>> =
    bincode::config::standard().with_limit::<BINCODE_BUDGET>();

/// Appends a value, at most `limit` bytes of it.
pub(crate) fn write<T: Serialize>(
    codec: Codec,
    value: &T,
    out: &mut BytesMut,
    limit: usize,
) -> Result<(), EncodeError> {
    let start = out.len();
    let mut bounded = Bounded {
        out,
        room: limit,
        full: false,
    };
    let written = match codec {
        Codec::Bincode => {
            bincode::serde::encode_into_std_write(value, &mut bounded, BINCODE).is_ok()
        }
        Codec::Json => serde_json::to_writer(&mut bounded, value).is_ok(),
    };
    if written {
        return Ok(());
    }

    // Our types refuse nothing but lists that are too long.
    let error = if bounded.full {
        EncodeError::TooLong { limit }
    } else {
        EncodeError::TooMany
    };
    out.truncate(start);
    Err(error)
}

/// What surrounds a message in [`ServerFrame::Delivery`](crate::ServerFrame::Delivery).
pub(crate) fn delivery_parts(codec: Codec, subscription: u32, left: u32) -> (Bytes, Bytes) {
    match codec {
        Codec::Bincode => {
            let before =
                bincode::serde::encode_to_vec((DELIVERY_INDEX, subscription, left), BINCODE)
                    .expect("three numbers fit in memory");
            (before.into(), Bytes::new())
        }
        Codec::Json => {
            let before =
                format!(r#"{{"Delivery":{{"subscription":{subscription},"left":{left},"message":"#);
            (before.into(), Bytes::from_static(b"}}"))
        }
    }
}

/// Place of `Delivery` among the variants of [`ServerFrame`](crate::ServerFrame).
const DELIVERY_INDEX: u32 = 2;

/// Reads a whole frame as one value.
fn read<T: DeserializeOwned>(codec: Codec, frame: &[u8]) -> Result<T, Fault> {
    if frame.len() > MAX_FRAME {
        return Err(Fault::TooLong {
            bytes: frame.len(),
            limit: MAX_FRAME,
        });
    }
    match codec {
        Codec::Bincode => read_bincode(frame),
        Codec::Json => json::read(frame),
    }
}

fn read_bincode<T: DeserializeOwned>(frame: &[u8]) -> Result<T, Fault> {
    use bincode::error::DecodeError;

    match bincode::serde::decode_from_slice(frame, BINCODE) {
        Ok((value, used)) if used == frame.len() => Ok(value),
        Ok((_, used)) => Err(Fault::Trailing {
            bytes: frame.len() - used,
        }),
        Err(DecodeError::UnexpectedEnd { .. } | DecodeError::LimitExceeded) => {
            Err(Fault::Truncated)
        }
        Err(DecodeError::OtherString(text)) => Err(explain::<T>(frame, &text)),
        Err(DecodeError::Utf8 { .. }) => Err(explain::<T>(frame, "a text is not UTF-8")),
        Err(_) => Err(explain::<T>(frame, "a value is not possible here")),
    }
}

/// Reads the frame once more, by a reader whose position is known, to say where it went wrong.
#[cold]
fn explain<T: DeserializeOwned>(frame: &[u8], text: &str) -> Fault {
    let mut rest = frame;
    let _ = bincode::serde::decode_from_std_read::<T, _, _>(&mut rest, BINCODE);
    let place = format!("byte {}", frame.len() - rest.len());
    match wording(text) {
        Wording::UnknownVariant(name) => Fault::UnknownVariant { place, name },
        Wording::Problem(problem) => Fault::Value { place, problem },
    }
}

/// Reads the first values of a bincode frame, whatever follows them.
fn read_bincode_prefix<T: DeserializeOwned>(frame: &[u8]) -> Option<T> {
    bincode::serde::decode_from_slice(frame, BINCODE)
        .ok()
        .map(|(value, _)| value)
}

/// Refuses to grow a buffer past what a frame may hold, instead of finding out afterwards.
struct Bounded<'a> {
    out: &'a mut BytesMut,
    room: usize,
    full: bool,
}

impl io::Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(room) = self.room.checked_sub(bytes.len()) else {
            self.full = true;
            return Err(io::ErrorKind::StorageFull.into());
        };
        self.room = room;
        self.out.put_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
