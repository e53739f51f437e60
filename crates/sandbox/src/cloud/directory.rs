//! Users and their tokens.

use imlink_model::{Millis, UserId};

use super::{App, UserView};

impl App {
    /// Another valid token for a user, who is made if new. With a
    /// [`navigator`](super::Policy::navigator) the token ends in `@` and its address.
    pub fn issue_token(&mut self, user: &UserId, now: Millis) -> String {
        self.user(user).registered.get_or_insert(now);
        let lifetime = self.policy.token_lifetime;
        let token = self
            .tokens
            .issue(user.clone(), lifetime, now, &mut self.random);
        match &self.policy.navigator {
            None => token,
            Some(navigator) => format!("{token}@{navigator}"),
        }
    }

    /// Sets what pushes show of a user, who is made if new; what is `None` stays.
    pub fn describe_user(&mut self, user: &UserId, name: Option<&str>, portrait: Option<&str>) {
        let user = self.user(user);
        if let Some(name) = name {
            name.clone_into(&mut user.name);
        }
        if let Some(portrait) = portrait {
            portrait.clone_into(&mut user.portrait);
        }
    }

    /// Lets the user's tokens issued before a time expire, all of them without a time. Open links
    /// stay; the next handshake with such a token gets 31020 (behaviour.md 10).
    pub fn expire_tokens(&mut self, user: &UserId, before: Option<Millis>) {
        self.tokens.expire(user, before);
    }

    /// Forgets every token, as a new app secret does: the next handshake gets 31004.
    pub fn forget_tokens(&mut self) {
        self.tokens.forget_all();
    }

    /// Every user with name and portrait, by id.
    pub fn users(&self) -> impl Iterator<Item = (&UserId, &str, &str)> {
        self.users
            .iter()
            .map(|(id, user)| (id, user.name.as_str(), user.portrait.as_str()))
    }

    /// A user who has had a token.
    #[must_use]
    pub fn registered_user(&self, user: &UserId) -> Option<UserView> {
        self.users.get(user)?.view(user)
    }

    /// Every user who has had a token, by id.
    pub fn registered_users(&self) -> impl Iterator<Item = UserView> {
        self.users.iter().filter_map(|(id, user)| user.view(id))
    }

    /// Gives a user, who is made if new, these tags and no others.
    pub fn set_tags(&mut self, user: &UserId, tags: Vec<String>) {
        self.user(user).tags = tags;
    }

    /// The tags of a user.
    #[must_use]
    pub fn tags(&self, user: &UserId) -> &[String] {
        self.users.get(user).map_or(&[], |user| &user.tags)
    }

    /// Whether the user has a link that is online.
    #[must_use]
    pub fn is_online(&self, user: &UserId) -> bool {
        self.links
            .values()
            .any(|link| link.is_online() && link.user == *user)
    }
}
