//! What the first step leaves for the others.

use std::path::Path;

use super::actor::Actor;
use super::cloud::{APP_KEY, Cloud};
use super::daemon::House;
use super::lines::AppEvent;
use super::log::{Happening, Log};
use super::process::Program;
use super::stage::{Broken, Stage};

/// The user whose connection is shared.
pub const ALICE: &str = "alice";
/// The user she talks to.
pub const BOB: &str = "bob";

/// Everybody on the stage, and what was said so far.
pub struct Cast {
    pub cloud: Cloud,
    pub alice: House,
    /// Alice's apps.
    pub apps: Vec<Actor>,
    /// What every app of Alice's has to show exactly once.
    pub said: Vec<Said>,
    /// Links of Alice's that the cloud saw.
    pub cloud_connections: usize,
    /// How often another daemon took the place of a killed one.
    pub daemon_replacements: usize,
}

/// A message of the demo; no two say the same.
#[derive(Clone, Debug)]
pub struct Said {
    pub text: String,
    /// The app of Alice's that wrote it, which shows it as it likes; the others must.
    pub by: Option<Actor>,
}

impl Cast {
    /// Starts one of our own apps, which finds its daemon at `socket` and waits for its token.
    pub fn start_app(stage: &mut Stage, actor: Actor, socket: &Path) -> Result<(), Broken> {
        let program = Program::ourselves(&["demo-app", APP_KEY, actor.name()])
            .map_err(|error| Broken::because("an app starts", &error))?;
        stage.start(actor, program.variable("IMLINK_SOCKET", socket), read_app)
    }

    /// Alice's other apps.
    pub fn apps_but(&self, one: Actor) -> Vec<Actor> {
        self.apps
            .iter()
            .copied()
            .filter(|app| *app != one)
            .collect()
    }

    /// Waits until each of these apps has shown a text.
    pub async fn until_shown(stage: &mut Stage, apps: &[Actor], text: &str) -> Result<(), Broken> {
        stage
            .until(format!("“{text}” is shown by {}", names(apps)), |log| {
                let missing = apps.iter().filter(|app| log.times_shown(**app, text) == 0);
                none(missing.copied().collect(), "not by")
            })
            .await
    }

    /// Has Bob write to Alice, and waits until the cloud has it.
    pub async fn bob_writes(&mut self, stage: &mut Stage, text: &str) -> Result<(), Broken> {
        let mark = stage.mark();
        stage.have_send(Actor::Bob, ALICE, text).await?;
        stage
            .until(format!("the cloud takes “{text}” from bob"), |log| {
                let taken = log.told(Actor::Bob, mark).any(
                    |event| matches!(event, AppEvent::Sent { text: sent, .. } if sent == text),
                );
                if taken {
                    Ok(())
                } else {
                    Err("bob waits for it".to_owned())
                }
            })
            .await?;
        self.said.push(Said {
            text: text.to_owned(),
            by: None,
        });
        Ok(())
    }

    /// How often each app that had to show a message showed it.
    pub fn times_shown<'a>(
        &'a self,
        log: &'a Log,
    ) -> impl Iterator<Item = (Actor, &'a str, usize)> {
        self.said.iter().flat_map(move |said| {
            let readers = self
                .apps
                .iter()
                .copied()
                .filter(|app| said.by != Some(*app));
            readers.map(|app| (app, said.text.as_str(), log.times_shown(app, &said.text)))
        })
    }

    /// Has Bob write one message more and waits until every app shows it. Messages come in order,
    /// so that whatever was to come before it has come by then, twice or once or not at all.
    pub async fn close_with(&mut self, stage: &mut Stage, text: &str) -> Result<(), Broken> {
        self.bob_writes(stage, text).await?;
        Self::until_shown(stage, &self.apps, text).await?;
        self.each_once(stage.log())
    }

    /// Waits until the daemon knows for each app how far it has read.
    pub async fn until_caught_up(&self, stage: &mut Stage) -> Result<(), Broken> {
        let apps = &self.apps;
        stage
            .until("the apps' places are durable", |log| {
                let behind = apps.iter().filter(|app| !log.is_caught_up(**app));
                none(behind.copied().collect(), "not acknowledged by")
            })
            .await
    }

    fn each_once(&self, log: &Log) -> Result<(), Broken> {
        match self.times_shown(log).find(|(_, _, times)| *times != 1) {
            None => Ok(()),
            Some((app, text, times)) => Err(Broken {
                awaited: format!("each app shows “{text}” once"),
                seen: format!("{app} has shown it {times} times"),
            }),
        }
    }

    /// The cloud holds exactly one link of Alice's.
    pub async fn one_link(&mut self) -> Result<(), Broken> {
        let links = self.cloud.links_of(ALICE).await?;
        self.cloud_connections = self.cloud_connections.max(links);
        if links == 1 {
            return Ok(());
        }
        Err(Broken {
            awaited: "the cloud sees exactly 1 connection of alice's".to_owned(),
            seen: format!("it sees {links}"),
        })
    }
}

/// Has everybody of these show nothing less: fails with who is missing.
pub fn none(missing: Vec<Actor>, what: &str) -> Result<(), String> {
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("{what} {}", names(&missing)))
    }
}

/// `notes, reader and app.py`.
pub fn names(actors: &[Actor]) -> String {
    match actors {
        [] => "nobody".to_owned(),
        [one] => one.to_string(),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(Actor::to_string).collect();
            format!("{} and {last}", first.join(", "))
        }
    }
}

/// A line of an app.
pub fn read_app(line: &str) -> Option<Happening> {
    serde_json::from_str(line).ok().map(Happening::App)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_like_a_sentence() {
        assert_eq!(names(&[Actor::Notes]), "notes");
        assert_eq!(
            names(&[Actor::Notes, Actor::Reader, Actor::Bob]),
            "notes, reader and bob"
        );
    }
}
