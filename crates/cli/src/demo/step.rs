//! The steps, in order. Each does something and observes what follows from it.

pub mod connect;
pub mod daemon_killed;
pub mod dropped_link;
pub mod missed;
pub mod start;
pub mod talk;
pub mod tally;

/// One step of the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Everything is started.
    Start,
    /// The apps share one connection.
    Connect,
    /// Messages reach everybody.
    Talk,
    /// The link drops and comes back.
    DroppedLink,
    /// The daemon is killed and replaced.
    DaemonKilled,
    /// An app comes back and gets what it missed.
    Missed,
    /// Everything is counted.
    Tally,
}

impl Step {
    /// From 1 on.
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// What happens in it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Start => "start a cloud, the daemon and the apps",
            Self::Connect => "the apps connect with one user's token",
            Self::Talk => "another user writes, one app answers",
            Self::DroppedLink => "the cloud drops the link",
            Self::DaemonKilled => "the daemon is killed",
            Self::Missed => "one app is killed and comes back",
            Self::Tally => "count everything",
        }
    }
}
