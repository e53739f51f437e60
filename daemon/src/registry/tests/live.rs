//! Signals and recalls: what is asked of the link, and what becomes of it.

use imlink_model::uplink::{Answer, AskId};
use imlink_model::{MessageUid, Recall, Trace};
use imlink_store::{Edit, Edited};

use super::bench::*;

#[test]
fn a_signal_is_done_when_it_was_handed_to_the_link() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);

    let request = house.ask(app, signal("RC:TypSts", "{}"));
    assert!(house.outcome(app, request).is_empty());
    house.answer_ask(account, Ok(Answer::Signalled));
    house.answer_ask(account, Ok(Answer::Signalled));

    assert!(house.done(app, request));
    assert_eq!(house.commits(), 0, "there is no row of it");
}

#[test]
fn a_signal_is_refused_without_a_link_and_for_what_is_kept_or_too_long() {
    let mut house = House::new();
    let app = house.attach("notes");
    let early = house.ask(app, signal("RC:TypSts", "{}"));
    assert_eq!(
        house.failure(app, early),
        Some(Code::RC_NET_CHANNEL_INVALID)
    );
    let account = house.connect_alone(app);

    let long = "x".repeat(128 * 1024 + 1);
    let too_long = house.ask(app, signal("RC:TypSts", &long));
    let kept = house.ask(app, signal("RC:TxtMsg", "{}"));
    let own = house.ask(app, signal("app:Poke", "{}"));
    house.suspend(account);
    let broken = house.ask(app, signal("RC:TypSts", "{}"));

    let code = Some(Code::RC_MSG_CONTENT_EXCEED_LIMIT);
    assert_eq!(house.failure(app, too_long), code);
    assert_eq!(house.failure(app, kept), Some(Code::LOCAL_BAD_REQUEST));
    assert_eq!(house.failure(app, own), None);
    assert_eq!(
        house.failure(app, broken),
        Some(Code::RC_NET_CHANNEL_INVALID)
    );
}

#[test]
fn a_status_message_is_not_sent_but_signalled() {
    let mut house = House::new();
    let app = house.attach("notes");
    house.connect_alone(app);
    let Request::Send {
        conversation,
        body,
        client_id,
        options,
        ..
    } = send("{}")
    else {
        unreachable!()
    };

    let refused = house.ask(
        app,
        Request::Send {
            conversation,
            object_name: ObjectName::new("RC:TypSts").unwrap(),
            body,
            client_id,
            options,
        },
    );

    let code = Code::MESSAGE_NOT_SUPPORT_SENDING;
    assert_eq!(house.failure(app, refused), Some(code));
    assert!(house.failure_text(app, refused).contains("signalled"));
    assert_eq!(house.commits(), 0);
}

// cloud-wire.md 5.7
#[test]
fn a_recall_is_done_after_the_cloud_the_store_and_the_other_apps() {
    let mut house = House::new();
    let (app, other) = (house.attach("notes"), house.attach("clock"));
    let account = house.connect_both(app, other);

    let request = house.ask(app, recall(false));
    house.found(app, Some(stored()));
    assert!(house.outcome(app, request).is_empty(), "the cloud first");
    house.answer_ask(account, Ok(Answer::Recalled { at: Millis(9) }));
    let (recall, then) = house.recalled().expect("the store then");
    assert_eq!((recall.by.as_str(), recall.at), ("alice", Millis(9)));
    assert_eq!(recall.trace, Trace::Notice);
    assert!(house.outcome(app, request).is_empty());
    house
        .registry
        .edited(account, then, Ok(vec![Edited::Recalled(stored())]));
    house.drain();

    assert!(house.done(app, request));
    for peer in [app, other] {
        assert_eq!(house.changes(peer), 1);
    }
}

#[test]
fn whoever_recalls_without_a_trace_hears_like_the_others_that_it_is_gone() {
    let mut house = House::new();
    let (app, other) = (house.attach("notes"), house.attach("clock"));
    let account = house.connect_both(app, other);

    let request = house.ask(app, recall(true));
    house.found(app, Some(stored()));
    house.answer_ask(account, Ok(Answer::Recalled { at: Millis(9) }));
    let (_, then) = house.recalled().unwrap();
    let deleted = Ok(vec![Edited::Deleted(vec![Seq(7)])]);
    house.registry.edited(account, then, deleted);
    house.drain();

    assert!(house.done(app, request));
    for peer in [app, other] {
        assert_eq!(house.changes(peer), 1);
    }
}

#[test]
fn a_recall_has_the_codes_that_are_documented() {
    let mut house = House::new();
    let app = house.attach("notes");
    let early = house.ask(app, recall(false));
    assert_eq!(
        house.failure(app, early),
        Some(Code::RC_NET_CHANNEL_INVALID)
    );
    let account = house.connect_alone(app);

    let unknown = house.ask(app, recall(false));
    house.found(app, None);
    assert_eq!(house.failure(app, unknown), Some(Code::RECALL_MESSAGE));
    let foreign = house.ask(app, recall(false));
    house.found(app, Some(stored()));
    house.answer_ask(account, Err(Code::RECALL_MESSAGE_USER_INVALID));
    let code = Code::RECALL_MESSAGE_USER_INVALID;
    assert_eq!(house.failure(app, foreign), Some(code));
    assert!(house.recalled().is_none());
}

#[test]
fn recalling_what_is_recalled_is_done_and_asks_nobody() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let notice = Message {
        object_name: ObjectName::recall_notice(),
        ..stored()
    };

    let again = house.ask(app, recall(false));
    house.found(app, Some(notice));

    assert!(house.done(app, again));
    let recalls = |command: &&Command| matches!(command, Command::Recall { .. });
    assert_eq!(house.commands(account).filter(recalls).count(), 0);
}

#[test]
fn a_message_is_taken_back_here_too_when_its_app_is_gone_by_then() {
    let mut house = House::new();
    let (app, other) = (house.attach("notes"), house.attach("clock"));
    let account = house.connect_both(app, other);
    house.ask(app, recall(false));
    house.found(app, Some(stored()));

    house.registry.detach(app);
    house.answer_ask(account, Ok(Answer::Recalled { at: Millis(9) }));

    assert!(house.recalled().is_some());
}

#[test]
fn what_a_driver_did_not_answer_ends_with_it() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let request = house.ask(app, signal("RC:TypSts", "{}"));

    house.registry.fail_asks(account);
    house.drain();

    assert_eq!(
        house.failure(app, request),
        Some(Code::RC_NET_CHANNEL_INVALID)
    );
}

// F-I32
#[test]
fn an_app_that_floods_with_recalls_is_refused_and_a_sibling_takes_its_message_back() {
    let mut house = House::new();
    let (flood, app) = (house.attach("flood"), house.attach("notes"));
    let account = house.connect_both(flood, app);
    let recalls = |command: &&Command| matches!(command, Command::Recall { .. });
    let many: Vec<u64> = (0..100)
        .map(|_| {
            let request = house.ask(flood, recall(false));
            house.found(flood, Some(stored()));
            request
        })
        .collect();
    let under_way = house.commands(account).filter(recalls).count();
    assert_eq!(under_way, 16, "half of what a link takes");
    assert_eq!(house.failure(flood, many[15]), None);
    assert_eq!(house.failure(flood, many[16]), Some(Code::LOCAL_QUOTA));

    // The same app under another connection is the same app.
    house.registry.detach(flood);
    let flood = house.attach("flood");
    house.ask(flood, connect("token"));
    let again = house.ask(flood, recall(false));
    house.found(flood, Some(stored()));
    assert_eq!(house.failure(flood, again), Some(Code::LOCAL_QUOTA));

    let one = house.ask(app, recall(false));
    house.found(app, Some(stored()));
    assert_eq!(house.failure(app, one), None);
    house.answer_ask(account, Ok(Answer::Recalled { at: Millis(9) }));
    assert!(house.recalled().is_some(), "it reached the cloud");
}

// behaviour.md 13.7
#[test]
fn what_the_cloud_recalls_is_told_to_every_app() {
    let mut house = House::new();
    let (app, other) = (house.attach("notes"), house.attach("clock"));
    let account = house.connect_both(app, other);

    let changes = vec![Edited::Recalled(stored()), Edited::Deleted(vec![Seq(8)])];
    house.registry.changed(account, changes);
    house.drain();

    for peer in [app, other] {
        assert_eq!(house.changes(peer), 2);
    }
}

impl House {
    fn answer_ask(&mut self, account: AccountId, result: Result<Answer, Code>) {
        let asks = self.commands(account).filter_map(|command| match command {
            Command::Signal { ask, .. } | Command::Recall { ask, .. } => Some(*ask),
            _ => None,
        });
        let ask: AskId = asks.last().expect("something is asked");
        self.uplink(account, uplink::Event::Answered { ask, result });
    }

    /// The message of the last recall was looked for.
    fn found(&mut self, app: PeerId, message: Option<Message>) {
        let wanted = self.seen.iter().rev().find_map(|effect| match effect {
            Effect::Read {
                read: Read::Uid(_),
                then,
                ..
            } => Some(then.clone()),
            _ => None,
        });
        let then = wanted.expect("the message is looked for");
        assert!(matches!(then, Then::Recall { peer, .. } if peer == app));
        self.registry.read(then, Ok(Found::Message(message)));
        self.drain();
    }

    fn recalled(&self) -> Option<(Recall, Then)> {
        self.seen.iter().find_map(|effect| match effect {
            Effect::Edit { edits, then, .. } => match &edits[..] {
                [Edit::Recall(recall)] => Some((recall.clone(), then.clone())),
                _ => None,
            },
            _ => None,
        })
    }

    fn changes(&self, peer: PeerId) -> usize {
        let told = self.seen.iter().filter(|effect| match effect {
            Effect::Event { peer: to, event } if *to == peer => {
                matches!(event, Event::Changed { .. } | Event::Deleted { .. })
            }
            _ => false,
        });
        told.count()
    }
}

fn stored() -> Message {
    Message {
        uid: Some(MessageUid::new("u-7").unwrap()),
        ..message(7, Origin::Remote)
    }
}

fn recall(delete: bool) -> Request {
    Request::Recall {
        uid: MessageUid::new("u-7").unwrap(),
        delete,
    }
}

pub(super) fn signal(object_name: &str, body: &str) -> Request {
    Request::Signal {
        conversation: Conversation {
            kind: ConversationKind::Private.number(),
            target: TargetId::new("bob").unwrap(),
            channel: None,
        },
        object_name: ObjectName::new(object_name).unwrap(),
        body: Body::new(body),
    }
}
