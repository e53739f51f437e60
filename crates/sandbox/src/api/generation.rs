//! The two generations of the API: one service, two faces (server-api.md, table of generations).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whose paths, names and envelopes a call uses.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Generation {
    /// Forms at `/x/y.json`, success is code 200.
    #[default]
    RongCloud,
    /// JSON at `/v4/x/y`, success is code 0.
    Nexconn,
}

/// What one thing is called in either generation, `None` where it does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Names {
    rongcloud: Option<&'static str>,
    nexconn: Option<&'static str>,
}

impl Names {
    /// A name that both use.
    pub(super) const fn both(name: &'static str) -> Self {
        Self::new(name, name)
    }

    /// `RongCloud`'s name, then Nexconn's.
    pub(super) const fn new(rongcloud: &'static str, nexconn: &'static str) -> Self {
        Self {
            rongcloud: Some(rongcloud),
            nexconn: Some(nexconn),
        }
    }

    pub(super) const fn rongcloud(name: &'static str) -> Self {
        Self {
            rongcloud: Some(name),
            nexconn: None,
        }
    }

    pub(super) const fn nexconn(name: &'static str) -> Self {
        Self {
            rongcloud: None,
            nexconn: Some(name),
        }
    }

    pub(super) const fn of(self, generation: Generation) -> Option<&'static str> {
        match generation {
            Generation::RongCloud => self.rongcloud,
            Generation::Nexconn => self.nexconn,
        }
    }
}
