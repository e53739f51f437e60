//! The fields of a call.

use imlink_model::UserId;

use super::ApiError;

/// A form: names with values in the order they came. Unknown names are nobody's business.
pub(super) struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    pub(super) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        let fields: Vec<_> = form_urlencoded::parse(body).into_owned().collect();
        if fields.is_empty() {
            return Err(ApiError::NoData);
        }
        Ok(Self { fields })
    }

    /// The first value of a field; an empty one counts as absent.
    pub(super) fn optional(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(super) fn required(&self, name: &'static str) -> Result<&str, ApiError> {
        self.optional(name).ok_or(ApiError::Missing(name))
    }

    /// A text of at most so many bytes.
    pub(super) fn text(&self, name: &'static str, limit: usize) -> Result<&str, ApiError> {
        check_length(name, self.required(name)?, limit)
    }

    /// A text of at most so many bytes, or empty.
    pub(super) fn optional_text(&self, name: &'static str, limit: usize) -> Result<&str, ApiError> {
        check_length(name, self.optional(name).unwrap_or_default(), limit)
    }

    pub(super) fn number(&self, name: &'static str) -> Result<i64, ApiError> {
        let digits = self.required(name)?;
        digits.parse().map_err(|_| ApiError::Invalid {
            field: name,
            problem: "is not a number",
        })
    }

    /// `1` or `0`, also as a word: the SDKs of dynamic languages send either.
    pub(super) fn flag(&self, name: &'static str) -> Result<Option<bool>, ApiError> {
        match self.optional(name) {
            None => Ok(None),
            Some("1" | "true") => Ok(Some(true)),
            Some("0" | "false") => Ok(Some(false)),
            Some(_) => Err(ApiError::Invalid {
                field: name,
                problem: "is neither 0 nor 1",
            }),
        }
    }

    pub(super) fn user(&self, name: &'static str) -> Result<UserId, ApiError> {
        user_id(name, self.required(name)?)
    }

    /// A field given once or more, at most so often.
    pub(super) fn users(&self, name: &'static str, limit: usize) -> Result<Vec<UserId>, ApiError> {
        let users: Vec<_> = self
            .all(name)
            .map(|id| user_id(name, id))
            .collect::<Result<_, _>>()?;
        match users.len() {
            0 => Err(ApiError::Missing(name)),
            count if count > limit => Err(ApiError::TooMany { field: name, limit }),
            _ => Ok(users),
        }
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let values = self.fields.iter().filter(move |(field, _)| field == name);
        values
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}

fn check_length<'v>(name: &'static str, value: &'v str, limit: usize) -> Result<&'v str, ApiError> {
    if value.len() > limit {
        return Err(ApiError::TooLong { field: name, limit });
    }
    Ok(value)
}

fn user_id(name: &'static str, text: &str) -> Result<UserId, ApiError> {
    check_length(name, text, UserId::MAX_BYTES)?;
    UserId::new(text).map_err(|_| ApiError::Invalid {
        field: name,
        problem: "is not a user id",
    })
}
