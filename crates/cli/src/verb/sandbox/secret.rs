//! The secret of an app: from a file or standard input, never from the command line.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::failure::Failure;

/// More than any secret has.
const LONGEST: u64 = 1024;

/// Reads a secret; `-` is standard input.
///
/// # Errors
/// It cannot be read, or there is nothing in it.
pub fn read(path: &Path) -> Result<String, Failure> {
    let text = if path == Path::new("-") {
        to_end(io::stdin().lock())
    } else {
        File::open(path).and_then(to_end)
    };
    let text = text.map_err(|error| {
        Failure::usage(
            format!(
                "The secret file {} cannot be read: {error}.",
                path.display()
            ),
            "Name a file that you can read.",
        )
    })?;
    let secret = text.trim();
    if secret.is_empty() {
        return Err(Failure::usage(
            format!("The secret file {} is empty.", path.display()),
            "Put the secret into it, and nothing else.",
        ));
    }
    Ok(secret.to_owned())
}

fn to_end(source: impl Read) -> io::Result<String> {
    let mut text = String::new();
    source.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}
