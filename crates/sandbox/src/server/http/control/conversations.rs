//! Groups and chatrooms.

use super::{
    read::{DONE, Outcome, Refused},
    types::{
        Chatrooms, CreateChatroom, DestroyChatroom, DismissGroup, Done, Gathering, Groups,
        JoinGroup, ListChatrooms, ListGroups, Problem,
    },
};
use crate::{ChatroomOptions, ChatroomView, GroupView, server::Sandbox};

pub(super) async fn groups(sandbox: Sandbox, _: ListGroups) -> Outcome<Groups> {
    let groups = sandbox.with_app(|app| app.groups().map(Gathering::from).collect());
    Ok(Groups { groups })
}

pub(super) async fn join_group(sandbox: Sandbox, call: JoinGroup) -> Outcome<Done> {
    let JoinGroup { group, name, users } = call;
    sandbox.shared().act(|world, now| {
        let app = sandbox.app_in(world);
        app.join_group(&group, name.as_deref(), users, now);
    });
    DONE
}

pub(super) async fn dismiss_group(sandbox: Sandbox, call: DismissGroup) -> Outcome<Done> {
    let group = call.group;
    if sandbox.with_app(|app| app.dismiss_group(&group)) {
        return DONE;
    }
    let error = format!("no such group: {group}");
    Err(Refused::new(Problem::UnknownGroup, error))
}

pub(super) async fn chatrooms(sandbox: Sandbox, _: ListChatrooms) -> Outcome<Chatrooms> {
    let chatrooms = sandbox.shared().act(|world, now| {
        let app = sandbox.app_in(world);
        app.let_time_pass(now);
        app.chatrooms().map(Gathering::from).collect()
    });
    Ok(Chatrooms { chatrooms })
}

pub(super) async fn create_chatroom(sandbox: Sandbox, call: CreateChatroom) -> Outcome<Done> {
    let CreateChatroom { chatroom, name } = call;
    sandbox.shared().act(|world, now| {
        let app = sandbox.app_in(world);
        app.create_chatroom(&chatroom, &name, ChatroomOptions::default(), now);
    });
    DONE
}

pub(super) async fn destroy_chatroom(sandbox: Sandbox, call: DestroyChatroom) -> Outcome<Done> {
    let chatroom = call.chatroom;
    let ended = sandbox
        .shared()
        .act(|world, now| sandbox.app_in(world).destroy_chatroom(&chatroom, now));
    if ended {
        return DONE;
    }
    let error = format!("no such chatroom: {chatroom}");
    Err(Refused::new(Problem::UnknownChatroom, error))
}

impl From<GroupView> for Gathering {
    fn from(group: GroupView) -> Self {
        Self {
            id: group.id,
            name: group.name,
            members: group.members.into_keys().collect(),
            frozen: group.frozen,
        }
    }
}

impl From<ChatroomView> for Gathering {
    fn from(room: ChatroomView) -> Self {
        Self {
            id: room.id,
            name: room.name,
            members: room.members.into_keys().collect(),
            frozen: room.frozen,
        }
    }
}
