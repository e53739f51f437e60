//! `imlink import`: the messages of an export, into an account of the same user.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek};
use std::path::{Path, PathBuf};

use clap::Args;
use imlink::{Client, Message};
use serde::Serialize;

use crate::account::{Account, Joined};
use crate::archive::{Archive, ArchiveError, ConversationRecord, Entry, Header};
use crate::command::Ending;
use crate::failure::Failure;
use crate::output::{Count, Escaped, Output, Progress};
use crate::runtime::{DONE, run_interruptibly};

/// Messages brought at once (PROTOCOL.md, limits).
const CHUNK: usize = 200;

/// The same in bytes of their lines: far below what a frame holds, so that only a single message
/// may have more.
const CHUNK_BYTES: usize = 256 * 1024;

#[derive(Args)]
#[command(after_help = "\
The account has to be connected, and be of the same app key and user as the export. Messages that
are here already are left out, so that an import can be repeated; so are those that were deleted
here. The others get new places behind what is here. A file is checked as a whole before anything
of it is stored; standard input is stored as far as it is whole.

Examples:
  imlink import alice.jsonl
  zstdcat alice.jsonl.zst | imlink import - --user alice

With --json: user, imported, known, conversations; and {\"progress\":{work, done, total}} on standard
error.")]
pub struct Arguments {
    /// A file that `imlink export` wrote; `-` is standard input.
    file: PathBuf,

    #[command(flatten)]
    account: Account,
}

/// To programs an object with these fields.
#[derive(Debug, Default, Serialize)]
struct Imported {
    /// Whose account it is.
    user: String,
    /// Messages that were stored.
    imported: u64,
    /// Messages that were here already, or had been deleted here.
    known: u64,
    /// Conversations whose read position or draft was looked at.
    conversations: u64,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    run_interruptibly(async {
        let name = Name(&arguments.file);
        if arguments.file.as_os_str() == "-" {
            let archive = Archive::open(BufReader::new(io::stdin()))
                .map_err(|error| name.no_archive(&error))?;
            let joined = arguments.account.join_with_report().await?;
            return import(&joined, archive, &name, output).await;
        }
        let mut file = name.open()?;
        name.check(&mut file)?;
        let archive =
            Archive::open(BufReader::new(file)).map_err(|error| name.no_archive(&error))?;
        let joined = arguments.account.join_with_report().await?;
        import(&joined, archive, &name, output).await
    })
}

async fn import(
    joined: &Joined,
    mut archive: Archive<impl BufRead>,
    name: &Name<'_>,
    output: Output,
) -> Ending {
    name.belongs(archive.header(), joined)?;
    let total = archive.header().messages;
    let mut import = Import {
        client: &joined.client,
        chunk: Vec::new(),
        bytes: 0,
        total,
        imported: Imported {
            user: joined.user.to_string(),
            ..Imported::default()
        },
    };
    let mut progress = Progress::new(output);
    loop {
        let entry = match archive.next() {
            Ok(Some(entry)) => entry,
            Ok(None) => break,
            Err(error) => {
                import.flush().await?;
                return Err(name.half(&error, &import.imported));
            }
        };
        match entry {
            Entry::Message(message, bytes) => import.message((*message).into(), bytes).await?,
            Entry::Conversation(conversation) => import.conversation(&conversation).await?,
        }
        progress.at("importing", archive.tally().messages, total);
    }
    import.flush().await?;
    drop(progress);
    output.say(&import.imported)?;
    DONE
}

/// Messages on their way into an account.
struct Import<'a> {
    client: &'a Client,
    chunk: Vec<Message>,
    bytes: usize,
    /// How many messages the archive says it has.
    total: u64,
    imported: Imported,
}

impl Import<'_> {
    async fn message(&mut self, message: Message, bytes: usize) -> Result<(), Failure> {
        if self.chunk.len() == CHUNK || self.bytes + bytes > CHUNK_BYTES {
            self.flush().await?;
        }
        self.chunk.push(message);
        self.bytes += bytes;
        Ok(())
    }

    /// What is read stays read, and what was begun here since is not replaced by what was begun
    /// then.
    async fn conversation(&mut self, record: &ConversationRecord) -> Result<(), Failure> {
        self.flush().await?;
        let conversation = record.conversation();
        if let Some(up_to) = record.read_up_to() {
            self.client.mark_read(conversation.clone(), up_to).await?;
        }
        if let Some(draft) = record.draft() {
            let known = self.client.conversation(conversation.clone()).await?;
            if known.is_none_or(|known| known.draft.is_none()) {
                self.client.set_draft(conversation, Some(draft)).await?;
            }
        }
        self.imported.conversations += 1;
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Failure> {
        let chunk = std::mem::take(&mut self.chunk);
        self.bytes = 0;
        if chunk.is_empty() {
            return Ok(());
        }
        let brought = chunk.len() as u64;
        let done = self.imported.imported + self.imported.known;
        let new = u64::from(self.client.import_part(chunk, done, self.total).await?);
        self.imported.imported += new;
        self.imported.known += brought.saturating_sub(new);
        Ok(())
    }
}

/// Where the lines come from, as failures call it.
struct Name<'a>(&'a Path);

impl Name<'_> {
    fn open(&self) -> Result<File, Failure> {
        File::open(self.0).map_err(|error| {
            Failure::usage(
                format!("{self} cannot be read: {error}."),
                "Name a file that `imlink export` wrote.",
            )
        })
    }

    /// Reads the whole file once, so that nothing is stored of a broken one. What cannot be read
    /// twice, a pipe for example, is taken as it comes.
    fn check(&self, file: &mut File) -> Result<(), Failure> {
        if file.stream_position().is_err() {
            return Ok(());
        }
        let mut archive =
            Archive::open(BufReader::new(&*file)).map_err(|error| self.no_archive(&error))?;
        loop {
            match archive.next() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => return Err(self.no_archive(&error)),
            }
        }
        Ok(file.rewind()?)
    }

    fn belongs(&self, header: &Header, joined: &Joined) -> Result<(), Failure> {
        let Header { app_key, user, .. } = header;
        if *user == joined.user && *app_key == joined.report.app_key {
            return Ok(());
        }
        let (ours, our_key) = (&joined.user, &joined.report.app_key);
        Err(Failure::usage(
            format!(
                "{self} is an export of {user} (app key {app_key}), and the account is {ours} (app key {our_key})."
            ),
            format!("Connect {user}, and name the account with --user {user}."),
        ))
    }

    fn no_archive(&self, error: &ArchiveError) -> Failure {
        Failure::usage(format!("{self} {error}."), cure(error))
    }

    /// The part before the fault is stored.
    fn half(&self, error: &ArchiveError, imported: &Imported) -> Failure {
        let new = Count(imported.imported, "new message");
        Failure::usage(
            format!("{self} {error}. What comes before is stored: {new}."),
            cure(error),
        )
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.to_str() {
            Some("-") => f.write_str("What is on standard input"),
            Some(_) | None => write!(f, "{}", self.0.display()),
        }
    }
}

fn cure(error: &ArchiveError) -> &'static str {
    match error {
        ArchiveError::Io(_) | ArchiveError::Empty | ArchiveError::NoHeader => {
            "Give a file that `imlink export` wrote, whole and unchanged."
        }
        ArchiveError::Version { .. } => "Use the version of imlink that wrote it, or a newer one.",
        ArchiveError::Line { .. } | ArchiveError::CutOff { .. } => {
            "Export again, or copy the file again; what is here already is not stored twice."
        }
    }
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = Escaped(&self.user);
        let imported = Count(self.imported, "message");
        write!(f, "Imported {imported} of {user}")?;
        match self.known {
            0 => f.write_str("."),
            known => write!(
                f,
                "; left out {known} that were here already, or had been deleted."
            ),
        }
    }
}
