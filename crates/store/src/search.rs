//! Signatures: which words may be in a stretch of messages.
//!
//! A row for every word of every message would cost the engine more than the messages themselves.
//! So the words of a few hundred messages together make one row, a Bloom filter of their grams: it
//! says for certain where a text is not, and the messages of the other stretches are read. Texts are
//! cut into
//!
//! - every character of the wide scripts, and every two of which one is, so that 连接 is found in
//!   网络连接失败;
//! - every three that stand together of scripts with alphabets. One or two say little there: nearly
//!   every stretch has them, so the messages of all are read for those.
//!
//! Grams of texts that were recalled or deleted stay in the filter: reading finds that out.

/// Bytes of a filter that messages are put into; a power of two, and less than a row may have.
const BYTES: usize = 4096;

/// Bits of a filter that a gram sets.
const PROBES: u64 = 4;

/// The share of its bits that are set in a filter that is full, as a fraction. One look in forty
/// is then in vain.
const FULL: (u32, u32) = (2, 5);

/// The first character of the scripts whose words are one or two characters long: CJK radicals;
/// Kana, ideographs, Hangul and what came later are above.
const FIRST_WIDE: char = '\u{2e80}';

/// A gram as a number.
type Gram = u64;

/// A filter of the grams of some messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    /// A power of two of bytes.
    bits: Vec<u8>,
    /// How many bits are set.
    set: u32,
}

impl Signature {
    /// A filter to put texts into.
    pub(crate) fn new() -> Self {
        Self {
            bits: vec![0; BYTES],
            set: 0,
        }
    }

    pub(crate) fn from_bytes(bits: &[u8]) -> Option<Self> {
        bits.len().is_power_of_two().then(|| Self {
            bits: bits.into(),
            set: bits.iter().map(|byte| byte.count_ones()).sum(),
        })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bits
    }

    /// Takes in a text that was folded.
    pub(crate) fn add(&mut self, text: &str) {
        let chars: Vec<char> = text.chars().collect();
        let singles = chars.windows(1).filter(|single| !all_narrow(single));
        grams(&chars)
            .chain(singles.map(number))
            .for_each(|gram| self.set(gram));
    }

    /// More texts would make it say little.
    pub(crate) fn is_full(&self) -> bool {
        self.is_denser_than(FULL)
    }

    /// The same in fewer bytes, as long as it is far from full: the bits of its halves together.
    pub(crate) fn shortened(mut self) -> Self {
        let (numerator, denominator) = FULL;
        while self.bits.len() > 1 && !self.is_denser_than((numerator, denominator * 2)) {
            let upper = self.bits.split_off(self.bits.len() / 2);
            for (lower, upper) in self.bits.iter_mut().zip(upper) {
                *lower |= upper;
            }
            self.set = self.bits.iter().map(|byte| byte.count_ones()).sum();
        }
        self
    }

    /// Whether a text that has these grams may be in the messages.
    pub(crate) fn may_have(&self, telling: &Telling) -> bool {
        telling.0.iter().all(|gram| {
            self.places(*gram)
                .iter()
                .all(|(byte, bit)| self.bits.get(*byte).is_some_and(|byte| byte & bit != 0))
        })
    }

    fn set(&mut self, gram: Gram) {
        for (byte, bit) in self.places(gram) {
            if let Some(byte) = self.bits.get_mut(byte)
                && *byte & bit == 0
            {
                *byte |= bit;
                self.set += 1;
            }
        }
    }

    fn is_denser_than(&self, (numerator, denominator): (u32, u32)) -> bool {
        let bits = self.bits.len() as u64 * 8;
        u64::from(self.set) * u64::from(denominator) > bits * u64::from(numerator)
    }

    /// The bits of a gram: a byte's index and a mask each. Their number modulo the length of the
    /// filter, so that halves can be put together.
    fn places(&self, gram: Gram) -> [(usize, u8); PROBES as usize] {
        let mask = self.bits.len() as u64 * 8 - 1;
        let mixed = mix(gram);
        let (start, step) = (mixed >> 32, mixed & 0xffff_ffff | 1);
        std::array::from_fn(|probe| {
            let bit = start.wrapping_add(step.wrapping_mul(probe as u64)) & mask;
            let byte = usize::try_from(bit / 8).expect("a filter fits into memory");
            (byte, 1 << (bit % 8))
        })
    }
}

/// The grams that tell most of a text that is looked for: all of them are in a stretch that has it.
#[derive(Clone, Debug)]
pub(crate) struct Telling(Vec<Gram>);

impl Telling {
    /// Those of a text that was folded.
    pub(crate) fn of(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        match chars[..] {
            [single] if single >= FIRST_WIDE => Self(vec![number(&chars)]),
            _ => Self(grams(&chars).collect()),
        }
    }
}

/// The grams of two and three characters.
fn grams(chars: &[char]) -> impl Iterator<Item = Gram> {
    let pairs = chars.windows(2).filter(|pair| !all_narrow(pair));
    let triples = chars.windows(3).filter(|triple| all_narrow(triple));
    pairs.chain(triples).map(number)
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
        let signature = filter(["连接 okay"]).shortened();

        assert_eq!(signature.as_bytes(), GOLDEN);
        assert_eq!(Signature::from_bytes(&GOLDEN), Some(signature));
    }

    const GOLDEN: [u8; 16] = [3, 1, 4, 24, 72, 20, 6, 73, 34, 0, 1, 130, 2, 192, 72, 9];

    #[test]
    fn a_filter_that_is_full_mostly_knows_what_is_not_in_it() {
        let mut signature = Signature::new();
        let mut others = (0x4e00..0x9000).filter_map(char::from_u32);
        while !signature.is_full() {
            signature.add(&others.next().unwrap().to_string());
        }

        let in_vain = (0xac00..0xac00 + 1_000)
            .filter_map(char::from_u32)
            .filter(|c| signature.may_have(&Telling::of(&c.to_string())))
            .count();

        assert!(in_vain < 50, "{in_vain} of 1000");
    }

    #[test]
    fn a_filter_of_little_is_short() {
        assert_eq!(Signature::new().shortened().as_bytes().len(), 1);
        let few = filter(["hello"]).shortened();

        assert!(few.as_bytes().len() <= 16);
        assert!(few.may_have(&Telling::of("hell")));
        assert!(!few.may_have(&Telling::of("heaven")));
    }

    #[test]
    fn other_bytes_are_no_filter() {
        for length in [0, 3, 12, 4095] {
            assert_eq!(Signature::from_bytes(&vec![1; length]), None);
        }
    }

    proptest! {
        #[test]
        fn every_part_of_a_text_is_found(text in "[a-c连接失败 ]{1,40}", start: prop::sample::Index, length in 1..9_usize) {
            let chars: Vec<char> = text.chars().collect();
            let start = start.index(chars.len());
            let part: String = chars[start..].iter().take(length).collect();
            let signature = filter([&text[..], "more"]);

            prop_assert!(signature.may_have(&Telling::of(&part)));
            prop_assert!(signature.shortened().may_have(&Telling::of(&part)));
        }
    }

    fn filter<'a>(texts: impl IntoIterator<Item = &'a str>) -> Signature {
        let mut signature = Signature::new();
        texts.into_iter().for_each(|text| signature.add(text));
        signature
    }
}
