//! Step 1: a cloud, two daemons and the apps, each a process of its own.

use std::process::{Command, Stdio};

use crate::demo::actor::Actor;
use crate::demo::cast::{Cast, names, read_app};
use crate::demo::cloud::{APP_KEY, Cloud};
use crate::demo::daemon::House;
use crate::demo::process::Program;
use crate::demo::relay;
use crate::demo::sabotage::Sabotage;
use crate::demo::stage::{Broken, Stage};

/// The third app; a client written from ipc-proto/PROTOCOL.md alone.
const SCRIPT: &str = include_str!("../../../examples/app.py");

pub async fn run(stage: &mut Stage) -> Result<Cast, Broken> {
    let cloud = Cloud::start(stage).await?;

    let base = stage.directory().to_owned();
    let mut alice = House::held(Actor::Daemon, &base, "a")?;
    stage.say(
        Actor::Demo,
        &format!(
            "holds the socket {}, as systemd would",
            alice.socket().display()
        ),
    )?;
    if stage.is_sabotaged_by(Sabotage::BrokenDaemon) {
        alice.ruin_state();
    }
    alice.start_daemon(stage).await?;
    let bobs = House::plain(Actor::BobsDaemon, &base, "b")?;
    bobs.start_daemon(stage).await?;

    Cast::start_app(stage, Actor::Bob, &bobs.socket())?;
    Cast::start_app(stage, Actor::Notes, &alice.socket())?;
    let readers_socket = if stage.is_sabotaged_by(Sabotage::NoIpcDisconnect) {
        relay::start(base.join("r"), alice.socket())?
    } else {
        alice.socket()
    };
    Cast::start_app(stage, Actor::Reader, &readers_socket)?;
    let mut apps = vec![Actor::Notes, Actor::Reader];
    match python() {
        Some(python) => {
            start_script(stage, python, &alice)?;
            apps.push(Actor::Script);
        }
        None => stage.say(Actor::Script, "stays away: there is no python3 here")?,
    }

    let count = apps.len();
    stage.observed(&format!(
        "daemon and cloud are ready; {count} apps run: {}",
        names(&apps)
    ))?;
    Ok(Cast {
        cloud,
        alice,
        apps,
        said: Vec::new(),
        cloud_connections: 0,
        daemon_replacements: 0,
    })
}

fn python() -> Option<&'static str> {
    const PYTHON: &str = "python3";
    let mut asked = Command::new(PYTHON);
    asked
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    asked
        .status()
        .is_ok_and(|status| status.success())
        .then_some(PYTHON)
}

fn start_script(stage: &mut Stage, python: &str, house: &House) -> Result<(), Broken> {
    let path = stage.directory().join("app.py");
    std::fs::write(&path, SCRIPT)?;
    let program = Program::named(python)
        .argument(&path)
        .argument(APP_KEY)
        .argument(Actor::Script.name())
        .variable("IMLINK_SOCKET", house.socket());
    stage.start(Actor::Script, program, read_app)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_stays_short_and_needs_nothing_but_python() {
        const STANDARD: [&str; 8] = [
            "itertools",
            "json",
            "os",
            "socket",
            "struct",
            "sys",
            "threading",
            "time",
        ];
        let imports = SCRIPT
            .lines()
            .filter_map(|line| line.strip_prefix("import "));

        assert!(SCRIPT.lines().count() <= 100);
        assert_eq!(imports.collect::<Vec<_>>(), STANDARD);
        assert!(!SCRIPT.lines().any(|line| line.starts_with("from ")));
    }
}
