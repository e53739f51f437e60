//! Bodies of packets: the messages of `proto/cloud.proto`, decoded with care.
//!
//! The types are generated and checked in; `tests/generated.rs` regenerates and compares them.
//! prost alone takes an absent `required` field for its default, so everything that comes from
//! outside goes through [`decode_body`] (or [`decode_answer`] where an answer may be compressed).
//! Towards the wire nothing needs checking: a required field is not an `Option` here and is always
//! written.
//!
//! `Debug` of every body shows numbers and ids, and only the length of anything a person wrote.

mod answer;
mod body;
mod debug;
mod fields;
mod inflate;
mod mend;
mod schema;

#[rustfmt::skip]
#[allow(missing_docs, clippy::all, reason = "generated from cloud.proto, whose comments it carries")]
mod generated;
#[rustfmt::skip]
mod schemas;

pub use answer::{Answer, decode_answer};
pub(crate) use body::BodyKind;
pub use body::{Body, BodyError, MAX_FIELDS, decode_body, encode_body};
pub use generated::*;
pub use schema::{Field, Kind, Presence, Schema};
pub(crate) use schemas::BODIES;
