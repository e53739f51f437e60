//! What the command says: to people aligned and in colour, to programs as JSON lines.

mod clock;
mod count;
mod escape;
mod gap;
mod message;
mod paint;
mod progress;
mod table;

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;

use crate::language::Language;

pub use clock::moment;
pub use count::Count;
pub use escape::{Escaped, json_line};
pub use gap::GapFields;
pub use message::{MessageLine, said_in, shortened, words};
pub use paint::Paint;
pub use progress::Progress;
pub use table::Table;

/// For whom the answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people: text, in colour on a terminal unless `NO_COLOR` is set.
    Human,
    /// For programs: one JSON object per line.
    Json,
}

/// Where answers go: standard output. Everything else goes to standard error.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    format: Format,
    language: Language,
}

impl Output {
    /// Answers in this format and language.
    #[must_use]
    pub fn new(format: Format, language: Language) -> Self {
        Self { format, language }
    }

    /// In which language people are answered.
    #[must_use]
    pub fn language(self) -> Language {
        self.language
    }

    /// Whether programs read it.
    #[must_use]
    pub fn is_json(self) -> bool {
        self.format == Format::Json
    }

    /// Says one thing: as it displays itself to people, as it serialises itself to programs.
    ///
    /// # Errors
    /// Standard output is closed.
    pub fn say(self, answer: &(impl Display + Serialize)) -> io::Result<()> {
        match self.format {
            Format::Human => human(answer),
            Format::Json => json(answer),
        }
    }

    /// Says a list: as a whole to people, row by row to programs.
    ///
    /// # Errors
    /// Standard output is closed.
    pub fn list<T: Serialize>(self, rows: &[T], whole: impl Display) -> io::Result<()> {
        match self.format {
            Format::Human => human(&whole),
            Format::Json => rows.iter().try_for_each(json),
        }
    }

    /// Tells people what a program has no use for.
    #[expect(
        clippy::unused_self,
        reason = "notes belong to the output, whatever its format"
    )]
    pub fn note(self, text: impl Display) {
        // Nothing can be done about a closed standard error.
        let _ = writeln!(anstream::stderr(), "{text}");
    }
}

fn human(answer: &impl Display) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{answer}")?;
    out.flush()
}

/// Says one thing to programs.
///
/// # Errors
/// Standard output is closed.
pub fn json(answer: &impl Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", json_line(answer)?)?;
    out.flush()
}
