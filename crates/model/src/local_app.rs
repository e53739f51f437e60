//! Whose app it is: names are given by apps, users by the kernel.

use std::fmt;
use std::str::FromStr;

use crate::{AppId, IdError};

/// An app of this machine: its name, and its user if that is not the daemon's own. Two users' apps of
/// one name are two apps (F-I37).
///
/// As text it is the name alone, or the user's number, a colon and the name; no name has a colon.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalApp {
    /// Number of its user; `None` for the user who runs the daemon.
    pub user: Option<u32>,
    /// The name it gives itself.
    pub id: AppId,
}

impl From<AppId> for LocalApp {
    /// The daemon's own user's app of that name.
    fn from(id: AppId) -> Self {
        Self { user: None, id }
    }
}

impl fmt::Display for LocalApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.user {
            Some(user) => write!(f, "{user}:{}", self.id),
            None => self.id.fmt(f),
        }
    }
}

impl FromStr for LocalApp {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let user = text.split_once(':');
        match user.and_then(|(user, id)| Some((user.parse().ok()?, id))) {
            Some((user, id)) => Ok(Self {
                user: Some(user),
                id: AppId::new(id)?,
            }),
            None => AppId::new(text).map(Self::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_an_app_is_that_app_again() {
        let own = LocalApp::from(AppId::new("org.example.notes").unwrap());
        let others = LocalApp {
            user: Some(u32::MAX),
            id: AppId::new("7").unwrap(),
        };
        assert_eq!(others.to_string(), "4294967295:7");

        for app in [own, others] {
            assert_eq!(app.to_string().parse(), Ok(app));
        }
    }

    #[test]
    fn a_text_without_a_user_and_a_name_is_no_app() {
        for text in ["", ":notes", "7:", "x:notes", "4294967296:notes", "7:a b"] {
            assert!(text.parse::<LocalApp>().is_err(), "{text:?}");
        }
    }
}
