//! The values of a call, whether they came as a form or as JSON.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::ApiError;

/// What a body says, by name. Names nobody asks for are nobody's business.
pub(super) enum Source {
    /// In the order they came; of a value that is given twice the first counts.
    Form {
        /// Those that somebody asks for.
        fields: Vec<(String, String)>,
        /// Whether there was anything at all.
        is_empty: bool,
    },
    /// Of a value that is given twice the last counts.
    Json(Map<String, Value>),
}

/// The value has a type it cannot have.
pub(super) struct WrongType;

impl Source {
    /// Any bytes are a form; what is no UTF-8 is replaced. Only names that are known are kept, so
    /// that looking for one takes no longer because a body has very many others.
    pub(super) fn form(body: &[u8], is_known: impl Fn(&str) -> bool) -> Self {
        let fields = form_urlencoded::parse(body);
        let known = fields.filter(|(field, _)| {
            let name = field.split_once('[').map_or(&**field, |(name, _)| name);
            is_known(name)
        });
        Self::Form {
            fields: known
                .map(|(field, value)| (field.into_owned(), value.into_owned()))
                .collect(),
            is_empty: form_urlencoded::parse(body).next().is_none(),
        }
    }

    pub(super) fn json(body: &[u8]) -> Result<Self, ApiError> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::Json(Map::new()));
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(object)) => Ok(Self::Json(object)),
            Ok(_) | Err(_) => Err(ApiError::Invalid {
                field: "the body",
                problem: "is not a JSON object",
            }),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Form { is_empty, .. } => *is_empty,
            Self::Json(object) => object.is_empty(),
        }
    }

    /// A single value as text; an empty one counts as absent. SDKs send numbers for texts and texts
    /// for numbers; a list or an object is no single value.
    pub(super) fn one(&self, name: &str) -> Result<Option<Cow<'_, str>>, WrongType> {
        match self {
            Self::Json(object) if object.get(name).is_some_and(Value::is_object) => Err(WrongType),
            Self::Form { .. } | Self::Json(_) => self.text_or_object(name),
        }
    }

    /// The same where an object counts as its JSON text.
    pub(super) fn text_or_object(&self, name: &str) -> Result<Option<Cow<'_, str>>, WrongType> {
        match self {
            Self::Form { .. } => Ok(self.repeated(name).next().map(Cow::Borrowed)),
            Self::Json(object) => match object.get(name) {
                None => Ok(None),
                Some(Value::Array(_)) => Err(WrongType),
                Some(value) => Ok(scalar(value)),
            },
        }
    }

    /// A list: repeated keys or an array, where a single value counts as a list of one. Says
    /// `None` if there is no such name.
    pub(super) fn many(&self, name: &str) -> Result<Option<Vec<Cow<'_, str>>>, WrongType> {
        match self {
            Self::Form { .. } => {
                let values: Vec<_> = self.repeated(name).map(Cow::Borrowed).collect();
                Ok(Some(values).filter(|values| !values.is_empty()))
            }
            Self::Json(object) => match object.get(name) {
                None | Some(Value::Null) => Ok(None),
                Some(Value::Array(values)) => Ok(Some(values.iter().filter_map(scalar).collect())),
                Some(Value::Object(_)) => Err(WrongType),
                Some(value) => Ok(scalar(value).map(|value| vec![value])),
            },
        }
    }

    /// Names with values: `name[<key>]=<value>`, a JSON object, or such an object as text.
    pub(super) fn pairs(&self, name: &str) -> Result<Option<Vec<(String, String)>>, WrongType> {
        let text = match self {
            Self::Form { fields, .. } => {
                let bracketed: Vec<_> = fields
                    .iter()
                    .filter_map(|(field, value)| Some((key_of(field, name)?, value.clone())))
                    .collect();
                if !bracketed.is_empty() {
                    return Ok(Some(bracketed));
                }
                self.one(name)?
            }
            Self::Json(object) => match object.get(name) {
                Some(Value::Object(entries)) => return Ok(Some(entries_of(entries))),
                Some(_) | None => self.one(name)?,
            },
        };
        let Some(text) = text else {
            return Ok(None);
        };
        let entries: Map<String, Value> = serde_json::from_str(&text).map_err(|_| WrongType)?;
        Ok(Some(entries_of(&entries)))
    }

    fn repeated<'s>(&'s self, name: &str) -> impl Iterator<Item = &'s str> {
        let fields = match self {
            Self::Form { fields, .. } => fields.as_slice(),
            Self::Json(_) => &[],
        };
        fields
            .iter()
            .filter(move |(field, value)| field == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

/// A value as text: a text as it is, anything else as JSON writes it. `None` for null and for an
/// empty text.
fn scalar(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Some(Cow::Owned(value.to_string()))
        }
    }
}

/// Names with values as texts; names without a value are left out.
pub(super) fn entries_of(entries: &Map<String, Value>) -> Vec<(String, String)> {
    entries
        .iter()
        .filter_map(|(key, value)| Some((key.clone(), scalar(value)?.into_owned())))
        .collect()
}

/// The key in `name[key]`.
fn key_of(field: &str, name: &str) -> Option<String> {
    let key = field.strip_prefix(name)?.strip_prefix('[')?;
    key.strip_suffix(']').map(str::to_owned)
}
