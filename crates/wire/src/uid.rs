//! Identifiers of messages: the server's uid and the client's own number.

use std::fmt;

/// The alphabet of uids: 32 digits without 0, 1, I and O, in ascending order.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A message uid in the vendor's published form (protocol/cloud-wire.md 6).
///
/// ```text
/// 42 bits ms since the epoch   12 bits counter   4 bits conversation type   22 bits hash of its id
/// ```
///
/// Written as 16 characters of five bits, most significant first, with a dash after every four; the
/// text sorts by time. Only a server makes them: to a client a uid is any text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageUid(u128);

impl MessageUid {
    /// Makes a uid. Time is cut to 42 bits (enough until 2109), the counter to 12 and the type to 4.
    ///
    /// The vendor's hash is not published; this one (FNV-1a, folded) only has to be stable.
    #[must_use]
    pub fn new(time: u64, counter: u16, conversation_type: u8, conversation_id: &str) -> Self {
        let time = u128::from(time & ((1 << 42) - 1));
        let counter = u128::from(counter & 0xFFF);
        let conversation_type = u128::from(conversation_type & 0xF);
        let hash = u128::from(hash22(conversation_id));
        Self(time << 38 | counter << 26 | conversation_type << 22 | hash)
    }

    /// Reads the 19 characters; `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 19 {
            return None;
        }
        let mut bits = 0;
        for (place, character) in text.bytes().enumerate() {
            if place % 5 == 4 {
                if character != b'-' {
                    return None;
                }
                continue;
            }
            let digit = ALPHABET.iter().position(|known| *known == character)?;
            bits = bits << 5 | u128::try_from(digit).ok()?;
        }
        Some(Self(bits))
    }

    /// When the message was sent, ms since the epoch.
    #[must_use]
    pub fn time(self) -> u64 {
        self.bits(38, 42)
    }

    /// Tells messages of one millisecond apart.
    #[must_use]
    pub fn counter(self) -> u64 {
        self.bits(26, 12)
    }

    /// The conversation type's number.
    #[must_use]
    pub fn conversation_type(self) -> u64 {
        self.bits(22, 4)
    }

    fn bits(self, shift: u32, width: u32) -> u64 {
        u64::try_from(self.0 >> shift & ((1 << width) - 1)).unwrap_or_default()
    }
}

impl fmt::Display for MessageUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in 0..16_u32 {
            if place > 0 && place % 4 == 0 {
                f.write_str("-")?;
            }
            let digit = self.bits(75 - 5 * place, 5);
            let character = usize::try_from(digit)
                .ok()
                .and_then(|digit| ALPHABET.get(digit));
            write!(f, "{}", char::from(character.copied().unwrap_or(b'?')))?;
        }
        Ok(())
    }
}

impl fmt::Debug for MessageUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn hash22(text: &str) -> u32 {
    let hash = text.bytes().fold(0x811C_9DC5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    (hash >> 22 ^ hash) & ((1 << 22) - 1)
}

/// Makes `clientUniqueId` (protocol/cloud-wire.md 5.4): positive, at most 51 bits.
///
/// Low 32 bits of the clock in ms, then the low 11 bits of a counter, then 8 random bits.
#[must_use]
pub const fn client_unique_id(clock: u64, counter: u16, random: u8) -> i64 {
    let clock = (clock & 0xFFFF_FFFF) << 19;
    let counter = (counter as u64 & 0x7FF) << 8;
    (clock | counter | random as u64).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_captured_uid_holds_the_time_its_puback_told() {
        let text = "F3ZJ-MFEP-2246-4ZFP";

        let uid = MessageUid::parse(text).unwrap();

        assert_eq!(uid.time(), 1_795_231_766_100);
        assert_eq!(uid.conversation_type(), 1);
        assert_eq!(uid.to_string(), text);
    }

    #[test]
    fn uids_sort_by_time_then_counter() {
        let earlier = MessageUid::new(1_795_231_766_100, 0xFFF, 3, "g1").to_string();
        let later = MessageUid::new(1_795_231_766_101, 0, 1, "bob").to_string();
        let next = MessageUid::new(1_795_231_766_101, 1, 1, "alice").to_string();

        assert!(earlier < later && later < next, "{earlier} {later} {next}");
    }

    #[test]
    fn the_conversation_is_part_of_the_uid() {
        assert_ne!(
            MessageUid::new(1, 0, 1, "alice"),
            MessageUid::new(1, 0, 1, "bob")
        );
        assert_eq!(
            MessageUid::new(1, 0, 1, "alice"),
            MessageUid::new(1, 0, 1, "alice")
        );
    }

    #[test]
    fn other_texts_are_no_uids() {
        for text in [
            "",
            "F3ZJ-MFEP-2246-4ZF",
            "F3ZJMFEP22464ZFPXXX",
            "F3ZJ-MFEP-2246-4ZF1",
            "f3zj-mfep-2246-4zfp",
            "😀😀😀😀-22",
        ] {
            assert_eq!(MessageUid::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_client_unique_id_never_exceeds_51_bits() {
        let largest = client_unique_id(u64::MAX, u16::MAX, u8::MAX);

        assert_eq!(largest, (1 << 51) - 1);
        assert_eq!(client_unique_id(1, 1, 1), 1 << 19 | 1 << 8 | 1);
    }

    #[test]
    fn a_captured_client_unique_id_has_the_clock_in_its_upper_bits() {
        let captured = 2_217_949_877_240_018;
        let captured_at = 1_795_231_766_100_u64;

        let clock = captured >> 19;

        assert!(
            captured_at % (1 << 32) - clock < 1000,
            "sent within a second of its PUBACK"
        );
    }
}
