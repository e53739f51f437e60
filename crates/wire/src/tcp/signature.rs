//! The eight bytes that vouch for the fields after them (protocol/cloud-tcp.md 2).

use bytes::{Buf, BytesMut};
use md5::{Digest, Md5};

use super::{MAX_BODY, frame::ROOM};
use crate::{DecodeError, EncodeError, websocket::PacketKind, writer::Writer};

/// Bytes of a signature.
pub(super) const SIGNATURE: usize = 8;

/// Bytes 4 to 11 of the MD5 over the unmasked bytes: a checksum, there is no key in it.
pub(super) fn signature(signed: &[u8]) -> [u8; SIGNATURE] {
    let [_, _, _, _, middle @ .., _, _, _, _] = <[u8; 16]>::from(Md5::digest(signed));
    middle
}

/// A body, with its signature if packets of this kind have one, after [`ROOM`] bytes.
pub(super) fn write_body(
    kind: PacketKind,
    write_fields: impl FnOnce(Writer) -> Writer,
) -> Result<BytesMut, EncodeError> {
    let writer = Writer::after(ROOM, MAX_BODY);
    if !is_signed(kind) {
        return write_fields(writer).finish_mut();
    }
    let mut bytes = write_fields(writer.body(&[0; SIGNATURE])).finish_mut()?;
    let (front, fields) = bytes
        .split_at_mut_checked(ROOM + SIGNATURE)
        .expect("room and signature were written");
    front[ROOM..].copy_from_slice(&signature(fields));
    Ok(bytes)
}

/// Takes the signature off the front of a body; `None` if packets of this kind have none.
pub(super) fn take_signature(
    kind: PacketKind,
    body: &mut BytesMut,
) -> Result<Option<[u8; SIGNATURE]>, DecodeError> {
    if !is_signed(kind) {
        return Ok(None);
    }
    let Some(claimed) = body.first_chunk().copied() else {
        return Err(DecodeError::Truncated("signature"));
    };
    body.advance(SIGNATURE);
    Ok(Some(claimed))
}

const fn is_signed(kind: PacketKind) -> bool {
    match kind {
        PacketKind::Publish | PacketKind::Query => true,
        PacketKind::ConnAck
        | PacketKind::PubAck
        | PacketKind::QueryAck
        | PacketKind::QueryCon
        | PacketKind::PingReq
        | PacketKind::PingResp
        | PacketKind::Disconnect => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_middle_of_the_digest() {
        // RFC 1321, A.5: MD5 ("abc") = 900150983cd24fb0d6963f7d28e17f72
        let middle = [0x3C, 0xD2, 0x4F, 0xB0, 0xD6, 0x96, 0x3F, 0x7D];

        assert_eq!(signature(b"abc"), middle);
    }
}
