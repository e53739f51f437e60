//! `imlink chat`: a small conversation at a terminal, or through a pipe.

mod keyboard;
mod order;
mod post;
mod said;
mod screen;
mod session;
mod talk;

use clap::Args;
use imlink::{Conversation, ConversationKind, TargetId};
use tokio::signal::unix::{SignalKind, signal};

use crate::account::Account;
use crate::command::Ending;
use crate::failure::Failure;
use crate::output::Output;
use crate::runtime::{self, interruption};
use crate::verb::history::conversation;
use session::chat;

#[derive(Args)]
#[command(after_help = "\
The last messages are shown, then those that come in, while you type. What was shown is read. Of
your own messages it is told when the cloud has them, that they wait for the link, that they
failed and why, or that nobody can say (`in doubt`). At a terminal /recall takes the last one back,
/help lists what else there is, and Ctrl-D or /quit leaves. From a pipe every line is a message,
and the command ends after the last one's outcome.

Examples:
  imlink chat bob
  imlink chat team --group -n 50
  imlink chat lobby --chatroom             nothing of a chatroom is stored
  printf 'Done.\\nSee the log.\\n' | imlink chat bob

Exit status of a pipe: that of the first message that failed, 7 if one is in doubt, 6 if one still
waits.

With --json one object per line, with the field event: message (and the fields of `imlink listen
--json`), unread {unread, hidden}, sent {client_id, text, uid, sent_at}, waiting and in-doubt
{client_id, text}, failed {client_id, text, code, code_name, cause}, typing {user}, recalled {seq,
sender, sent_at}, reconnecting {code, code_name}, connected, rejoined (a chatroom), gap {first, last,
lost, cause, from, until}: messages of the account are missing, as `imlink listen --help` says.")]
pub struct Arguments {
    /// The other user, or the group with --group, or the room with --chatroom.
    target: TargetId,

    /// The target is a group.
    #[arg(long)]
    group: bool,

    /// The target is a chatroom, which is entered, and made if there is none.
    #[arg(long, conflicts_with = "group")]
    chatroom: bool,

    /// Show so many of the last messages, 0 to 200; of a chatroom 50 at most.
    #[arg(short, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(0..=200))]
    number: u16,

    /// Do not tell the other side that you are typing.
    #[arg(long)]
    no_typing: bool,

    /// From a pipe: wait so many seconds for the last outcome.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    wait: u32,

    #[command(flatten)]
    account: Account,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    runtime::run(async {
        tokio::select! {
            ending = chat(&arguments, output) => ending,
            failure = interruption() => Err(failure),
            failure = told_to_end() => Err(failure),
        }
    })
}

/// The terminal is put back also for who sends a signal, or closes the window.
async fn told_to_end() -> Failure {
    let signals = (
        signal(SignalKind::terminate()),
        signal(SignalKind::hangup()),
    );
    match signals {
        (Ok(mut terminate), Ok(mut hangup)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
            Failure::interrupted()
        }
        (Err(error), _) | (_, Err(error)) => error.into(),
    }
}

fn place(arguments: &Arguments) -> Result<Conversation, Failure> {
    let target = arguments.target.clone();
    if !arguments.chatroom {
        return conversation(target, arguments.group);
    }
    Ok(Conversation {
        kind: ConversationKind::Chatroom,
        target,
        channel: None,
    })
}
