//! Step 6: one app is killed, a message comes, the app starts again and gets what it missed.

use std::path::PathBuf;

use imlink::{Client, Error};

use crate::demo::actor::Actor;
use crate::demo::app::INBOX;
use crate::demo::cast::{ALICE, Cast};
use crate::demo::cloud::APP_KEY;
use crate::demo::sabotage::Sabotage;
use crate::demo::stage::{Broken, Stage};

const MISSED: &str = "One of you is missing this";
const LAST: &str = "Now all of you are up to date";

pub async fn run(stage: &mut Stage, cast: &mut Cast) -> Result<(), Broken> {
    cast.until_caught_up(stage).await?;
    stage.say(Actor::Demo, "kills the app reader")?;
    stage.kill(Actor::Reader).await?;
    cast.bob_writes(stage, MISSED).await?;
    Cast::until_shown(stage, &cast.apps_but(Actor::Reader), MISSED).await?;

    if stage.is_sabotaged_by(Sabotage::NoReplay) {
        let lost = forget_inbox(Actor::Reader, cast.alice.socket()).await;
        lost.map_err(|error| Broken::because("the daemon loses a place", &error))?;
    }
    Cast::start_app(stage, Actor::Reader, &cast.alice.socket())?;
    let token = cast.cloud.token(ALICE)?.to_owned();
    stage.write(Actor::Reader, &token).await?;
    Cast::until_shown(stage, &[Actor::Reader], MISSED).await?;

    cast.close_with(stage, LAST).await?;
    stage.observed("reader got what it missed, and nothing a second time")
}

/// Sabotage: in the name of this app, which does not run, has the daemon lose how far it has read.
async fn forget_inbox(app: Actor, socket: PathBuf) -> Result<(), Error> {
    let client = Client::builder(APP_KEY)
        .app_id(app.name())
        .socket(socket)
        .build()?;
    client.init().await?;
    client.join().await?;
    client.subscribe(INBOX).await?.forget().await
}
