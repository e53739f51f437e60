//! `imlink outbox`: messages of this command that the cloud does not have.

use std::fmt;

use clap::{Args, Subcommand};
use imlink::{Client, ClientMessageId, Code, Error, OutboxEntry, SendState};
use serde::Serialize;

use crate::account::Account;
use crate::command::Ending;
use crate::output::{Escaped, Output, Paint, Table, moment, said_in, shortened};
use crate::runtime::{DONE, run_interruptibly};

/// Entries of a page (PROTOCOL.md, limits).
const PAGE: u16 = 200;

#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Messages that `imlink send` and `imlink chat` handed to the daemon and the cloud does not have, as
far as anybody knows: those that wait for the link, that are on their way, that were refused, and
those in doubt, whose answer was lost with the link. Other apps have outboxes of their own.

Examples:
  imlink outbox
  imlink outbox withdraw 0d1f9c2a…      take back what waits, or give up on what is in doubt
  imlink outbox resend 0d1f9c2a…        send what is in doubt once more; it may come twice

With --json one object per message, oldest first: client_id, state (queued, sending, failed or
in-doubt), code, code_name, kind, target, channel, object_name, text, body, accepted_at
(milliseconds since 1970)."
)]
pub struct Arguments {
    #[command(subcommand)]
    order: Option<Order>,

    #[command(flatten)]
    account: Account,
}

#[derive(Subcommand)]
enum Order {
    /// Take a message back that waits, or give up on one in doubt.
    #[command(after_help = "\
A message on its way can not be taken back any more; one that was sent can be recalled.

Examples:
  imlink outbox withdraw 0d1f9c2ad1e04b5f8f3b7a6c5d4e3f2a

With --json: client_id, state (withdrawn).")]
    Withdraw(One),
    /// Send a message in doubt once more, although it may be there already.
    #[command(after_help = "\
Look into the conversation first: if the message did arrive, its receivers get it twice.

Examples:
  imlink outbox resend 0d1f9c2ad1e04b5f8f3b7a6c5d4e3f2a

With --json: client_id, state (queued).")]
    Resend(One),
}

#[derive(Args)]
struct One {
    /// The id that `imlink outbox` shows.
    id: ClientMessageId,

    #[command(flatten)]
    account: Account,
}

/// To programs an object with these fields.
#[derive(Serialize)]
struct Row {
    /// Our own id of it.
    client_id: String,
    /// Where it stands.
    state: &'static str,
    /// Why it was refused.
    code: Option<i32>,
    /// The same by name.
    code_name: Option<&'static str>,
    /// Kind of the conversation.
    kind: &'static str,
    /// The other user or the group.
    target: String,
    /// The channel inside an ultra group, else `null`.
    channel: Option<String>,
    /// Its type.
    object_name: String,
    /// The text of a text message, else `null`.
    text: Option<String>,
    /// The body as it travels.
    body: String,
    /// This machine's time when the daemon took it, in milliseconds since 1970.
    accepted_at: i64,
}

/// To programs an object with these fields.
#[derive(Serialize)]
struct Moved {
    /// Our own id of it.
    client_id: String,
    /// Where it stands.
    state: &'static str,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    run_interruptibly(async {
        match arguments.order {
            None => {
                let (client, _) = arguments.account.join().await?;
                list(&client, output).await
            }
            Some(Order::Withdraw(One { id, account })) => {
                let (client, _) = account.join().await?;
                client.withdraw(id.clone()).await?;
                output.say(&Moved::new(&id, "withdrawn"))?;
                DONE
            }
            Some(Order::Resend(One { id, account })) => {
                let (client, _) = account.join().await?;
                client.resend(id.clone()).await?;
                output.say(&Moved::new(&id, "queued"))?;
                DONE
            }
        }
    })
}

async fn list(client: &Client, output: Output) -> Ending {
    let rows: Vec<Row> = all(client).await?.into_iter().map(Row::from).collect();
    if rows.is_empty() && !output.is_json() {
        output.note("Nothing waits, and nothing is in doubt.");
        return DONE;
    }
    output.list(&rows, table(&rows))?;
    DONE
}

async fn all(client: &Client) -> Result<Vec<OutboxEntry>, Error> {
    let mut page = client.outbox(None, PAGE).await?;
    let mut all = page.entries;
    while let Some(last) = all.last().filter(|_| page.more) {
        page = client.outbox(Some(last.id), PAGE).await?;
        if page.entries.is_empty() {
            break;
        }
        all.append(&mut page.entries);
    }
    Ok(all)
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new(&["ID", "STATE", "TO", "SINCE", "MESSAGE"]);
    for row in rows {
        let target = Escaped(&row.target);
        let to = match &row.channel {
            Some(channel) => format!("{target}/{}", Escaped(channel)),
            None => target.to_string(),
        };
        let words = match &row.text {
            Some(text) => Escaped(&shortened(text)).to_string(),
            None => format!(
                "{} {}",
                Escaped(&row.object_name),
                Escaped(&shortened(&row.body))
            ),
        };
        table.row([
            row.client_id.clone(),
            row.shown_state(),
            to,
            moment(imlink::Millis(row.accepted_at)),
            words,
        ]);
    }
    table
}

impl Row {
    fn shown_state(&self) -> String {
        match self.code.zip(self.code_name) {
            Some((code, name)) => Paint::bad(format_args!("failed ({code} {name})")).to_string(),
            None => Paint::uneasy(self.state.replace('-', " ")).to_string(),
        }
    }
}

impl From<OutboxEntry> for Row {
    fn from(entry: OutboxEntry) -> Self {
        let OutboxEntry {
            id: _,
            client_id,
            conversation,
            object_name,
            body,
            accepted_at,
            state,
        } = entry;
        let (state, code) = match state {
            SendState::Queued => ("queued", None),
            SendState::Sending => ("sending", None),
            SendState::Sent { .. } => ("sent", None),
            SendState::Failed { code } => ("failed", Some(code)),
            SendState::InDoubt => ("in-doubt", None),
        };
        Self {
            client_id: client_id.to_string(),
            state,
            code: code.map(Code::number),
            code_name: code.map(Code::name),
            kind: conversation.kind.name(),
            target: conversation.target.to_string(),
            channel: conversation.channel.map(|channel| channel.to_string()),
            text: said_in(&object_name, &body),
            object_name: object_name.to_string(),
            body: body.as_str().to_owned(),
            accepted_at: accepted_at.0,
        }
    }
}

impl Moved {
    fn new(id: &ClientMessageId, state: &'static str) -> Self {
        Self {
            client_id: id.to_string(),
            state,
        }
    }
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}  {}",
            Paint::good(self.state),
            Escaped(&self.client_id)
        )
    }
}
