//! Step 6: one app is killed, a message comes, the app starts again and gets what it missed.

use crate::demo::actor::Actor;
use crate::demo::cast::{ALICE, Cast};
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

    let flags: &[&str] = match stage.is_sabotaged_by(Sabotage::NoReplay) {
        true => &["--no-replay"],
        false => &[],
    };
    Cast::start_app(stage, Actor::Reader, &cast.alice, flags)?;
    let token = cast.cloud.token(ALICE)?.to_owned();
    stage.write(Actor::Reader, &token).await?;
    Cast::until_shown(stage, &[Actor::Reader], MISSED).await?;

    cast.close_with(stage, LAST).await?;
    stage.observed("reader got what it missed, and nothing a second time")
}
