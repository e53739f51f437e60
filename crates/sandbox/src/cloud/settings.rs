//! What a user has set for all his devices: tags, translation, quiet hours
//! (protocol/cloud-wire.md 5.3 and 7).
//!
//! Like attributes of conversations, settings have one version that only grows; quiet hours are
//! asked for and have none.

use std::collections::BTreeMap;

use bytes::Bytes;
use imlink_model::{ConversationKind, Millis};
use imlink_wire::{
    QoS,
    proto::{
        AddUnpushPeriodInput, DeleteUnpushPeriodInput, PullUserSettingInput, PullUserSettingOutput,
        QueryUnpushPeriodInput, QueryUnpushPeriodOutput, SessionTagAddInput, SessionTagDelInput,
        SessionTagItem, SetUserSettingInput, SetUserSettingOutput, UserSettingItem,
        UserSettingNotification, encode_body,
    },
    topic,
};
use serde::{Deserialize, Serialize};

use super::{
    App,
    publish::Refusal,
    query::{Answer, Query},
    saved::{bodies, optional_body},
};

/// QUERYACK status: so many tags no user may have (26004).
const TOO_MANY_TAGS: u16 = 26004;
/// The most tags of a user.
const MAX_TAGS: usize = 20;

/// The settings of one user.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Settings {
    version: Millis,
    /// Texts by key.
    texts: BTreeMap<String, Text>,
    #[serde(with = "bodies")]
    tags: BTreeMap<String, SessionTagItem>,
    tags_changed: Millis,
    #[serde(with = "optional_body")]
    quiet: Option<AddUnpushPeriodInput>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Text {
    value: String,
    changed: Millis,
}

impl App {
    /// Settings newer than what the client has.
    pub(super) fn pull_user_settings(&mut self, query: &Query, _now: Millis) -> Answer {
        let asked: PullUserSettingInput = query.read()?;
        let settings = &self.user(&query.user).settings;
        Ok(encode_body(&PullUserSettingOutput {
            version: settings.version.0.max(asked.version),
            items: settings.since(Millis(asked.version)),
        }))
    }

    /// The language that messages are to be translated to.
    pub(super) fn set_language(&mut self, query: &Query, now: Millis) -> Answer {
        self.set_text(query, "transLan", now)
    }

    /// Whether messages are to be translated unasked.
    pub(super) fn set_automatic_translation(&mut self, query: &Query, now: Millis) -> Answer {
        self.set_text(query, "autoTrans", now)
    }

    /// Makes tags, or renames them.
    pub(super) fn make_tags(&mut self, query: &Query, now: Millis) -> Answer {
        let asked: SessionTagAddInput = query.read()?;
        let settings = &mut self.user(&query.user).settings;
        let is_new = |tag: &&SessionTagItem| !settings.tags.contains_key(&tag.tag_id);
        if settings.tags.len() + asked.tags.iter().filter(is_new).count() > MAX_TAGS {
            return Err(Refusal::new(TOO_MANY_TAGS, "too many tags"));
        }
        let adopt = settings.change(asked.version, now);
        settings.tags_changed = settings.version;
        for tag in asked.tags {
            let created = settings
                .tags
                .get(&tag.tag_id)
                .and_then(|old| old.created_time);
            let tag = SessionTagItem {
                created_time: created.or(Some(now.0)),
                ..tag
            };
            settings.tags.insert(tag.tag_id.clone(), tag);
        }
        Ok(self.settings_changed(query, adopt, now))
    }

    /// Ends tags, and takes them off conversations.
    pub(super) fn end_tags(&mut self, query: &Query, now: Millis) -> Answer {
        let asked: SessionTagDelInput = query.read()?;
        let user = self.user(&query.user);
        let adopt = user.settings.change(asked.version, now);
        user.settings.tags_changed = user.settings.version;
        for tag in &asked.tags {
            user.settings.tags.remove(&tag.tag_id);
            user.states.forget_tag(&tag.tag_id);
        }
        Ok(self.settings_changed(query, adopt, now))
    }

    /// Sets hours without pushes.
    pub(super) fn set_quiet_hours(&mut self, query: &Query, _now: Millis) -> Answer {
        self.user(&query.user).settings.quiet = Some(query.read()?);
        Ok(Bytes::new())
    }

    /// Ends the hours without pushes.
    pub(super) fn end_quiet_hours(&mut self, query: &Query, _now: Millis) -> Answer {
        let _: DeleteUnpushPeriodInput = query.read()?;
        self.user(&query.user).settings.quiet = None;
        Ok(Bytes::new())
    }

    /// Tells the hours without pushes.
    pub(super) fn query_quiet_hours(&mut self, query: &Query, _now: Millis) -> Answer {
        let _: QueryUnpushPeriodInput = query.read()?;
        let quiet = self.user(&query.user).settings.quiet.clone();
        let answer = quiet.map_or_else(QueryUnpushPeriodOutput::default, |quiet| {
            QueryUnpushPeriodOutput {
                is_unpush: 1,
                start_time: Some(quiet.start_time),
                span_minutes: Some(quiet.span_minutes),
                level: quiet.level,
                timezone: quiet.timezone,
            }
        });
        Ok(encode_body(&answer))
    }

    fn set_text(&mut self, query: &Query, key: &str, now: Millis) -> Answer {
        let asked: SetUserSettingInput = query.read()?;
        let settings = &mut self.user(&query.user).settings;
        let adopt = settings.change(asked.version, now);
        let text = Text {
            value: asked.value,
            changed: settings.version,
        };
        settings.texts.insert(key.to_owned(), text);
        Ok(self.settings_changed(query, adopt, now))
    }

    /// Tells the user's other links to pull; the answer to the one that made the change.
    fn settings_changed(&mut self, query: &Query, adopt: bool, now: Millis) -> Bytes {
        let version = self.user(&query.user).settings.version.0;
        let news = encode_body(&UserSettingNotification {
            version,
            reserve: false,
        });
        for link in self.links_of(&query.user) {
            if link != query.link {
                let (qos, topic) = (QoS::AtLeastOnce, topic::USER_SETTINGS);
                self.publish_down(link, qos, topic, &query.user, news.clone(), now);
            }
        }
        encode_body(&SetUserSettingOutput {
            version,
            reserve: false,
            update_version: Some(adopt),
        })
    }
}

impl Settings {
    /// Begins a new version. Says whether a client that had the asked one may take it without a
    /// pull: only if nobody else has changed anything since.
    fn change(&mut self, asked: i64, now: Millis) -> bool {
        let adopt = Millis(asked) >= self.version;
        self.version = now.max(Millis(self.version.0.saturating_add(1)));
        adopt
    }

    fn since(&self, version: Millis) -> Vec<UserSettingItem> {
        let texts = self.texts.iter();
        let mut items: Vec<_> = texts
            .filter(|(_, text)| text.changed > version)
            .map(|(key, text)| item(key, text.value.clone(), text.changed))
            .collect();
        if self.tags_changed > version {
            items.push(UserSettingItem {
                tags: self.tags.values().cloned().collect(),
                ..item("Tag", String::new(), self.tags_changed)
            });
        }
        items
    }
}

/// A setting as it is pulled; it is of no conversation, yet the body wants one.
fn item(key: &str, value: String, version: Millis) -> UserSettingItem {
    UserSettingItem {
        r#type: ConversationKind::Private.number().into(),
        key: key.to_owned(),
        value: value.into(),
        version: version.0,
        ..UserSettingItem::default()
    }
}
