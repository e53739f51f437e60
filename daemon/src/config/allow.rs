//! `[[allow]]` rules as they are written.

use std::io;

use imlink_ipc_proto::Right;
use imlink_model::AppId;
use serde::Deserialize;

use crate::rules::{AppPattern, Rule, Who};
use crate::users;

/// The keys a rule may have.
pub(super) const KEYS: [&str; 5] = ["app", "group", "rights", "uid", "user"];

/// Why a rule cannot be used. Each says what would be right.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// It does not say whom it is about, or says it twice.
    #[error("a rule has exactly one of `uid`, `user` and `group`")]
    Who,
    /// It does not say what they may do.
    #[error("a rule has `rights`: \"read\", \"send\" or \"admin\"")]
    NoRight,
    /// It gives a right that does not exist.
    #[error("{0:?} is no right; \"read\", \"send\" and \"admin\" are")]
    UnknownRight(String),
    /// Nobody has that name.
    #[error(
        "there is no user {0:?} on this machine; correct the name, or write `uid` and a number"
    )]
    UnknownUser(String),
    /// No group has that name.
    #[error(
        "there is no group {0:?} on this machine; correct the name, make it with `groupadd`, or write its number"
    )]
    UnknownGroup(String),
    /// The kernel shows everybody it cannot name under this number.
    #[error("uid {0} stands for everybody the kernel cannot name here; no rule can be about it")]
    Overflow(u32),
    /// The pattern can match no app.
    #[error("app {pattern:?}: {problem}; an app id, or its beginning with a `*` behind it")]
    App {
        /// What is written.
        pattern: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The databases of users and groups cannot be read.
    #[error("users and groups of this machine cannot be looked up: {0}")]
    Lookup(#[from] io::Error),
}

/// A rule as it is written; names are not looked up yet.
#[derive(Debug, Deserialize)]
pub(super) struct Written {
    uid: Option<u32>,
    user: Option<String>,
    group: Option<Group>,
    app: Option<String>,
    rights: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a group is a name in quotes, or a number")]
pub(super) enum Group {
    Number(u32),
    Name(String),
}

impl Written {
    pub(super) fn resolve(self) -> Result<Rule, RuleError> {
        let who = match (self.uid, self.user, self.group) {
            (Some(uid), None, None) => Who::User { uid, name: None },
            (None, Some(name), None) => user(name)?,
            (None, None, Some(written)) => group(written)?,
            (_, _, _) => return Err(RuleError::Who),
        };
        if let Who::User { uid, .. } = who
            && uid == users::overflow_uid()
        {
            return Err(RuleError::Overflow(uid));
        }
        Ok(Rule {
            who,
            app: self.app.map(pattern).transpose()?,
            right: right(self.rights)?,
        })
    }
}

impl Group {
    /// Its number.
    pub(super) fn number(self) -> Result<u32, RuleError> {
        match self {
            Self::Number(gid) => Ok(gid),
            Self::Name(name) => users::group_named(&name)?.ok_or(RuleError::UnknownGroup(name)),
        }
    }
}

fn user(name: String) -> Result<Who, RuleError> {
    match users::user_named(&name)? {
        Some(uid) => Ok(Who::User {
            uid,
            name: Some(name),
        }),
        None => Err(RuleError::UnknownUser(name)),
    }
}

fn group(group: Group) -> Result<Who, RuleError> {
    let name = match &group {
        Group::Number(_) => None,
        Group::Name(name) => Some(name.clone()),
    };
    Ok(Who::Group {
        gid: group.number()?,
        name,
    })
}

fn right(written: Option<String>) -> Result<Right, RuleError> {
    match written.as_deref() {
        Some("read") => Ok(Right::Read),
        Some("send") => Ok(Right::Send),
        Some("admin") => Ok(Right::Admin),
        Some(other) => Err(RuleError::UnknownRight(other.to_owned())),
        None => Err(RuleError::NoRight),
    }
}

fn pattern(written: String) -> Result<AppPattern, RuleError> {
    // What stands before the `*` could begin an app id if it could be one.
    let (start, is_whole) = match written.strip_suffix('*') {
        Some("") => return Ok(AppPattern::Beginning(String::new())),
        Some(start) => (start, false),
        None => (written.as_str(), true),
    };
    let id = AppId::new(start).map_err(|problem| RuleError::App {
        pattern: written.clone(),
        problem: problem.to_string(),
    })?;
    Ok(match is_whole {
        true => AppPattern::Exactly(id),
        false => AppPattern::Beginning(start.to_owned()),
    })
}
