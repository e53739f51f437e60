//! `imlink send`: one message, and what became of it.

use std::fmt;
use std::io::Read;
use std::time::Duration;

use clap::Args;
use imlink::{
    Code, Conversation, MAX_BODY_BYTES, ObjectName, Outcome, Outgoing, SendReceipt, TargetId,
};
use serde::Serialize;

use crate::account::Account;
use crate::command::Ending;
use crate::failure::Failure;
use crate::output::{Output, Paint, moment};
use crate::runtime::{DONE, run_interruptibly};
use crate::verb::history::conversation;

#[derive(Args)]
#[command(after_help = "\
Examples:
  imlink send bob 'Hi there'
  fortune | imlink send bob -
  imlink send --group team 'Lunch?'
  imlink send bob '{\"lat\":1}' --type App:Place     a type of your own, body as it travels

Exit status 7 (30003) says that the link went before the answer came: the message may have
arrived. Sending it again may double it.

With --json: state (sent or queued), uid, sent_at (milliseconds since 1970), client_id.")]
pub struct Arguments {
    /// The user to write to, or the group with --group.
    target: TargetId,

    /// What to say; `-` reads it from standard input.
    text: String,

    /// The target is a group.
    #[arg(long)]
    group: bool,

    /// Send TEXT as the body of this type; without it TEXT is the text of a text message.
    #[arg(long = "type", value_name = "OBJECTNAME")]
    object_name: Option<ObjectName>,

    /// Wait so many seconds for the outcome; 0 does not wait.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    wait: u32,

    #[command(flatten)]
    account: Account,
}

/// To programs an object with these fields.
#[derive(Serialize)]
struct Sent<'a> {
    /// `sent`, or `queued` if nobody waited.
    state: &'static str,
    /// The server's id of it.
    uid: Option<String>,
    /// The server's time of it, in milliseconds since 1970.
    sent_at: Option<i64>,
    /// Our own id of it.
    client_id: &'a str,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    let text = text(&arguments.text)?;
    let conversation = conversation(arguments.target, arguments.group)?;
    let message = message(conversation, arguments.object_name, &text);
    let limit = Duration::from_secs(arguments.wait.into());
    run_interruptibly(async {
        let (client, _) = arguments.account.join().await?;
        let receipt = client.send(message).await?;
        if limit.is_zero() {
            output.say(&Sent::queued(&receipt))?;
            return DONE;
        }
        let outcome = match tokio::time::timeout(limit, receipt.outcome()).await {
            Ok(outcome) => outcome?,
            Err(_) => return Err(still_queued(limit)),
        };
        match outcome {
            Outcome::Sent { uid, at } => {
                let sent = Sent {
                    state: "sent",
                    uid: Some(uid.to_string()),
                    sent_at: Some(at.0),
                    client_id: receipt.client_id().as_str(),
                };
                output.say(&sent)?;
                DONE
            }
            Outcome::Failed { code } => Err(Failure::of(code, code.cause())),
            Outcome::InDoubt => {
                let code = Code::RC_MSG_RESP_TIMEOUT;
                let cause =
                    "The link went before the cloud answered: the message may have arrived.";
                Err(Failure::of(code, cause).with_cure(
                    "Look into `imlink history` before sending it again; it would be a second message.",
                ))
            }
        }
    })
}

fn text(argument: &str) -> Result<String, Failure> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    // One byte more than allowed is enough to be refused for it.
    let longest = MAX_BODY_BYTES as u64 + 1;
    let mut text = String::new();
    let read = std::io::stdin()
        .lock()
        .take(longest)
        .read_to_string(&mut text);
    read.map_err(|error| {
        Failure::usage(
            format!("Standard input cannot be read as text: {error}."),
            "Messages are UTF-8 text; encode other data, for example with base64.",
        )
    })?;
    let ends_with_line = text
        .strip_suffix('\n')
        .map(|text| text.trim_end_matches('\r').len());
    text.truncate(ends_with_line.unwrap_or(text.len()));
    if text.is_empty() {
        return Err(Failure::usage(
            "Standard input is empty, so there is nothing to send.",
            "Pipe the text in, or give it instead of `-`.",
        ));
    }
    Ok(text)
}

fn message(conversation: Conversation, object_name: Option<ObjectName>, text: &str) -> Outgoing {
    match object_name {
        Some(object_name) => Outgoing::new(conversation, object_name, text),
        None => Outgoing::text(conversation, text),
    }
}

fn still_queued(limit: Duration) -> Failure {
    let cause = format!(
        "The daemon has the message and will send it, but it was not out after {} s.",
        limit.as_secs()
    );
    Failure::of(Code::LOCAL_TIMEOUT, cause).with_cure(
        "Do not send it again; `imlink status` shows how the link is and what is queued.",
    )
}

impl<'a> Sent<'a> {
    fn queued(receipt: &'a SendReceipt) -> Self {
        let client_id = receipt.client_id().as_str();
        Self {
            state: "queued",
            uid: None,
            sent_at: None,
            client_id,
        }
    }
}

impl fmt::Display for Sent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Paint::good(self.state))?;
        if let (Some(uid), Some(at)) = (&self.uid, self.sent_at) {
            let at = moment(imlink::Millis(at));
            write!(f, "  {uid}  {}", Paint::dim(at))?;
        }
        Ok(())
    }
}
