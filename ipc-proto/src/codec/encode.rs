//! Frames to bytes.

use bytes::{BufMut, BytesMut};
use serde::Serialize;

use super::{Codec, EncodeError, write};
use crate::frame::prefix;
use crate::limits::MAX_FRAME;
use crate::{ClientFrame, ServerFrame};

/// Appends a frame to the daemon, length prefix included.
///
/// # Errors
/// [`EncodeError::TooLong`] if its body would pass [`MAX_FRAME`]; nothing is appended then.
pub fn encode_client(
    codec: Codec,
    frame: &ClientFrame,
    out: &mut BytesMut,
) -> Result<(), EncodeError> {
    append(codec, frame, out)
}

/// Appends a frame to an app, length prefix included.
///
/// # Errors
/// [`EncodeError`] if its body would pass [`MAX_FRAME`] or a list is too long; nothing is appended
/// then.
pub fn encode_server(
    codec: Codec,
    frame: &ServerFrame,
    out: &mut BytesMut,
) -> Result<(), EncodeError> {
    append(codec, frame, out)
}

fn append<T: Serialize>(codec: Codec, value: &T, out: &mut BytesMut) -> Result<(), EncodeError> {
    let start = out.len();
    // The prefix goes here once the length of the body is known.
    out.put_u32_le(0);
    let body = out.len();
    if let Err(error) = write(codec, value, out, MAX_FRAME) {
        out.truncate(start);
        return Err(error);
    }
    let prefix = prefix(out.len() - body, MAX_FRAME)
        .expect("an encoded value is within the limit and never empty");
    out[start..body].copy_from_slice(&prefix);
    Ok(())
}
