//! An account as lines of text, which `imlink export` writes and `imlink import` reads.
//!
//! Every line is a JSON object with one field that says what the line is:
//!
//! ```text
//! {"export":{"version":1,"app_key":"key","user":"alice","messages":2,"exported_at":1785506531123}}
//! {"message":{"seq":1,"uid":"BVB2-…","kind":"private","target":"bob",…}}
//! {"message":{"seq":2,…}}
//! {"conversation":{"kind":"private","target":"bob","channel":null,"read_up_to":…,"draft":null}}
//! {"end":{"messages":2,"conversations":1}}
//! ```
//!
//! The header comes first, then the messages in the account's local order, then what is known of
//! conversations besides their messages, and last the tally: without it the text was cut off.
//! Fields may be added within a version; a change of meaning is another version.

mod reader;
mod record;

use std::io::{self, Write};

use imlink::{AppKey, Message, UserId};
use serde::{Deserialize, Serialize};

pub use reader::{Archive, ArchiveError, Entry};
pub use record::{ConversationRecord, MessageRecord};

use crate::output::json_line;

/// The version of the format that is written, and the only one that is read.
pub const VERSION: u32 = 1;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The first one.
    Export(Header),
    /// A message.
    Message(Box<MessageRecord>),
    /// A conversation.
    Conversation(ConversationRecord),
    /// The last one.
    End(Tally),
}

/// Whose account it is, and how it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format.
    pub version: u32,
    /// The vendor's key of the app.
    pub app_key: AppKey,
    /// The account's user.
    pub user: UserId,
    /// How many messages there were when the export began: for showing how far one is.
    pub messages: u64,
    /// When the export began, by the clock of the machine, in milliseconds since 1970.
    pub exported_at: i64,
}

/// How much there is in the lines before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Messages.
    pub messages: u64,
    /// Conversations.
    pub conversations: u64,
}

/// Writes an archive line by line, and counts.
#[derive(Debug)]
pub struct Writer<W> {
    sink: W,
    tally: Tally,
}

impl<W: Write> Writer<W> {
    /// Begins with the header.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn new(sink: W, header: Header) -> io::Result<Self> {
        let mut writer = Self {
            sink,
            tally: Tally::default(),
        };
        writer.line(&Line::Export(header))?;
        Ok(writer)
    }

    /// Adds a message.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn message(&mut self, message: Message) -> io::Result<()> {
        self.tally.messages += 1;
        self.line(&Line::Message(Box::new(message.into())))
    }

    /// Adds a conversation.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn conversation(&mut self, conversation: ConversationRecord) -> io::Result<()> {
        self.tally.conversations += 1;
        self.line(&Line::Conversation(conversation))
    }

    /// What has been written so far.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Ends the archive and gives back where it was written to, flushed.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.line(&Line::End(self.tally))?;
        self.sink.flush()?;
        Ok(self.sink)
    }

    fn line(&mut self, line: &Line) -> io::Result<()> {
        writeln!(self.sink, "{}", json_line(line)?)
    }
}

#[cfg(test)]
mod tests;
