//! `imlink sandbox chatrooms`.

use clap::{Args, Subcommand};
use imlink_model::TargetId;
use imlink_sandbox::control::{CreateChatroom, DestroyChatroom, ListChatrooms};
use serde_json::json;

use super::gathering;
use super::place::Place;
use super::told::Told;
use crate::command::Ending;
use crate::output::{Escaped, Output};
use crate::runtime::{DONE, run_interruptibly};

#[derive(Args)]
#[command(after_help = "\
Clients join and leave a chatroom by themselves.

Examples:
  imlink sandbox chatrooms
  imlink sandbox chatrooms create lobby --name 'The lobby'
  imlink sandbox chatrooms destroy lobby

With --json, for each chatroom: id, name, members, frozen.")]
pub struct Arguments {
    #[command(subcommand)]
    call: Option<ChatroomsCall>,

    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
enum ChatroomsCall {
    /// Make a chatroom; one that is there gets the new name.
    Create(CreateArguments),
    /// End a chatroom.
    Destroy(DestroyArguments),
}

#[derive(Args)]
#[command(after_help = "\
Example:
  imlink sandbox chatrooms create lobby

With --json: chatroom.")]
struct CreateArguments {
    /// Which chatroom.
    chatroom: TargetId,

    /// Its name.
    #[arg(long, default_value = "")]
    name: String,
}

#[derive(Args)]
#[command(after_help = "\
Example:
  imlink sandbox chatrooms destroy lobby

With --json: chatroom.")]
struct DestroyArguments {
    /// Which chatroom.
    chatroom: TargetId,
}

pub fn run(Arguments { call, place }: &Arguments, output: Output) -> Ending {
    match call {
        None => list(place, output),
        Some(ChatroomsCall::Create(new)) => create(place, new, output),
        Some(ChatroomsCall::Destroy(DestroyArguments { chatroom })) => {
            destroy(place, chatroom, output)
        }
    }
}

fn list(place: &Place, output: Output) -> Ending {
    run_interruptibly(async {
        let chatrooms = place.remote()?.call(&ListChatrooms {}).await?.chatrooms;
        let nothing = "No chatrooms yet; `imlink sandbox chatrooms create ROOM` makes one.";
        output.list(&chatrooms, gathering::shown(&chatrooms, nothing))?;
        DONE
    })
}

fn create(place: &Place, new: &CreateArguments, output: Output) -> Ending {
    run_interruptibly(async {
        let call = CreateChatroom {
            chatroom: new.chatroom.clone(),
            name: new.name.clone(),
        };
        place.remote()?.call(&call).await?;
        let words = format!("Chatroom {} is open.", Escaped(new.chatroom.as_str()));
        let facts = json!({ "chatroom": new.chatroom });
        output.say(&Told { words, facts })?;
        DONE
    })
}

fn destroy(place: &Place, chatroom: &TargetId, output: Output) -> Ending {
    run_interruptibly(async {
        let chatroom = chatroom.clone();
        let words = format!("Chatroom {} is no more.", Escaped(chatroom.as_str()));
        let facts = json!({ "chatroom": chatroom });
        place.remote()?.call(&DestroyChatroom { chatroom }).await?;
        output.say(&Told { words, facts })?;
        DONE
    })
}
