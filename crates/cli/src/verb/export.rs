//! `imlink export`: an account as lines of JSON.

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use imlink::{Client, Seq, UserId};
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::account::{Account, Joined};
use crate::archive::{Header, Tally, VERSION, Writer};
use crate::command::Ending;
use crate::failure::Failure;
use crate::output::{Count, Escaped, Output, Progress};
use crate::runtime::{DONE, run_interruptibly};

/// Entries of a page (PROTOCOL.md, limits).
const PAGE: u16 = 200;

#[derive(Args)]
#[command(after_help = "\
Everything that is stored of the account is written, a line of JSON each: messages in the order
they came, then up to where each conversation is read and what was begun to be written. A file can
be read by nobody else, and takes the place of an earlier one only once it is whole. Messages that
wait to be sent are not in it. No network is needed.

Examples:
  imlink export alice.jsonl
  imlink export - | zstd > alice.jsonl.zst
  imlink export --user alice | jq -r '.message | select(.) | .body'

With --json it says file, user, messages, conversations, and {\"progress\":{work, done, total}} on
standard error; with `-` only the export is on standard output.")]
pub struct Arguments {
    /// The file to write; `-` is standard output.
    #[arg(default_value = "-")]
    file: PathBuf,

    #[command(flatten)]
    account: Account,
}

/// To programs an object with these fields.
#[derive(Serialize)]
struct Exported {
    /// Where it was written to.
    file: String,
    /// Whose account it is.
    user: String,
    /// How many there are.
    messages: u64,
    /// How many there are.
    conversations: u64,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    run_interruptibly(async {
        if arguments.file.as_os_str() == "-" {
            let joined = arguments.account.join_with_report().await?;
            let stdout = BufWriter::new(io::stdout());
            write(&joined, stdout, output).await?;
            return DONE;
        }
        let mut file = Draft::of(&arguments.file)?;
        let joined = arguments.account.join_with_report().await?;
        let tally = write(&joined, BufWriter::new(&mut file.file), output).await?;
        file.publish()?;
        output.say(&Exported::new(&arguments.file, &joined.user, tally))?;
        DONE
    })
}

async fn write(joined: &Joined, sink: impl Write, output: Output) -> Result<Tally, Failure> {
    let client = &joined.client;
    let mut progress = Progress::new(output);
    let conversations = conversations(client).await?;
    let messages = conversations
        .iter()
        .map(|known| u64::from(known.total))
        .sum();
    let mut writer = Writer::new(sink, joined.header(messages))?;
    let mut last = Seq(0);
    // What comes in from here on is for the next export: else a busy account would never end.
    while last < joined.report.last_seq {
        let page = client.timeline(last, PAGE).await?;
        let Some(newest) = page.entries.last().map(|message| message.seq) else {
            break;
        };
        last = newest;
        let wanted = |seq: Seq| seq <= joined.report.last_seq;
        for message in page
            .entries
            .into_iter()
            .filter(|message| wanted(message.seq))
        {
            writer.message(message)?;
        }
        progress.at("exporting", writer.tally().messages, messages);
        if !page.more {
            break;
        }
    }
    for conversation in conversations {
        writer.conversation(conversation.into())?;
    }
    let tally = writer.tally();
    writer.finish()?;
    Ok(tally)
}

/// All of them, the one with the newest message first.
async fn conversations(client: &Client) -> Result<Vec<imlink::ConversationSummary>, Failure> {
    let mut page = client.conversations(PAGE).await?;
    let mut all = page.entries;
    while let Some(last) = all.last().filter(|_| page.more) {
        page = client.conversations_behind(last, PAGE).await?;
        if page.entries.is_empty() {
            break;
        }
        all.append(&mut page.entries);
    }
    Ok(all)
}

impl Joined {
    fn header(&self, messages: u64) -> Header {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Header {
            version: VERSION,
            app_key: self.report.app_key.clone(),
            user: self.user.clone(),
            messages,
            exported_at: i64::try_from(now.as_millis()).unwrap_or(i64::MAX),
        }
    }
}

/// A file beside the wanted one, which takes its place when it is whole. It is private from the
/// start, and goes with the command if that does not get so far.
struct Draft {
    file: NamedTempFile,
    place: PathBuf,
}

impl Draft {
    fn of(wanted: &Path) -> Result<Self, Failure> {
        // A link stays a link: what it leads to is replaced.
        let place = wanted.canonicalize().unwrap_or_else(|_| wanted.to_owned());
        let shown = wanted.display();
        if place.metadata().is_ok_and(|found| !found.is_file()) {
            return Err(Failure::usage(
                format!("{shown} is there, and is no file."),
                "Name a file; `-` writes to standard output.",
            ));
        }
        let directory = match place.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            Some(_) | None => Path::new("."),
        };
        let file = tempfile::Builder::new()
            .prefix(".imlink-export-")
            .tempfile_in(directory)
            .map_err(|error| {
                Failure::usage(
                    format!("No file can be written beside {shown}: {error}."),
                    "Name a file in a directory of your own.",
                )
            })?;
        Ok(Self { file, place })
    }

    /// On the disk first, then under its name.
    fn publish(self) -> Result<(), Failure> {
        let Self { file, place } = self;
        file.as_file().sync_all()?;
        let kept = file.persist(&place).map_err(|refusal| refusal.error)?;
        drop(kept);
        Ok(())
    }
}

impl Exported {
    fn new(file: &Path, user: &UserId, tally: Tally) -> Self {
        Self {
            file: file.display().to_string(),
            user: user.to_string(),
            messages: tally.messages,
            conversations: tally.conversations,
        }
    }
}

impl fmt::Display for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (user, file) = (Escaped(&self.user), Escaped(&self.file));
        let messages = Count(self.messages, "message");
        let conversations = Count(self.conversations, "conversation");
        write!(
            f,
            "Wrote {messages} and {conversations} of {user} to {file}."
        )
    }
}
