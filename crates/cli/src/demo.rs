//! `imlink demo`: the whole idea, over real sockets between real processes.
//!
//! ```text
//! notes  ─┐                    socket held by the demo
//! reader ─┼─ daemon ─────┐
//! app.py ─┘              ├─ sandbox         every box a process of its own
//! bob    ─── bob's daemon┘
//! ```
//!
//! Each step does something, waits for what should follow and fails if it does not. Nothing waits
//! for time to pass: that a message came once is known when a later one has come.

mod actor;
pub mod app;
mod cast;
mod cloud;
mod daemon;
mod keep;
mod lines;
mod log;
mod process;
mod relay;
mod sabotage;
mod stage;
mod step;
mod timeline;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::command::Ending;
use crate::failure::Failure;
use crate::output::Output;
use crate::runtime::{self, DONE, interruption};
use cast::Cast;
use sabotage::Sabotage;
use stage::{Broken, Stage};
use step::Step;
use timeline::{Proof, Timeline};

#[derive(Args)]
#[command(after_help = "\
Starts a sandbox cloud, the daemon, three apps of one user and the app of another, all processes of
their own in a temporary directory, on free ports of this machine. It drops the link, kills the
daemon and an app, and counts the messages. It exits with 0 only if every step was observed; else
it names the step, what was awaited and what was seen.

Examples:
  imlink demo
  imlink demo --keep         leave cloud and daemon running, to attach an app of your own
  NO_COLOR=1 imlink demo | tee demo.txt

With --json: at_ms, step, actor and says for each line, and {\"proven\":{...}} at the end.")]
pub struct Arguments {
    /// Leave the sandbox and the daemon running, and say how to attach an app of your own.
    #[arg(long)]
    keep: bool,

    /// Break something on purpose; the demo must notice.
    #[arg(long, value_enum, hide = true)]
    sabotage: Option<Sabotage>,
}

/// How the play ended.
struct Played {
    cast: Cast,
    proof: Proof,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    runtime::run(async {
        let mut stage = Stage::new(Timeline::new(output), arguments.sabotage)?;
        stage.timeline.headline()?;
        let played = tokio::select! {
            played = play(&mut stage) => played,
            failure = stopped() => Err(failure),
        };
        match played {
            Ok(Played { cast, proof }) => {
                stage.timeline.proven(&proof)?;
                if arguments.keep {
                    keep::leave_running(stage, &cast).await?;
                } else {
                    stage.close().await;
                }
                DONE
            }
            Err(failure) => {
                stage.close().await;
                Err(failure)
            }
        }
    })
}

async fn play(stage: &mut Stage) -> Result<Played, Failure> {
    begin(stage, Step::Start)?;
    let mut cast = during(Step::Start, step::start::run(stage).await)?;
    begin(stage, Step::Connect)?;
    during(Step::Connect, step::connect::run(stage, &mut cast).await)?;
    begin(stage, Step::Talk)?;
    during(Step::Talk, step::talk::run(stage, &mut cast).await)?;
    begin(stage, Step::DroppedLink)?;
    during(
        Step::DroppedLink,
        step::dropped_link::run(stage, &mut cast).await,
    )?;
    begin(stage, Step::DaemonKilled)?;
    during(
        Step::DaemonKilled,
        step::daemon_killed::run(stage, &mut cast).await,
    )?;
    begin(stage, Step::Missed)?;
    during(Step::Missed, step::missed::run(stage, &mut cast).await)?;
    begin(stage, Step::Tally)?;
    let proof = during(Step::Tally, step::tally::run(stage, &mut cast).await)?;
    Ok(Played { cast, proof })
}

fn begin(stage: &mut Stage, step: Step) -> Result<(), Failure> {
    Ok(stage.timeline.begin(step)?)
}

fn during<T>(step: Step, outcome: Result<T, Broken>) -> Result<T, Failure> {
    outcome.map_err(|Broken { awaited, seen }| {
        let cause = format!(
            "Step {} of the demo failed ({}). Awaited: {awaited}. Seen: {}.",
            step.number(),
            step.title(),
            seen.trim_end_matches('.')
        );
        let cure = "Run it again; if the same step fails, report it with the output above.";
        Failure::own("DEMO_STEP_FAILED", cause, cure)
    })
}

/// Ctrl-C, or somebody wants us to end.
async fn stopped() -> Failure {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return interruption().await;
    };
    tokio::select! {
        failure = interruption() => failure,
        _ = terminate.recv() => Failure::interrupted(),
    }
}
