//! Frames from bytes.

use super::{Codec, DecodeError, envelope, read};
use crate::{ClientFrame, ServerFrame};

/// A frame from the daemon, as far as this build can read it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every frame is known, and none is kept as this"
)]
pub enum Received {
    /// One it knows.
    Frame(ServerFrame),
    /// One from a newer daemon.
    Unknown(UnknownFrame),
}

/// What can be said of a frame with a variant that this build does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownFrame {
    /// The answer to a request, of an unknown kind.
    Response {
        /// The id of the request.
        id: u64,
    },
    /// An event of an unknown kind.
    Event {
        /// Its number.
        sequence: u64,
    },
    /// Something else altogether.
    Frame,
}

/// Reads the body of a frame from an app.
///
/// # Errors
/// [`DecodeError`], which says whether the request can be answered all the same.
pub fn decode_client(codec: Codec, frame: &[u8]) -> Result<ClientFrame, DecodeError> {
    read(codec, frame).map_err(|fault| DecodeError {
        request: envelope::request_id(codec, frame, &fault),
        fault,
    })
}

/// Reads the body of a frame from the daemon.
///
/// # Errors
/// [`DecodeError`] if it is damaged; a frame of an unknown kind is no error.
pub fn decode_server(codec: Codec, frame: &[u8]) -> Result<Received, DecodeError> {
    let fault = match read(codec, frame) {
        Ok(known) => return Ok(Received::Frame(known)),
        Err(fault) => fault,
    };
    match envelope::unknown_frame(codec, frame) {
        Some(unknown) => Ok(Received::Unknown(unknown)),
        None => Err(DecodeError {
            request: envelope::response_id(codec, frame, &fault),
            fault,
        }),
    }
}
