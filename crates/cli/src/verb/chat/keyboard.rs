//! Where lines come from: a terminal with an editor, or a pipe.

use std::io::{self, BufRead, IsTerminal};
use std::thread;

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{Config, Context, Editor, ExternalPrinter, Helper};
use tokio::sync::mpsc;

use crate::failure::Failure;
use crate::output::Output;

/// What stands before what is typed.
const PROMPT: &str = "> ";

/// Lines that were read before anybody asked for them. More are left in the pipe.
const AHEAD: usize = 16;

/// Something the person did, or the pipe.
#[derive(Debug)]
pub enum Key {
    /// A whole line.
    Line(String),
    /// A line is being written.
    Typing,
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-D, or the end of the pipe.
    End,
    /// It cannot be read.
    Failed(io::Error),
}

/// Reads on a thread of its own.
pub struct Keyboard {
    keys: mpsc::Receiver<Key>,
    /// Puts the terminal back when the command ends while a line is being edited.
    _terminal: Option<Modes>,
}

/// Prints above the line that is being edited.
pub type Printer = Box<dyn ExternalPrinter + Send>;

impl Keyboard {
    /// Reads from a terminal, with what prints to it, if that is what standard input and output
    /// are; from whatever standard input is otherwise.
    ///
    /// # Errors
    /// The terminal cannot be used.
    pub fn open(output: Output) -> Result<(Self, Option<Printer>), Failure> {
        let (sender, keys) = mpsc::channel(AHEAD);
        let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        if !terminal || output.is_json() {
            thread::spawn(move || read(&sender));
            let keyboard = Self {
                keys,
                _terminal: None,
            };
            return Ok((keyboard, None));
        }
        let modes = Modes::of_standard_input()?;
        let config = Config::builder().auto_add_history(true).build();
        let mut editor = Editor::with_history(config.clone(), MemHistory::with_config(&config))?;
        editor.set_helper(Some(Watcher(sender.clone())));
        let printer: Option<Printer> = match editor.create_external_printer() {
            Ok(printer) => Some(Box::new(printer)),
            // A terminal that cannot move its cursor: what comes in is printed as it comes.
            Err(_) => None,
        };
        thread::spawn(move || edit(editor, &sender));
        let keyboard = Self {
            keys,
            _terminal: Some(modes),
        };
        Ok((keyboard, printer))
    }

    /// Whether a person is there.
    pub fn is_terminal(&self) -> bool {
        self._terminal.is_some()
    }

    /// The next thing that happens.
    pub async fn next(&mut self) -> Key {
        self.keys.recv().await.unwrap_or(Key::End)
    }
}

fn read(keys: &mpsc::Sender<Key>) {
    for line in io::stdin().lock().lines() {
        let key = match line {
            Ok(line) => Key::Line(line),
            Err(error) => Key::Failed(error),
        };
        let failed = matches!(key, Key::Failed(_));
        if keys.blocking_send(key).is_err() || failed {
            return;
        }
    }
    // Nobody reads any more when the command is ending.
    let _ = keys.blocking_send(Key::End);
}

fn edit(mut editor: Editor<Watcher, MemHistory>, keys: &mpsc::Sender<Key>) {
    loop {
        let key = match editor.readline(PROMPT) {
            Ok(line) => Key::Line(line),
            Err(ReadlineError::Interrupted) => Key::Interrupted,
            Err(ReadlineError::Eof) => Key::End,
            Err(error) => Key::Failed(io::Error::other(error)),
        };
        let goes_on = matches!(key, Key::Line(_));
        if keys.blocking_send(key).is_err() || !goes_on {
            return;
        }
    }
}

/// Notices that a line is being written; the editor asks it for a hint with every key.
struct Watcher(mpsc::Sender<Key>);

impl Hinter for Watcher {
    type Hint = String;

    fn hint(&self, line: &str, _position: usize, _context: &Context<'_>) -> Option<String> {
        if !line.is_empty() && !line.starts_with('/') {
            // If there is no room somebody is busy with other keys, and this one matters least.
            let _ = self.0.try_send(Key::Typing);
        }
        None
    }
}

impl Completer for Watcher {
    type Candidate = String;
}

impl Highlighter for Watcher {}
impl Validator for Watcher {}
impl Helper for Watcher {}

/// How the terminal was.
struct Modes(Termios);

impl Modes {
    fn of_standard_input() -> io::Result<Self> {
        Ok(Self(tcgetattr(io::stdin())?))
    }
}

impl Drop for Modes {
    fn drop(&mut self) {
        // Nothing can be done about a terminal that is gone.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

impl From<ReadlineError> for Failure {
    fn from(error: ReadlineError) -> Self {
        io::Error::other(error).into()
    }
}
