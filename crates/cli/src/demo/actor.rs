//! Who takes part.

use std::fmt;

/// One participant of the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// The demo itself.
    Demo,
    /// The cloud.
    Sandbox,
    /// Alice's daemon.
    Daemon,
    /// The daemon on Bob's laptop.
    BobsDaemon,
    /// Alice's first app.
    Notes,
    /// Alice's second app.
    Reader,
    /// Alice's third app, in Python.
    Script,
    /// The other user's app.
    Bob,
    /// A second daemon of Alice's, which must not be; only sabotage brings it in.
    Intruder,
    /// The app of that second daemon.
    IntrudersApp,
}

/// Length of the longest name.
pub const LONGEST_NAME: usize = "bob's daemon".len();

impl Actor {
    /// The name in the timeline.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Sandbox => "sandbox",
            Self::Daemon => "daemon",
            Self::BobsDaemon => "bob's daemon",
            Self::Notes => "notes",
            Self::Reader => "reader",
            Self::Script => "app.py",
            Self::Bob => "bob",
            Self::Intruder => "2nd daemon",
            Self::IntrudersApp => "shadow",
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
