//! What apps ask of the messages they sent.

use imlink_ipc_proto::{OutboxEntry, SendResult, SendState};
use imlink_model::uplink::SendOutcome;
use imlink_model::{MessageUid, OutboxId, OutgoingMessage};
use imlink_store::{Change, OutboxPage, OutboxState};

use super::bench::*;

fn client_id(id: &str) -> ClientMessageId {
    ClientMessageId::new(id).unwrap()
}

fn withdraw(id: &str) -> Request {
    Request::Withdraw {
        client_id: client_id(id),
    }
}

fn resend(id: &str) -> Request {
    Request::Resend {
        client_id: client_id(id),
    }
}

fn outgoing(id: u64, app: &str) -> OutgoingMessage {
    OutgoingMessage {
        id: OutboxId(id),
        app: AppId::new(app).unwrap().into(),
        client_id: client_id("1"),
        wire_ref: id,
        conversation: imlink_model::Conversation::private(UserId::new("bob").unwrap()),
        object_name: ObjectName::text(),
        body: Body::new("{}"),
        accepted_at: Millis(1),
        options: imlink_model::SendOptions::default(),
    }
}

fn settled(outgoing: OutgoingMessage, outcome: SendOutcome) -> Result<Applied, Code> {
    Ok(Applied::Settled {
        outgoing,
        outcome,
        message: None,
    })
}

impl House {
    /// The last change that was asked for, and who waits for it.
    fn last_change(&self) -> (Change, Then) {
        let changes = self.seen.iter().rev().find_map(|effect| match effect {
            Effect::Commit { change, then, .. } => Some((change.clone(), then.clone())),
            _ => None,
        });
        changes.expect("a change was asked for")
    }

    fn commit(&mut self, account: AccountId, result: Result<Applied, Code>) {
        let (_, then) = self.last_change();
        self.registry.committed(account, then, result);
        self.drain();
    }

    /// What an app was told of the fates of its messages, in order.
    fn results(&self, peer: PeerId) -> Vec<SendResult> {
        let events = self.seen.iter().filter_map(|effect| match effect {
            Effect::Event {
                peer: to,
                event: Event::SendResult { result, .. },
            } if *to == peer => Some(result.clone()),
            _ => None,
        });
        events.collect()
    }

    /// Whether what the app was answered comes before what it was told.
    fn answered_before_told(&self, peer: PeerId) -> bool {
        let answer = self
            .seen
            .iter()
            .rposition(|effect| matches!(effect, Effect::Answer { peer: to, .. } if *to == peer));
        let event = self.seen.iter().position(|effect| {
            matches!(effect, Effect::Event { peer: to, event: Event::SendResult { .. } } if *to == peer)
        });
        answer < event
    }
}

// F-I37
#[test]
fn an_app_asks_for_its_own_messages_whatever_it_says() {
    let mut house = House::new();
    let (notes, mail) = (house.attach("notes"), house.attach("mail"));
    house.connect_both(notes, mail);

    house.ask(mail, withdraw("1"));
    let (change, _) = house.last_change();
    let list = Request::Outbox {
        behind: Some(OutboxId(7)),
        limit: 1_000,
    };
    house.ask(mail, list);

    let app: LocalApp = AppId::new("mail").unwrap().into();
    let expected = Change::Withdraw {
        app: app.clone(),
        client_id: client_id("1"),
    };
    assert_eq!(change, expected);
    let read = house.seen.iter().rev().find_map(|effect| match effect {
        Effect::Read {
            read: Read::Outbox { app, behind, limit },
            ..
        } => Some((app.clone(), *behind, *limit)),
        _ => None,
    });
    assert_eq!(
        read,
        Some((app, Some(OutboxId(7)), limits::PAGE_ENTRIES.into()))
    );
}

#[test]
fn a_withdrawn_message_leaves_the_link_and_every_attachment_of_its_app_hears_of_it() {
    let mut house = House::new();
    let (asking, sibling) = (house.attach("notes"), house.attach("notes"));
    let other = house.attach("mail");
    let account = house.connect_both(asking, sibling);
    house.ask(other, connect("token"));
    let code = Code::LOCAL_WITHDRAWN;

    let id = house.ask(asking, withdraw("1"));
    house.commit(
        account,
        settled(outgoing(7, "notes"), SendOutcome::Failed { code }),
    );

    assert!(house.done(asking, id));
    assert!(house.answered_before_told(asking));
    for peer in [asking, sibling] {
        assert_eq!(house.results(peer), [SendResult::Failed { code }]);
    }
    assert_eq!(house.results(other), []);
    assert!(
        house
            .commands(account)
            .any(|command| matches!(command, Command::Withdraw(OutboxId(7))))
    );
}

// decisions.md P17
#[test]
fn a_message_that_is_sent_again_waits_again() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);

    let id = house.ask(app, resend("1"));
    house.commit(account, settled(outgoing(7, "notes"), SendOutcome::Queued));

    assert!(house.done(app, id));
    assert_eq!(house.results(app), [SendResult::Queued]);
    assert!(
        house
            .commands(account)
            .any(|command| matches!(command, Command::Resend(OutboxId(7))))
    );
}

#[test]
fn what_the_store_refuses_is_refused_with_its_code() {
    for code in [Code::LOCAL_TOO_LATE, Code::LOCAL_NO_MESSAGE] {
        for request in [withdraw("1"), resend("1")] {
            let mut house = House::new();
            let app = house.attach("notes");
            let account = house.connect_alone(app);

            let id = house.ask(app, request);
            house.commit(account, Ok(Applied::Refused { code }));

            assert_eq!(house.failure(app, id), Some(code));
            assert_eq!(house.results(app), []);
        }
    }
}

// Repeated after an answer that was lost.
#[test]
fn withdrawing_again_is_done_and_told_once() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);

    let id = house.ask(app, withdraw("1"));
    house.commit(account, Ok(Applied::Recorded));

    assert!(house.done(app, id));
    assert_eq!(house.results(app), []);
}

// The link and the answers to apps are two ways to the Hub.
#[test]
fn a_doubt_that_comes_late_is_not_told_behind_the_end() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let (code, message) = (Code::LOCAL_WITHDRAWN, outgoing(7, "notes"));
    house.ask(app, withdraw("1"));
    house.commit(
        account,
        settled(message.clone(), SendOutcome::Failed { code }),
    );

    for late in [SendOutcome::InDoubt, SendOutcome::Queued] {
        house.registry.settled(account, &message, &late);
    }
    let next = SendOutcome::InDoubt;
    house
        .registry
        .settled(account, &outgoing(8, "notes"), &next);
    house.drain();

    assert_eq!(
        house.results(app),
        [SendResult::Failed { code }, SendResult::InDoubt]
    );
}

#[test]
fn a_page_of_the_outbox_is_what_was_read_and_no_more_than_fits() {
    let mut house = House::new();
    let app = house.attach("notes");
    house.connect_alone(app);
    let request = house.ask(
        app,
        Request::Outbox {
            behind: None,
            limit: 10,
        },
    );
    let then = Then::Answer { peer: app, request };
    // Half a page of bytes each, and their quotes cost two.
    let body = Body::new("\"".repeat(limits::PAGE_BYTES / 4));
    let entries = (1..=3).map(|id| {
        let message = OutgoingMessage {
            body: body.clone(),
            ..outgoing(id, "notes")
        };
        (message, OutboxState::InDoubt)
    });
    let found = OutboxPage {
        entries: entries.collect(),
        more: false,
    };

    house.registry.read(then, Ok(Found::Outbox(found)));
    house.drain();

    let [Outcome::Ok(Response::Outbox { entries, more })] = house.outcome(app, request)[..] else {
        panic!("not a page");
    };
    let told: Vec<_> = entries
        .iter()
        .map(|entry| (entry.id, &entry.state))
        .collect();
    assert_eq!(told, [(OutboxId(1), &SendState::InDoubt)]);
    assert!(*more);
    let OutboxEntry { accepted_at, .. } = entries[0];
    assert_eq!(accepted_at, Millis(1));
}

#[test]
fn a_page_of_nothing_is_a_mistake() {
    let mut house = House::new();
    let app = house.attach("notes");
    house.connect_alone(app);

    let id = house.ask(
        app,
        Request::Outbox {
            behind: None,
            limit: 0,
        },
    );

    assert_eq!(house.failure(app, id), Some(Code::INVALID_PARAMETER_COUNT));
}

// Bounded, refusing before accepting.
#[test]
fn a_message_that_a_full_outbox_refuses_never_reaches_the_link() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let code = Code::LOCAL_QUOTA;

    let id = house.ask(app, send("hello"));
    house.commit(account, Ok(Applied::Refused { code }));

    assert_eq!(house.failure(app, id), Some(code));
    assert!(
        !house
            .commands(account)
            .any(|command| matches!(command, Command::Send(_)))
    );
}

// Attached, then exactly one of sent, failed, in doubt.
#[test]
fn a_message_is_accepted_before_anything_is_told_of_it() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let message = outgoing(7, "notes");
    let uid = MessageUid::new("u-1").unwrap();
    let sent = SendOutcome::Sent { uid, at: Millis(3) };

    let id = house.ask(app, send("hello"));
    house.commit(
        account,
        Ok(Applied::Accepted {
            outgoing: message.clone(),
            state: OutboxState::Queued,
            new: true,
        }),
    );
    house
        .registry
        .settled(account, &message, &SendOutcome::InDoubt);
    house.registry.settled(account, &message, &sent);
    house.drain();

    assert!(matches!(
        house.outcome(app, id)[..],
        [Outcome::Ok(Response::Accepted { new: true, .. })]
    ));
    assert!(house.answered_before_told(app));
    assert_eq!(
        house.results(app),
        [SendResult::InDoubt, SendResult::from(sent)]
    );
    let sends = house.commands(account);
    assert_eq!(
        sends
            .filter(|command| matches!(command, Command::Send(_)))
            .count(),
        1
    );
}
