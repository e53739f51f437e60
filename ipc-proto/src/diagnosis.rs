//! What lies between the daemon and the cloud, step by step.

mod distrust;
mod seen;

use imlink_model::Code;
use serde::{Deserialize, Serialize};

pub use distrust::Distrust;
pub use seen::Seen;

/// One thing that was looked at, for `imlink doctor`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was looked at.
    pub check: Check,
    /// At whom: a host and port, a directory, an account; never a token.
    pub subject: String,
    /// 0 if it is as it should be.
    pub code: Code,
    /// What was seen.
    pub seen: Seen,
    /// How long it took, in milliseconds.
    pub took_ms: u32,
}

/// The steps, in the order in which a connect takes them but for the last. Variants are only
/// appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Check {
    /// The directory of the rows can be written and has room.
    State,
    /// This machine has a network.
    Network,
    /// The proxy, if there is one, answers and lets the daemon in.
    Proxy,
    /// The name of a navigator has an address.
    Name,
    /// Something listens there.
    Open,
    /// A secure connection to it comes about.
    Secure,
    /// A navigator answers, and as a navigator does.
    Navigator,
    /// An account as it is now: connected, or why not.
    Account,
    /// A gateway that an account which is not online was told of is there, and secure where it
    /// should be. It is looked at before the accounts.
    Gateway,
}
