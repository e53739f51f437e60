//! The shape of a row in the table of codes.

/// What the table says of one code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeInfo {
    /// The number on the wire and in every API.
    pub number: i32,
    /// Android's name where it is documented, else the web SDK's, else the universal client's in
    /// capitals or iOS's, slips of spelling included; ours for [`Area::Local`].
    pub name: &'static str,
    /// Which part of the work it belongs to.
    pub area: Area,
    /// What happened, in one sentence for a developer at a terminal.
    pub cause: &'static str,
    /// What to do about it, in one sentence.
    pub cure: &'static str,
    /// Who tries again, if anyone should.
    pub retry: Retry,
    /// Reconnecting stops until an app calls connect again.
    pub terminal: bool,
}

/// Which part of the work a code belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Connecting, staying connected, and setting the client up (behaviour.md 12.1).
    Connection,
    /// Sending and changing messages (behaviour.md 12.2).
    Sending,
    /// History, conversations and what is stored (behaviour.md 12.3).
    Storage,
    /// Between an app and the daemon on the same machine (decisions.md P26).
    Local,
}

/// Who tries again after a code, if anyone should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Retry {
    /// imlink tries again by itself; the app only waits.
    Automatic,
    /// Nothing happens by itself, but the same call can succeed later: the app decides.
    ByApp,
    /// The same call fails the same way until something else is changed first.
    Never,
    /// There is nothing to try again: no failure, or the result of the app's own act.
    NotApplicable,
}
