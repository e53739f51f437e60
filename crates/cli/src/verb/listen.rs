//! `imlink listen`: messages as they come, none lost between two runs.

mod remark;

use clap::Args;
use imlink::{Start, SubscriptionName};

use crate::account::Account;
use crate::command::Ending;
use crate::output::{MessageLine, Output, Paint};
use crate::runtime::{self, DONE, interruption};
use remark::remark;

#[derive(Args)]
#[command(after_help = "\
Everything the account gets is printed, and what is sent from this machine. The daemon keeps the
place of each name: what arrives while nobody listens is printed by the next `imlink listen`. A
message is acknowledged after it was printed, so that one may come twice if the power fails, but
none is lost. Where messages are missing all the same, a line says so, and why. Ctrl-C ends it.

Examples:
  imlink listen
  imlink listen --count 1                  wait for one message
  imlink listen --name backup --from-beginning --json >> messages.jsonl

With --json one object per message: seq, uid, kind, target, channel, direction, origin, sender,
object_name, text, body, sent_at, received_at, client_id. Times are milliseconds since 1970.
Between them, and not counted by --count:
  {\"gap\":{first, last, lost, cause}}, before the message behind it: something is missing from the
  place (seq) first to the place last. lost is how many, null if nobody knows; cause is rolled-back,
  damaged, or expired (away for longer than the cloud keeps messages; with the times from and until,
  between which they were sent).
  {\"anomalies\":{...}}: what is not as it should be in the account's rows, with the fields of
  `imlink status --json`.")]
pub struct Arguments {
    /// The name under which the daemon remembers how far this listener got.
    #[arg(long, default_value = "cli")]
    name: SubscriptionName,

    /// A name that is new begins with the oldest stored message, not with the next one.
    #[arg(long)]
    from_beginning: bool,

    /// End after so many messages.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,

    #[command(flatten)]
    account: Account,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    // A message that is being printed is also acknowledged; Ctrl-C waits for that.
    runtime::run(listen(arguments, output))
}

async fn listen(arguments: Arguments, output: Output) -> Ending {
    let mut interrupted = std::pin::pin!(interruption());
    let (client, user, mut events) = tokio::select! {
        joined = arguments.account.join_to_listen() => joined?,
        failure = &mut interrupted => return Err(failure),
    };
    let start = if arguments.from_beginning {
        Start::Beginning
    } else {
        Start::Now
    };
    let mut messages = client.subscribe_from(arguments.name, start).await?;
    if !output.is_json() {
        output.note(Paint::dim(format_args!(
            "Listening as {user}; Ctrl-C ends it."
        )));
    }
    let mut left = arguments.count;
    while left != Some(0) {
        tokio::select! {
            // A gap is told before the message behind it.
            biased;
            Some(event) = events.next() => remark(&event, output)?,
            delivery = messages.next() => {
                let Some(delivery) = delivery else { break };
                let delivery = delivery?;
                output.say(&MessageLine::from(delivery.message()))?;
                // If it fails the message comes again, which is all that can be done about it.
                let _ = delivery.acknowledge().await;
                left = left.map(|left| left - 1);
            }
            failure = &mut interrupted => return Err(failure),
        }
    }
    DONE
}
