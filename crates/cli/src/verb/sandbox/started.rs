//! What a sandbox says once it serves: all that a newcomer needs next.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use imlink::UserId;
use imlink_sandbox::{Sandbox, control};
use serde::Serialize;

use super::place::Announcement;
use crate::output::{Paint, Table};

/// Users for whom a token is made at the start.
const USERS: [&str; 2] = ["alice", "bob"];

/// To programs an object with these fields.
#[derive(Serialize)]
pub struct Started {
    /// The key of the first app.
    app_key: String,
    /// Its app server's secret.
    app_secret: String,
    /// Address of navigation and Server API.
    navigation: String,
    /// Host and port of the gateway's WebSocket form.
    gateway: String,
    /// Host and port of the gateway's TCP form.
    tcp: String,
    /// The gateway's second address.
    #[serde(skip_serializing_if = "Option::is_none")]
    second: Option<Second>,
    /// The first three over TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    secure: Option<Secure>,
    /// Address of the control API.
    control: String,
    /// Address of the document that describes every call.
    openapi: String,
    /// The directory that keeps the state.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<PathBuf>,
    /// A good token for each of two users.
    tokens: BTreeMap<String, String>,
    /// Commands to try, one after the other; the first does not end.
    r#try: [String; 3],
    /// What makes a shell find this very `imlink`, if it does not.
    #[serde(skip)]
    path: Option<PathBuf>,
}

/// To programs an object with these fields.
#[derive(Serialize)]
struct Second {
    /// Host and port of the gateway's WebSocket form.
    gateway: String,
    /// Host and port of the gateway's TCP form.
    tcp: String,
}

impl Second {
    fn new(sandbox: &Sandbox) -> Option<Self> {
        Some(Self {
            gateway: sandbox.second_gateway_address()?.to_string(),
            tcp: sandbox.second_tcp_address()?.to_string(),
        })
    }
}

/// To programs an object with these fields.
#[derive(Serialize)]
struct Secure {
    /// Address of navigation and Server API.
    navigation: String,
    /// Host and port of the gateway's WebSocket form.
    gateway: String,
    /// Host and port of the gateway's TCP form.
    tcp: String,
    /// The file with the authority that clients have to trust, if it could be written.
    ca_file: Option<PathBuf>,
}

impl Secure {
    fn new(sandbox: &Sandbox, announcement: Option<&Announcement>) -> Option<Self> {
        let authority = sandbox.ca_pem()?;
        Some(Self {
            navigation: sandbox.https_navigator()?,
            gateway: sandbox.wss_address()?.to_string(),
            tcp: sandbox.tls_address()?.to_string(),
            // Without the file there is still the call.
            ca_file: announcement.and_then(|left| left.write("ca.pem", authority).ok()),
        })
    }
}

impl Started {
    /// All of it. `at` is there if the sandbox has to be named to be found.
    pub fn new(
        sandbox: &Sandbox,
        data: Option<&Path>,
        announcement: Option<&Announcement>,
        at: Option<&str>,
    ) -> Self {
        let tokens = USERS.map(|name| {
            let user = UserId::new(name).expect("a plain name is a user id");
            (name.to_owned(), sandbox.issue_token(&user))
        });
        let navigation = sandbox.navigator();
        let app_key = sandbox.app_key().to_string();
        let at = at.map_or_else(String::new, |at| format!(" --at {at}"));
        let [alice, bob] = USERS;
        Self {
            app_secret: sandbox.secret().reveal().to_owned(),
            gateway: sandbox.gateway_address().to_string(),
            tcp: sandbox.tcp_address().to_string(),
            second: Second::new(sandbox),
            secure: Secure::new(sandbox, announcement),
            control: format!("{navigation}{}", control::PREFIX),
            openapi: format!("{navigation}/openapi.json"),
            data: data.map(Path::to_owned),
            tokens: tokens.into(),
            r#try: [
                "imlink daemon".to_owned(),
                format!("imlink sandbox tokens {alice}{at} | imlink connect --app-key {app_key}"),
                format!("imlink send {bob} 'Hi there'"),
            ],
            path: missing_from_path(),
            navigation,
            app_key,
        }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![
            ("app key", self.app_key.clone()),
            ("app secret", self.app_secret.clone()),
            ("navigation", self.navigation.clone()),
            (
                "gateway",
                format!("ws://{}, TCP {}", self.gateway, self.tcp),
            ),
        ];
        if let Some(second) = &self.second {
            let second = format!("ws://{}, TCP {}", second.gateway, second.tcp);
            facts.push(("second", second));
        }
        if let Some(secure) = &self.secure {
            facts.push(("over TLS", secure.navigation.clone()));
            facts.push(("", format!("wss://{}, TCP {}", secure.gateway, secure.tcp)));
            if let Some(file) = &secure.ca_file {
                facts.push(("CA file", file.display().to_string()));
            }
        }
        facts.push(("control", self.control.clone()));
        facts.push(("all calls", self.openapi.clone()));
        if let Some(data) = &self.data {
            facts.push(("kept in", data.display().to_string()));
        }
        facts
    }
}

/// The directory of this program, unless a shell finds the program by its name.
fn missing_from_path() -> Option<PathBuf> {
    let ours = std::env::current_exe().ok()?.canonicalize().ok()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .find_map(|directory| directory.join("imlink").canonicalize().ok());
    if found.as_ref() == Some(&ours) {
        return None;
    }
    Some(ours.parent()?.to_owned())
}

impl fmt::Display for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = Paint::strong("The sandbox is up; Ctrl-C stops it.");
        writeln!(f, "{heading}\n")?;
        let mut facts = Table::default();
        for (label, value) in self.facts() {
            facts.row([format!("  {}", Paint::dim(label)), value]);
        }
        writeln!(f, "{facts}\n")?;
        for (user, token) in &self.tokens {
            writeln!(
                f,
                "  {}\n  {token}",
                Paint::dim(format_args!("token of {user}"))
            )?;
        }
        writeln!(f, "\nTry, in other terminals:")?;
        if let Some(directory) = &self.path {
            let directory = quoted(&directory.display().to_string());
            writeln!(f, "  export PATH={directory}:\"$PATH\"")?;
        }
        let [first, middle, last] = &self.r#try;
        write!(f, "  {first}\n  {middle}\n  {last}")
    }
}

/// A text as a shell reads it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@".contains(c);
    if text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_quoted_where_a_shell_would_take_it_apart() {
        assert_eq!(
            quoted("/home/lei/target/release"),
            "/home/lei/target/release"
        );
        assert_eq!(quoted("/home/lei's disk"), r"'/home/lei'\''s disk'");
    }
}
