//! The fields of a JSON object, read one by one: what nobody asks for is kept as it was written.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::ContentError;

/// Fields of a body that have no name here, as they came: they travel on unchanged. `Debug` shows
/// how many there are.
#[derive(Clone, Default)]
pub struct OtherFields(BTreeMap<String, Box<RawValue>>);

impl OtherFields {
    /// The JSON text of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.get())
    }

    /// The names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl PartialEq for OtherFields {
    fn eq(&self, other: &Self) -> bool {
        let texts = |fields: &Self| -> Vec<(String, String)> {
            let pairs = fields.0.iter();
            pairs
                .map(|(name, value)| (name.clone(), value.get().to_owned()))
                .collect()
        };
        texts(self) == texts(other)
    }
}

impl fmt::Debug for OtherFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OtherFields({})", self.0.len())
    }
}

/// An object that is being read.
pub(super) struct Fields {
    /// What stands before the names of its fields in errors.
    path: String,
    left: BTreeMap<String, Box<RawValue>>,
}

impl Fields {
    /// The object that is a whole body.
    pub(super) fn of(body: &str) -> Result<Self, ContentError> {
        Self::parse(String::new(), body).ok_or(ContentError::NotAnObject)
    }

    fn parse(path: String, text: &str) -> Option<Self> {
        let left = serde_json::from_str(text).ok()?;
        Some(Self { path, left })
    }

    /// A text that must be there.
    pub(super) fn text(&mut self, name: &str) -> Result<String, ContentError> {
        let found = self.optional_text(name)?;
        found.ok_or_else(|| self.missing(name))
    }

    /// A text; `null` is none.
    pub(super) fn optional_text(&mut self, name: &str) -> Result<Option<String>, ContentError> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        let text = serde_json::from_str(value.get());
        text.map(Some).map_err(|_| self.wrong(name, "a text"))
    }

    /// A number that must be there. One in quotes is taken too: some SDKs write sizes that way.
    pub(super) fn number<T: FromStr>(
        &mut self,
        name: &str,
        expected: &'static str,
        sensible: impl Fn(&T) -> bool,
    ) -> Result<T, ContentError> {
        let value = self.take(name).ok_or_else(|| self.missing(name))?;
        let text = value.get();
        let text = text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
            .unwrap_or(text);
        // Rust reads more as numbers than JSON has: "inf" and "+1".
        let digits = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        match text.parse() {
            Ok(number) if digits && sensible(&number) => Ok(number),
            Ok(_) | Err(_) => Err(self.wrong(name, expected)),
        }
    }

    /// A list of texts; none is an empty one.
    pub(super) fn texts(&mut self, name: &str) -> Result<Vec<String>, ContentError> {
        let Some(value) = self.take(name) else {
            return Ok(Vec::new());
        };
        let texts = serde_json::from_str(value.get());
        texts.map_err(|_| self.wrong(name, "a list of texts"))
    }

    /// An object inside of this one.
    pub(super) fn object(&mut self, name: &str) -> Result<Option<Self>, ContentError> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        let path = format!("{}{name}.", self.path);
        let object = Self::parse(path, value.get());
        object
            .map(Some)
            .ok_or_else(|| self.wrong(name, "an object"))
    }

    /// What was not asked for.
    pub(super) fn rest(self) -> OtherFields {
        OtherFields(self.left)
    }

    pub(super) fn wrong(&self, name: &str, expected: &'static str) -> ContentError {
        let field = format!("{}{name}", self.path);
        ContentError::Wrong { field, expected }
    }

    fn missing(&self, name: &str) -> ContentError {
        let field = format!("{}{name}", self.path);
        ContentError::Missing { field }
    }

    fn take(&mut self, name: &str) -> Option<Box<RawValue>> {
        self.left.remove(name).filter(|value| value.get() != "null")
    }
}

/// An object that is being written.
pub(super) struct Writing(BTreeMap<String, Box<RawValue>>);

impl Writing {
    /// Begins with fields that are known as they are to be written.
    pub(super) fn with(others: &OtherFields) -> Self {
        Self(others.0.clone())
    }

    pub(super) fn put(&mut self, name: &str, value: &impl Serialize) {
        let value = to_raw_value(value).expect("texts, finite numbers and lists have a JSON form");
        self.0.insert(name.to_owned(), value);
    }

    pub(super) fn put_some(&mut self, name: &str, value: Option<&impl Serialize>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    pub(super) fn put_object(&mut self, name: &str, object: Self) {
        self.put(name, &object.0);
    }

    pub(super) fn finish(self) -> String {
        serde_json::to_string(&self.0).expect("names and JSON values have a JSON form")
    }
}
