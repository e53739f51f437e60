//! SQLite with the same rows and the same promise: a group is on the disk when it is done.

use std::path::Path;

use anyhow::Result;
use imlink_model::{Conversation, Direction, IncomingMessage};
use rusqlite::{Connection, Rows, params};

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
    SELECT * FROM message WHERE kind = ?1 AND target = ?2 ORDER BY seq DESC LIMIT ?3";

const SEARCH: &str = "SELECT * FROM message WHERE body LIKE ?1 ORDER BY seq DESC LIMIT ?2";

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
        read(select.query(params![kind, target, limit])?)
    }

    fn search(&self, keyword: &str, limit: usize) -> Result<usize> {
        let mut select = self.0.prepare_cached(SEARCH)?;
        let pattern = format!("%{keyword}%");
        read(select.query(params![pattern, limit])?)
    }

    fn bytes(place: &Path) -> Result<u64> {
        bytes_below(place)
    }
}

fn key(conversation: &Conversation) -> (u8, &str) {
    (conversation.kind.number(), conversation.target.as_str())
}

/// Takes every message as an app would have it, so that both are asked for the same.
fn read(mut rows: Rows<'_>) -> Result<usize> {
    let mut messages = Vec::new();
    while let Some(row) = rows.next()? {
        messages.push(Message {
            _seq: row.get(0)?,
            _uid: row.get(1)?,
            _kind: row.get(2)?,
            _target: row.get(3)?,
            _sent: row.get(4)?,
            _sender: row.get(5)?,
            _object_name: row.get(6)?,
            _body: row.get(7)?,
            _sent_at: row.get(8)?,
            _received_at: row.get(9)?,
            _flags: row.get(10)?,
            _expansion: row.get(11)?,
        });
    }
    Ok(messages.len())
}

/// A message in memory.
struct Message {
    _seq: i64,
    _uid: Option<String>,
    _kind: u8,
    _target: String,
    _sent: bool,
    _sender: String,
    _object_name: String,
    _body: String,
    _sent_at: i64,
    _received_at: i64,
    _flags: u8,
    _expansion: Option<String>,
}
