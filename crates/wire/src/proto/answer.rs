//! Answers that may come compressed.
//!
//! We never offer compression (protocol/cloud-wire.md 10.6), but a server may compress all the same:
//! then the outer message holds placeholders in its required fields and the real one, encoded and
//! compressed, in a field of bytes (5.2).

use bytes::Bytes;

use super::{
    Body, BodyError, ChrmDownStreamMessages, ChrmKvOutput, DownStreamMessages,
    HistoryMessagesOuput, HistoryMsgOuput, PullModifyMsgResp, QueryReceiptBatchResp, ReceiptResp,
    RelationsOutput, SessionsOutput, decode_body,
    inflate::{InflateError, inflate},
};
use crate::MAX_MESSAGE;

/// A message type with a compressed form.
pub trait Answer: Body {
    /// The compressed data, `None` if the message is plain.
    ///
    /// A message that says it is compressed without holding data yields empty data, which then
    /// fails to inflate: its fields are placeholders and must not be believed.
    fn compressed(&self) -> Option<&Bytes>;
}

/// Decodes an answer, inflating it first if it is compressed.
///
/// # Errors
/// Those of [`decode_body`], [`BodyError::NotInflated`] and [`BodyError::InflatesTooLarge`].
pub fn decode_answer<T: Answer>(bytes: Bytes) -> Result<T, BodyError> {
    let outer: T = decode_body(bytes)?;
    let Some(data) = outer.compressed() else {
        return Ok(outer);
    };
    let name = T::SCHEMA.name;
    let inflated = inflate(data, MAX_MESSAGE).map_err(|error| match error {
        InflateError::Broken => BodyError::NotInflated(name),
        InflateError::TooLarge => BodyError::InflatesTooLarge(name),
    })?;
    let inner: T = decode_body(inflated.into())?;
    match inner.compressed() {
        None => Ok(inner),
        Some(_) => Err(BodyError::NotInflated(name)),
    }
}

static NOTHING: Bytes = Bytes::new();

macro_rules! answers {
    ($($answer:ident: $flag:ident, $data:ident;)*) => {
        $(impl Answer for $answer {
            fn compressed(&self) -> Option<&Bytes> {
                self.$flag.unwrap_or_default().then(|| self.$data.as_ref().unwrap_or(&NOTHING))
            }
        })*
    };
}

answers! {
    DownStreamMessages: compressio_enabled, compressed_data;
    ChrmDownStreamMessages: compressio_enabled, compressed_data;
    HistoryMsgOuput: compressio_enabled, compressed_data;
    HistoryMessagesOuput: compressio_enabled, compressed_data;
    RelationsOutput: compressio_enabled, compressed_data;
    SessionsOutput: compress, compressed_data;
    ReceiptResp: compress, compress_data;
    QueryReceiptBatchResp: compress, compress_data;
    ChrmKvOutput: compressio_enabled, compressed_data;
    PullModifyMsgResp: compress, compressed_data;
}
