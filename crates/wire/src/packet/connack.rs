//! The server's answer to the handshake.

/// CONNACK (protocol/cloud-wire.md 3.3).
///
/// With a status other than 0 the packet ends after the status: [`session`](Self::session) is not
/// written, and what a server appended all the same is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnAck {
    /// [`crate::status::ACCEPTED`] or why not; see [`crate::status::connack_code`].
    pub status: u8,
    /// Who is connected. A server that accepts without saying so leaves it out.
    pub session: Option<Session>,
}

impl ConnAck {
    /// Accepts.
    #[must_use]
    pub fn accepted(session: Session) -> Self {
        Self {
            status: crate::status::ACCEPTED,
            session: Some(session),
        }
    }

    /// Refuses with a status other than 0.
    #[must_use]
    pub fn refused(status: u8) -> Self {
        Self {
            status,
            session: None,
        }
    }
}

/// What an accepting CONNACK tells.
///
/// Version 4 may leave out any field. Version 3 has the first three always, so an absent one is
/// written as empty or 0 there, and has no place for the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// The id of the user the token belongs to; this, not navigation, has the last word.
    pub user_id: Option<String>,
    /// Names this connection in the server's logs.
    pub session_id: Option<String>,
    /// The server's clock, ms since the epoch, below 2^53.
    pub server_time: Option<u64>,
    /// Where the client's message ids start: the first one is this plus 1. Absent means 0.
    pub message_id_base: Option<u16>,
}
