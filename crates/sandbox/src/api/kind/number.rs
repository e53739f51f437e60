//! Numbers and flags.

use std::ops::RangeInclusive;

use super::{FieldType, Kind, invalid, wrong_type};
use crate::api::{ApiError, source::Source};

/// A number in a range.
pub(in crate::api) struct Number(pub(in crate::api) RangeInclusive<i64>);

impl Number {
    pub(in crate::api) const ANY: Self = Self(i64::MIN..=i64::MAX);
}

impl Kind for Number {
    type Value = i64;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<i64>, ApiError> {
        let Some(digits) = source.one(name).map_err(|_| wrong_type(name))? else {
            return Ok(None);
        };
        let problem = "is not a number in its range";
        let number = digits.trim().parse().ok();
        match number.filter(|number| self.0.contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(invalid(name, problem)),
        }
    }

    fn field_type(&self) -> FieldType {
        FieldType::Number {
            min: *self.0.start(),
            max: *self.0.end(),
        }
    }
}

/// `1` or `0`, also as a word: the SDKs send either.
pub(in crate::api) struct Flag;

impl Kind for Flag {
    type Value = bool;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<bool>, ApiError> {
        let flag = source.one(name).map_err(|_| wrong_type(name))?;
        match flag.as_deref() {
            None => Ok(None),
            Some("1" | "true") => Ok(Some(true)),
            Some("0" | "false") => Ok(Some(false)),
            Some(_) => Err(invalid(name, "is neither 0 nor 1")),
        }
    }

    fn field_type(&self) -> FieldType {
        FieldType::Flag
    }
}
