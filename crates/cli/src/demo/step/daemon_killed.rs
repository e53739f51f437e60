//! Step 5: the daemon is killed; another one is started on the same socket, and the apps come back
//! without having done anything.

use imlink::Code;

use crate::demo::actor::Actor;
use crate::demo::cast::{Cast, none};
use crate::demo::lines::AppEvent;
use crate::demo::log::{Log, Mark, in_order};
use crate::demo::stage::{Broken, Stage};

const MEANWHILE: &str = "Nobody is at home, so I leave a note";
const LAST: &str = "You look as if nothing had happened";

pub async fn run(stage: &mut Stage, cast: &mut Cast) -> Result<(), Broken> {
    cast.until_caught_up(stage).await?;
    let pids_before: Vec<Option<u32>> = pids(stage, cast);
    let daemon_before = stage.pid(Actor::Daemon);
    let mark = stage.mark();
    stage.say(Actor::Demo, "kills the daemon by SIGKILL")?;
    stage.kill(Actor::Daemon).await?;
    until_lost(stage, &cast.apps, mark).await?;
    cast.bob_writes(stage, MEANWHILE).await?;

    let killed = stage.mark();
    stage.say(
        Actor::Demo,
        "starts another one on the socket it still holds",
    )?;
    cast.alice.start_daemon(stage).await?;
    until_back(stage, &cast.apps, killed).await?;
    Cast::until_shown(stage, &cast.apps, MEANWHILE).await?;
    cast.close_with(stage, LAST).await?;

    cast.one_link().await?;
    other(daemon_before, stage.pid(Actor::Daemon))?;
    unchanged(&pids_before, &pids(stage, cast))?;
    no_app_connected_again(stage.log(), &cast.apps)?;
    cast.daemon_replacements += 1;
    stage.observed(
        "every app saw -2 and came back by itself, on a daemon with another pid; same apps, no call of theirs; the note came once at each",
    )
}

async fn until_lost(stage: &mut Stage, apps: &[Actor], mark: Mark) -> Result<(), Broken> {
    let code = Code::IPC_DISCONNECT.number();
    stage
        .until("every app reports -2 (IPC_DISCONNECT)", |log: &Log| {
            let missing = apps.iter().filter(|app| {
                let statuses = log.statuses(**app, mark);
                !statuses.contains(&("SUSPEND", Some(code)))
            });
            none(missing.copied().collect(), "not by")
        })
        .await
}

async fn until_back(stage: &mut Stage, apps: &[Actor], mark: Mark) -> Result<(), Broken> {
    stage
        .until("every app is attached and connected again", |log: &Log| {
            let missing = apps.iter().filter(|app| {
                let attached = log.told(**app, mark).any(|event| {
                    matches!(
                        event,
                        AppEvent::Attached {
                            reattached: true,
                            ..
                        }
                    )
                });
                !(attached && in_order(&log.statuses(**app, mark), &["CONNECTED"]))
            });
            none(missing.copied().collect(), "not yet:")
        })
        .await
}

fn pids(stage: &Stage, cast: &Cast) -> Vec<Option<u32>> {
    cast.apps.iter().map(|app| stage.pid(*app)).collect()
}

fn other(before: Option<u32>, after: Option<u32>) -> Result<(), Broken> {
    if after.is_some() && before != after {
        return Ok(());
    }
    Err(Broken {
        awaited: "the daemon has another pid".to_owned(),
        seen: format!("{before:?} before, {after:?} after"),
    })
}

fn unchanged(before: &[Option<u32>], after: &[Option<u32>]) -> Result<(), Broken> {
    if before == after {
        return Ok(());
    }
    Err(Broken {
        awaited: "the apps are the same processes as before".to_owned(),
        seen: format!("pids {before:?} before, {after:?} after"),
    })
}

fn no_app_connected_again(log: &Log, apps: &[Actor]) -> Result<(), Broken> {
    for app in apps {
        let connects = log
            .told(*app, Mark::default())
            .filter(|event| matches!(event, AppEvent::Connecting { .. }))
            .count();
        if connects != 1 {
            return Err(Broken {
                awaited: "no app has called connect more than once".to_owned(),
                seen: format!("{app} has called it {connects} times"),
            });
        }
    }
    Ok(())
}
