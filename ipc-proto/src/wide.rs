//! 64-bit numbers: plain in bincode, decimal text in JSON, because a JavaScript number holds only
//! 53 bits. JSON numbers are accepted as well.

use std::fmt;

use imlink_model::{Generation, OutboxId, Seq};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What is written as a 64-bit number.
pub(crate) trait Wide: Copy {
    fn number(self) -> u64;
    fn from_number(number: u64) -> Self;
}

impl Wide for u64 {
    fn number(self) -> u64 {
        self
    }

    fn from_number(number: u64) -> Self {
        number
    }
}

impl Wide for Seq {
    fn number(self) -> u64 {
        self.0
    }

    fn from_number(number: u64) -> Self {
        Self(number)
    }
}

impl Wide for Generation {
    fn number(self) -> u64 {
        self.0
    }

    fn from_number(number: u64) -> Self {
        Self(number)
    }
}

impl Wide for OutboxId {
    fn number(self) -> u64 {
        self.0
    }

    fn from_number(number: u64) -> Self {
        Self(number)
    }
}

pub(crate) fn serialize<T: Wide, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    if to.is_human_readable() {
        to.collect_str(&value.number())
    } else {
        to.serialize_u64(value.number())
    }
}

pub(crate) fn deserialize<'de, T: Wide, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let number = if from.is_human_readable() {
        from.deserialize_any(Decimal)?
    } else {
        u64::deserialize(from)?
    };
    Ok(T::from_number(number))
}

/// The same for `Option`; such a field also needs `#[serde(default)]`, or JSON could not leave it
/// out.
pub(crate) mod option {
    use super::{Deserialize, Deserializer, Plain, Serialize, Serializer, Wide};

    pub(crate) fn serialize<T: Wide, S: Serializer>(
        value: &Option<T>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.map(Plain).serialize(to)
    }

    pub(crate) fn deserialize<'de, T: Wide, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<T>, D::Error> {
        Ok(Option::<Plain<T>>::deserialize(from)?.map(|plain| plain.0))
    }
}

/// The same for a list of at most so many.
pub(crate) mod list {
    use super::{Deserializer, Plain, Serializer, Wide};

    pub(crate) fn serialize<T: Wide, S: Serializer, const MOST: usize>(
        values: &[T],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let values: Vec<_> = values.iter().copied().map(Plain).collect();
        crate::list::serialize::<_, _, MOST>(&values, to)
    }

    pub(crate) fn deserialize<'de, T: Wide, D: Deserializer<'de>, const MOST: usize>(
        from: D,
    ) -> Result<Vec<T>, D::Error> {
        let values: Vec<Plain<T>> = crate::list::deserialize::<_, _, MOST>(from)?;
        Ok(values.into_iter().map(|plain| plain.0).collect())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Plain<T: Wide>(#[serde(with = "self")] T);

struct Decimal;

impl de::Visitor<'_> for Decimal {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number from 0 to 18446744073709551615 in decimal digits")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<u64, E> {
        Ok(number)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<u64, E> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if digits => Ok(number),
            _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }
}
