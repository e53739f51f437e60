//! The two layouts of CONNACK.
//!
//! ```text
//! version 3   u8 0   u8 status   text userId   text sessionId   u64 time
//! version 4   u8 0   u8 status   u8 flags   [text userId] [text sessionId] [u64 time] [u16 id base]
//!                                flags:       1             2                4          8
//! ```

use super::DecodeError;
use crate::{ConnAck, ProtocolVersion, Session, reader::Reader, status, writer::Writer};

const USER_ID: u8 = 1;
const SESSION_ID: u8 = 2;
const SERVER_TIME: u8 = 4;
const MESSAGE_ID_BASE: u8 = 8;

impl ConnAck {
    pub(super) fn read(mut reader: Reader, version: ProtocolVersion) -> Result<Self, DecodeError> {
        reader.u8("reserved byte")?;
        let status = reader.u8("status")?;
        if status != status::ACCEPTED || reader.is_empty() {
            return Ok(Self {
                status,
                session: None,
            });
        }
        let session = match version {
            ProtocolVersion::V3 => read_fixed(reader)?,
            ProtocolVersion::V4 => read_flagged(reader)?,
        };
        Ok(Self {
            status,
            session: Some(session),
        })
    }

    pub(super) fn write(&self, writer: Writer, version: ProtocolVersion) -> Writer {
        let writer = writer.u8(0).u8(self.status);
        match (&self.session, version) {
            (Some(session), ProtocolVersion::V3) if self.status == status::ACCEPTED => {
                write_fixed(session, writer)
            }
            (Some(session), ProtocolVersion::V4) if self.status == status::ACCEPTED => {
                write_flagged(session, writer)
            }
            _ => writer,
        }
    }
}

fn read_fixed(mut reader: Reader) -> Result<Session, DecodeError> {
    Ok(Session {
        user_id: Some(reader.text("user id")?),
        session_id: Some(reader.text("session id")?),
        server_time: Some(reader.u64("server time")?),
        message_id_base: None,
    })
}

fn read_flagged(mut reader: Reader) -> Result<Session, DecodeError> {
    let flags = reader.u8("flags")?;
    let has = |flag| flags & flag != 0;
    Ok(Session {
        user_id: has(USER_ID).then(|| reader.text("user id")).transpose()?,
        session_id: has(SESSION_ID)
            .then(|| reader.text("session id"))
            .transpose()?,
        server_time: has(SERVER_TIME)
            .then(|| reader.u64("server time"))
            .transpose()?,
        message_id_base: has(MESSAGE_ID_BASE)
            .then(|| reader.u16("message id base"))
            .transpose()?,
    })
}

fn write_fixed(session: &Session, writer: Writer) -> Writer {
    writer
        .text(
            "user id",
            session.user_id.as_deref().unwrap_or_default().as_bytes(),
        )
        .text(
            "session id",
            session.session_id.as_deref().unwrap_or_default().as_bytes(),
        )
        .u64(session.server_time.unwrap_or_default())
}

fn write_flagged(session: &Session, writer: Writer) -> Writer {
    let Session {
        user_id,
        session_id,
        server_time,
        message_id_base,
    } = session;
    let flag = |present: bool, flag: u8| if present { flag } else { 0 };
    let mut writer = writer.u8(flag(user_id.is_some(), USER_ID)
        | flag(session_id.is_some(), SESSION_ID)
        | flag(server_time.is_some(), SERVER_TIME)
        | flag(message_id_base.is_some(), MESSAGE_ID_BASE));
    if let Some(user_id) = user_id {
        writer = writer.text("user id", user_id.as_bytes());
    }
    if let Some(session_id) = session_id {
        writer = writer.text("session id", session_id.as_bytes());
    }
    if let Some(server_time) = server_time {
        writer = writer.u64(*server_time);
    }
    if let Some(base) = message_id_base {
        writer = writer.u16(*base);
    }
    writer
}
