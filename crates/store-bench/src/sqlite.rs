//! SQLite with the same rows and the same promise: a group is on the disk when it is done.

use std::path::Path;

use anyhow::Result;
use imlink_model::{Conversation, Direction, IncomingMessage};
use rusqlite::{Connection, params};

use crate::subject::{Subject, bytes_below};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS message (
        seq INTEGER PRIMARY KEY,
        uid TEXT UNIQUE,
        kind INTEGER NOT NULL,
        target TEXT NOT NULL,
        sent INTEGER NOT NULL,
        sender TEXT NOT NULL,
        object_name TEXT NOT NULL,
        body TEXT NOT NULL,
        sent_at INTEGER NOT NULL,
        received_at INTEGER NOT NULL,
        flags INTEGER NOT NULL,
        expansion TEXT
    );
    CREATE INDEX IF NOT EXISTS timeline ON message (kind, target, seq);
    CREATE TABLE IF NOT EXISTS conversation (
        kind INTEGER NOT NULL,
        target TEXT NOT NULL,
        last_seq INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        unread INTEGER NOT NULL,
        total INTEGER NOT NULL,
        PRIMARY KEY (kind, target)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS recency ON conversation (last_seq);
    CREATE TABLE IF NOT EXISTS cursor (one INTEGER PRIMARY KEY, value BLOB NOT NULL);
";

const INSERT: &str = "
    INSERT OR IGNORE INTO message
        (uid, kind, target, sent, sender, object_name, body, sent_at, received_at, flags, expansion)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

const COUNT: &str = "
    INSERT INTO conversation VALUES (?1, ?2, ?3, ?4, 1, 1)
    ON CONFLICT DO UPDATE SET
        last_seq = ?3, last_at = ?4, unread = unread + 1, total = total + 1";

const CURSOR: &str = "INSERT OR REPLACE INTO cursor VALUES (1, ?1)";

const NEWEST: &str = "
    SELECT seq, uid, sent, sender, object_name, body, sent_at, received_at, flags, expansion
    FROM message WHERE kind = ?1 AND target = ?2 ORDER BY seq DESC LIMIT ?3";

const SEARCH: &str = "
    SELECT seq, uid, kind, target, sender, object_name, body, sent_at
    FROM message WHERE body LIKE ?1 ORDER BY seq DESC LIMIT ?2";

pub(crate) struct Sqlite(Connection);

impl Subject for Sqlite {
    fn open(place: &Path) -> Result<Self> {
        std::fs::create_dir_all(place)?;
        let connection = Connection::open(place.join("messages.db"))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(connection))
    }

    fn insert(&mut self, messages: &[IncomingMessage]) -> Result<()> {
        let transaction = self.0.transaction()?;
        {
            let mut insert = transaction.prepare_cached(INSERT)?;
            let mut count = transaction.prepare_cached(COUNT)?;
            for message in messages {
                let (kind, target) = key(&message.conversation);
                insert.execute(params![
                    message.uid.as_ref().map(|uid| uid.as_str()),
                    kind,
                    target,
                    message.direction == Direction::Sent,
                    message.sender.as_str(),
                    message.object_name.as_str(),
                    message.body.as_str(),
                    message.sent_at.0,
                    message.sent_at.0,
                    3,
                    message.expansion,
                ])?;
                let seq = transaction.last_insert_rowid();
                count.execute(params![kind, target, seq, message.sent_at.0])?;
            }
            transaction
                .prepare_cached(CURSOR)?
                .execute([messages.len()])?;
        }
        Ok(transaction.commit()?)
    }

    fn newest(&self, conversation: &Conversation, limit: usize) -> Result<usize> {
        let (kind, target) = key(conversation);
        let mut select = self.0.prepare_cached(NEWEST)?;
        let bodies = select.query_map(params![kind, target, limit], |row| row.get("body"))?;
        read(bodies)
    }

    fn search(&self, keyword: &str, limit: usize) -> Result<usize> {
        let mut select = self.0.prepare_cached(SEARCH)?;
        let pattern = format!("%{keyword}%");
        let bodies = select.query_map(params![pattern, limit], |row| row.get("body"))?;
        read(bodies)
    }

    fn bytes(place: &Path) -> Result<u64> {
        bytes_below(place)
    }
}

fn key(conversation: &Conversation) -> (u8, &str) {
    (conversation.kind.number(), conversation.target.as_str())
}

fn read(bodies: impl Iterator<Item = rusqlite::Result<String>>) -> Result<usize> {
    Ok(bodies.collect::<Result<Vec<_>, _>>()?.len())
}
