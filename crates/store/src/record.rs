//! How a row lies in the engine: checked, versioned, and cut into values of a bounded length.
//!
//! ```text
//! 0      1        3        7
//! +------+--------+--------+--- - -
//! | form | parts  | CRC-32 | payload, first part         parts 1.. : payload goes on
//! +------+--------+--------+--- - -
//! ```
//!
//! The sum covers the key, the form, the number of further parts and the whole payload, so that a
//! value under a wrong key is noticed too (F-D07). Numbers are big-endian.

use std::borrow::Cow;

use crate::engine::{EngineError, MAX_VALUE_BYTES};
use crate::key;

const HEADER_BYTES: usize = 7;

/// What was under a key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unsealed<'a> {
    /// What was put there, and the version of its form.
    Sound {
        /// Version of the payload's form.
        form: u8,
        /// The payload, put together if it had parts.
        payload: Cow<'a, [u8]>,
    },
    /// Not what was put there.
    Damaged,
}

/// The values to put so that `payload` is under `key`.
pub(crate) fn seal(key: &[u8], form: u8, payload: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let (first, rest) = payload.split_at(payload.len().min(MAX_VALUE_BYTES - HEADER_BYTES));
    let parts: Vec<_> = rest.chunks(MAX_VALUE_BYTES).collect();
    let count = u16::try_from(parts.len()).expect("rows are far below 400 MB");

    let mut head = Vec::with_capacity(HEADER_BYTES + first.len());
    head.push(form);
    head.extend_from_slice(&count.to_be_bytes());
    head.extend_from_slice(&sum(key, form, count, payload).to_be_bytes());
    head.extend_from_slice(first);

    let parts = (1..=count)
        .zip(parts)
        .map(|(n, part)| (key::part(key, n), part.to_vec()));
    std::iter::once((key.to_vec(), head)).chain(parts).collect()
}

/// The keys under which the further parts of a row lie.
pub(crate) fn part_keys(key: &[u8], head: &[u8]) -> Vec<Vec<u8>> {
    let count = Header::read(head).map_or(0, |(header, _)| header.parts);
    (1..=count).map(|n| key::part(key, n)).collect()
}

/// A number that tells a sealed row from every other, also from an older one under the same key.
pub(crate) fn fingerprint(head: &[u8]) -> Option<u64> {
    Header::read(head).map(|(header, _)| header.sum.into())
}

/// Puts a row together from the value under its key; `get` reads its further parts.
pub(crate) fn unseal<'a>(
    key: &[u8],
    head: &'a [u8],
    get: impl Fn(&[u8]) -> Result<Option<Vec<u8>>, EngineError>,
) -> Result<Unsealed<'a>, EngineError> {
    let Some((header, first)) = Header::read(head) else {
        return Ok(Unsealed::Damaged);
    };
    let mut payload = Cow::Borrowed(first);
    for n in 1..=header.parts {
        let Some(part) = get(&key::part(key, n))? else {
            return Ok(Unsealed::Damaged);
        };
        payload.to_mut().extend_from_slice(&part);
    }
    if sum(key, header.form, header.parts, &payload) != header.sum {
        return Ok(Unsealed::Damaged);
    }
    Ok(Unsealed::Sound {
        form: header.form,
        payload,
    })
}

struct Header {
    form: u8,
    parts: u16,
    sum: u32,
}

impl Header {
    fn read(head: &[u8]) -> Option<(Self, &[u8])> {
        let (&[form, parts @ .., s0, s1, s2, s3], first) =
            head.split_first_chunk::<HEADER_BYTES>()?;
        let header = Self {
            form,
            parts: u16::from_be_bytes(parts),
            sum: u32::from_be_bytes([s0, s1, s2, s3]),
        };
        Some((header, first))
    }
}

fn sum(key: &[u8], form: u8, parts: u16, payload: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(key);
    sum.update(&[form]);
    sum.update(&parts.to_be_bytes());
    sum.update(payload);
    sum.finalize()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// What a stored row looks like: changing it needs a new form or store version.
    #[test]
    fn golden_bytes() {
        let values = seal(b"k", 1, b"payload");

        let golden = b"\x01\x00\x00\x28\xf0\x7e\xc5payload".to_vec();
        assert_eq!(values, [(b"k".to_vec(), golden)]);
    }

    #[test]
    fn a_long_row_comes_back_whole_from_parts_of_bounded_length() {
        for length in [
            0,
            1,
            MAX_VALUE_BYTES - HEADER_BYTES,
            MAX_VALUE_BYTES,
            128 * 1024,
            1 << 20,
        ] {
            let payload = vec![7; length];
            let values: BTreeMap<_, _> = seal(b"k", 3, &payload).into_iter().collect();

            assert!(values.values().all(|value| value.len() <= MAX_VALUE_BYTES));
            let payload = Cow::Owned(payload);
            assert_eq!(read(&values), Unsealed::Sound { form: 3, payload });
        }
    }

    #[test]
    fn a_row_with_a_missing_part_is_damaged() {
        let mut values: BTreeMap<_, _> = seal(b"k", 3, &[7; 50_000]).into_iter().collect();

        values.pop_last();

        assert_eq!(read(&values), Unsealed::Damaged);
    }

    proptest! {
        // F-D07
        #[test]
        fn a_flipped_bit_is_never_read(length in 0..20_000_usize, at: prop::sample::Index, bit in 0..8_u8) {
            let mut values: BTreeMap<_, _> = seal(b"k", 3, &vec![7; length]).into_iter().collect();
            let bytes = values.values().map(Vec::len).sum();
            let byte = values.values_mut().flatten().nth(at.index(bytes)).unwrap();

            *byte ^= 1_u8 << bit;

            prop_assert_eq!(read(&values), Unsealed::Damaged);
        }

        #[test]
        fn any_bytes_are_damaged_or_whole(head: Vec<u8>) {
            let values = BTreeMap::from([(b"k".to_vec(), head)]);

            prop_assert_eq!(read(&values), Unsealed::Damaged);
        }
    }

    fn read(values: &BTreeMap<Vec<u8>, Vec<u8>>) -> Unsealed<'_> {
        unseal(b"k", &values[b"k".as_slice()], |key| {
            Ok(values.get(key).cloned())
        })
        .unwrap()
    }
}
