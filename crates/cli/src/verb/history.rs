//! `imlink history`: stored messages of one conversation, without any network.

use clap::Args;
use imlink::{Conversation, ConversationKind, Message, Page, Seq, TargetId, UserId};

use crate::account::Account;
use crate::command::Ending;
use crate::failure::Failure;
use crate::output::{Escaped, MessageLine, Output, Paint};
use crate::runtime::{DONE, run_interruptibly};

#[derive(Args)]
#[command(after_help = "\
Messages are printed in the order they came, the newest last. What is stored here can be read
without any network. A conversation of which nothing is stored prints nothing and is no error.

Examples:
  imlink history bob
  imlink history bob -n 100 --before 420
  imlink history --group team --json

With --json one object per message, with the fields of `imlink listen --json`.")]
pub struct Arguments {
    /// The other user, or the group with --group.
    target: TargetId,

    /// The target is a group.
    #[arg(long)]
    group: bool,

    /// At most so many messages, 1 to 200.
    #[arg(short, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=200))]
    number: u16,

    /// Only messages before this one, by the seq that --json shows.
    #[arg(long, value_name = "SEQ")]
    before: Option<u64>,

    #[command(flatten)]
    account: Account,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    let conversation = conversation(arguments.target, arguments.group)?;
    run_interruptibly(async {
        let (client, _) = arguments.account.join().await?;
        let before = arguments.before.map(Seq);
        let page = client
            .history(conversation.clone(), before, arguments.number)
            .await?;
        let oldest_first = page.entries.iter().rev().map(MessageLine::from);
        for line in oldest_first {
            output.say(&line)?;
        }
        if !output.is_json() {
            remark(&conversation, &page, before, output);
        }
        DONE
    })
}

/// Says what the list alone does not.
fn remark(conversation: &Conversation, page: &Page<Message>, before: Option<Seq>, output: Output) {
    let target = Escaped(conversation.target.as_str());
    let Some(oldest) = page.entries.last() else {
        return output.note(match before {
            None => format!(
                "Nothing is stored of a conversation with {target}; `imlink conversations` lists what is."
            ),
            Some(before) => format!("Nothing is stored with {target} before {before}."),
        });
    };
    if page.more {
        let group = match conversation.kind {
            ConversationKind::Group => " --group",
            _ => "",
        };
        let before = oldest.seq;
        output.note(Paint::dim(format_args!(
            "There are older ones: imlink history {target}{group} --before {before}"
        )));
    }
}

/// The conversation with a user, or of a group.
///
/// # Errors
/// The target is no user id.
pub fn conversation(target: TargetId, group: bool) -> Result<Conversation, Failure> {
    if group {
        return Ok(Conversation::group(target));
    }
    let user = UserId::new(target.as_str()).map_err(imlink::Error::from)?;
    Ok(Conversation::private(user))
}
