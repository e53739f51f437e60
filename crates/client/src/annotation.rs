//! What apps note of stored messages.

use std::fmt;

use imlink_ipc_proto::{PrivateText, Request};
use imlink_model::{ReceivedStatus, Seq};

use crate::{Client, Error};

/// What an app notes of a stored message: for this machine, and for all apps of the account. By
/// default nothing. `Debug` shows no text.
///
/// What is not named stays as it is, so that two apps do not undo what the other noted.
///
/// ```
/// use imlink::{Annotation, ReceivedStatus};
///
/// let listened = Annotation::new()
///     .set(ReceivedStatus::LISTENED)
///     .extra(r#"{"position":12}"#);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Annotation {
    set: ReceivedStatus,
    clear: ReceivedStatus,
    extra: Option<String>,
}

impl Annotation {
    /// Notes nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds these bits to [`Message::received`](crate::Message::received).
    #[must_use]
    pub fn set(mut self, bits: ReceivedStatus) -> Self {
        self.set = self.set.with(bits);
        self.clear = self.clear.without(bits);
        self
    }

    /// Takes these bits away from it.
    #[must_use]
    pub fn clear(mut self, bits: ReceivedStatus) -> Self {
        self.clear = self.clear.with(bits);
        self.set = self.set.without(bits);
        self
    }

    /// Replaces [`Message::local_extra`](crate::Message::local_extra), at most
    /// [`MAX_LOCAL_EXTRA_BYTES`](crate::MAX_LOCAL_EXTRA_BYTES) long; an empty text removes it.
    #[must_use]
    pub fn extra(mut self, text: impl Into<String>) -> Self {
        self.extra = Some(text.into());
        self
    }
}

impl fmt::Debug for Annotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Annotation")
            .field("set", &self.set)
            .field("clear", &self.clear)
            .field("extra", &self.extra.as_ref().map(String::len))
            .finish()
    }
}

impl Client {
    /// Notes something of a stored message. The other apps of the account hear of it by
    /// [`Event::Changed`](crate::Event::Changed).
    ///
    /// Which messages are *unread* does not depend on it; that is
    /// [`mark_read`](Self::mark_read)'s.
    ///
    /// # Errors
    /// 34304 if there is no message in that place, 90008 for an extra that is too long; 90006 or 90020
    /// if the disk is full or read-only; 90010 without an account, 34302, 90019 or 90007 if its stored
    /// messages cannot be opened, and what any call may end with.
    pub async fn annotate(&self, seq: Seq, annotation: Annotation) -> Result<(), Error> {
        let Annotation { set, clear, extra } = annotation;
        let request = Request::Annotate {
            seq,
            set: set.bits(),
            clear: clear.bits(),
            extra: extra.map(PrivateText::from),
        };
        self.rows(request).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_last_of_a_bit_holds() {
        let annotation = Annotation::new()
            .set(ReceivedStatus::READ.with(ReceivedStatus::LISTENED))
            .clear(ReceivedStatus::READ);

        assert_eq!(annotation.set, ReceivedStatus::LISTENED);
        assert_eq!(annotation.clear, ReceivedStatus::READ);
        assert_eq!(annotation.set(ReceivedStatus::READ).clear.bits(), 0);
    }

    // F-K10
    #[test]
    fn debug_shows_no_text() {
        let annotation = Annotation::new().extra("canary");

        assert!(!format!("{annotation:?}").contains("canary"));
    }
}
