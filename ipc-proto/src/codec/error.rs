//! What can be wrong with a frame's body.

use imlink_model::Code;

use crate::Failure;

/// A value does not fit in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// It has more bytes than allowed in this codec.
    #[error("the value has more than the {limit} bytes that are allowed")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// One of its lists has more entries than [`limits`](crate::limits) allow.
    #[error("a list in the value has more entries than are allowed")]
    TooMany,
}

/// A frame's body cannot be read. Never contains anything of a token or a message body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct DecodeError {
    /// The id of the request that the frame asks or answers, if the frame is sound enough to
    /// believe it. Such a request can be answered, and the connection goes on; without an id the
    /// stream itself cannot be trusted, and the connection is closed.
    pub request: Option<u64>,
    /// What is wrong.
    pub fault: Fault,
}

impl DecodeError {
    /// The answer to such a request: `LOCAL_BAD_REQUEST` with what is wrong and where.
    #[must_use]
    pub fn failure(&self) -> Failure {
        Failure::new(Code::LOCAL_BAD_REQUEST, self.fault.to_string())
    }
}

/// What is wrong with a frame's body, and where.
///
/// A place is a path of field and variant names in JSON
/// (`Request.request.Connect.time_limit`), and a position in bincode (`byte 17`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The body is longer than any may be.
    #[error("the frame has {bytes} bytes, at most {limit} are allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The body ends before the value does, or announces more than it has.
    #[error("the frame ends too early")]
    Truncated,
    /// The value ends before the body does.
    #[error("{bytes} more bytes follow the content of the frame")]
    Trailing {
        /// How many bytes are left over.
        bytes: usize,
    },
    /// The body is not JSON.
    #[error("the frame is not JSON from line {line}, column {column} on")]
    NotJson {
        /// From 1 on.
        line: usize,
        /// In bytes, from 1 on; 0 is the line end before.
        column: usize,
    },
    /// A variant that this build does not know.
    #[error("{place}: there is no {name:?}")]
    UnknownVariant {
        /// Where.
        place: String,
        /// Its name, or its number in bincode; `?` if it does not look like one.
        name: String,
    },
    /// A value that is missing, of the wrong type or not allowed.
    #[error("{place}: {problem}")]
    Value {
        /// Where.
        place: String,
        /// What is missing or was expected.
        problem: String,
    },
}
