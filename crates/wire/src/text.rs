//! Texts of packet headers: UTF-8, with the SDK's habit for characters outside the BMP.
//!
//! The SDK writes such a character as its two UTF-16 surrogates, three bytes each (CESU-8), and
//! reads both spellings (protocol/cloud-wire.md 3.1). So do we: WebSocket clients write CESU-8, servers
//! and everyone on TCP (protocol/cloud-tcp.md 2) UTF-8; all read either, also mixed.

use std::borrow::Cow;

const SURROGATE_LEAD: u8 = 0xED;
const HIGH: std::ops::RangeInclusive<u16> = 0xD800..=0xDBFF;
const LOW: std::ops::RangeInclusive<u16> = 0xDC00..=0xDFFF;

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    Utf8,
    Cesu8,
}

impl Spelling {
    pub(crate) fn bytes(self, text: &str) -> Cow<'_, [u8]> {
        match self {
            Self::Utf8 => Cow::Borrowed(text.as_bytes()),
            Self::Cesu8 => to_cesu8(text),
        }
    }
}

/// The text's bytes as the web SDK writes them.
fn to_cesu8(text: &str) -> Cow<'_, [u8]> {
    if text.chars().all(|c| c.len_utf8() < 4) {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut bytes = Vec::with_capacity(text.len() + text.len() / 2);
    for c in text.chars() {
        if c.len_utf8() < 4 {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            bytes.extend_from_slice(&three_bytes(*unit));
        }
    }
    Cow::Owned(bytes)
}

/// Reads UTF-8 or CESU-8; `None` for anything else, a lone surrogate included.
pub(crate) fn decode(bytes: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                return Some(text);
            }
            Err(error) => {
                let (valid, broken) = rest.split_at_checked(error.valid_up_to())?;
                text.push_str(std::str::from_utf8(valid).ok()?);
                let (pair, after) = broken.split_first_chunk::<6>()?;
                text.push(surrogate_pair(pair)?);
                rest = after;
            }
        }
    }
}

fn surrogate_pair(&[h0, h1, h2, l0, l1, l2]: &[u8; 6]) -> Option<char> {
    let high = surrogate(h0, h1, h2).filter(|unit| HIGH.contains(unit))?;
    let low = surrogate(l0, l1, l2).filter(|unit| LOW.contains(unit))?;
    char::decode_utf16([high, low]).next()?.ok()
}

fn surrogate(lead: u8, middle: u8, last: u8) -> Option<u16> {
    let continues = middle & 0xC0 == 0x80 && last & 0xC0 == 0x80;
    (lead == SURROGATE_LEAD && continues)
        .then(|| 0xD000 | u16::from(middle & 0x3F) << 6 | u16::from(last & 0x3F))
}

/// The three-byte form of a UTF-16 unit from the surrogate range.
fn three_bytes(unit: u16) -> [u8; 3] {
    let [last, _] = (unit & 0x3F).to_le_bytes();
    let [middle, _] = (unit >> 6 & 0x3F).to_le_bytes();
    [SURROGATE_LEAD, 0x80 | middle, 0x80 | last]
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMOJI_CESU8: [u8; 6] = [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80];

    #[test]
    fn an_emoji_is_written_as_two_surrogates() {
        assert_eq!(to_cesu8("😀").as_ref(), EMOJI_CESU8);
    }

    #[test]
    fn both_spellings_are_read_even_mixed() {
        let mut mixed = "a😀张".as_bytes().to_vec();
        mixed.extend(EMOJI_CESU8);
        mixed.push(b'z');

        assert_eq!(decode(&mixed).as_deref(), Some("a😀张😀z"));
    }

    #[test]
    fn a_surrogate_without_its_partner_is_refused() {
        assert_eq!(decode(&EMOJI_CESU8[..3]), None);
        assert_eq!(decode(&EMOJI_CESU8[3..]), None);
        let twice_high = [&EMOJI_CESU8[..3], &EMOJI_CESU8[..3]].concat();
        assert_eq!(decode(&twice_high), None);
        let swapped = [&EMOJI_CESU8[3..], &EMOJI_CESU8[..3]].concat();
        assert_eq!(decode(&swapped), None);
    }

    #[test]
    fn overlong_and_broken_sequences_are_refused() {
        for bytes in [
            &[0xC0, 0x80][..],
            &[0xFF],
            &[0xE4, 0xBD],
            &[b'a', 0x80, b'b', b'c', b'd', b'e', b'f'],
        ] {
            assert_eq!(decode(bytes), None, "{bytes:x?}");
        }
    }
}
