//! Faults of the cloud's own behaviour, on demand.
//!
//! Faults of the transport (freeze, cut, delay) are the server's, not the core's.

use std::time::Duration;

use imlink_model::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// A message is accepted and delivered, its PUBACK is not sent.
    DropAck,
    /// A PUBACK is sent twice.
    DuplicateAck,
    /// PUBACKs are held back until there are so many on a link, then sent in reverse. Counts once
    /// per released window.
    ReorderAcks {
        /// How many, at least 1.
        window: u16,
    },
    /// Sabotage: a message is acknowledged and reaches nobody.
    SwallowMessage,
    /// Sabotage: a message is stored twice, under two uids.
    DoubleMessage,
    /// A message appears twice in its receiver's pull, under one uid, and is notified twice.
    RepeatMessage,
    /// The handshake is never answered.
    NoConnAck,
    /// The handshake is answered with this status, whoever asks.
    ConnAck {
        /// See protocol/cloud-wire.md 3.4; 0 does nothing.
        status: u8,
    },
    /// PINGREQ is not answered.
    NoPong,
    /// A PUBLISH or QUERY of this topic is refused with this status.
    Topic {
        /// For example `pullMsg` or `ppMsgP`.
        topic: String,
        /// See behaviour.md 12.
        status: u16,
    },
    /// Navigation goes wrong.
    Navigation(NavigationFault),
    /// A well-signed call of the Server API goes wrong; it is nobody's, so only faults for everyone
    /// strike it.
    ServerApi(ServerApiFault),
}

/// How a call of the Server API goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ServerApiFault {
    /// This HTTP status, from 400 on, and nothing is done.
    Status(u16),
    /// It is done, and answered later.
    Slow(Duration),
}

/// How navigation goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NavigationFault {
    /// This HTTP status, with an empty JSON object.
    Status(u16),
    /// 200 with nothing.
    Empty,
    /// 200 with a web page.
    NotJson,
    /// 200 with a valid answer of more than so many bytes.
    Huge(usize),
    /// 200 with this body.
    Body(String),
    /// A good answer, later.
    Slow(Duration),
    /// 302 to this address.
    Redirect(String),
}

/// Whom a fault strikes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Every user, and clients whose token names none.
    #[default]
    Everyone,
    /// This user.
    User(#[schemars(with = "String")] UserId),
}

impl Scope {
    /// Whether the fault strikes this user (`None`: a client without a known user).
    #[must_use]
    pub fn covers(&self, user: Option<&UserId>) -> bool {
        match self {
            Self::Everyone => true,
            Self::User(only) => user == Some(only),
        }
    }
}

/// How long a fault lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lasting {
    /// It strikes so many times, then it is gone.
    Times(u32),
    /// Until faults are cleared.
    UntilCleared,
}

impl Lasting {
    /// It strikes once.
    pub const ONCE: Self = Self::Times(1);
}

/// The faults waiting to strike, oldest first.
#[derive(Default)]
pub(super) struct Faults {
    waiting: Vec<Waiting>,
}

struct Waiting {
    fault: Fault,
    scope: Scope,
    lasting: Lasting,
}

impl Faults {
    pub(super) fn add(&mut self, fault: Fault, scope: Scope, lasting: Lasting) {
        if lasting != Lasting::Times(0) {
            self.waiting.push(Waiting {
                fault,
                scope,
                lasting,
            });
        }
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Fault, &Scope, Lasting)> {
        self.waiting
            .iter()
            .map(|waiting| (&waiting.fault, &waiting.scope, waiting.lasting))
    }

    /// What the oldest fault that covers the user and is chosen yields, without using it up.
    pub(super) fn find<T>(
        &self,
        user: Option<&UserId>,
        choose: impl Fn(&Fault) -> Option<T>,
    ) -> Option<T> {
        self.matching(user, choose).map(|(_, chosen)| chosen)
    }

    /// As [`find`](Self::find), and the fault has struck once more.
    pub(super) fn strike<T>(
        &mut self,
        user: Option<&UserId>,
        choose: impl Fn(&Fault) -> Option<T>,
    ) -> Option<T> {
        let (place, chosen) = self.matching(user, choose)?;
        let waiting = &mut self.waiting[place];
        match waiting.lasting {
            Lasting::UntilCleared => {}
            Lasting::Times(left) if left > 1 => waiting.lasting = Lasting::Times(left - 1),
            Lasting::Times(_) => {
                self.waiting.remove(place);
            }
        }
        Some(chosen)
    }

    fn matching<T>(
        &self,
        user: Option<&UserId>,
        choose: impl Fn(&Fault) -> Option<T>,
    ) -> Option<(usize, T)> {
        self.waiting
            .iter()
            .enumerate()
            .find_map(|(place, waiting)| {
                let chosen = waiting
                    .scope
                    .covers(user)
                    .then(|| choose(&waiting.fault))??;
                Some((place, chosen))
            })
    }
}
