//! `imlink search`: stored messages that contain a keyword, without any network.

use clap::Args;
use imlink::{Client, Conversation, Error, Message, Seq, TargetId, UserId};

use crate::account::Account;
use crate::command::Ending;
use crate::output::{Escaped, MessageLine, Output, Paint};
use crate::runtime::{DONE, run_interruptibly};

/// Most messages asked for at once (PROTOCOL.md, limits).
const PAGE: u16 = 200;

#[derive(Args)]
#[command(after_help = "\
The words of messages are searched, in capital or small letters, and parts of words are found too.
The newest messages are printed, in the order they came. None found is no error.

Examples:
  imlink search lunch
  imlink search 连接 --with bob
  imlink search 'see you' --group team -n 5 --json

With --json one object per message, with the fields of `imlink listen --json`.")]
pub struct Arguments {
    /// A part of the text.
    #[arg(value_parser = clap::builder::NonEmptyStringValueParser::new())]
    keyword: String,

    /// Only in the conversation with this user.
    #[arg(long, value_name = "USER", conflicts_with = "group")]
    with: Option<UserId>,

    /// Only in the conversation of this group.
    #[arg(long, value_name = "GROUP")]
    group: Option<TargetId>,

    /// At most so many messages, 1 to 10000.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    limit: u16,

    /// Only messages before this one, by the seq that --json shows.
    #[arg(long, value_name = "SEQ")]
    before: Option<u64>,

    #[command(flatten)]
    account: Account,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    let place = match (arguments.with, arguments.group) {
        (Some(user), _) => Some(Conversation::private(user)),
        (None, Some(group)) => Some(Conversation::group(group)),
        (None, None) => None,
    };
    run_interruptibly(async {
        let (client, _) = arguments.account.join().await?;
        let search = Search {
            keyword: &arguments.keyword,
            place,
            limit: arguments.limit.into(),
        };
        let before = arguments.before.map(Seq);
        let (found, more) = search.run(&client, before).await?;
        for message in found.iter().rev() {
            output.say(&MessageLine::from(message))?;
        }
        if output.is_json() {
            return DONE;
        }
        match (found.last(), more) {
            (None, _) => output.note(format_args!(
                "Nothing stored says “{}”.",
                Escaped(&arguments.keyword)
            )),
            (Some(oldest), true) => output.note(Paint::dim(format_args!(
                "There may be older ones: add --before {}.",
                oldest.seq
            ))),
            (Some(_), false) => {}
        }
        DONE
    })
}

struct Search<'a> {
    keyword: &'a str,
    place: Option<Conversation>,
    limit: usize,
}

impl Search<'_> {
    /// What is found, newest first, and whether there may be more. The daemon reads a stretch at a
    /// time, in which there need be nothing.
    async fn run(
        &self,
        client: &Client,
        mut before: Option<Seq>,
    ) -> Result<(Vec<Message>, bool), Error> {
        let mut found = Vec::new();
        loop {
            let wanted = u16::try_from(self.limit - found.len()).unwrap_or(PAGE);
            let page = client.search(self.keyword, self.place.clone(), before, wanted.min(PAGE));
            let page = page.await?;
            found.extend(page.messages);
            before = page.next;
            if before.is_none() || found.len() >= self.limit {
                return Ok((found, before.is_some()));
            }
        }
    }
}
