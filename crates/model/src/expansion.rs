//! Key-value data that travels beside the body of a message.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Data a message carries from the start: texts under keys. `Debug` shows no content.
///
/// As JSON text it is `{"key":{"v":"value"}}` (`protocol/cloud-wire.md` 5.4).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Expansion(BTreeMap<String, String>);

/// Why something is no [`Expansion`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpansionError {
    /// The text is not of its form.
    #[error("an expansion is a JSON object of the form {{\"key\":{{\"v\":\"value\"}}}}")]
    Form,
    /// A key is empty or too long.
    #[error("a key of an expansion has 1 to {limit} characters", limit = Expansion::MAX_KEY)]
    Key,
    /// A value is too long.
    #[error("a value of an expansion has {limit} characters at most", limit = Expansion::MAX_VALUE)]
    Value,
    /// All of it together is too long.
    #[error("an expansion has {limit} bytes of JSON text at most", limit = Expansion::MAX_BYTES)]
    Length,
}

#[derive(Serialize, Deserialize)]
struct Entry<T> {
    v: T,
}

impl Expansion {
    /// Longest key, in characters (behaviour.md 13.9).
    pub const MAX_KEY: usize = 32;
    /// Longest value, in characters (behaviour.md 13.9).
    pub const MAX_VALUE: usize = 4096;
    /// Longest JSON text, in bytes: what surely reaches an app beside the largest body.
    pub const MAX_BYTES: usize = 40 * 1024;

    /// Takes keys and their values; the last one of a key counts.
    ///
    /// # Errors
    /// [`ExpansionError`] for the first bound that is passed.
    pub fn new<K: Into<String>, V: Into<String>>(
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, ExpansionError> {
        let entries = entries
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()));
        let new = Self(entries.collect());
        new.check_entries()?;
        match new.to_json().len() {
            0..=Self::MAX_BYTES => Ok(new),
            _ => Err(ExpansionError::Length),
        }
    }

    /// Reads the JSON text.
    ///
    /// # Errors
    /// [`ExpansionError`] for text of another form, or the first bound that is passed.
    pub fn parse(text: &str) -> Result<Self, ExpansionError> {
        if text.len() > Self::MAX_BYTES {
            return Err(ExpansionError::Length);
        }
        let entries: BTreeMap<String, Entry<String>> =
            serde_json::from_str(text).map_err(|_| ExpansionError::Form)?;
        let entries = entries.into_iter().map(|(key, entry)| (key, entry.v));
        let new = Self(entries.collect());
        new.check_entries()?;
        Ok(new)
    }

    /// The JSON text.
    #[must_use]
    pub fn to_json(&self) -> String {
        let entries: BTreeMap<&str, Entry<&str>> = self
            .0
            .iter()
            .map(|(key, v)| (key.as_str(), Entry { v: v.as_str() }))
            .collect();
        serde_json::to_string(&entries).expect("texts under texts are JSON")
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    fn check_entries(&self) -> Result<(), ExpansionError> {
        for (key, value) in &self.0 {
            if key.is_empty() || key.chars().count() > Self::MAX_KEY {
                return Err(ExpansionError::Key);
            }
            if value.chars().count() > Self::MAX_VALUE {
                return Err(ExpansionError::Value);
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Expansion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expansion({} entries)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_the_sdk_writes_it() {
        // protocol/vectors.json, v036.
        let text = r#"{"k1":{"v":"v1"}}"#;

        let expansion = Expansion::new([("k1", "v1")]).unwrap();

        assert_eq!(expansion.to_json(), text);
        assert_eq!(Expansion::parse(text), Ok(expansion));
        assert_eq!(Expansion::parse("{}"), Ok(Expansion::default()));
    }

    #[test]
    fn what_is_too_long_is_refused_by_its_bound() {
        let long = |length: usize| "连".repeat(length);
        let many = (0..20).map(|n| (format!("k{n}"), "x".repeat(4096)));

        assert!(Expansion::new([(long(32), long(4096))]).is_ok());
        assert_eq!(Expansion::new([(long(33), "")]), Err(ExpansionError::Key));
        assert_eq!(Expansion::new([("", "v")]), Err(ExpansionError::Key));
        assert_eq!(
            Expansion::new([("k", long(4097))]),
            Err(ExpansionError::Value)
        );
        assert_eq!(Expansion::new(many), Err(ExpansionError::Length));
        assert_eq!(
            Expansion::parse(&" ".repeat(Expansion::MAX_BYTES + 1)),
            Err(ExpansionError::Length)
        );
    }

    #[test]
    fn other_json_is_none() {
        for text in ["", "[]", r#"{"k":"v"}"#, r#"{"k":{"v":1}}"#, r#"{"k":{}}"#] {
            assert_eq!(Expansion::parse(text), Err(ExpansionError::Form), "{text}");
        }
    }

    // F-K10
    #[test]
    fn debug_shows_no_content() {
        let shown = format!("{:?}", Expansion::new([("canary", "canary")]).unwrap());

        assert_eq!(shown, "Expansion(1 entries)");
    }
}
