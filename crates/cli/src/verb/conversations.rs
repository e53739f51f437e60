//! `imlink conversations`: what is stored, conversation by conversation.

use clap::Args;
use imlink::ConversationSummary;
use serde::Serialize;

use crate::account::Account;
use crate::command::Ending;
use crate::output::{Escaped, Output, Paint, Table, moment};
use crate::runtime::{DONE, run_interruptibly};

#[derive(Args)]
#[command(after_help = "\
Examples:
  imlink conversations
  imlink conversations -n 5 --json

With --json one object per conversation: kind, target, channel, unread, mentions, total, draft,
last_seq, last_at (milliseconds since 1970).")]
pub struct Arguments {
    /// At most so many, 1 to 200.
    #[arg(short, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=200))]
    number: u16,

    #[command(flatten)]
    account: Account,
}

/// To programs an object with these fields.
#[derive(Serialize)]
struct Row {
    /// For example `private`.
    kind: &'static str,
    /// The other user or the group.
    target: String,
    /// The channel inside an ultra group, else `null`.
    channel: Option<String>,
    /// Messages counted as unread.
    unread: u32,
    /// Those of them that mention the user.
    mentions: u32,
    /// Messages stored.
    total: u32,
    /// The user has begun to write something.
    draft: bool,
    /// Place of the newest message in the account's local order.
    last_seq: u64,
    /// The server's time of the newest message.
    last_at: i64,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    run_interruptibly(async {
        let (client, _) = arguments.account.join().await?;
        let page = client.conversations(arguments.number).await?;
        let rows: Vec<Row> = page.entries.into_iter().map(Row::from).collect();
        if rows.is_empty() && !output.is_json() {
            output.note("Nothing is stored yet.");
            return DONE;
        }
        output.list(&rows, table(&rows))?;
        if page.more && !output.is_json() {
            output.note(Paint::dim("There are more; ask for them with -n."));
        }
        DONE
    })
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new(&["CONVERSATION", "KIND", "UNREAD", "MESSAGES", "LAST"]);
    for row in rows {
        let target = Escaped(&row.target);
        let name = match &row.channel {
            Some(channel) => format!("{target}/{}", Escaped(channel)),
            None => target.to_string(),
        };
        table.row([
            name,
            row.kind.to_owned(),
            unread(row),
            row.total.to_string(),
            moment(imlink::Millis(row.last_at)),
        ]);
    }
    table
}

/// For example `3`, or `3 (@1)` if one of them mentions the user.
fn unread(row: &Row) -> String {
    match row.mentions {
        0 => row.unread.to_string(),
        mentions => format!("{} (@{mentions})", row.unread),
    }
}

impl From<ConversationSummary> for Row {
    fn from(summary: ConversationSummary) -> Self {
        let ConversationSummary {
            conversation,
            position: _,
            last: _,
            last_seq,
            last_at,
            read_up_to: _,
            unread,
            mentions,
            total,
            draft,
        } = summary;
        Self {
            kind: conversation.kind.name(),
            target: conversation.target.to_string(),
            channel: conversation.channel.map(|channel| channel.to_string()),
            unread,
            mentions,
            total,
            draft: draft.is_some(),
            last_seq: last_seq.0,
            last_at: last_at.0,
        }
    }
}
