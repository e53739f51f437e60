//! Where a token, or another secret, comes from: standard input, a file or a hidden prompt; never the command line or
//! the environment, which other programs can read (decisions.md P25, failures.md F-K04).

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use imlink::{Code, Token};
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Enough for the longest token and the line ends around it.
const LONGEST: u64 = Token::MAX_BYTES as u64 + 64;

/// Reads a token from a file that nobody else can read.
///
/// # Errors
/// The file cannot be read, others can read it, or there is no token in it.
pub fn from_file(path: &Path) -> Result<Token, Failure> {
    parse(secret_file(path, "token")?)
}

/// Reads a secret, a token or a password, from a file that nobody else can read.
///
/// # Errors
/// The file cannot be read, or others can read it.
pub fn secret_file(path: &Path, secret: &str) -> Result<Zeroizing<String>, Failure> {
    let shown = path.display();
    let unreadable = |error: io::Error| {
        Failure::usage(
            format!("The {secret} file {shown} cannot be read: {error}."),
            "Name a file that you can read, or give it on standard input.",
        )
    };
    let file = File::open(path).map_err(unreadable)?;
    let found = file.metadata().map_err(unreadable)?;
    if found.mode() & 0o077 != 0 {
        return Err(Failure::usage(
            format!(
                "The {secret} file {shown} can be read by others (mode {:04o}).",
                found.mode() & 0o7777
            ),
            format!("Run `chmod 600 {shown}`, and ask for a new {secret} if that was no accident."),
        ));
    }
    let user = rustix::process::geteuid().as_raw();
    if found.uid() != user && found.uid() != 0 {
        return Err(Failure::usage(
            format!(
                "The {secret} file {shown} belongs to another user (uid {}).",
                found.uid()
            ),
            format!("Copy the {secret} into a file of your own."),
        ));
    }
    read(file).map_err(unreadable)
}

/// Reads a token from standard input: what is piped in, or what is typed at a prompt that shows
/// nothing.
///
/// # Errors
/// Nothing is there, or it is no token.
pub fn from_standard_input() -> Result<Token, Failure> {
    parse(secret_input("Token (not shown): ")?)
}

/// Reads a secret from standard input: what is piped in, or what is typed behind that prompt.
///
/// # Errors
/// Standard input cannot be read.
pub fn secret_input(prompt: &str) -> Result<Zeroizing<String>, Failure> {
    if io::stdin().is_terminal() {
        return Ok(rpassword::prompt_password(prompt).map(Zeroizing::new)?);
    }
    Ok(read(io::stdin().lock())?)
}

fn read(source: impl Read) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(Token::MAX_BYTES));
    source.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

fn parse(text: Zeroizing<String>) -> Result<Token, Failure> {
    Token::new(text.trim()).map_err(|error| {
        let cause = format!("This is no token: {error}.");
        let cure =
            "Give one token and nothing else, for example by `imlink token alice | imlink connect --app-key KEY`.";
        Failure::of(Code::INVALID_ARGUMENT_TOKEN, cause).with_cure(cure)
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::exit::Exit;

    #[test]
    fn a_private_file_gives_its_token_without_the_line_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        write(&path, "abc@http://127.0.0.1:1\n", 0o600);

        assert_eq!(from_file(&path).unwrap().reveal(), "abc@http://127.0.0.1:1");
    }

    // F-K05
    #[test]
    fn a_file_that_others_can_read_is_refused_with_the_cure() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        for mode in [0o644, 0o640, 0o604, 0o666] {
            write(&path, "canary-9d1", mode);

            let failure = from_file(&path).unwrap_err();

            assert_eq!(failure.exit(), Exit::Usage);
            assert!(failure.to_string().contains("chmod 600"), "{failure}");
            assert!(!failure.to_string().contains("canary"), "{failure}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_one_sentence() {
        let failure = from_file(Path::new("/nowhere/token")).unwrap_err();

        assert_eq!(failure.exit(), Exit::Usage);
        assert!(
            failure
                .to_string()
                .contains("/nowhere/token cannot be read"),
            "{failure}"
        );
    }

    // F-K04
    #[test]
    fn text_that_is_no_token_is_refused_and_never_repeated() {
        for text in ["", "\n", "canary one", &"canary".repeat(1000), "canary\0"] {
            let failure = parse(Zeroizing::new(text.to_owned())).unwrap_err();

            assert_eq!(failure.exit(), Exit::Usage);
            assert!(!failure.to_string().contains("canary"), "{failure}");
        }
    }

    fn write(path: &Path, text: &str, mode: u32) {
        std::fs::write(path, text).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
}
