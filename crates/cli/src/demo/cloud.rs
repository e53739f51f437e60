//! The sandbox, as a process, and what it is told and asked.

use std::collections::BTreeMap;

use imlink::UserId;
use imlink_sandbox::control::{AddFault, Call, DropLinks, ListLinks, SetGateway};
use imlink_sandbox::{Ending, Fault, Lasting, Scope};
use serde::Deserialize;

use super::actor::Actor;
use super::log::{Happening, Log, Mark};
use super::process::Program;
use super::stage::{Broken, Stage};
use crate::http::Server;
use crate::remote::Remote;

/// The app key of the demo.
pub const APP_KEY: &str = "imlink-demo";

/// A running sandbox.
pub struct Cloud {
    remote: Remote,
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
        let remote = Remote::new(server, None);
        Ok(Self { remote, started })
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
        let links = self.call(&ListLinks {}).await?.links;
        let of_user = links.iter().filter(|link| link.user.as_str() == user);
        Ok(of_user.count())
    }

    /// Closes the gateway's listeners; links that are there stay.
    pub async fn refuse(&self) -> Result<(), Broken> {
        let closed = SetGateway {
            listening: false,
            address: None,
        };
        self.call(&closed).await.map(drop)
    }

    /// Opens the gateway's listeners again.
    pub async fn accept(&self) -> Result<(), Broken> {
        let open = SetGateway {
            listening: true,
            address: None,
        };
        self.call(&open).await.map(drop)
    }

    /// Ends a user's links without a word.
    pub async fn drop_links(&self, user: &str) -> Result<(), Broken> {
        let user = UserId::new(user).map_err(|error| Broken::because("a user's name", &error))?;
        let drop_links = DropLinks {
            scope: Scope::User(user),
            ending: Ending::Close,
        };
        self.call(&drop_links).await.map(drop)
    }

    /// Arms a fault that strikes once, whoever comes.
    pub async fn arm(&self, fault: Fault) -> Result<(), Broken> {
        let armed = AddFault {
            fault,
            scope: Scope::Everyone,
            lasting: Lasting::ONCE,
        };
        self.call(&armed).await.map(drop)
    }

    async fn call<C: Call>(&self, call: &C) -> Result<C::Answer, Broken> {
        let called = self.remote.call(call).await;
        called.map_err(|error| Broken::because(format!("the sandbox answers {}", C::PATH), &error))
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
