//! Chatrooms: who is in, who hears what, and when the user leaves.

use imlink_ipc_proto::ChatroomChange;
use imlink_model::uplink::{Answer, AskId, IfAbsent, RoomChange, RoomNews, SendOutcome};
use imlink_model::{IncomingMessage, MessageUid, OutboxId, OutgoingMessage};

use super::bench::*;

// behaviour.md 13.8
#[test]
fn an_app_is_in_once_the_user_is_and_has_what_was_said_last_before_anything_else() {
    let mut house = House::new();
    let (app, other) = (house.attach("notes"), house.attach("clock"));
    let account = house.connect_both(app, other);

    let joining = house.ask(app, join("lobby", true, 2));
    assert!(house.outcome(app, joining).is_empty());
    assert_eq!(house.entering(), [(lobby(), IfAbsent::Create, 2)]);
    house.let_in(account, vec![said("one"), said("two")]);
    house.uplink(account, uplink::Event::Transient(said("three")));

    assert!(house.done(app, joining));
    assert_eq!(house.heard_in_room(app), ["one", "two", "three"]);
    assert!(house.heard_in_room(other).is_empty(), "it did not enter");
}

#[test]
fn the_user_leaves_with_the_last_app_however_that_goes() {
    let ways: [fn(&mut House, PeerId); 3] = [
        |house, app| {
            house.ask(app, leave("lobby"));
        },
        |house, app| {
            house.ask(app, Request::Disconnect {});
        },
        |house, app| {
            house.registry.detach(app);
            house.drain();
        },
    ];
    for way in ways {
        let mut house = House::new();
        let (first, second) = (house.attach("notes"), house.attach("clock"));
        let account = house.connect_both(first, second);
        house.enter(first);
        house.enter(second);

        way(&mut house, first);
        assert_eq!(house.left(), 0, "the other is still in");
        house.uplink(account, uplink::Event::Transient(said("hi")));
        assert_eq!(house.heard_in_room(second), ["hi"]);
        assert!(house.heard_in_room(first).is_empty());
        way(&mut house, second);

        assert_eq!(house.left(), 1);
    }
}

#[test]
fn an_app_on_its_way_in_keeps_the_user_in_and_one_that_left_meanwhile_does_not() {
    let mut house = House::new();
    let (first, second) = (house.attach("notes"), house.attach("clock"));
    let account = house.connect_both(first, second);
    house.enter(first);

    let joining = house.ask(second, join("lobby", true, 0));
    house.ask(first, leave("lobby"));
    assert_eq!(house.left(), 0);
    house.ask(second, leave("lobby"));
    house.let_in(account, vec![said("one")]);

    assert!(house.done(second, joining));
    assert!(house.heard_in_room(second).is_empty());
    assert_eq!(house.left(), 1);
}

#[test]
fn leaving_a_room_one_is_not_in_is_done_and_asks_nothing_of_the_cloud() {
    let mut house = House::new();
    let app = house.attach("notes");
    house.connect_alone(app);

    let leaving = house.ask(app, leave("lobby"));

    assert!(house.done(app, leaving));
    assert_eq!(house.left(), 0);
}

#[test]
fn who_is_in_hears_that_the_room_was_entered_again_or_is_lost() {
    let mut house = House::new();
    let (app, other) = (house.attach("notes"), house.attach("clock"));
    let account = house.connect_both(app, other);
    house.enter(app);
    let code = Code::RC_CHATROOM_NOT_EXIST;

    for change in [RoomChange::Rejoined, RoomChange::Left { code }] {
        let room = lobby();
        house.uplink(account, uplink::Event::Room(RoomNews { room, change }));
    }
    house.uplink(account, uplink::Event::Transient(said("hi")));

    let news = [ChatroomChange::Rejoined, ChatroomChange::Left { code }];
    assert_eq!(house.news(app), news);
    assert!(house.news(other).is_empty());
    assert!(house.heard_in_room(app).is_empty(), "it is out");
    house.ask(app, leave("lobby"));
    assert_eq!(house.left(), 0, "there is nothing to leave");
}

#[test]
fn a_refusal_is_the_answer_and_rooms_and_messages_have_their_limits() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);

    let refused = house.ask(app, join("lobby", false, 0));
    house.answer_entering(account, Err(Code::RC_CHATROOM_NOT_EXIST));
    assert_eq!(
        house.failure(app, refused),
        Some(Code::RC_CHATROOM_NOT_EXIST)
    );
    let greedy = house.ask(app, join("lobby", false, limits::RECENT_MESSAGES + 1));
    assert_eq!(
        house.failure(app, greedy),
        Some(Code::RC_CHATROOM_PATAMETER_INVALID)
    );

    for number in 0..limits::CHATROOMS {
        house.ask(app, join(&format!("room-{number}"), true, 0));
        house.let_in(account, vec![]);
    }
    let again = house.ask(app, join("room-0", true, 0));
    let one_more = house.ask(app, join("one-more", true, 0));
    assert_eq!(house.failure(app, again), None);
    assert_eq!(house.failure(app, one_more), Some(Code::LOCAL_QUOTA));
}

// P23
#[test]
fn without_a_link_nobody_enters_and_the_code_says_why() {
    let mut house = House::new();
    let app = house.attach("notes");
    let early = house.ask(app, join("lobby", true, 0));
    assert_eq!(
        house.failure(app, early),
        Some(Code::RC_NET_CHANNEL_INVALID)
    );
    let account = house.connect_alone(app);

    house.suspend(account);
    let broken = house.ask(app, join("lobby", true, 0));
    assert_eq!(
        house.failure(app, broken),
        Some(Code::RC_NET_CHANNEL_INVALID)
    );
    let cause = Some(Code::RC_NETWORK_DOWN);
    house.status(account, ConnectionStatus::NetworkUnavailable, cause);
    let offline = house.ask(app, join("lobby", true, 0));
    assert_eq!(house.failure(app, offline), Some(Code::RC_NET_UNAVAILABLE));
}

// P18
#[test]
fn what_an_app_says_comes_to_everybody_in_the_room_marked_as_its() {
    let mut house = House::new();
    let (app, other) = (house.attach("notes"), house.attach("clock"));
    let account = house.connect_both(app, other);
    house.enter(app);
    house.enter(other);
    let outgoing = outgoing("hi");
    let sent = SendOutcome::Sent {
        uid: MessageUid::new("u").unwrap(),
        at: Millis(7),
    };

    house
        .registry
        .said(account, &outgoing, &SendOutcome::InDoubt, Millis(8));
    house.registry.said(account, &outgoing, &sent, Millis(8));
    house.drain();

    for peer in [app, other] {
        assert_eq!(house.heard_in_room(peer), ["hi"]);
    }
    let origin = house.transients(app).next().unwrap().origin.clone();
    assert_eq!(
        origin,
        imlink_ipc_proto::Origin::App(AppId::new("notes").unwrap())
    );
}

#[test]
fn whoever_leaves_the_account_is_told_that_it_is_out_of_its_rooms() {
    let mut house = House::new();
    let app = house.attach("notes");
    house.connect_alone(app);
    house.enter(app);

    house.ask(app, Request::Disconnect {});

    let code = Code::ACTIVE_DISCONNECT;
    assert_eq!(house.news(app), [ChatroomChange::Left { code }]);
}

impl House {
    fn enter(&mut self, app: PeerId) {
        let account = self.only_account();
        let joining = self.ask(app, join("lobby", true, 0));
        self.let_in(account, vec![]);
        assert!(self.done(app, joining));
    }

    /// The driver lets in whoever asked last.
    fn let_in(&mut self, account: AccountId, recent: Vec<IncomingMessage>) {
        self.answer_entering(account, Ok(Answer::Entered { recent }));
    }

    fn answer_entering(&mut self, account: AccountId, result: Result<Answer, Code>) {
        let asks = self.commands(account).filter_map(|command| match command {
            Command::EnterRoom { ask, .. } => Some(*ask),
            _ => None,
        });
        let ask: AskId = asks.last().expect("somebody enters");
        self.uplink(account, uplink::Event::Answered { ask, result });
    }

    fn entering(&self) -> Vec<(TargetId, IfAbsent, u16)> {
        let asks = self.commands(self.only_account());
        asks.filter_map(|command| match command {
            Command::EnterRoom {
                room,
                if_absent,
                recent,
                ..
            } => Some((room.clone(), *if_absent, *recent)),
            _ => None,
        })
        .collect()
    }

    /// How often the cloud was told that the user leaves.
    fn left(&self) -> usize {
        self.commands(self.only_account())
            .filter(|command| matches!(command, Command::LeaveRoom { .. }))
            .count()
    }

    fn transients(&self, peer: PeerId) -> impl Iterator<Item = &imlink_ipc_proto::Message> {
        self.seen.iter().filter_map(move |effect| match effect {
            Effect::Event {
                peer: to,
                event: Event::Transient { message },
            } if *to == peer => Some(message),
            _ => None,
        })
    }

    fn heard_in_room(&self, peer: PeerId) -> Vec<&str> {
        self.transients(peer)
            .map(|message| message.body.as_str())
            .collect()
    }

    fn news(&self, peer: PeerId) -> Vec<ChatroomChange> {
        let events = self.seen.iter().filter_map(|effect| match effect {
            Effect::Event {
                peer: to,
                event: Event::Chatroom { change, .. },
            } if *to == peer => Some(*change),
            _ => None,
        });
        events.collect()
    }
}

fn lobby() -> TargetId {
    TargetId::new("lobby").unwrap()
}

fn join(room: &str, create: bool, recent: u16) -> Request {
    Request::JoinChatroom {
        room: TargetId::new(room).unwrap(),
        create,
        recent,
    }
}

fn leave(room: &str) -> Request {
    Request::LeaveChatroom {
        room: TargetId::new(room).unwrap(),
    }
}

fn in_lobby() -> imlink_model::Conversation {
    imlink_model::Conversation {
        kind: ConversationKind::Chatroom,
        target: lobby(),
        channel: None,
    }
}

fn said(words: &str) -> IncomingMessage {
    IncomingMessage {
        uid: None,
        conversation: in_lobby(),
        direction: Direction::Received,
        sender: UserId::new("bob").unwrap(),
        object_name: ObjectName::text(),
        body: Body::new(words),
        sent_at: Millis(1),
        flags: Flags::default(),
        wire_ref: None,
        expansion: None,
        offline: false,
        retrieved: false,
    }
}

fn outgoing(words: &str) -> OutgoingMessage {
    OutgoingMessage {
        id: OutboxId(1),
        app: AppId::new("notes").unwrap().into(),
        client_id: ClientMessageId::new("1").unwrap(),
        wire_ref: 1,
        conversation: in_lobby(),
        object_name: ObjectName::text(),
        body: Body::new(words),
        accepted_at: Millis(0),
        options: imlink_model::SendOptions::default(),
    }
}
