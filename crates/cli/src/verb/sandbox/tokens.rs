//! `imlink sandbox tokens`.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use imlink::UserId;
use imlink_sandbox::control::{IssueToken, IssuedToken};
use serde::Serialize;

use super::place::Place;
use crate::command::Ending;
use crate::failure::Failure;
use crate::output::{Escaped, Output};
use crate::runtime::{DONE, run_interruptibly};

#[derive(Args)]
#[command(after_help = "\
Only the token is printed, so that it can be piped on; with --file it is not
printed at all. Earlier tokens of the user stay good.

Examples:
  imlink sandbox tokens alice | imlink connect --app-key imlink-sandbox
  imlink sandbox tokens carol --file carol.token

With --json: user, token; or user, file.")]
pub struct Arguments {
    /// Whose token; a user nobody has heard of is made.
    user: UserId,

    /// Write the token into this file, which nobody else can read.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,

    #[command(flatten)]
    place: Place,
}

/// To programs an object with these fields.
#[derive(Serialize)]
struct Printed {
    user: UserId,
    token: String,
}

/// To programs an object with these fields.
#[derive(Serialize)]
struct Written {
    user: UserId,
    file: String,
}

pub fn run(arguments: &Arguments, output: Output) -> Ending {
    run_interruptibly(async {
        let call = IssueToken {
            user: arguments.user.clone(),
        };
        let remote = arguments.place.remote()?;
        let IssuedToken { user, token } = remote.call(&call).await?;
        match &arguments.file {
            None => output.say(&Printed { user, token })?,
            Some(path) => {
                write(path, &token)?;
                let file = path.display().to_string();
                output.say(&Written { user, file })?;
            }
        }
        DONE
    })
}

/// Whole or not at all, and never readable by others in between.
fn write(path: &Path, token: &str) -> Result<(), Failure> {
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) | None => Path::new("."),
    };
    let written = tempfile::NamedTempFile::new_in(directory).and_then(|mut file| {
        writeln!(file, "{token}")?;
        Ok(file.persist(path)?)
    });
    written.map(drop).map_err(|error| {
        Failure::usage(
            format!(
                "The token cannot be written to {}: {error}.",
                path.display()
            ),
            "Name a file in a directory that you can write.",
        )
    })
}

impl fmt::Display for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.token)
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = Escaped(self.user.as_str());
        write!(f, "A token of {user} is in {}", Escaped(&self.file))
    }
}
