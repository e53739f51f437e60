//! What values fields can have, and how they are read from a form or from JSON.

mod id;
mod map;
mod number;
mod text;

use imlink_model::{IdError, TargetId, UserId};
use serde::Serialize;

use super::{ApiError, source::Source};

pub(super) use id::{JoinedUsers, Target, Targets, User, Users};
pub(super) use map::{Map, NamedTargets, Rows};
pub(super) use number::{Flag, Number};
pub(super) use text::{Class, Json, Keys, Text, Texts};

/// How the values of a field are read.
pub(super) trait Kind: Sync {
    type Value;

    /// The value, `None` if there is none.
    fn read(&self, name: &'static str, source: &Source) -> Result<Option<Self::Value>, ApiError>;

    fn field_type(&self) -> FieldType;
}

/// What a field holds, for whoever documents it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum FieldType {
    /// A text.
    Text {
        /// Its longest length: in bytes; in characters if it is an id of a target or a class.
        max_length: usize,
    },
    /// A whole number.
    Number {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// 1 or 0, also as a word.
    Flag,
    /// Several texts.
    List {
        /// The most of them.
        max_items: usize,
        /// The longest length of each, counted as that of a text.
        max_length: usize,
    },
    /// Names with texts.
    Map {
        /// The most of them.
        max_items: usize,
    },
    /// Several objects of names with texts.
    Rows {
        /// The most of them.
        max_items: usize,
    },
}

fn list<T>(
    name: &'static str,
    source: &Source,
    limit: usize,
    read: impl Fn(&str) -> Result<T, ApiError>,
) -> Result<Option<Vec<T>>, ApiError> {
    let Some(texts) = source.many(name).map_err(|_| wrong_type(name))? else {
        return Ok(None);
    };
    check_count(name, texts.len(), limit)?;
    texts
        .iter()
        .map(|text| read(text))
        .collect::<Result<_, _>>()
        .map(Some)
}

fn user_id(name: &'static str, text: &str) -> Result<UserId, ApiError> {
    UserId::new(text).map_err(|error| no_id(name, &error, "is not a user id"))
}

fn target_id(name: &'static str, text: &str) -> Result<TargetId, ApiError> {
    TargetId::new(text).map_err(|error| no_id(name, &error, "is not the id of a group or room"))
}

/// An id knows best how long it may be, and what that is counted in.
fn no_id(field: &'static str, error: &IdError, problem: &'static str) -> ApiError {
    match error {
        IdError::TooLong { limit, .. } => ApiError::TooLong {
            field,
            limit: *limit,
        },
        IdError::Empty { .. } | IdError::Character { .. } | IdError::Reserved => {
            invalid(field, problem)
        }
    }
}

fn check_length(name: &'static str, value: &str, limit: usize) -> Result<(), ApiError> {
    if value.len() > limit {
        return Err(ApiError::TooLong { field: name, limit });
    }
    Ok(())
}

fn check_count(name: &'static str, count: usize, limit: usize) -> Result<(), ApiError> {
    if count > limit {
        return Err(ApiError::TooMany { field: name, limit });
    }
    Ok(())
}

fn invalid(field: &'static str, problem: &'static str) -> ApiError {
    ApiError::Invalid { field, problem }
}

fn wrong_type(name: &'static str) -> ApiError {
    ApiError::WrongType(name)
}
