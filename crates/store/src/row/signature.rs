//! Signatures of stretches of messages.

use imlink_model::Seq;

use super::Row;
use crate::search::Signature;

/// What may be in the messages from the position of its key up to the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignatureRow {
    /// The last position of the stretch.
    pub(crate) last: Seq,
    /// Their grams.
    pub(crate) signature: Signature,
}

/// The last position, eight bytes; then the filter.
impl Row for SignatureRow {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.last.0.to_be_bytes().to_vec();
        bytes.extend_from_slice(self.signature.as_bytes());
        bytes
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        let (last, bits) = payload.split_first_chunk()?;
        let row = Self {
            last: Seq(u64::from_be_bytes(*last)),
            signature: Signature::from_bytes(bits)?,
        };
        (form == Self::FORM).then_some(row)
    }
}
