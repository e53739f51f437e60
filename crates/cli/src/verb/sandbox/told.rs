//! A sentence to people, the facts in it to programs.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

/// What came of a call.
pub struct Told {
    /// Nothing in it is active on a terminal.
    pub words: String,
    /// An object.
    pub facts: Value,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl Serialize for Told {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.facts.serialize(serializer)
    }
}
