//! SQLite with the same rows and the same promise: a group is on the disk when it is done.

use std::path::Path;

use anyhow::{Context, Result};
use imlink_model::{Body, Conversation, Direction, IncomingMessage};
use rusqlite::{Connection, Row, params};
use serde::Deserialize;

use crate::subject::Subject;
use crate::words::{question, words};

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

/// The smallest index that finds messages and lets them be deleted: no texts, no places of words.
const INDEX: &str = "
    CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
        text, content = '', contentless_delete = 1, detail = none,
        tokenize = 'unicode61 remove_diacritics 0'
    )";

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

const SCAN: &str = "SELECT * FROM message WHERE body LIKE ?1 ORDER BY seq DESC";

const INSERT_WORDS: &str = "INSERT INTO words (rowid, text) VALUES (?1, ?2)";

const ASK_INDEX: &str = "
    SELECT message.* FROM words JOIN message ON seq = words.rowid
    WHERE words MATCH ?1 ORDER BY words.rowid DESC";

/// As much as both caches of the store together, in KiB.
const CACHE: i64 = 4 * 1024;

/// How messages are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Search {
    /// By an index that is kept with them.
    Index,
    /// By reading all of them.
    Scan,
}

pub(crate) struct Sqlite {
    connection: Connection,
    search: Search,
}

impl Sqlite {
    pub(crate) fn open(place: &Path, search: Search) -> Result<Self> {
        std::fs::create_dir_all(place)?;
        let connection = Connection::open(place.join("messages.db"))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "cache_size", -CACHE)?;
        connection.execute_batch(SCHEMA)?;
        if search == Search::Index {
            connection.execute_batch(INDEX)?;
        }
        Ok(Self { connection, search })
    }
}

impl Subject for Sqlite {
    fn insert(&mut self, messages: Vec<IncomingMessage>) -> Result<()> {
        let transaction = self.connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached(INSERT)?;
            let mut count = transaction.prepare_cached(COUNT)?;
            let mut index = match self.search {
                Search::Index => Some(transaction.prepare_cached(INSERT_WORDS)?),
                Search::Scan => None,
            };
            for message in &messages {
                let (kind, target) = key(&message.conversation);
                let inserted = insert.execute(params![
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
                if inserted == 0 {
                    continue;
                }
                let seq = transaction.last_insert_rowid();
                count.execute(params![kind, target, seq, message.sent_at.0])?;
                if let Some(index) = &mut index {
                    index.execute(params![seq, words(&text_of(&message.body)?)])?;
                }
            }
            transaction
                .prepare_cached(CURSOR)?
                .execute([messages.len()])?;
        }
        Ok(transaction.commit()?)
    }

    fn newest(&self, conversation: &Conversation, limit: usize) -> Result<usize> {
        let (kind, target) = key(conversation);
        let mut select = self.connection.prepare_cached(NEWEST)?;
        let rows = select.query_map(params![kind, target, limit], Message::read)?;
        let messages: Vec<_> = rows.collect::<Result<_, _>>()?;
        Ok(messages.len())
    }

    fn search(&self, keyword: &str, limit: usize) -> Result<usize> {
        let (sql, asked) = match self.search {
            Search::Index => (ASK_INDEX, question(keyword)),
            Search::Scan => (SCAN, format!("%{keyword}%")),
        };
        let mut select = self.connection.prepare_cached(sql)?;
        let rows = select.query_map([asked], Message::read)?;
        let mut found = Vec::new();
        for message in rows {
            let message = message?;
            if message.body.contains(keyword) {
                found.push(message);
            }
            if found.len() >= limit {
                break;
            }
        }
        Ok(found.len())
    }
}

fn key(conversation: &Conversation) -> (u8, &str) {
    (conversation.kind.number(), conversation.target.as_str())
}

/// The words of a body, read as the store reads them.
fn text_of(body: &Body) -> Result<String> {
    #[derive(Deserialize)]
    struct Text {
        content: String,
    }
    let text: Text = serde_json::from_str(body.as_str()).context("A body is no text")?;
    Ok(text.content)
}

/// A message in memory, as an app would have it: all are asked for the same.
struct Message {
    _seq: i64,
    _uid: Option<String>,
    _kind: u8,
    _target: String,
    _sent: bool,
    _sender: String,
    _object_name: String,
    body: String,
    _sent_at: i64,
    _received_at: i64,
    _flags: u8,
    _expansion: Option<String>,
}

impl Message {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            _seq: row.get(0)?,
            _uid: row.get(1)?,
            _kind: row.get(2)?,
            _target: row.get(3)?,
            _sent: row.get(4)?,
            _sender: row.get(5)?,
            _object_name: row.get(6)?,
            body: row.get(7)?,
            _sent_at: row.get(8)?,
            _received_at: row.get(9)?,
            _flags: row.get(10)?,
            _expansion: row.get(11)?,
        })
    }
}
