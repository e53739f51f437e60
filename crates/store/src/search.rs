//! Signatures: which words may be in a stretch of messages.
//!
//! A row for every word of every message would cost the engine more than the messages themselves.
//! So the words of a few hundred messages together make one row, a Bloom filter of their grams: it
//! says for certain where a text is not, and the messages of the other stretches are read. Texts are
//! cut into
//!
//! - every character, and every two that stand together, so that 连接 is found in 网络连接失败;
//! - every three that stand together of scripts with alphabets, where two say little.
//!
//! Grams of texts that were recalled or deleted stay in the filter: reading finds that out.

use crate::engine::sled::MAX_VALUE_BYTES;

/// Bits of a filter for each gram. With [`PROBES`] of them set, one look in eighty is in vain.
const BITS_PER_GRAM: usize = 10;

/// Bits of a filter that a gram sets.
const PROBES: u64 = 4;

/// The longest filter, so that a row is never split.
const MAX_BYTES: usize = MAX_VALUE_BYTES - 64;

/// The first character of the scripts whose words are one or two characters long: CJK radicals;
/// Kana, ideographs, Hangul and what came later are above.
const FIRST_WIDE: char = '\u{2e80}';

/// A gram as a number.
type Gram = u64;

/// Grams, each of them once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Grams(Vec<Gram>);

impl Grams {
    /// Every gram of some texts that were folded.
    pub(crate) fn of(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut grams = Vec::new();
        let mut chars = Vec::new();
        for text in texts {
            chars.clear();
            chars.extend(text.as_ref().chars());
            let triples = chars.windows(3).filter(|triple| all_narrow(triple));
            grams.extend(chars.windows(1).map(number));
            grams.extend(chars.windows(2).map(number));
            grams.extend(triples.map(number));
        }
        Self::once_each(grams)
    }

    /// The grams that tell most of a text that is looked for: all of them are in a stretch that
    /// has it.
    pub(crate) fn telling(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        if chars.len() < 3 {
            return Self::once_each(chars.windows(chars.len().max(1)).map(number).collect());
        }
        let pairs = chars.windows(2).filter(|pair| !all_narrow(pair));
        let triples = chars.windows(3).filter(|triple| all_narrow(triple));
        Self::once_each(pairs.chain(triples).map(number).collect())
    }

    fn once_each(mut grams: Vec<Gram>) -> Self {
        grams.sort_unstable();
        grams.dedup();
        Self(grams)
    }
}

/// A filter of the grams of some messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    bits: Vec<u8>,
}

impl Signature {
    pub(crate) fn of(grams: &Grams) -> Self {
        let bytes = (grams.0.len() * BITS_PER_GRAM)
            .div_ceil(8)
            .clamp(1, MAX_BYTES);
        let mut signature = Self {
            bits: vec![0; bytes],
        };
        for gram in &grams.0 {
            for (byte, bit) in signature.places(*gram) {
                if let Some(byte) = signature.bits.get_mut(byte) {
                    *byte |= bit;
                }
            }
        }
        signature
    }

    pub(crate) fn from_bytes(bits: &[u8]) -> Option<Self> {
        (!bits.is_empty()).then(|| Self { bits: bits.into() })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bits
    }

    /// Whether all of these grams may be in the messages.
    pub(crate) fn may_have(&self, grams: &Grams) -> bool {
        grams.0.iter().all(|gram| {
            self.places(*gram)
                .iter()
                .all(|(byte, bit)| self.bits.get(*byte).is_some_and(|byte| byte & bit != 0))
        })
    }

    /// The bits of a gram: a byte's index and a mask each.
    fn places(&self, gram: Gram) -> [(usize, u8); PROBES as usize] {
        let bits = self.bits.len() as u64 * 8;
        let mixed = mix(gram);
        let (start, step) = (mixed >> 32, mixed & 0xffff_ffff | 1);
        std::array::from_fn(|probe| {
            let bit = (start + probe as u64 * step) % bits;
            let byte = usize::try_from(bit / 8).expect("a filter fits into memory");
            (byte, 1 << (bit % 8))
        })
    }
}

fn all_narrow(chars: &[char]) -> bool {
    chars.iter().all(|c| *c < FIRST_WIDE)
}

/// Up to three characters of 21 bits. None of them is the same as a shorter gram: a text has no
/// zero characters that matter.
fn number(chars: &[char]) -> Gram {
    chars
        .iter()
        .fold(0, |number, c| number << 21 | u64::from(u32::from(*c)))
}

/// Spreads a number over all bits (splitmix64). Signatures on the disk depend on it.
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a stored signature looks like: changing it needs a new form.
    #[test]
    fn golden_bytes() {
        let signature = Signature::of(&Grams::of(["连接 ok"]));

        assert_eq!(
            signature.as_bytes(),
            [
                0x6a, 0x81, 0x18, 0x43, 0x52, 0xa1, 0x00, 0x07, 0x0a, 0x64, 0x9d, 0x06, 0x24
            ]
        );
    }

    #[test]
    fn a_filter_mostly_knows_what_is_not_in_it() {
        let words = (0..400).map(|n| format!("w{n:05}x"));
        let signature = Signature::of(&Grams::of(words));

        let in_vain = (90_000..91_000)
            .filter(|n| signature.may_have(&Grams::telling(&format!("{n}"))))
            .count();

        assert!(in_vain < 50, "{in_vain} of 1000");
    }

    #[test]
    fn a_filter_is_one_value_however_many_grams_there_are() {
        let many = Grams((0..100_000).collect());

        assert_eq!(Signature::of(&many).as_bytes().len(), MAX_BYTES);
    }

    proptest! {
        #[test]
        fn every_part_of_a_text_is_found(text in "[a-c连接失败 ]{1,40}", start: prop::sample::Index, length in 1..9_usize) {
            let chars: Vec<char> = text.chars().collect();
            let start = start.index(chars.len());
            let part: String = chars[start..].iter().take(length).collect();

            prop_assert!(Signature::of(&Grams::of([&text])).may_have(&Grams::telling(&part)));
        }
    }
}
