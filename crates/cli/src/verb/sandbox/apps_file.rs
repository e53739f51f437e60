//! The app keys a sandbox starts with, from a file: a secret is not for the command line.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use imlink::AppKey;
use imlink_sandbox::Secret;
use serde::Deserialize;

use crate::failure::Failure;

/// An app key and its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    pub key: AppKey,
    pub secret: Secret,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    app: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    key: AppKey,
    secret: String,
}

/// Reads at least one app; `-` is standard input.
///
/// # Errors
/// It cannot be read, is no such file, names none, or names one twice. Secrets are not quoted.
pub fn read(path: &Path) -> Result<Vec<App>, Failure> {
    let text = if path == Path::new("-") {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(path)
    };
    let shown = path.display();
    let unusable = |problem: &dyn fmt::Display| {
        let cause = format!("The apps file {shown} cannot be used: {problem}.");
        Failure::usage(cause, "`imlink sandbox --help` shows what is in one.")
    };
    parse(&text.map_err(|error| unusable(&error))?).map_err(|problem| unusable(&problem))
}

fn parse(text: &str) -> Result<Vec<App>, String> {
    let File { app: entries } = toml::from_str(text).map_err(|error| in_line(text, &error))?;
    if entries.is_empty() {
        return Err("it names no app".to_owned());
    }
    let mut keys = BTreeSet::new();
    for entry in &entries {
        if entry.secret.is_empty() {
            return Err(format!("the secret of {} is empty", entry.key));
        }
        if !keys.insert(&entry.key) {
            return Err(format!("{} is in it twice", entry.key));
        }
    }
    let app = |Entry { key, secret }| App {
        key,
        secret: Secret::new(secret),
    };
    Ok(entries.into_iter().map(app).collect())
}

/// Without the excerpt that the parser would show: a secret may be in it.
fn in_line(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!("line {line}: {}", error.message())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apps_come_in_the_order_of_the_file() {
        let text = "[[app]]\nkey = 'b'\nsecret = 's'\n[[app]]\nkey = 'a'\nsecret = 't'\n";

        let apps = parse(text).unwrap();

        let keys: Vec<&str> = apps.iter().map(|app| app.key.as_str()).collect();
        assert_eq!(keys, ["b", "a"]);
        assert_eq!(apps[1].secret.reveal(), "t");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_without_the_secret() {
        for (text, problem) in [
            ("", "it names no app"),
            ("[[app]]\nkey = 'a'\n", "line 1: missing field `secret`"),
            (
                "[[app]]\nkey = 'a'\nsecret = ''",
                "the secret of a is empty",
            ),
            (
                "[[app]]\nkey = 'a'\nsecret = 'canary'\nname = 'x'",
                "line 4: unknown field `name`",
            ),
            ("[[app]]\nkey = 'a'\nsecret = 'canary", "line 3: "),
            (
                "[[app]]\nkey = 'a'\nsecret = 's'\n[[app]]\nkey = 'a'\nsecret = 's'",
                "a is in it twice",
            ),
        ] {
            let said = parse(text).unwrap_err();

            assert!(said.starts_with(problem), "{said}");
            assert!(!said.contains("canary"), "{said}");
        }
    }
}
