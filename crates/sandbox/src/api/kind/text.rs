//! Texts.

use imlink_model::ObjectName;

use super::{FieldType, Kind, check_count, check_length, list, no_id, wrong_type};
use crate::api::{ApiError, source::Source};

/// The longest name of an entry, in bytes.
const MAX_KEY: usize = 128;

/// A text of at most so many bytes.
pub(in crate::api) struct Text(pub(in crate::api) usize);

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
        FieldType::Text { max_length: self.0 }
    }
}

/// The text of a JSON object of at most so many bytes, or the object itself.
pub(in crate::api) struct Json(pub(in crate::api) usize);

impl Kind for Json {
    type Value = String;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<String>, ApiError> {
        let text = source.text_or_object(name).map_err(|_| wrong_type(name))?;
        let Some(text) = text else {
            return Ok(None);
        };
        check_length(name, &text, self.0)?;
        Ok(Some(text.into_owned()))
    }

    fn field_type(&self) -> FieldType {
        FieldType::Text { max_length: self.0 }
    }
}

/// So many texts of so many bytes at most; in JSON there may be none.
pub(in crate::api) struct Texts {
    pub(in crate::api) items: usize,
    pub(in crate::api) bytes: usize,
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
            max_length: self.bytes,
        }
    }
}

/// Texts as a list, or as a JSON array in one text.
pub(in crate::api) struct Keys(pub(in crate::api) usize);

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
            max_length: MAX_KEY,
        }
    }
}

/// The class of a message.
pub(in crate::api) struct Class;

impl Kind for Class {
    type Value = String;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<String>, ApiError> {
        let class = source.one(name).map_err(|_| wrong_type(name))?;
        let class = class
            .map(|class| ObjectName::new(class.into_owned()))
            .transpose();
        match class {
            Ok(class) => Ok(class.map(String::from)),
            Err(error) => Err(no_id(name, &error, "is not an object name")),
        }
    }

    fn field_type(&self) -> FieldType {
        let max_length = ObjectName::MAX_LENGTH;
        FieldType::Text { max_length }
    }
}
