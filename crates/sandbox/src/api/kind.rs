//! What values fields can have, and how they are read from a form or from JSON.

use std::{collections::BTreeMap, ops::RangeInclusive};

use imlink_model::{ObjectName, TargetId, UserId};
use serde::Serialize;
use serde_json::Value;

use super::{
    ApiError,
    source::{Source, entries_of},
};

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
        /// Its longest length.
        max_bytes: usize,
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
        /// The longest length of each.
        max_bytes: usize,
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

/// The longest name of an entry, in bytes.
const MAX_KEY: usize = 128;

/// A text of at most so many bytes.
pub(super) struct Text(pub(super) usize);

impl Kind for Text {
    type Value = String;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<String>, ApiError> {
        let Some(text) = source.one(name).map_err(|_| wrong_type(name))? else {
            return Ok(None);
        };
        check_length(name, &text, self.0)?;
        Ok(Some(text.into_owned()))
    }

    fn field_type(&self) -> FieldType {
        FieldType::Text { max_bytes: self.0 }
    }
}

/// So many texts of so many bytes at most; in JSON there may be none.
pub(super) struct Texts {
    pub(super) items: usize,
    pub(super) bytes: usize,
}

impl Kind for Texts {
    type Value = Vec<String>;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<Vec<String>>, ApiError> {
        list(name, source, self.items, |text| {
            check_length(name, text, self.bytes)?;
            Ok(text.to_owned())
        })
    }

    fn field_type(&self) -> FieldType {
        FieldType::List {
            max_items: self.items,
            max_bytes: self.bytes,
        }
    }
}

/// A number in a range.
pub(super) struct Number(pub(super) RangeInclusive<i64>);

impl Number {
    pub(super) const ANY: Self = Self(i64::MIN..=i64::MAX);
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
pub(super) struct Flag;

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

/// The id of a user.
pub(super) struct User;

impl Kind for User {
    type Value = UserId;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<UserId>, ApiError> {
        let id = source.one(name).map_err(|_| wrong_type(name))?;
        id.map(|id| user_id(name, &id)).transpose()
    }

    fn field_type(&self) -> FieldType {
        let max_bytes = UserId::MAX_BYTES;
        FieldType::Text { max_bytes }
    }
}

/// The ids of so many users at most.
pub(super) struct Users(pub(super) usize);

impl Kind for Users {
    type Value = Vec<UserId>;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<Vec<UserId>>, ApiError> {
        let users = list(name, source, self.0, |id| user_id(name, id))?;
        Ok(users.filter(|users| !users.is_empty()))
    }

    fn field_type(&self) -> FieldType {
        FieldType::List {
            max_items: self.0,
            max_bytes: UserId::MAX_BYTES,
        }
    }
}

/// As [`Users`], and one text may hold several with commas between them.
pub(super) struct JoinedUsers(pub(super) usize);

impl Kind for JoinedUsers {
    type Value = Vec<UserId>;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<Vec<UserId>>, ApiError> {
        let Some(texts) = source.many(name).map_err(|_| wrong_type(name))? else {
            return Ok(None);
        };
        let ids = texts.iter().flat_map(|text| text.split(','));
        let ids = ids.map(str::trim).filter(|id| !id.is_empty());
        let users: Vec<_> = ids.map(|id| user_id(name, id)).collect::<Result<_, _>>()?;
        check_count(name, users.len(), self.0)?;
        Ok(Some(users).filter(|users| !users.is_empty()))
    }

    fn field_type(&self) -> FieldType {
        Users(self.0).field_type()
    }
}

/// The id of a group or room.
pub(super) struct Target;

impl Kind for Target {
    type Value = TargetId;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<TargetId>, ApiError> {
        let id = source.one(name).map_err(|_| wrong_type(name))?;
        id.map(|id| target_id(name, &id)).transpose()
    }

    fn field_type(&self) -> FieldType {
        let max_bytes = TargetId::MAX_BYTES;
        FieldType::Text { max_bytes }
    }
}

/// The ids of so many groups or rooms at most.
pub(super) struct Targets(pub(super) usize);

impl Kind for Targets {
    type Value = Vec<TargetId>;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<Vec<TargetId>>, ApiError> {
        let ids = list(name, source, self.0, |id| target_id(name, id))?;
        Ok(ids.filter(|ids| !ids.is_empty()))
    }

    fn field_type(&self) -> FieldType {
        FieldType::List {
            max_items: self.0,
            max_bytes: TargetId::MAX_BYTES,
        }
    }
}

/// Groups or rooms with a name each: `group[<id>]=<name>`.
pub(super) struct NamedTargets(pub(super) usize);

impl Kind for NamedTargets {
    type Value = BTreeMap<TargetId, String>;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<Self::Value>, ApiError> {
        let Some(pairs) = source.pairs(name).map_err(|_| wrong_type(name))? else {
            return Ok(None);
        };
        check_count(name, pairs.len(), self.0)?;
        let named = pairs
            .into_iter()
            .map(|(id, text)| Ok((target_id(name, &id)?, text)));
        named.collect::<Result<_, _>>().map(Some)
    }

    fn field_type(&self) -> FieldType {
        FieldType::Map { max_items: self.0 }
    }
}

/// Names with values.
pub(super) struct Map(pub(super) usize);

impl Kind for Map {
    type Value = BTreeMap<String, String>;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<Self::Value>, ApiError> {
        let Some(pairs) = source.pairs(name).map_err(|_| wrong_type(name))? else {
            return Ok(None);
        };
        check_count(name, pairs.len(), self.0)?;
        Ok(Some(pairs.into_iter().collect()))
    }

    fn field_type(&self) -> FieldType {
        FieldType::Map { max_items: self.0 }
    }
}

/// Texts as a list, or as a JSON array in one text.
pub(super) struct Keys(pub(super) usize);

impl Kind for Keys {
    type Value = Vec<String>;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<Vec<String>>, ApiError> {
        let Some(texts) = source.many(name).map_err(|_| wrong_type(name))? else {
            return Ok(None);
        };
        let keys = match texts.as_slice() {
            [text] if text.starts_with('[') => {
                serde_json::from_str(text).map_err(|_| wrong_type(name))?
            }
            texts => texts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        };
        check_count(name, keys.len(), self.0)?;
        for key in &keys {
            check_length(name, key, MAX_KEY)?;
        }
        Ok(Some(keys).filter(|keys| !keys.is_empty()))
    }

    fn field_type(&self) -> FieldType {
        FieldType::List {
            max_items: self.0,
            max_bytes: MAX_KEY,
        }
    }
}

/// A list of objects, each with texts by name.
pub(super) struct Rows(pub(super) usize);

impl Kind for Rows {
    type Value = Vec<BTreeMap<String, String>>;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<Self::Value>, ApiError> {
        let Some(texts) = source.many(name).map_err(|_| wrong_type(name))? else {
            return Ok(None);
        };
        check_count(name, texts.len(), self.0)?;
        let rows = texts.iter().map(|text| match serde_json::from_str(text) {
            Ok(Value::Object(row)) => Ok(entries_of(&row).into_iter().collect()),
            Ok(_) | Err(_) => Err(wrong_type(name)),
        });
        rows.collect::<Result<_, _>>().map(Some)
    }

    fn field_type(&self) -> FieldType {
        FieldType::Rows { max_items: self.0 }
    }
}

/// The class of a message.
pub(super) struct Class;

impl Kind for Class {
    type Value = String;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<String>, ApiError> {
        let Some(class) = Text(ObjectName::MAX_BYTES).read(name, source)? else {
            return Ok(None);
        };
        match ObjectName::new(class.as_str()) {
            Ok(_) => Ok(Some(class)),
            Err(_) => Err(invalid(name, "is not an object name")),
        }
    }

    fn field_type(&self) -> FieldType {
        let max_bytes = ObjectName::MAX_BYTES;
        FieldType::Text { max_bytes }
    }
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
    check_length(name, text, UserId::MAX_BYTES)?;
    UserId::new(text).map_err(|_| invalid(name, "is not a user id"))
}

fn target_id(name: &'static str, text: &str) -> Result<TargetId, ApiError> {
    check_length(name, text, TargetId::MAX_BYTES)?;
    TargetId::new(text).map_err(|_| invalid(name, "is not the id of a group or room"))
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
