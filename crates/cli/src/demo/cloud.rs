//! The sandbox, as a process, and what it is told and asked.

use std::collections::BTreeMap;

use hyper::Method;
use imlink_sandbox::{Fault, Lasting, Scope};
use serde::Deserialize;
use serde_json::{Value, json};

use super::actor::Actor;
use super::log::{Happening, Log, Mark};
use super::process::Program;
use super::stage::{Broken, Stage};
use crate::http::{Call, Server};

/// The app key of the demo.
pub const APP_KEY: &str = "imlink-demo";

/// A running sandbox.
pub struct Cloud {
    server: Server,
    started: Started,
}

/// What `imlink sandbox --json` says when it is up, as far as it matters here.
#[derive(Clone, Deserialize)]
pub struct Started {
    /// Its address.
    pub navigation: String,
    /// A good token for each of its first users.
    tokens: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Links {
    links: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    user: String,
}

impl Cloud {
    /// Starts a sandbox on free ports and waits until it serves.
    pub async fn start(stage: &mut Stage) -> Result<Self, Broken> {
        let arguments = [
            "sandbox",
            "--json",
            "--port",
            "0",
            "--app-key",
            APP_KEY,
            "--log",
            "warn",
        ];
        // Where it leaves its address, a sandbox of the user's own is not shadowed by it.
        let program = Program::ourselves(&arguments)
            .map_err(|error| Broken::because("the sandbox starts", &error))?
            .variable("XDG_RUNTIME_DIR", stage.directory());
        let mark = stage.mark();
        stage.start(Actor::Sandbox, program, read)?;
        stage
            .until("the sandbox is up", |log| match started(log, mark) {
                Some(_) => Ok(()),
                None => Err("it does not say so".to_owned()),
            })
            .await?;
        let Some(started) = started(stage.log(), mark).cloned() else {
            return Err(Broken {
                awaited: "the sandbox is up".to_owned(),
                seen: "it does not say so".to_owned(),
            });
        };
        let server = Server::at(&started.navigation)
            .map_err(|error| Broken::because("the sandbox says where it is", &error))?;
        Ok(Self { server, started })
    }

    /// A good token of alice or bob.
    pub fn token(&self, user: &str) -> Result<&str, Broken> {
        self.started
            .tokens
            .get(user)
            .map(String::as_str)
            .ok_or_else(|| Broken {
                awaited: format!("the sandbox gives a token of {user}"),
                seen: "it gives none".to_owned(),
            })
    }

    /// Where it is, for apps of one's own.
    pub fn address(&self) -> &str {
        &self.started.navigation
    }

    /// How many links of a user it holds.
    pub async fn links_of(&self, user: &str) -> Result<usize, Broken> {
        let answer = self
            .call(Method::GET, "/sandbox/v1/links", Value::Null)
            .await?;
        let links: Links = serde_json::from_value(answer)
            .map_err(|error| Broken::because("the sandbox lists its links", &error))?;
        Ok(links.links.iter().filter(|link| link.user == user).count())
    }

    /// Closes the gateway's listener; links that are there stay.
    pub async fn refuse(&self) -> Result<(), Broken> {
        self.order("/sandbox/v1/gateway", json!({ "listening": false }))
            .await
    }

    /// Opens the gateway's listener again.
    pub async fn accept(&self) -> Result<(), Broken> {
        self.order("/sandbox/v1/gateway", json!({ "listening": true }))
            .await
    }

    /// Ends a user's links without a word.
    pub async fn drop_links(&self, user: &str) -> Result<(), Broken> {
        self.order("/sandbox/v1/drop", json!({ "scope": { "user": user } }))
            .await
    }

    /// Arms a fault that strikes once, whoever comes.
    pub async fn arm(&self, fault: Fault) -> Result<(), Broken> {
        let new = json!({ "fault": fault, "scope": Scope::Everyone, "lasting": Lasting::ONCE });
        self.order("/sandbox/v1/faults", new).await
    }

    async fn order(&self, path: &str, body: Value) -> Result<(), Broken> {
        self.call(Method::POST, path, body).await.map(drop)
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Result<Value, Broken> {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let awaited = format!("the sandbox answers {path}");
        let answer = self
            .server
            .call(Call {
                method,
                path,
                headers: Vec::new(),
                body,
            })
            .await;
        let answer = answer.map_err(|error| Broken::because(&awaited, &error))?;
        if answer.status != 200 {
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            return Err(Broken {
                awaited,
                seen: format!("HTTP status {}: {text}", answer.status),
            });
        }
        serde_json::from_slice(&answer.body).map_err(|error| Broken::because(awaited, &error))
    }
}

fn started(log: &Log, since: Mark) -> Option<&Started> {
    log.since(Actor::Sandbox, since)
        .find_map(|happening| match happening {
            Happening::Up(started) => Some(started),
            Happening::App(_) | Happening::Ready | Happening::Ended(_) => None,
        })
}

fn read(line: &str) -> Option<Happening> {
    serde_json::from_str(line).ok().map(Happening::Up)
}

impl std::fmt::Debug for Started {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Started")
            .field("navigation", &self.navigation)
            .finish_non_exhaustive()
    }
}
