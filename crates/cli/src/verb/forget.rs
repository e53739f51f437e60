//! `imlink forget`: deletes a conversation on this machine, to the last byte.

use std::fmt;
use std::path::PathBuf;

use clap::Args;
use imlink::{Conversation, TargetId};
use serde::Serialize;

use crate::account::Account;
use crate::command::Ending;
use crate::confirm::Sure;
use crate::output::{Count, Escaped, Output};
use crate::runtime::{DONE, run_interruptibly};
use crate::verb::history::conversation;
use crate::watch::watched;

#[derive(Args)]
#[command(after_help = "\
The conversation is deleted here with its messages and its draft, and the files are written anew,
so that nothing of it is left in them; that takes seconds for every 100,000 messages of the
account. Other devices and the cloud keep what they have. Messages that come later begin it anew.
What waits to be sent or is in doubt stays (`imlink outbox`), and so do older rows that were set
aside: where those are is told, and `imlink purge` removes them.

Examples:
  imlink forget bob
  imlink forget team --group --yes

With --json: kind, target, messages (how many there were), set_aside (directories of older rows).")]
pub struct Arguments {
    /// The other user, or the group with --group.
    target: TargetId,

    /// The target is a group.
    #[arg(long)]
    group: bool,

    #[command(flatten)]
    sure: Sure,

    #[command(flatten)]
    account: Account,
}

/// To programs an object with these fields.
#[derive(Serialize)]
struct Forgotten {
    /// Kind of the conversation.
    kind: &'static str,
    /// The other user or the group.
    target: String,
    /// How many messages there were.
    messages: u32,
    /// Directories of older rows, in which it may be still.
    set_aside: Vec<PathBuf>,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    arguments.sure.check(output)?;
    let conversation = conversation(arguments.target, arguments.group)?;
    run_interruptibly(async {
        let (client, user) = arguments.account.join_with_patience().await?;
        let known = client.conversation(conversation.clone()).await?;
        let messages = known.as_ref().map_or(0, |known| known.total);
        let target = &conversation.target;
        let question = format!(
            "Delete {} of {user} with {target} on this machine for good?",
            Count(messages.into(), "message")
        );
        arguments.sure.ask(&question).await?;
        // Also if nothing is stored: there may be words in messages that were refused.
        let call = client.forget(conversation.clone());
        let set_aside = watched(client.events(), output, call).await?;
        output.say(&Forgotten::new(conversation, messages, set_aside))?;
        DONE
    })
}

impl Forgotten {
    fn new(conversation: Conversation, messages: u32, set_aside: Vec<PathBuf>) -> Self {
        Self {
            kind: conversation.kind.name(),
            target: conversation.target.to_string(),
            messages,
            set_aside,
        }
    }
}

impl fmt::Display for Forgotten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = Escaped(&self.target);
        match self.messages {
            0 => write!(f, "Nothing is stored with {target}.")?,
            messages => {
                let messages = Count(messages.into(), "message");
                write!(f, "Deleted {messages} with {target} from this machine.")?;
            }
        }
        if self.set_aside.is_empty() {
            return Ok(());
        }
        write!(
            f,
            "\nOlder rows of the account were set aside and are as they were:"
        )?;
        for directory in &self.set_aside {
            write!(f, "\n  {}", Escaped(&directory.display().to_string()))?;
        }
        write!(
            f,
            "\nRemove those directories yourself, or everything of the account with `imlink purge`."
        )
    }
}
