//! What the demo and its apps say to each other, a line of JSON each.

use serde::{Deserialize, Serialize};

/// What an app tells of itself. `examples/app.py` says the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum AppEvent {
    /// Its own code calls connect.
    Connecting {
        /// For the how many-th time in this process.
        count: u32,
    },
    /// Its connect has succeeded.
    Connected {
        /// Whose account it is.
        user: String,
    },
    /// It sees a connection status.
    Status {
        /// Its name.
        status: String,
        /// Why.
        code: Option<i32>,
    },
    /// It is attached to a daemon.
    Attached {
        /// The number the daemon drew when it started, in hexadecimal.
        daemon: String,
        /// It was attached before.
        reattached: bool,
    },
    /// It shows a message to its user.
    Message {
        /// Its place in the account's local order.
        seq: u64,
        /// The cloud's id of it.
        uid: Option<String>,
        /// Who wrote it.
        sender: String,
        /// What it says.
        text: String,
    },
    /// The daemon has made it durable that this app has dealt with a message.
    Acknowledged {
        /// Which.
        seq: u64,
    },
    /// The cloud has what it sent.
    Sent {
        /// What it said.
        text: String,
        /// The cloud's id of it.
        uid: String,
    },
    /// A call of its failed.
    Failed {
        /// Which call.
        what: String,
        /// Why.
        code: i32,
        /// The same in words.
        cause: String,
    },
}

/// What an app is told to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "kebab-case")]
pub enum Order {
    /// Write to a user.
    Send {
        /// The user.
        to: String,
        /// What to say.
        text: String,
    },
}
