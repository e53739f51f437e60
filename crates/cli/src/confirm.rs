//! Asking before what cannot be undone.

use std::io::{self, IsTerminal, Write};

use clap::Args;
use tokio::sync::oneshot;

use crate::failure::Failure;
use crate::output::{Escaped, Output, Paint};

/// The flag of every verb that asks.
#[derive(Args, Clone, Copy, Debug)]
pub struct Sure {
    /// Do not ask. Needed where there is no terminal to ask on.
    #[arg(long, short)]
    yes: bool,
}

impl Sure {
    /// Refuses at once where nobody can be asked.
    ///
    /// # Errors
    /// There is no terminal, or a program reads the answers, and `--yes` is missing.
    pub fn check(self, output: Output) -> Result<(), Failure> {
        let terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
        if self.yes || (terminal && !output.is_json()) {
            return Ok(());
        }
        Err(Failure::usage(
            "This cannot be undone, and there is no terminal to ask on whether it is meant.",
            "Add --yes if it is.",
        ))
    }

    /// Asks a question that `y` agrees to; with `--yes` nobody is asked.
    ///
    /// # Errors
    /// The answer is anything else.
    pub async fn ask(self, question: &str) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        let mut stderr = anstream::stderr();
        write!(stderr, "{} {} ", Escaped(question), Paint::dim("[y/N]"))?;
        stderr.flush()?;
        // On a thread of its own, so that Ctrl-C ends the command in the meantime.
        let (sender, answer) = oneshot::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = io::stdin().read_line(&mut line).map(|_| line);
            // Nobody waits any more if Ctrl-C was pressed.
            let _ = sender.send(read);
        });
        let line = answer.await.map_err(io::Error::other)??;
        match line.trim() {
            "y" | "Y" | "yes" | "Yes" => Ok(()),
            _ => Err(Failure::own(
                "CANCELLED",
                "Nothing was deleted.",
                "Answer with y if it is meant.",
            )),
        }
    }
}
