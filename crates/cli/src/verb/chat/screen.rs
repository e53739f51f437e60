//! Where a talk is shown.

use std::fmt::Display;
use std::io;

use anstream::ColorChoice;

use super::keyboard::Printer;
use super::said::Said;
use crate::language::Language;
use crate::output::Output;

/// A terminal on which somebody types, or standard output.
pub struct Screen {
    output: Output,
    printer: Option<Printer>,
    colours: bool,
}

impl Screen {
    /// Shows above what is typed, if there is a printer.
    pub fn new(output: Output, printer: Option<Printer>) -> Self {
        let colours = anstream::AutoStream::choice(&io::stdout()) != ColorChoice::Never;
        Self {
            output,
            printer,
            colours,
        }
    }

    /// The person's language.
    pub fn language(&self) -> Language {
        self.output.language()
    }

    /// Shows something of the talk.
    ///
    /// # Errors
    /// Standard output is closed.
    pub fn say(&mut self, said: &Said) -> io::Result<()> {
        if self.printer.is_some() {
            return self.print(said);
        }
        if said.is_remark() && !self.output.is_json() {
            self.output.note(said);
            return Ok(());
        }
        self.output.say(said)
    }

    /// Says something to people.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn remark(&mut self, text: impl Display) -> io::Result<()> {
        if self.printer.is_some() {
            return self.print(text);
        }
        if !self.output.is_json() {
            self.output.note(text);
        }
        Ok(())
    }

    fn print(&mut self, text: impl Display) -> io::Result<()> {
        let mut text = format!("{text}\n");
        if !self.colours {
            text = anstream::adapter::strip_str(&text).to_string();
        }
        match &mut self.printer {
            Some(printer) => printer.print(text).map_err(io::Error::other),
            None => Ok(()),
        }
    }
}
