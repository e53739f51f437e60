//! Step 4: the link drops, a message is sent meanwhile, the link comes back by itself.

use imlink_sandbox::Fault;

use crate::demo::actor::Actor;
use crate::demo::cast::{ALICE, Cast, none};
use crate::demo::log::{Log, Mark, in_order};
use crate::demo::sabotage::Sabotage;
use crate::demo::stage::{Broken, Stage};

const MEANWHILE: &str = "Your line is dead, but I write anyway";
const LAST: &str = "There you are again";

pub async fn run(stage: &mut Stage, cast: &mut Cast) -> Result<(), Broken> {
    let mark = stage.mark();
    stage.say(
        Actor::Sandbox,
        "drops alice's link, and refuses new ones for a moment",
    )?;
    cast.cloud.refuse().await?;
    cast.cloud.drop_links(ALICE).await?;
    until_seen(stage, &cast.apps, mark, &["SUSPEND"]).await?;

    if stage.is_sabotaged_by(Sabotage::Double) {
        cast.cloud.arm(Fault::DoubleMessage).await?;
    }
    cast.bob_writes(stage, MEANWHILE).await?;
    stage.say(Actor::Sandbox, "accepts links again")?;
    cast.cloud.accept().await?;
    until_seen(
        stage,
        &cast.apps,
        mark,
        &["SUSPEND", "CONNECTING", "CONNECTED"],
    )
    .await?;
    Cast::until_shown(stage, &cast.apps, MEANWHILE).await?;

    cast.close_with(stage, LAST).await?;
    cast.one_link().await?;
    stage.observed(
        "every app saw SUSPEND, CONNECTING, CONNECTED; the message sent meanwhile came once at each",
    )
}

async fn until_seen(
    stage: &mut Stage,
    apps: &[Actor],
    mark: Mark,
    wanted: &[&str],
) -> Result<(), Broken> {
    stage
        .until(
            format!("every app sees {}", wanted.join(", ")),
            |log: &Log| {
                let missing = apps
                    .iter()
                    .filter(|app| !in_order(&log.statuses(**app, mark), wanted));
                none(missing.copied().collect(), "not by")
            },
        )
        .await
}
