//! What a call answers, once for both generations.

use imlink_model::Millis;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Generation, generation::Names};

/// Named values; each generation shows those that it has a name for.
#[derive(Default)]
pub(super) struct Reply(Vec<(Names, Part)>);

enum Part {
    Value(Value),
    Rows(Vec<Reply>),
}

impl Reply {
    pub(super) fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub(super) fn with(mut self, names: Names, value: impl Into<Value>) -> Self {
        self.0.push((names, Part::Value(value.into())));
        self
    }

    /// With a list of objects.
    #[must_use]
    pub(super) fn rows(mut self, names: Names, rows: impl IntoIterator<Item = Self>) -> Self {
        let rows = rows.into_iter().collect();
        self.0.push((names, Part::Rows(rows)));
        self
    }

    /// The body of the answer, in the envelope of a generation (server-api.md, table of
    /// generations).
    pub(super) fn body(self, generation: Generation) -> Value {
        let mut object = self.object(generation);
        match generation {
            Generation::RongCloud => {
                object.insert("code".to_owned(), 200.into());
                Value::Object(object)
            }
            Generation::Nexconn if object.is_empty() => json!({ "code": 0 }),
            Generation::Nexconn => json!({ "code": 0, "result": object }),
        }
    }

    fn object(self, generation: Generation) -> Map<String, Value> {
        let named = self.0.into_iter().filter_map(|(names, part)| {
            let name = names.of(generation)?;
            Some((name.to_owned(), part.value(generation)))
        });
        named.collect()
    }
}

impl Part {
    fn value(self, generation: Generation) -> Value {
        match self {
            Self::Value(value) => value,
            Self::Rows(rows) => rows
                .into_iter()
                .map(|row| Value::Object(row.object(generation)))
                .collect(),
        }
    }
}

/// A time as the API writes it, in UTC: the vendor's data centres outside China do so.
pub(super) fn written(time: Millis) -> String {
    let time = Timestamp::from_millisecond(time.0).unwrap_or(Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}
