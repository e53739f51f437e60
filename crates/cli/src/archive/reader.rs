//! Reading an archive, line by line and without trust: a text from elsewhere may be anything.

use std::io::{self, BufRead, Read};

use serde::Deserialize;
use serde_json::error::Category;

use super::{ConversationRecord, Header, Line, MessageRecord, Tally, VERSION};

/// Longest line that is read, in bytes. A message has less than a mebibyte in a frame
/// (decisions.md P28), of which JSON makes six times as much if it escapes every character.
const LONGEST: u64 = 8 * 1024 * 1024;

/// An archive whose header has been read.
#[derive(Debug)]
pub struct Archive<R> {
    source: R,
    header: Header,
    /// Lines read so far.
    lines: u64,
    tally: Tally,
}

/// What an archive is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A message, and how many bytes its line has.
    Message(Box<MessageRecord>, usize),
    /// A conversation.
    Conversation(ConversationRecord),
}

/// Why a text is no archive, or no whole one.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It has no lines.
    #[error("is empty")]
    Empty,
    /// It begins with something else.
    #[error("is no export: its first line is no header of one")]
    NoHeader,
    /// Another version of the format.
    #[error("has format {found}, and this version reads format {VERSION}")]
    Version {
        /// Which one.
        found: u32,
    },
    /// A line is not what it should be.
    #[error("is broken at line {line}: {problem}")]
    Line {
        /// Counted from 1.
        line: u64,
        /// What is wrong with it; nothing of what it says.
        problem: String,
    },
    /// It ends too early.
    #[error("ends after line {line}, but not with the last line of an export: it was cut off")]
    CutOff {
        /// How many there are.
        line: u64,
    },
}

impl<R: BufRead> Archive<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// There is none, or it is one of another version.
    pub fn open(mut source: R) -> Result<Self, ArchiveError> {
        let first = match read_line(&mut source)? {
            Taken::Line(text) => text,
            Taken::TooLong => return Err(ArchiveError::NoHeader),
            Taken::End => return Err(ArchiveError::Empty),
        };
        Ok(Self {
            source,
            header: header(&first)?,
            lines: 1,
            tally: Tally::default(),
        })
    }

    /// Whose it is.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What has been read so far.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The next message or conversation; `None` once the whole archive has been read.
    ///
    /// # Errors
    /// What follows is not an archive's, or not all of it is there. Nothing is to be read after
    /// that.
    pub fn next(&mut self) -> Result<Option<Entry>, ArchiveError> {
        let text = match read_line(&mut self.source)? {
            Taken::Line(text) => text,
            Taken::TooLong => {
                self.lines += 1;
                return Err(self.broken("it is too long"));
            }
            Taken::End => return Err(ArchiveError::CutOff { line: self.lines }),
        };
        self.lines += 1;
        let line = serde_json::from_slice(&text).map_err(|error| self.broken(problem(&error)))?;
        match line {
            Line::Export(_) => Err(self.broken("a second header")),
            Line::Message(_) if self.tally.conversations > 0 => {
                Err(self.broken("a message behind the conversations"))
            }
            Line::Message(message) => {
                self.tally.messages += 1;
                Ok(Some(Entry::Message(message, text.len())))
            }
            Line::Conversation(conversation) => {
                self.tally.conversations += 1;
                Ok(Some(Entry::Conversation(conversation)))
            }
            Line::End(tally) if tally != self.tally => Err(self.broken(format!(
                "it counts {} messages and {} conversations, but there are {} and {}",
                tally.messages, tally.conversations, self.tally.messages, self.tally.conversations
            ))),
            Line::End(_) => self.end(),
        }
    }

    fn end(&mut self) -> Result<Option<Entry>, ArchiveError> {
        match read_line(&mut self.source)? {
            Taken::End => Ok(None),
            Taken::Line(_) | Taken::TooLong => {
                self.lines += 1;
                Err(self.broken("there should be nothing behind the last line"))
            }
        }
    }

    fn broken(&self, problem: impl Into<String>) -> ArchiveError {
        ArchiveError::Line {
            line: self.lines,
            problem: problem.into(),
        }
    }
}

/// The version first: nothing else of a later header need be understood.
fn header(line: &[u8]) -> Result<Header, ArchiveError> {
    #[derive(Deserialize)]
    struct Versioned {
        export: Version,
    }
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }

    let found: Versioned = serde_json::from_slice(line).map_err(|_| ArchiveError::NoHeader)?;
    if found.export.version != VERSION {
        return Err(ArchiveError::Version {
            found: found.export.version,
        });
    }
    match serde_json::from_slice(line) {
        Ok(Line::Export(header)) => Ok(header),
        Ok(Line::Message(_) | Line::Conversation(_) | Line::End(_)) => Err(ArchiveError::NoHeader),
        Err(error) => Err(ArchiveError::Line {
            line: 1,
            problem: problem(&error),
        }),
    }
}

/// What is wrong with a line. The parser's own words may repeat what somebody wrote.
fn problem(error: &serde_json::Error) -> String {
    let column = error.column();
    match error.classify() {
        Category::Syntax | Category::Io => format!("no JSON at column {column}"),
        Category::Eof => "it ends in the middle".to_owned(),
        Category::Data => {
            format!("a field is missing, unknown or not as it should be at column {column}")
        }
    }
}

enum Taken {
    Line(Vec<u8>),
    TooLong,
    End,
}

fn read_line(source: &mut impl BufRead) -> io::Result<Taken> {
    let mut line = Vec::new();
    source
        .by_ref()
        .take(LONGEST + 1)
        .read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(Taken::End);
    }
    if line.len() as u64 > LONGEST {
        return Ok(Taken::TooLong);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok(Taken::Line(line))
}
