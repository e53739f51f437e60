//! `imlink sandbox expire`, `block`, `unblock`, `kick`, `delete` and `restore`.

use clap::Args;
use imlink::UserId;
use imlink_sandbox::control::{
    Block, DeleteUser, EndedLinks, ExpireTokens, Kick, RestoreUser, Unblock,
};
use serde_json::json;

use super::place::Place;
use super::told::Told;
use crate::command::Ending;
use crate::output::{Escaped, Output};
use crate::runtime::{DONE, run_interruptibly};

/// One user of one sandbox.
#[derive(Args)]
pub struct User {
    /// Whom.
    user: UserId,

    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
#[command(after_help = "\
Example:
  imlink sandbox expire alice

With --json: user.")]
pub struct ExpireArguments {
    #[command(flatten)]
    whose: User,
}

#[derive(Args)]
#[command(after_help = "\
Example:
  imlink sandbox block alice --minutes 5

With --json: user, minutes.")]
pub struct BlockArguments {
    #[command(flatten)]
    whom: User,

    /// For how long.
    #[arg(
        long,
        value_name = "MINUTES",
        default_value_t = 60,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    minutes: u32,
}

#[derive(Args)]
#[command(after_help = "\
Example:
  imlink sandbox unblock alice

With --json: user.")]
pub struct UnblockArguments {
    #[command(flatten)]
    whom: User,
}

#[derive(Args)]
#[command(after_help = "\
Example:
  imlink sandbox kick alice

With --json: user, links.")]
pub struct KickArguments {
    #[command(flatten)]
    whom: User,
}

#[derive(Args)]
#[command(after_help = "\
Example:
  imlink sandbox delete alice

With --json: user.")]
pub struct DeleteArguments {
    #[command(flatten)]
    whom: User,
}

#[derive(Args)]
#[command(after_help = "\
Example:
  imlink sandbox restore alice

With --json: user.")]
pub struct RestoreArguments {
    #[command(flatten)]
    whom: User,
}

pub fn expire(ExpireArguments { whose }: &ExpireArguments, output: Output) -> Ending {
    run_interruptibly(async {
        let user = whose.user.clone();
        let facts = json!({ "user": user });
        whose.place.remote()?.call(&ExpireTokens { user }).await?;
        let name = whose.name();
        let words = format!("No token of {name} is good any more: the next connect is refused.");
        output.say(&Told { words, facts })?;
        DONE
    })
}

pub fn block(BlockArguments { whom, minutes }: &BlockArguments, output: Output) -> Ending {
    run_interruptibly(async {
        let (user, minutes) = (whom.user.clone(), *minutes);
        let facts = json!({ "user": user, "minutes": minutes });
        whom.place.remote()?.call(&Block { user, minutes }).await?;
        let words = format!("{} is blocked for {minutes} min.", whom.name());
        output.say(&Told { words, facts })?;
        DONE
    })
}

pub fn unblock(UnblockArguments { whom }: &UnblockArguments, output: Output) -> Ending {
    run_interruptibly(async {
        let user = whom.user.clone();
        let facts = json!({ "user": user });
        whom.place.remote()?.call(&Unblock { user }).await?;
        let words = format!("{} is not blocked.", whom.name());
        output.say(&Told { words, facts })?;
        DONE
    })
}

pub fn kick(KickArguments { whom }: &KickArguments, output: Output) -> Ending {
    run_interruptibly(async {
        let call = Kick {
            user: whom.user.clone(),
        };
        let EndedLinks { links } = whom.place.remote()?.call(&call).await?;
        let name = whom.name();
        let words = match links {
            0 => format!("{name} is not online, so nobody was kicked."),
            1 => format!("{name} was kicked off one link (31010)."),
            links => format!("{name} was kicked off {links} links (31010)."),
        };
        let facts = json!({ "user": whom.user, "links": links });
        output.say(&Told { words, facts })?;
        DONE
    })
}

pub fn delete(DeleteArguments { whom }: &DeleteArguments, output: Output) -> Ending {
    run_interruptibly(async {
        let user = whom.user.clone();
        let facts = json!({ "user": user });
        whom.place.remote()?.call(&DeleteUser { user }).await?;
        let words = format!("{} has no account any more (31029).", whom.name());
        output.say(&Told { words, facts })?;
        DONE
    })
}

pub fn restore(RestoreArguments { whom }: &RestoreArguments, output: Output) -> Ending {
    run_interruptibly(async {
        let user = whom.user.clone();
        let facts = json!({ "user": user });
        whom.place.remote()?.call(&RestoreUser { user }).await?;
        let words = format!("{} has an account.", whom.name());
        output.say(&Told { words, facts })?;
        DONE
    })
}

impl User {
    fn name(&self) -> Escaped<'_> {
        Escaped(self.user.as_str())
    }
}
