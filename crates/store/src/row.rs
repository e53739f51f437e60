//! What is in a row: structs of the store's own, apart from the words of the model, so that either
//! can change alone.
//!
//! The form is postcard's. It names no fields, so a struct that was released never changes: a new
//! form gets a new number, and the old one stays readable.

mod block;
mod conversation;
mod message;
mod outgoing;
mod recall;
mod signature;
mod single;
mod subscription;
mod token;

use serde::{Deserialize, Serialize};

pub(crate) use block::Block;
pub(crate) use signature::SignatureRow;
pub(crate) use single::{Anew, Head};
pub(crate) use subscription::SubscriptionRow;
pub(crate) use token::AccountRow;

/// Something that is stored as one row.
pub(crate) trait Row: Sized {
    /// The form written.
    const FORM: u8 = 1;

    /// The bytes of it.
    fn encode(&self) -> Vec<u8>;

    /// What was written in that form; `None` if the bytes are not of it.
    fn decode(form: u8, payload: &[u8]) -> Option<Self>;
}

fn write(row: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(row).expect("rows have texts, numbers and known lengths only")
}

/// Reads a row of form 1, all of it.
fn read<'a, R: Deserialize<'a>>(form: u8, payload: &'a [u8]) -> Option<R> {
    read_form(1, form, payload)
}

/// Reads a row of one form, all of it.
fn read_form<'a, R: Deserialize<'a>>(expected: u8, form: u8, payload: &'a [u8]) -> Option<R> {
    if form != expected {
        return None;
    }
    let (row, rest) = postcard::take_from_bytes(payload).ok()?;
    rest.is_empty().then_some(row)
}
