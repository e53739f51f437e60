//! Groups: who is in them, and who may not speak (server-api.md 5).

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use imlink_model::{ConversationKind, Millis, TargetId, UserId};
use serde::{Deserialize, Serialize};

use super::{App, floor::Floor, publish::Refusal};

/// PUBACK status: the sender is in no such group.
pub(super) const NOT_IN_GROUP: u16 = 22406;
/// PUBACK status: the sender may not send in this group.
const MUTED_IN_GROUP: u16 = 22408;

/// One group.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) created: Millis,
    /// Members, each with the time of joining.
    pub(super) members: BTreeMap<UserId, Millis>,
    pub(super) floor: Floor,
}

impl Group {
    fn new(name: &str, now: Millis) -> Self {
        Self {
            name: name.to_owned(),
            created: now,
            members: BTreeMap::new(),
            floor: Floor::default(),
        }
    }
}

/// What the Server API shows of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupView {
    /// Its id.
    pub id: TargetId,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: Millis,
    /// Its members, each with the time of joining.
    pub members: BTreeMap<UserId, Millis>,
    /// Who may not send until when. `None` is for ever.
    pub muted: BTreeMap<UserId, Option<Millis>>,
    /// Whether only the exempt may send.
    pub frozen: bool,
    /// Who may send although the group is frozen.
    pub exempt: BTreeSet<UserId>,
}

impl App {
    /// Whether a client of a user may send to a group (server-api.md 8, row 9).
    pub(super) fn check_group_sender(
        &self,
        id: &TargetId,
        user: &UserId,
        now: Millis,
    ) -> Result<(), Refusal> {
        let group = self
            .groups
            .get(id)
            .filter(|group| group.members.contains_key(user))
            .ok_or(Refusal::new(NOT_IN_GROUP, "not in the group"))?;
        if self.is_muted_in(user, ConversationKind::Group, now) {
            return Err(Refusal::new(MUTED_IN_GROUP, "muted in all groups"));
        }
        if !group.floor.allows(user, now) {
            return Err(Refusal::new(MUTED_IN_GROUP, "muted in the group"));
        }
        Ok(())
    }

    /// Adds users to a group, which is made if new and gets the name if there is one. Users are
    /// made if new; members stay members.
    pub fn join_group(
        &mut self,
        group: &TargetId,
        name: Option<&str>,
        users: impl IntoIterator<Item = UserId>,
        now: Millis,
    ) {
        let entry = self
            .groups
            .entry(group.clone())
            .or_insert_with(|| Group::new(name.unwrap_or_default(), now));
        if let Some(name) = name {
            name.clone_into(&mut entry.name);
        }
        let users: Vec<_> = users.into_iter().collect();
        for user in &users {
            entry.members.entry(user.clone()).or_insert(now);
        }
        for user in &users {
            self.user(user);
        }
    }

    /// Takes users out of a group. False if there is no such group.
    pub fn leave_group<'u>(
        &mut self,
        group: &TargetId,
        users: impl IntoIterator<Item = &'u UserId>,
    ) -> bool {
        let Some(group) = self.groups.get_mut(group) else {
            return false;
        };
        for user in users {
            group.members.remove(user);
        }
        true
    }

    /// Ends a group. False if there is no such group.
    pub fn dismiss_group(&mut self, group: &TargetId) -> bool {
        self.groups.remove(group).is_some()
    }

    /// Gives a group another name. False if there is no such group.
    pub fn rename_group(&mut self, group: &TargetId, name: &str) -> bool {
        let Some(group) = self.groups.get_mut(group) else {
            return false;
        };
        name.clone_into(&mut group.name);
        true
    }

    /// A group as it is.
    #[must_use]
    pub fn group(&self, id: &TargetId) -> Option<GroupView> {
        let group = self.groups.get(id)?;
        Some(GroupView {
            id: id.clone(),
            name: group.name.clone(),
            created: group.created,
            members: group.members.clone(),
            muted: group.floor.muted.clone(),
            frozen: group.floor.frozen,
            exempt: group.floor.exempt.clone(),
        })
    }

    /// Whether a user is in a group.
    #[must_use]
    pub fn is_in_group(&self, id: &TargetId, user: &UserId) -> bool {
        self.groups
            .get(id)
            .is_some_and(|group| group.members.contains_key(user))
    }

    /// Every group by id.
    pub fn groups(&self) -> impl Iterator<Item = GroupView> {
        self.groups.keys().filter_map(|id| self.group(id))
    }

    /// The groups of a user with their names, by id.
    pub fn groups_of(&self, user: &UserId) -> impl Iterator<Item = (&TargetId, &str)> {
        self.groups
            .iter()
            .filter(|(_, group)| group.members.contains_key(user))
            .map(|(id, group)| (id, group.name.as_str()))
    }

    /// Forbids a member to send: for a time, or for ever. False if there is no such group.
    pub fn mute_in_group(
        &mut self,
        group: &TargetId,
        user: &UserId,
        time: Option<Duration>,
        now: Millis,
    ) -> bool {
        let Some(group) = self.groups.get_mut(group) else {
            return false;
        };
        group.floor.mute(user, time, now);
        true
    }

    /// Lets a member send again. False if there is no such group.
    pub fn unmute_in_group(&mut self, group: &TargetId, user: &UserId) -> bool {
        let Some(group) = self.groups.get_mut(group) else {
            return false;
        };
        group.floor.muted.remove(user);
        true
    }

    /// Forbids everyone but the exempt to send, or allows it again. False if there is no such
    /// group.
    pub fn freeze_group(&mut self, group: &TargetId, frozen: bool) -> bool {
        let Some(group) = self.groups.get_mut(group) else {
            return false;
        };
        group.floor.frozen = frozen;
        true
    }

    /// Lets a user send in a frozen group, or no longer. False if there is no such group.
    pub fn exempt_in_group(&mut self, group: &TargetId, user: &UserId, exempt: bool) -> bool {
        let Some(group) = self.groups.get_mut(group) else {
            return false;
        };
        group.floor.exempt(user, exempt);
        true
    }
}
