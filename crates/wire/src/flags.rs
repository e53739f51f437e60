//! Bits inside bodies (protocol/cloud-wire.md 5.4 and 5.5).
//!
//! The numbers have the integer type of the field they travel in.

/// `UpStreamMessage.sessionId`: despite its name, how to treat the message.
pub mod session {
    /// Kept in history and for offline devices.
    pub const PERSISTED: i32 = 1;
    /// Counted as unread.
    pub const COUNTED: i32 = 2;
    /// Mentions someone.
    pub const MENTION: i32 = 4;
    /// Raises no notification.
    pub const SILENT: i32 = 32;
    /// May be expanded later.
    pub const EXPANDABLE: i32 = 64;

    /// The bits by which a message is kept (protocol/cloud-wire.md 5.6).
    #[must_use]
    pub const fn kept(persisted: bool, counted: bool) -> i32 {
        (if persisted { PERSISTED } else { 0 }) | (if counted { COUNTED } else { 0 })
    }
}

/// `DownStreamMessage.status`.
pub mod status {
    /// Another device has had it.
    pub const RETRIEVED: i64 = 2;
    /// Kept in history.
    pub const PERSISTED: i64 = 16;
    /// Counted as unread.
    pub const COUNTED: i64 = 32;
    /// Mentions someone.
    pub const MENTION: i64 = 64;
    /// Raises no notification.
    pub const SILENT: i64 = 512;
    /// May be expanded later.
    pub const EXPANDABLE: i64 = 1024;

    /// What a server makes of the sender's [`session`](super::session) bits.
    #[must_use]
    pub const fn of_session(bits: i32) -> i64 {
        use super::session;
        let mut status = 0;
        if bits & session::PERSISTED != 0 {
            status |= PERSISTED;
        }
        if bits & session::COUNTED != 0 {
            status |= COUNTED;
        }
        if bits & session::MENTION != 0 {
            status |= MENTION;
        }
        if bits & session::SILENT != 0 {
            status |= SILENT;
        }
        if bits & session::EXPANDABLE != 0 {
            status |= EXPANDABLE;
        }
        status
    }
}

/// `DownStreamMessage.extStatus`.
pub mod ext_status {
    /// An AI stream that ended early.
    pub const INTERRUPTED: i64 = 2;
    /// Edited.
    pub const MODIFIED: i64 = 4;
    /// From a private channel of an ultra group.
    pub const PRIVATE_CHANNEL: i64 = 8;
    /// A status message: delivered directly, never pulled.
    pub const STATUS_MESSAGE: i64 = 64;
}

/// `configFlag`, up and down. A server returns it as it came.
pub mod config {
    /// Pushes by the VoIP channel.
    pub const VOIP_PUSH: i32 = 1;
    /// Set by default since 5.38; cleared to bypass black and white lists.
    pub const DEFAULT: i32 = 2;
    /// The push shows no title.
    pub const HIDE_TITLE: i32 = 4;
    /// The push shows its text whatever the receiver set.
    pub const FORCE_DETAIL: i32 = 8;
}

/// `optionBits`, up and down.
pub mod option {
    /// Does not become the conversation's last message.
    pub const KEEP_LAST_MESSAGE: i64 = 1;
    /// Wants a read receipt.
    pub const NEEDS_RECEIPT: i64 = 2;
    /// The receipt has been sent (down only).
    pub const RECEIPT_SENT: i64 = 4;
    /// A recall that lowers the unread count (down only).
    pub const LOWERS_UNREAD: i64 = 16;
}

/// `ChrmKVEntity.status`.
pub mod entry {
    /// Deleted when its owner leaves.
    pub const AUTO_DELETE: i32 = 1;
    /// Replaces another user's value.
    pub const OVERWRITE: i32 = 2;
    /// Is a deletion.
    pub const DELETE: i32 = 4;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_text_arrives_persisted_and_counted() {
        let sent = session::kept(true, true);

        assert_eq!(sent, 3);
        assert_eq!(status::of_session(sent), 48);
    }

    #[test]
    fn every_session_bit_has_a_status_bit() {
        assert_eq!(status::of_session(4 | 32 | 64), 64 | 512 | 1024);
        assert_eq!(status::of_session(0), 0);
    }
}
