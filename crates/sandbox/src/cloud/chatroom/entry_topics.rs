//! What clients do with the entries of rooms (protocol/cloud-wire.md 5.9).

use imlink_model::{Millis, TargetId};
use imlink_wire::{
    flags,
    proto::{
        ChrmKvEntity, ChrmKvOutput, ChrmKvsOutput, ChrmKvsOutputEntity, ChrmKvsVersionEntity,
        DeleteChrmKvs, QueryChrmKv, SetChrmKv, SetChrmKvs, UpStreamMessage, encode_body,
    },
};

use super::{Entry, EntryError, EntryRules};
use crate::cloud::{
    App, Draft, SenderCopy, Target,
    publish::Refusal,
    query::{Answer, Query},
};

/// The most entries of one QUERY (behaviour.md 13.8).
const MAX_BATCH: usize = 10;
/// QUERYACK status: some entries were not changed; the body says which, and why.
const NOT_ALL: u16 = 23428;
/// QUERYACK status: more entries than [`MAX_BATCH`], as the vendor's public headers name it.
const TOO_MANY: u16 = 23429;

/// What a client wants done to an entry.
#[derive(Clone, Copy)]
enum Change {
    Set,
    Remove,
}

impl App {
    /// `setKV`.
    pub(in crate::cloud) fn set_entry(&mut self, query: &Query, now: Millis) -> Answer {
        self.change_entry(query, Change::Set, now)
    }

    /// `delKV`.
    pub(in crate::cloud) fn remove_entry(&mut self, query: &Query, now: Millis) -> Answer {
        self.change_entry(query, Change::Remove, now)
    }

    /// `setKVS`.
    pub(in crate::cloud) fn set_entries(&mut self, query: &Query, now: Millis) -> Answer {
        let asked: SetChrmKvs = query.read()?;
        self.change_entries(query, Change::Set, &asked.entry, now)
    }

    /// `delKVS`.
    pub(in crate::cloud) fn remove_entries(&mut self, query: &Query, now: Millis) -> Answer {
        let asked: DeleteChrmKvs = query.read()?;
        self.change_entries(query, Change::Remove, &asked.entry, now)
    }

    /// `pullKV`: what has changed since a version.
    pub(in crate::cloud) fn pull_entries(&mut self, query: &Query, _now: Millis) -> Answer {
        let asked: QueryChrmKv = query.read()?;
        let room = self.room_of(query)?;
        let changes = room.entries.since(Millis(asked.timestamp));
        let set = changes.set.iter().map(|(key, entry)| shown(key, entry));
        let removed = changes.removed.iter();
        let removed = removed.map(|(key, version)| shown_removed(key, *version));
        Ok(encode_body(&ChrmKvOutput {
            entries: set.chain(removed).collect(),
            b_full_update: Some(changes.full),
            sync_time: Some(room.entries.version().0.max(asked.timestamp)),
            ..ChrmKvOutput::default()
        }))
    }

    fn change_entry(&mut self, query: &Query, change: Change, now: Millis) -> Answer {
        let asked: SetChrmKv = query.read()?;
        let id = query.target_id()?;
        self.room_of(query)?;
        self.carry_out(query, &id, change, &asked.entry, now)
            .map_err(|error| Refusal::new(error.status(), "entry not changed"))?;
        self.tell_entries_changed(&id, Some(query.link), now);
        if let (Some(true), Some(notice)) = (asked.b_notify, asked.notification) {
            self.say_entry_changed(query, id, notice, now);
        }
        Ok(encode_body(&ChrmKvsOutput::default()))
    }

    fn change_entries(
        &mut self,
        query: &Query,
        change: Change,
        entries: &[ChrmKvEntity],
        now: Millis,
    ) -> Answer {
        let id = query.target_id()?;
        self.room_of(query)?;
        if entries.len() > MAX_BATCH {
            return Err(Refusal::new(TOO_MANY, "too many entries"));
        }
        let mut answer = ChrmKvsOutput::default();
        for entity in entries {
            let key = Some(entity.key.clone());
            match self.carry_out(query, &id, change, entity, now) {
                Ok(version) => answer.keys_version.push(ChrmKvsVersionEntity {
                    version: Some(version.0),
                    key,
                }),
                Err(error) => answer.error_keys.push(ChrmKvsOutputEntity {
                    key,
                    error_code: Some(error.status().into()),
                }),
            }
        }
        if !answer.keys_version.is_empty() {
            self.tell_entries_changed(&id, Some(query.link), now);
        }
        let body = encode_body(&answer);
        if answer.error_keys.is_empty() {
            return Ok(body);
        }
        Err(Refusal::new(NOT_ALL, "not all entries changed").saying(body))
    }

    fn carry_out(
        &mut self,
        query: &Query,
        id: &TargetId,
        change: Change,
        entity: &ChrmKvEntity,
        now: Millis,
    ) -> Result<Millis, EntryError> {
        let user = &query.user;
        let ChrmKvEntity { key, value, .. } = entity;
        let rules = rules(entity);
        match change {
            Change::Set => self.put_entry(id, user, (key, value), rules, now),
            Change::Remove => self.delete_entry(id, user, key, rules, now),
        }
    }

    /// The message a client wants said about its change; who may not speak says nothing.
    fn say_entry_changed(
        &mut self,
        query: &Query,
        id: TargetId,
        notice: UpStreamMessage,
        now: Millis,
    ) {
        if self.check_chatroom_sender(&id, &query.user, now).is_err() {
            return;
        }
        let draft = Draft {
            from: query.user.clone(),
            to: Target::Chatroom(id),
            body: notice,
        };
        self.publish_as(draft, SenderCopy::Excluded, now);
    }
}

fn rules(entity: &ChrmKvEntity) -> EntryRules {
    let bits = entity.status.unwrap_or_default();
    EntryRules {
        auto_delete: bits & flags::entry::AUTO_DELETE != 0,
        overwrite: bits & flags::entry::OVERWRITE != 0,
    }
}

fn shown(key: &str, entry: &Entry) -> ChrmKvEntity {
    let auto_delete = if entry.auto_delete {
        flags::entry::AUTO_DELETE
    } else {
        0
    };
    ChrmKvEntity {
        key: key.to_owned(),
        value: entry.value.clone(),
        status: Some(auto_delete),
        timestamp: Some(entry.version.0),
        uid: Some(entry.owner.to_string()),
        version: Some(entry.version.0),
    }
}

fn shown_removed(key: &str, version: Millis) -> ChrmKvEntity {
    ChrmKvEntity {
        key: key.to_owned(),
        value: String::new(),
        status: Some(flags::entry::DELETE),
        timestamp: Some(version.0),
        uid: None,
        version: Some(version.0),
    }
}
