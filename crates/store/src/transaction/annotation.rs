//! What apps note of a message on this machine.

use imlink_model::{
    Body, Code, MAX_BESIDE_BODY_BYTES, MAX_LOCAL_EXTRA_BYTES, Message, ReceivedStatus, Seq,
};

use super::Transaction;
use crate::database::Lookup;
use crate::engine::EngineError;
use crate::{Edited, key};

impl Transaction<'_> {
    /// Changes what is noted of a message, and nothing that is counted or searched.
    pub(super) fn annotate(
        &mut self,
        seq: Seq,
        set: ReceivedStatus,
        clear: ReceivedStatus,
        extra: Option<&Body>,
    ) -> Result<Edited, EngineError> {
        let Some(message) = self.draft.sound_row::<Message>(&key::message(seq))? else {
            return Ok(Edited::refused(Code::RC_DB_DATA_NOT_FOUND));
        };
        let mut annotated = message.clone();
        annotated.received = message.received.without(clear).with(set);
        if let Some(extra) = extra.map(Body::as_str) {
            annotated.local_extra = (!extra.is_empty()).then(|| extra.to_owned());
        }
        if annotated == message {
            return Ok(Edited::Unchanged);
        }
        if annotated.local_extra != message.local_extra && !fits(&annotated) {
            return Ok(Edited::refused(Code::LOCAL_BAD_REQUEST));
        }
        self.draft.replace_message(&annotated)?;
        Ok(Edited::Annotated(annotated))
    }
}

/// Whether a message may have its local extra. What the cloud gave it is never shortened.
pub(super) fn fits(message: &Message) -> bool {
    let Some(extra) = message.local_extra.as_ref().map(String::len) else {
        return true;
    };
    let expansion = message.expansion.as_ref().map_or(0, String::len);
    extra <= MAX_LOCAL_EXTRA_BYTES && extra.saturating_add(expansion) <= MAX_BESIDE_BODY_BYTES
}
