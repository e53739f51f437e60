//! Step 3: Bob writes and every app shows it; one app answers, Bob gets it and the others see it.

use imlink_sandbox::Fault;

use crate::demo::actor::Actor;
use crate::demo::cast::{BOB, Cast, Said};
use crate::demo::sabotage::Sabotage;
use crate::demo::stage::{Broken, Stage};

const QUESTION: &str = "Hello Alice, are you there?";
const ANSWER: &str = "Yes, on every screen at once";
const LAST: &str = "Good, then I come to the point";

pub async fn run(stage: &mut Stage, cast: &mut Cast) -> Result<(), Broken> {
    if stage.is_sabotaged_by(Sabotage::Swallow) {
        cast.cloud.arm(Fault::SwallowMessage).await?;
    }
    cast.bob_writes(stage, QUESTION).await?;
    Cast::until_shown(stage, &cast.apps, QUESTION).await?;

    stage.have_send(Actor::Notes, BOB, ANSWER).await?;
    cast.said.push(Said {
        text: ANSWER.to_owned(),
        by: Some(Actor::Notes),
    });
    Cast::until_shown(stage, &[Actor::Bob], ANSWER).await?;
    let siblings = cast.apps_but(Actor::Notes);
    Cast::until_shown(stage, &siblings, ANSWER).await?;

    cast.close_with(stage, LAST).await?;
    stage
        .observed("every app showed each message once; bob got the answer, the sibling apps saw it")
}
