//! Step 2: every app connects, with the same token, and the cloud sees one connection.

use crate::demo::actor::Actor;
use crate::demo::cast::{ALICE, BOB, Cast, none};
use crate::demo::daemon::House;
use crate::demo::lines::AppEvent;
use crate::demo::log::{Log, Mark};
use crate::demo::sabotage::Sabotage;
use crate::demo::stage::{Broken, Stage};

pub async fn run(stage: &mut Stage, cast: &mut Cast) -> Result<(), Broken> {
    let token = cast.cloud.token(ALICE)?.to_owned();
    for app in &cast.apps {
        stage.write(*app, &token).await?;
    }
    stage.write(Actor::Bob, cast.cloud.token(BOB)?).await?;
    let mut everybody = cast.apps.clone();
    everybody.push(Actor::Bob);
    until_connected(stage, &everybody).await?;

    if stage.is_sabotaged_by(Sabotage::TwoConnections) {
        connect_an_intruder(stage, &token).await?;
    }
    cast.one_link().await?;
    let apps = cast.apps.len();
    stage.observed(&format!(
        "{apps} apps are connected as alice; the cloud sees exactly 1 connection"
    ))
}

async fn until_connected(stage: &mut Stage, apps: &[Actor]) -> Result<(), Broken> {
    stage
        .until("every app is connected", |log| {
            let missing = apps.iter().filter(|app| !is_connected(log, **app));
            none(missing.copied().collect(), "not yet:")
        })
        .await
}

fn is_connected(log: &Log, app: Actor) -> bool {
    log.told(app, Mark::default())
        .any(|event| matches!(event, AppEvent::Connected { .. }))
}

/// Sabotage: the same user on a second daemon.
async fn connect_an_intruder(stage: &mut Stage, token: &str) -> Result<(), Broken> {
    let house = House::plain(Actor::Intruder, stage.directory(), "i")?;
    house.start_daemon(stage).await?;
    Cast::start_app(stage, Actor::IntrudersApp, &house.socket())?;
    stage.write(Actor::IntrudersApp, token).await?;
    until_connected(stage, &[Actor::IntrudersApp]).await
}
