//! No token is told anywhere: every one that a test issues is looked for in all that the suite
//! writes.
//!
//! What this process logs, that is client library and sandbox, is looked at line by line, at
//! TRACE. What a daemon has logged, at TRACE too, what it keeps, and what the kernel tells everybody
//! about its process is looked at when it ends. The protocol's own request, which carries the token, is
//! on a socket and in no log.
//!
//! A crate of its own, because it is optimised in every build: it looks at gigabytes.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use tracing_subscriber::filter::LevelFilter;

/// Length of the secret part of a sandbox's token.
const LENGTH: usize = 48;

static ISSUED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
/// Lines of this process that told a token, without it.
static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());
static LOOKED_AT: AtomicUsize = AtomicUsize::new(0);

/// Notes a token of a sandbox as one that nobody may tell, and returns it.
///
/// # Panics
/// If it is none of a sandbox.
#[must_use]
pub fn noted(token: String) -> String {
    watch();
    // The rest is an address.
    let secret = token.split('@').next().expect("a text has a first part");
    assert_eq!(
        secret.len(),
        LENGTH,
        "the sandbox's tokens have this length"
    );
    lock(&ISSUED).insert(secret.to_owned());
    token
}

/// Looks at everything that this process logs from here on.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(|| Watch);
        tracing::subscriber::set_global_default(subscriber.finish())
            .expect("nothing else in a test listens to logs");
    });
}

/// How many lines of this process were looked at.
#[must_use]
pub fn lines_looked_at() -> usize {
    LOOKED_AT.load(Ordering::Relaxed)
}

/// The lines in which this process has told a token; the token is left out.
#[must_use]
pub fn told_here() -> Vec<String> {
    lock(&TOLD).clone()
}

/// The file, if any, of those that everybody of the same user can read about a process and that
/// tells a token.
#[must_use]
pub fn told_by_process(pid: u32) -> Option<PathBuf> {
    ["cmdline", "environ", "comm", "status"]
        .iter()
        .map(|name| PathBuf::from(format!("/proc/{pid}/{name}")))
        .find(|path| told_by_file(path, 0).is_some())
}

/// The line of a file, from that byte on, that tells a token; the token is left out. A file that
/// cannot be read tells nothing.
#[must_use]
pub fn told_by_file(path: &Path, from: usize) -> Option<String> {
    let bytes = std::fs::read(path).unwrap_or_default();
    // Rows and reserves are mostly no text; looking at megabytes of zeros takes its time.
    let is_text = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
    let texts = bytes
        .get(from..)
        .unwrap_or_default()
        .split(|byte| !is_text(byte));
    texts
        .filter(|text| text.len() >= LENGTH)
        .find_map(|text| told(&String::from_utf8_lossy(text)))
}

/// The file below a directory that tells a token, if there is one. Left out are those in which a
/// daemon that is told to remembers tokens: `tokens/*.token`, and `tokens/*.new` if it was killed while
/// it wrote one.
#[must_use]
pub fn told_below(directory: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten();
    entries.flatten().find_map(|entry| {
        let path = entry.path();
        // A link may lead anywhere.
        match entry.file_type().ok()? {
            kind if kind.is_dir() => told_below(&path),
            kind if kind.is_file() && !remembers(&path) => told_by_file(&path, 0).map(|_| path),
            _ => None,
        }
    })
}

fn remembers(path: &Path) -> bool {
    let is_in_tokens = path
        .parent()
        .is_some_and(|parent| parent.ends_with("tokens"));
    is_in_tokens
        && path
            .extension()
            .is_some_and(|ending| ending == "token" || ending == "new")
}

/// The line without the token it tells; `None` if it tells none: not in plain text, not as a list
/// of bytes, and not in hexadecimal.
fn told(line: &str) -> Option<String> {
    let issued = lock(&ISSUED);
    plain(line, &issued)
        .or_else(|| byte_lists(line).find_map(|text| plain(&text, &issued)))
        .or_else(|| hexadecimals(line).find_map(|text| plain(&text, &issued)))
}

fn plain(text: &str, issued: &BTreeSet<String>) -> Option<String> {
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let words = text.split(|c| !is_of_token(c));
    let mut parts = words.flat_map(|word| {
        let last = (word.len() + 1).saturating_sub(LENGTH);
        (0..last).map(|start| &word[start..start + LENGTH])
    });
    let token = parts.find(|part| issued.contains(*part))?;
    Some(text.replace(token, "(a token)"))
}

/// Bytes as `Debug` shows them: `[104, 105]`.
fn byte_lists(line: &str) -> impl Iterator<Item = String> {
    let lists = line.split(|c: char| !c.is_ascii_digit() && c != ',' && c != ' ');
    let long = lists.filter(|list| list.len() > 2 * LENGTH);
    long.map(|list| {
        let numbers = list
            .split(',')
            .filter_map(|number| number.trim().parse().ok());
        let bytes: Vec<u8> = numbers.collect();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn hexadecimals(line: &str) -> impl Iterator<Item = String> {
    let words = line.split(|c: char| !c.is_ascii_hexdigit());
    let long = words.filter(|word| word.len() >= 2 * LENGTH);
    long.map(|word| {
        let pairs = word.as_bytes().chunks_exact(2);
        let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default();
        let bytes = pairs.map(|pair| digit(pair[0]) * 16 + digit(pair[1]));
        bytes.filter_map(char::from_u32).collect()
    })
}

/// Where this process logs to: nobody, after a look.
struct Watch;

impl Write for Watch {
    /// A whole event at a time.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        LOOKED_AT.fetch_add(1, Ordering::Relaxed);
        if let Some(line) = told(&String::from_utf8_lossy(event)) {
            lock(&TOLD).push(line);
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planted() -> String {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut token: String = letters.chars().rev().take(LENGTH - 4).collect();
        token += "test";
        let _ = noted(format!("{token}@127.0.0.1:1"));
        token
    }

    // F-K01
    #[test]
    fn a_planted_token_is_found_in_every_form() {
        let token = planted();
        let hexadecimal: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
        for line in [
            format!("before {token} after"),
            format!("http://host/path?token={token}"),
            format!("x{token}x"),
            format!("{:?}", token.as_bytes()),
            format!("{:?}", format!("{token}\n").as_bytes()),
            format!("0x{hexadecimal}"),
        ] {
            let found = told(&line).unwrap_or_else(|| panic!("not found in {line}"));
            assert!(!found.contains(&token), "and not told again");
        }
        assert_eq!(told(&token[1..]), None);
        assert_eq!(told(&token.to_lowercase()), None);
    }

    // F-K01
    #[test]
    fn a_token_in_a_file_is_found_wherever_it_lies_but_where_it_is_remembered() {
        let token = planted();
        let directory = tempfile::tempdir().unwrap();
        let put = |name: &str| {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let bytes = [b"\0\xFF\n", token.as_bytes(), b"\0"].concat();
            std::fs::write(&path, bytes).unwrap();
            path
        };

        put("tokens/a.token");
        assert_eq!(told_below(directory.path()), None);
        let found = put("accounts/a/rows/db");
        assert_eq!(told_below(directory.path()), Some(found));
    }

    // F-K01
    #[test]
    fn everything_that_this_process_logs_is_looked_at() {
        watch();
        let before = lines_looked_at();
        tracing::trace!("a line of the least important kind");
        assert!(lines_looked_at() > before);
    }
}
