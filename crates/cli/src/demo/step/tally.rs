//! Step 7: what all of it comes to.

use crate::demo::cast::Cast;
use crate::demo::stage::{Broken, Stage};
use crate::demo::timeline::Proof;

pub async fn run(stage: &mut Stage, cast: &mut Cast) -> Result<Proof, Broken> {
    cast.until_caught_up(stage).await?;
    let times: Vec<usize> = cast
        .times_shown(stage.log())
        .map(|(_, _, times)| times)
        .collect();
    let proof = Proof {
        apps: cast.apps.len(),
        cloud_connections: cast.cloud_connections,
        messages: cast.said.len(),
        lost: times.iter().filter(|times| **times == 0).count(),
        doubled: times.iter().filter(|times| **times > 1).count(),
        daemon_replacements: cast.daemon_replacements,
        seconds: stage.timeline.elapsed().as_secs_f32(),
    };
    let strangers = strangers(stage, cast);
    if proof.lost > 0 || proof.doubled > 0 || strangers > 0 {
        return Err(Broken {
            awaited: "every app showed every message once, and no other".to_owned(),
            seen: format!(
                "{} lost, {} doubled, {strangers} unknown",
                proof.lost, proof.doubled
            ),
        });
    }
    stage.observed(&format!(
        "{} messages at {} apps",
        proof.messages, proof.apps
    ))?;
    Ok(proof)
}

/// Messages that an app showed and nobody wrote.
fn strangers(stage: &Stage, cast: &Cast) -> usize {
    let shown = cast.apps.iter().flat_map(|app| stage.log().shown(*app));
    shown
        .filter(|shown| !cast.said.iter().any(|said| said.text == *shown))
        .count()
}
