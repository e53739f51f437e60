//! Messages that come from no cloud: inserted by an app, or out of an export.

use imlink_model::{Code, Flags, MAX_BODY_BYTES, Message, Origin, ReceivedStatus};

use super::{Transaction, annotation};
use crate::database::Lookup;
use crate::engine::EngineError;
use crate::{Edited, Insertion, key};

impl Transaction<'_> {
    pub(super) fn insert(&mut self, insertion: Insertion) -> Result<Edited, EngineError> {
        if insertion.body.as_str().len() > MAX_BODY_BYTES {
            return Ok(Edited::refused(Code::RC_MSG_CONTENT_EXCEED_LIMIT));
        }
        let inserted = key::inserted(&insertion.app, &insertion.client_id);
        if self.draft.value(&inserted)?.is_some() {
            // A place that cannot be read is as good as one whose message was deleted.
            let seq = self.draft.sound_row(&inserted)?.unwrap_or_default();
            return Ok(Edited::Known(seq));
        }
        let Insertion {
            app,
            client_id,
            conversation,
            direction,
            sender,
            object_name,
            body,
            sent_at,
            counted,
        } = insertion;
        let message = self.append(|seq, now| Message {
            seq,
            uid: None,
            conversation,
            direction,
            origin: Origin::App(app.id),
            sender,
            object_name,
            body,
            sent_at,
            received_at: now,
            flags: Flags {
                persisted: true,
                counted,
                ..Flags::default()
            },
            client_id: Some(client_id),
            expansion: None,
            offline: false,
            received: ReceivedStatus::NONE,
            local_extra: None,
        })?;
        self.draft.put(&inserted, &message.seq);
        Ok(Edited::Stored(message))
    }

    pub(super) fn import(&mut self, message: Message) -> Result<Edited, EngineError> {
        if !annotation::fits(&message) {
            return Ok(Edited::refused(Code::LOCAL_BAD_REQUEST));
        }
        if let Some(uid) = &message.uid
            && self.draft.value(&key::uid(uid))?.is_some()
        {
            return Ok(Edited::Unchanged);
        }
        let inserted = match (&message.uid, &message.origin, &message.client_id) {
            (None, Origin::App(app), Some(client_id)) => {
                // An export does not say whose app it was.
                Some(key::inserted(&app.clone().into(), client_id))
            }
            (Some(_), _, _) | (None, _, _) => None,
        };
        if let Some(inserted) = &inserted
            && self.draft.value(inserted)?.is_some()
        {
            return Ok(Edited::Unchanged);
        }
        let Some(message) = self.enter(|seq, _| Message { seq, ..message })? else {
            return Ok(Edited::Unchanged);
        };
        if let Some(inserted) = inserted {
            self.draft.put(&inserted, &message.seq);
        }
        Ok(Edited::Stored(message))
    }
}
