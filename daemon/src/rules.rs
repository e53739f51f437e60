//! Who may attach and with which right: the `[[allow]]` rules, as they are applied.
//!
//! The first rule that matches decides. Behind the last one stand two that nobody has to write: the
//! user who runs the daemon, and root, have every right (decisions.md P10). Who is matched by none
//! is turned away.

use std::fmt;
use std::sync::Arc;

use imlink_ipc_proto::Right;
use imlink_model::AppId;

/// One `[[allow]]` rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Whom it is about.
    pub who: Who,
    /// Which apps of theirs; `None` for all of them.
    pub app: Option<AppPattern>,
    /// What they may do.
    pub right: Right,
}

/// Users of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// One user.
    User {
        /// The number the kernel knows the user by.
        uid: u32,
        /// The name in the rule, if it has one.
        name: Option<String>,
    },
    /// Everybody in a group.
    Group {
        /// The number the kernel knows the group by.
        gid: u32,
        /// The name in the rule, if it has one.
        name: Option<String>,
    },
}

/// An app id, or how app ids begin.
///
/// An app names itself: patterns tell honest apps of a user apart, they do not hold off a hostile
/// one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppPattern {
    /// This one.
    Exactly(AppId),
    /// Those that begin so; written with a `*` at the end.
    Beginning(String),
}

/// Whose process opened a socket, as kernel and user database say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// The user.
    pub uid: u32,
    /// The groups; only as far as a rule asks for them.
    pub groups: Vec<u32>,
}

/// What an app may do, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What it may do.
    pub right: Right,
    /// Who says so, for people to read.
    pub by: Arc<str>,
}

/// All rules of a daemon.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Each with what refusals call it.
    rules: Vec<(Rule, Arc<str>)>,
    own: u32,
    at_home: Arc<str>,
}

impl Rules {
    /// Those rules, of a daemon that runs as the user `own`.
    #[must_use]
    pub fn new(rules: Vec<Rule>, own: u32) -> Self {
        let named = rules.into_iter().enumerate().map(|(index, rule)| {
            let name = format!("rule {} of [[allow]] ({rule})", index + 1);
            (rule, name.into())
        });
        Self {
            rules: named.collect(),
            own,
            at_home: "being the daemon's own user".into(),
        }
    }

    /// Whether the groups of that user make a difference: a rule about some stands in front of the
    /// one that decides for all of the user's apps.
    #[must_use]
    pub fn ask_for_groups(&self, uid: u32) -> bool {
        let mut rules = self.rules.iter().map(|(rule, _)| rule);
        let telling = rules.find(|rule| match rule.who {
            Who::User { uid: other, .. } => other == uid && rule.app.is_none(),
            Who::Group { .. } => true,
        });
        uid != 0 && telling.is_some_and(|rule| matches!(rule.who, Who::Group { .. }))
    }

    /// Whether any app of that user might be let in.
    #[must_use]
    pub fn admits(&self, visitor: &Visitor) -> bool {
        self.is_at_home(visitor.uid)
            || self
                .rules
                .iter()
                .any(|(rule, _)| rule.who.includes(visitor))
    }

    /// What that app may do; `None` if it is to be turned away.
    #[must_use]
    pub fn grant(&self, visitor: &Visitor, app: &AppId) -> Option<Grant> {
        let matching = |(rule, _): &&(Rule, Arc<str>)| rule.matches(visitor, app);
        if let Some((rule, name)) = self.rules.iter().find(matching) {
            return Some(Grant {
                right: rule.right,
                by: Arc::clone(name),
            });
        }
        self.is_at_home(visitor.uid).then(|| Grant {
            right: Right::Admin,
            by: Arc::clone(&self.at_home),
        })
    }

    /// Whether they are the rules of a daemon that runs as that user.
    #[must_use]
    pub fn are_of(&self, uid: u32) -> bool {
        self.own == uid
    }

    /// Whether that user is let in whatever the rules say: the daemon's own, and root.
    #[must_use]
    pub fn is_at_home(&self, uid: u32) -> bool {
        uid == self.own || uid == 0
    }
}

impl Rule {
    fn matches(&self, visitor: &Visitor, app: &AppId) -> bool {
        self.who.includes(visitor)
            && self
                .app
                .as_ref()
                .is_none_or(|pattern| pattern.includes(app))
    }
}

impl Who {
    fn includes(&self, visitor: &Visitor) -> bool {
        match self {
            Self::User { uid, .. } => visitor.uid == *uid,
            Self::Group { gid, .. } => visitor.groups.contains(gid),
        }
    }
}

impl AppPattern {
    fn includes(&self, app: &AppId) -> bool {
        match self {
            Self::Exactly(id) => app == id,
            Self::Beginning(start) => app.as_str().starts_with(start),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.app {
            Some(app) => write!(f, "{}, app {app}", self.who),
            None => write!(f, "{}, any app", self.who),
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User { uid, name: None } => write!(f, "uid {uid}"),
            Self::User {
                name: Some(name), ..
            } => write!(f, "user {name}"),
            Self::Group { gid, name: None } => write!(f, "group {gid}"),
            Self::Group {
                name: Some(name), ..
            } => write!(f, "group {name}"),
        }
    }
}

impl fmt::Display for AppPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(id) => id.fmt(f),
            Self::Beginning(start) => write!(f, "{start}*"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: u32 = 500;

    #[test]
    fn without_a_rule_the_daemons_own_user_and_root_have_every_right_and_nobody_else_has_any() {
        let rules = Rules::new(Vec::new(), OWN);

        for uid in [OWN, 0] {
            let grant = rules.grant(&visitor(uid, &[]), &app("notes")).unwrap();
            assert_eq!(grant.right, Right::Admin);
        }
        assert!(!rules.admits(&visitor(1001, &[OWN, 0])));
        assert_eq!(rules.grant(&visitor(1001, &[OWN, 0]), &app("notes")), None);
    }

    #[test]
    fn groups_are_asked_for_where_a_rule_about_some_may_decide() {
        let rules = Rules::new(
            vec![
                rule(user(1001), None, Right::Read),
                rule(user(1002), Some("notes"), Right::Send),
                rule(group(44), None, Right::Send),
                rule(user(1003), None, Right::Read),
            ],
            OWN,
        );

        let asked = [0, 1001, 1002, 1003, 1004, OWN].map(|uid| rules.ask_for_groups(uid));

        assert_eq!(asked, [false, false, true, true, true, true]);
        let nobody = Rules::new(vec![rule(user(1001), None, Right::Read)], OWN);
        assert!(
            ![1001, 1002, OWN]
                .iter()
                .any(|uid| nobody.ask_for_groups(*uid))
        );
    }

    #[test]
    fn the_first_rule_that_matches_decides_also_for_the_daemons_own_user() {
        let rules = Rules::new(
            vec![
                rule(user(1001), Some("org.example.notes"), Right::Read),
                rule(group(44), Some("org.example.*"), Right::Send),
                rule(user(1001), None, Right::Admin),
                rule(user(OWN), Some("guest"), Right::Read),
            ],
            OWN,
        );
        let right = |uid, groups: &[u32], name: &str| {
            let grant = rules.grant(&visitor(uid, groups), &app(name));
            grant.map(|grant| grant.right)
        };

        assert_eq!(
            right(1001, &[44], "org.example.notes"),
            Some(Right::Read),
            "a later rule that gives more does not count"
        );
        assert_eq!(right(1001, &[44], "org.example.mail"), Some(Right::Send));
        assert_eq!(right(1001, &[], "org.example.mail"), Some(Right::Admin));
        assert_eq!(right(1002, &[44], "org.example.mail"), Some(Right::Send));
        assert_eq!(right(1002, &[44], "org.exampled"), None);
        assert_eq!(right(1002, &[], "org.example.mail"), None);
        assert_eq!(right(OWN, &[], "guest"), Some(Right::Read));
        assert_eq!(right(OWN, &[], "other"), Some(Right::Admin));
    }

    #[test]
    fn a_grant_says_which_rule_it_is_in_the_words_of_the_rule() {
        let rules = Rules::new(
            vec![
                rule(group(44), None, Right::Send),
                rule(user(1001), Some("org.example.notes"), Right::Read),
            ],
            OWN,
        );

        let grant = rules.grant(&visitor(1001, &[]), &app("org.example.notes"));

        assert_eq!(
            &*grant.unwrap().by,
            "rule 2 of [[allow]] (uid 1001, app org.example.notes)"
        );
    }

    fn rule(who: Who, app: Option<&str>, right: Right) -> Rule {
        let app = app.map(|app| match app.strip_suffix('*') {
            Some(start) => AppPattern::Beginning(start.into()),
            None => AppPattern::Exactly(AppId::new(app).unwrap()),
        });
        Rule { who, app, right }
    }

    fn user(uid: u32) -> Who {
        Who::User { uid, name: None }
    }

    fn group(gid: u32) -> Who {
        Who::Group { gid, name: None }
    }

    fn visitor(uid: u32, groups: &[u32]) -> Visitor {
        Visitor {
            uid,
            groups: groups.to_vec(),
        }
    }

    fn app(id: &str) -> AppId {
        AppId::new(id).unwrap()
    }
}
