//! The first packet of a connection (protocol/cloud-tcp.md 4).

use std::fmt;

use bytes::{Bytes, BytesMut};

use super::{
    MAX_CONNECT, Mask, StreamError,
    frame::{self, ROOM},
    mask::{KEY, MAGIC},
    signature::{SIGNATURE, signature},
};
use crate::{
    DecodeError, EncodeError, ProtocolVersion, navigation::gateway_token, reader::Reader,
    writer::Writer,
};

/// What the desktop SDK calls itself in the application field.
pub const APPLICATION: &str = "RongIMPCClient";

/// What the desktop SDK 5.46.1 says of itself: platform, maker, model and version, joined by `-`.
pub const CLIENT_INFO: &str = "PC--5.46.1";

/// CONNECT's number in the upper four bits of a header.
pub(super) const KIND: u8 = 1;

/// The header the SDK gives it, with a qos of 2 that means nothing.
const HEADER: u8 = KIND << 4 | 2 << 1;

/// The flags without [`RECONNECT_KICK`].
const FLAGS: u8 = 0xC4;
const RECONNECT_KICK: u8 = 0b10;

/// The second flag byte, of version 4 only.
const FLAGS_4: u8 = 0x80;

/// Bytes `0a 00`. Nobody acts on it.
const KEEP_ALIVE: u16 = 0x0A00;

/// CONNECT: who connects, from which device, to which app.
///
/// ```text
/// text  "RCloud"           with its length 8 bytes, which give the mask away
/// u8    version            3 or 4, as the mask has it
/// u8    flags              c4, with bit 1 for the reconnect kick
/// u8    second flags       80, version 4 only
/// u16   keep alive         0a00
/// text  device id
/// text  application
/// text  client information
/// text  app key
/// text  token
/// 8     signature          of all of the above, version 4 only
/// ```
///
/// Reading skips the other flags and the keep alive. `Debug` hides the token.
#[derive(Clone, PartialEq, Eq)]
pub struct Connect {
    /// The mask of the connection; it brings the protocol version with it.
    pub mask: Mask,
    /// Bit 1 of the flags: a reconnect that carries it gives way to whoever took the place meanwhile
    /// (decisions.md P12). [`Connect::new`] leaves it out; the SDK sets it unless told otherwise.
    pub reconnect_kick: bool,
    /// Names the device; the same on every connect.
    pub device_id: String,
    /// Default [`APPLICATION`].
    pub application: String,
    /// Default [`CLIENT_INFO`].
    pub client_info: String,
    /// Public id of the app.
    pub app_key: String,
    /// Private, so that no more of it than belongs to the gateway can be written.
    token: String,
}

impl Connect {
    /// A CONNECT with the SDK's own values for the rest. Of the token only what
    /// [`gateway_token`] leaves is kept.
    pub fn new(
        app_key: impl Into<String>,
        token: &str,
        device_id: impl Into<String>,
        mask: Mask,
    ) -> Self {
        Self {
            mask,
            reconnect_kick: false,
            device_id: device_id.into(),
            application: APPLICATION.to_owned(),
            client_info: CLIENT_INFO.to_owned(),
            app_key: app_key.into(),
            token: gateway_token(token).to_owned(),
        }
    }

    /// The token up to and including its first `@`. Not for logs.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The whole packet, framed and masked.
    pub(super) fn encode(&self) -> Result<Bytes, EncodeError> {
        let Self {
            mask,
            reconnect_kick,
            device_id,
            application,
            client_info,
            app_key,
            token,
        } = self;
        let kick = if *reconnect_kick { RECONNECT_KICK } else { 0 };
        let mut writer = Writer::after(ROOM, MAX_CONNECT)
            .body(&MAGIC)
            .u8(mask.version().number())
            .u8(FLAGS | kick);
        if mask.version() == ProtocolVersion::V4 {
            writer = writer.u8(FLAGS_4);
        }
        let mut bytes = writer
            .u16(KEEP_ALIVE)
            .text("device id", device_id.as_bytes())
            .text("application", application.as_bytes())
            .text("client information", client_info.as_bytes())
            .text("app key", app_key.as_bytes())
            .text("token", token.as_bytes())
            .finish_mut()?;
        if mask.version() == ProtocolVersion::V4 {
            sign(&mut bytes)?;
        }
        Ok(frame::seal(HEADER, bytes, *mask))
    }

    /// Reads a body whose mask was taken off with this key.
    pub(super) fn decode(body: Bytes, key: [u8; KEY]) -> Result<Self, StreamError> {
        let mut reader = Reader::new(body.clone());
        read(reader.chunk::<{ MAGIC.len() }>("name"))?;
        let number = read(reader.u8("version"))?;
        let version =
            ProtocolVersion::from_number(number).ok_or(StreamError::ProtocolVersion(number))?;
        let mask = Mask::new(version, key).ok_or(StreamError::Mask)?;
        let flags = read(reader.u8("flags"))?;
        if version == ProtocolVersion::V4 {
            read(reader.u8("second flags"))?;
        }
        read(reader.u16("keep alive"))?;
        let connect = Self {
            mask,
            reconnect_kick: flags & RECONNECT_KICK != 0,
            device_id: read(reader.text("device id"))?,
            application: read(reader.text("application"))?,
            client_info: read(reader.text("client information"))?,
            app_key: read(reader.text("app key"))?,
            token: gateway_token(&read(reader.text("token"))?).to_owned(),
        };
        if version == ProtocolVersion::V4 {
            let signed = body.slice(..body.len() - reader.remaining());
            if read(reader.chunk("signature"))? != signature(&signed) {
                return Err(StreamError::ConnectSignature);
            }
        }
        Ok(connect)
    }
}

/// Appends the signature of what follows the room.
fn sign(bytes: &mut BytesMut) -> Result<(), EncodeError> {
    let (_, signed) = bytes
        .split_at_checked(ROOM)
        .expect("the writer left the room");
    let total = signed.len() + SIGNATURE;
    if total > MAX_CONNECT {
        return Err(EncodeError::TooLarge(total));
    }
    let signature = signature(signed);
    bytes.extend_from_slice(&signature);
    Ok(())
}

fn read<T>(field: Result<T, DecodeError>) -> Result<T, StreamError> {
    field.map_err(StreamError::Connect)
}

impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect")
            .field("mask", &self.mask)
            .field("reconnect_kick", &self.reconnect_kick)
            .field("device_id", &self.device_id)
            .field("application", &self.application)
            .field("client_info", &self.client_info)
            .field("app_key", &self.app_key)
            .field("token", &"<hidden>")
            .finish()
    }
}
