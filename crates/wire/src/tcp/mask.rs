//! The 8-byte XOR mask over every body (protocol/cloud-tcp.md 3).

use crate::ProtocolVersion;

/// Bytes of a key.
pub(super) const KEY: usize = 8;

/// What every CONNECT begins with: the text "RCloud".
pub(super) const MAGIC: [u8; KEY] = *b"\x00\x06RCloud";

/// The key where `openAnti` is not 1.
const CONSTANT: [u8; KEY] = [0x6C, 0x4D, 0x15, 0x21, 0x10, 0x27, 0x16, 0x77];

/// Which mask lies over the bodies of a connection, and with it which protocol version is spoken.
///
/// Byte i of a body is XORed with key byte i mod 8, from 0 again in each packet, the same both ways. It hides
/// nothing from anybody who sees the first packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// The key everybody knows: version 3.
    Constant,
    /// A key the client made up for this connection, at random: version 4. Navigation asks for it with
    /// `openAnti` = 1.
    Chosen([u8; KEY]),
}

impl Mask {
    /// The version that goes with it, which also decides the layouts of CONNECT and CONNACK.
    #[must_use]
    pub const fn version(self) -> ProtocolVersion {
        match self {
            Self::Constant => ProtocolVersion::V3,
            Self::Chosen(_) => ProtocolVersion::V4,
        }
    }

    /// The mask of a version whose key is known; `None` for version 3 with a key of its own.
    pub(super) fn new(version: ProtocolVersion, key: [u8; KEY]) -> Option<Self> {
        match version {
            ProtocolVersion::V3 => (key == CONSTANT).then_some(Self::Constant),
            ProtocolVersion::V4 => Some(Self::Chosen(key)),
        }
    }

    /// The key under a CONNECT that begins with these bytes: it is not sent, but what it covers is known.
    pub(super) fn recover_key(mut masked: [u8; KEY]) -> [u8; KEY] {
        xor(&mut masked, &MAGIC);
        masked
    }

    /// Masks a body, or takes the mask off.
    pub(super) fn apply(self, body: &mut [u8]) {
        let key = match self {
            Self::Constant => CONSTANT,
            Self::Chosen(key) => key,
        };
        for chunk in body.chunks_mut(KEY) {
            xor(chunk, &key);
        }
    }
}

fn xor(bytes: &mut [u8], key: &[u8; KEY]) {
    for (byte, key) in bytes.iter_mut().zip(key) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_repeats_every_eight_bytes_and_begins_anew_in_each_body() {
        let mask = Mask::Chosen([1, 2, 3, 4, 5, 6, 7, 8]);
        let mut body = [0; 11];

        mask.apply(&mut body);

        assert_eq!(body, [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3]);
        mask.apply(&mut body);
        assert_eq!(body, [0; 11]);
    }

    #[test]
    fn either_key_is_read_off_a_masked_magic() {
        for mask in [Mask::Constant, Mask::Chosen(*b"anything")] {
            let mut masked = MAGIC;
            mask.apply(&mut masked);

            let key = Mask::recover_key(masked);

            assert_eq!(Mask::new(mask.version(), key), Some(mask));
        }
        assert_eq!(Mask::new(ProtocolVersion::V3, *b"anything"), None);
    }
}
