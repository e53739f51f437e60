//! Attributes of conversations: silent, on top, tagged (protocol/cloud-wire.md 5.8).
//!
//! One user's attributes have one version, a time that only grows. A client holds the version it
//! has pulled up to; after a change of its own it may take the new one only if it had the one
//! before, else it would never see what others changed in between.

use std::collections::BTreeMap;

use imlink_model::{Conversation, ConversationKind, Millis, UserId};
use imlink_wire::{
    notify::{Change, Notification},
    proto::{
        SessionReq, SessionState, SessionStateItem, SessionStateModifyReq, SessionStateModifyResp,
        SessionStateType, SessionStates, SessionTagItem, TypeUnpushInput, TypeUnpushOutput,
        encode_body,
    },
};
use serde::{Deserialize, Serialize};

use super::{
    App, LinkId,
    publish::{INVALID, Refusal},
    query::{Answer, Query},
    saved::{bodies, pairs},
};

/// The most attributes a user may have set; nobody has so many conversations.
const MAX_STATES: usize = 100_000;
/// The most tags of a conversation.
const MAX_TAGS: usize = 20;

/// The attributes of one user's conversations.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct States {
    version: Millis,
    #[serde(with = "pairs")]
    states: BTreeMap<Place, State>,
}

/// A conversation by kind, id and channel; without an id, the kind itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Place {
    kind: i32,
    id: String,
    channel: Option<String>,
}

impl Place {
    fn of(conversation: &Conversation) -> Self {
        Self {
            kind: conversation.kind.number().into(),
            id: conversation.target.to_string(),
            channel: conversation.channel.as_ref().map(ToString::to_string),
        }
    }
}

/// The attributes of one conversation by their kind.
#[derive(Clone, Default, Serialize, Deserialize)]
struct State {
    changed: Millis,
    #[serde(with = "bodies")]
    items: BTreeMap<i32, SessionStateItem>,
}

/// What a change does to the tags it names.
#[derive(Clone, Copy)]
enum Tags {
    Set,
    Add,
    Remove,
}

impl App {
    /// Attributes newer than what the client has.
    pub(super) fn pull_conversation_states(&mut self, query: &Query, _now: Millis) -> Answer {
        let asked: SessionReq = query.read()?;
        let states = &self.user(&query.user).states;
        Ok(encode_body(&SessionStates {
            version: states.version.0.max(asked.time),
            state: states.since(Millis(asked.time)),
        }))
    }

    /// Sets attributes.
    pub(super) fn set_conversation_states(&mut self, query: &Query, now: Millis) -> Answer {
        self.change_states(query, Tags::Set, now)
    }

    /// Adds tags to conversations, or changes those they have.
    pub(super) fn tag_conversations(&mut self, query: &Query, now: Millis) -> Answer {
        self.change_states(query, Tags::Add, now)
    }

    /// Takes tags off conversations.
    pub(super) fn untag_conversations(&mut self, query: &Query, now: Millis) -> Answer {
        self.change_states(query, Tags::Remove, now)
    }

    /// Sets how loud a whole kind of conversations is.
    pub(super) fn set_kind_silent(&mut self, query: &Query, now: Millis) -> Answer {
        let asked: TypeUnpushInput = query.read()?;
        let level = SessionStateItem {
            session_state_type: SessionStateType::IsSilent.into(),
            value: asked.unpush_level.to_string(),
            ..SessionStateItem::default()
        };
        let change = SessionState {
            r#type: asked.r#type,
            state_item: vec![level],
            ..SessionState::default()
        };
        let (version, adopt) =
            self.apply_states(whose(query), &[change], Tags::Set, asked.version, now)?;
        Ok(encode_body(&TypeUnpushOutput {
            version,
            update_version: Some(adopt),
        }))
    }

    fn change_states(&mut self, query: &Query, tags: Tags, now: Millis) -> Answer {
        let asked: SessionStateModifyReq = query.read()?;
        let (version, adopt) =
            self.apply_states(whose(query), &asked.state, tags, asked.version, now)?;
        Ok(encode_body(&SessionStateModifyResp {
            version,
            update_version: Some(adopt),
        }))
    }

    /// Sets how loud a conversation of a user is, as an app server does. The level is the vendor's:
    /// -1 for every message, 0 for what the app has set, 5 for none. False if it is no conversation
    /// or the user has too many attributes.
    pub fn silence_conversation(
        &mut self,
        user: &UserId,
        conversation: &Conversation,
        level: i64,
        now: Millis,
    ) -> bool {
        self.set_state(
            user,
            conversation,
            SessionStateType::IsSilent,
            &level.to_string(),
            now,
        )
    }

    /// How loud a conversation of a user is, `None` if nobody has said.
    #[must_use]
    pub fn silence_of(&self, user: &UserId, conversation: &Conversation) -> Option<i64> {
        let states = &self.users.get(user)?.states;
        let state = states.states.get(&Place::of(conversation))?;
        let item = state.items.get(&SessionStateType::IsSilent.into())?;
        item.value.parse().ok()
    }

    /// Puts a conversation of a user on top of his list or takes it down, as an app server does.
    /// False as for [`silence_conversation`](Self::silence_conversation).
    pub fn pin_conversation(
        &mut self,
        user: &UserId,
        conversation: &Conversation,
        pin: bool,
        now: Millis,
    ) -> bool {
        let value = u8::from(pin).to_string();
        self.set_state(user, conversation, SessionStateType::IsTop, &value, now)
    }

    fn set_state(
        &mut self,
        user: &UserId,
        conversation: &Conversation,
        attribute: SessionStateType,
        value: &str,
        now: Millis,
    ) -> bool {
        let item = SessionStateItem {
            session_state_type: attribute.into(),
            value: value.to_owned(),
            ..SessionStateItem::default()
        };
        let place = Place::of(conversation);
        let change = SessionState {
            r#type: place.kind,
            channel_id: place.id,
            bus_channel: place.channel,
            state_item: vec![item],
            ..SessionState::default()
        };
        self.apply_states((user, None), &[change], Tags::Set, i64::MIN, now)
            .is_ok()
    }

    /// Says the new version, and whether a client that had the asked one may take it. The link that
    /// asks for the changes need not be told of them.
    fn apply_states(
        &mut self,
        (user, link): (&UserId, Option<LinkId>),
        changes: &[SessionState],
        tags: Tags,
        asked: i64,
        now: Millis,
    ) -> Result<(i64, bool), Refusal> {
        let states = &mut self.user(user).states;
        if states.states.len().saturating_add(changes.len()) > MAX_STATES {
            return Err(Refusal::new(INVALID, "too many attributes"));
        }
        let known_kind = |change: &SessionState| ConversationKind::from_number(change.r#type);
        if changes.iter().any(|change| known_kind(change).is_none()) {
            return Err(Refusal::new(INVALID, "no such conversation"));
        }
        let adopt = Millis(asked) >= states.version;
        states.version = now.max(Millis(states.version.0.saturating_add(1)));
        let version = states.version;
        for change in changes {
            states.apply(change, tags);
        }
        let news = Notification::Changed {
            what: Change::ConversationStates,
            time: version.0,
        };
        self.tell(user, &news, link, now);
        Ok((version.0, adopt))
    }
}

impl States {
    /// Whether a conversation carries one of these tags.
    pub(super) fn has_tag(&self, conversation: &Conversation, tags: &[String]) -> bool {
        let state = self.states.get(&Place::of(conversation));
        let item = state.and_then(|state| state.items.get(&SessionStateType::Tags.into()));
        item.is_some_and(|item| item.tags.iter().any(|tag| tags.contains(&tag.tag_id)))
    }

    /// Takes a tag that no longer exists off every conversation.
    pub(super) fn forget_tag(&mut self, tag: &str) {
        for state in self.states.values_mut() {
            if let Some(item) = state.items.get_mut(&SessionStateType::Tags.into()) {
                item.tags.retain(|other| other.tag_id != tag);
            }
        }
    }

    fn since(&self, time: Millis) -> Vec<SessionState> {
        let newer = self.states.iter().filter(|(_, state)| state.changed > time);
        newer
            .map(|(place, state)| SessionState {
                r#type: place.kind,
                channel_id: place.id.clone(),
                // Clients take the newest of these times for the version they have.
                time: Some(state.changed.0),
                state_item: state.items.values().cloned().collect(),
                bus_channel: place.channel.clone(),
            })
            .collect()
    }

    fn apply(&mut self, change: &SessionState, tags: Tags) {
        let place = Place {
            kind: change.r#type,
            id: change.channel_id.clone(),
            channel: change.bus_channel.clone().filter(|id| !id.is_empty()),
        };
        let state = self.states.entry(place).or_default();
        state.changed = self.version;
        for item in &change.state_item {
            let kind = item.session_state_type;
            let old = state.items.remove(&kind).unwrap_or_default();
            let item = SessionStateItem {
                tags: changed_tags(old.tags, &item.tags, tags),
                time: Some(self.version.0),
                ..item.clone()
            };
            state.items.insert(kind, item);
        }
    }
}

/// Whose attributes a client changes, and on which link.
fn whose(query: &Query) -> (&UserId, Option<LinkId>) {
    (&query.user, Some(query.link))
}

fn changed_tags(
    mut tags: Vec<SessionTagItem>,
    named: &[SessionTagItem],
    change: Tags,
) -> Vec<SessionTagItem> {
    let is_named = |tag: &SessionTagItem| named.iter().any(|other| other.tag_id == tag.tag_id);
    match change {
        Tags::Set => tags.clear(),
        Tags::Add | Tags::Remove => tags.retain(|tag| !is_named(tag)),
    }
    match change {
        Tags::Set | Tags::Add => tags.extend_from_slice(named),
        Tags::Remove => {}
    }
    tags.truncate(MAX_TAGS);
    tags
}
