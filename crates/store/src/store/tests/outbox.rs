//! Messages on their way out.

use imlink_model::{Code, MAX_BODY_BYTES, Origin, Resend};

use super::*;
use crate::Limits;

#[test]
fn a_submitted_message_is_the_same_row_however_often_it_is_submitted() {
    let mut house = House::new();
    let first = house.submit("c-1");

    let twice = house.commit(vec![
        Change::Submit(submission("c-1")),
        Change::Submit(Submission {
            body: Body::new("something else"),
            ..submission("c-1")
        }),
    ]);
    house.reopen();
    let later = house.apply(Change::Submit(submission("c-1")));

    let same = Applied::Accepted {
        outgoing: first.clone(),
        state: OutboxState::Queued,
        new: false,
    };
    assert_eq!(twice, [same.clone(), same.clone()]);
    assert_eq!(later, same);
    assert_eq!(house.store.restored().unwrap().queued, [first]);
}

#[test]
fn two_apps_may_use_the_same_client_id() {
    let mut house = House::new();
    house.submit("c-1");

    let other = house.apply(Change::Submit(Submission {
        app: AppId::new("mail").unwrap().into(),
        ..submission("c-1")
    }));

    assert!(matches!(other, Applied::Accepted { new: true, .. }));
}

// F-I37
#[test]
fn apps_of_one_name_and_two_users_have_nothing_of_each_other_also_after_a_restart() {
    let mut house = House::new();
    let own = house.submit("c-1");
    let others = LocalApp {
        user: Some(1001),
        id: app().id,
    };

    let accepted = house.apply(Change::Submit(Submission {
        app: others.clone(),
        ..submission("c-1")
    }));
    assert!(matches!(accepted, Applied::Accepted { new: true, .. }));
    house.reopen();

    let of = |app: &LocalApp| {
        let page = house.store.outbox_page(app, None, 10, ALL).unwrap();
        let rows = page.entries.into_iter();
        rows.map(|(row, _)| (row.id, row.app)).collect::<Vec<_>>()
    };
    assert_eq!(of(&app()), [(own.id, app())]);
    let [(id, kept)] = &of(&others)[..] else {
        panic!("one message of the other user's app");
    };
    assert!(*id != own.id && *kept == others);
}

// invariant 7
#[test]
fn queued_messages_come_back_in_the_order_they_were_accepted() {
    let mut house = House::new();
    let ids = ["c", "a", "b"].map(|client| house.submit(client).id);
    house.apply(Change::Record(Record::Sending { id: ids[0] }));

    house.outcome(ids[0], SendOutcome::Queued);
    house.reopen();

    let queued = house.store.restored().unwrap().queued;
    assert_eq!(
        queued.iter().map(|message| message.id).collect::<Vec<_>>(),
        ids
    );
}

// F-S19, F-I27
#[test]
fn what_was_being_sent_when_the_run_ended_is_in_doubt_from_then_on() {
    let mut house = House::new();
    let outgoing = house.submit("c-1");
    house.apply(Change::Record(Record::Sending { id: outgoing.id }));
    assert_eq!(house.state("c-1"), Some(OutboxState::Sending));

    house.reopen();

    assert_eq!(house.state("c-1"), Some(OutboxState::InDoubt));
    let restored = house.store.restored().unwrap();
    assert_eq!(restored.in_doubt, [outgoing]);
    assert!(restored.queued.is_empty());
}

#[test]
fn a_sent_message_enters_the_timeline_as_its_apps() {
    let mut house = House::new();
    house.receive(vec![received("u-1", "alice", "hi")]);
    let outgoing = house.submit("c-1");

    let settled = house.outcome(outgoing.id, sent("u-2"));

    let Applied::Settled {
        message: Some(message),
        ..
    } = settled
    else {
        panic!("not settled: {settled:?}")
    };
    assert_eq!(message.seq, Seq(2));
    assert_eq!(message.uid, Some(message_uid("u-2")));
    assert_eq!(message.origin, Origin::App(app().id));
    assert_eq!(message.client_id, Some(client("c-1")));
    assert_eq!(message.sender, user("me"));
    assert_eq!(message.direction, Direction::Sent);
    assert_eq!(message.sent_at, Millis(2_000));
    assert_eq!(house.messages()[1], message);
    assert_eq!(
        house.state("c-1"),
        Some(OutboxState::Sent {
            uid: message_uid("u-2"),
            at: Millis(2_000)
        })
    );
}

// invariant 2, decisions.md P18
#[test]
fn the_clouds_copy_of_an_own_message_is_the_same_message_before_and_after() {
    let mut house = House::new();
    let before = house.submit("before");
    let after = house.submit("after");

    house.receive(vec![echoed("u-1", "alice", "hello")]);
    let settled = house.outcome(before.id, sent("u-1"));
    house.outcome(after.id, sent("u-2"));
    let copies = house.receive(vec![echoed("u-2", "alice", "hello")]);

    assert!(matches!(settled, Applied::Settled { message: None, .. }));
    assert!(copies.is_empty());
    let messages = house.messages();
    assert_eq!(seqs(&messages), [1, 2]);
    for (message, id) in messages.iter().zip(["before", "after"]) {
        assert_eq!(message.origin, Origin::App(app().id));
        assert_eq!(message.client_id, Some(client(id)));
    }
}

// invariant 6, F-S13
#[test]
fn a_final_state_never_changes() {
    let mut house = House::new();
    let sent_one = house.submit("sent").id;
    let failed_one = house.submit("failed").id;
    house.outcome(sent_one, sent("u-1"));
    house.outcome(
        failed_one,
        SendOutcome::Failed {
            code: Code::new(405),
        },
    );
    let states = [house.state("sent"), house.state("failed")];

    for id in [sent_one, failed_one] {
        assert_eq!(
            house.apply(Change::Record(Record::Sending { id })),
            refused(Code::LOCAL_TOO_LATE)
        );
        for outcome in [
            sent("u-9"),
            SendOutcome::Failed { code: Code::new(1) },
            SendOutcome::InDoubt,
            SendOutcome::Queued,
        ] {
            assert_eq!(house.outcome(id, outcome), Applied::Recorded);
        }
    }
    house.reopen();

    assert_eq!([house.state("sent"), house.state("failed")], states);
    assert_eq!(house.messages().len(), 1);
}

// F-S14
#[test]
fn an_outcome_of_an_unknown_row_is_refused_and_the_rest_of_the_batch_stands() {
    let mut house = House::new();

    let applied = house.commit(vec![
        settle(OutboxId(7), sent("u-1")),
        Change::Record(Record::Sending { id: OutboxId(7) }),
        Change::Submit(submission("c-1")),
    ]);

    let refused = Applied::Refused {
        code: Code::RC_DB_DATA_NOT_FOUND,
    };
    assert_eq!(applied[..2], [refused.clone(), refused]);
    assert_eq!(house.state("c-1"), Some(OutboxState::Queued));
    assert!(house.messages().is_empty());
}

#[test]
fn a_batch_sees_its_own_changes() {
    let mut house = House::new();

    let applied = house.commit(vec![
        Change::Submit(submission("c-1")),
        Change::Record(Record::Sending { id: OutboxId(1) }),
        settle(OutboxId(1), sent("u-1")),
        incoming(vec![echoed("u-1", "alice", "hello")], ""),
        Change::Submit(submission("c-1")),
    ]);

    assert!(matches!(
        &applied[2],
        Applied::Settled {
            message: Some(_),
            ..
        }
    ));
    assert!(matches!(&applied[3], Applied::Stored { new, .. } if new.is_empty()));
    assert!(matches!(
        &applied[4],
        Applied::Accepted {
            state: OutboxState::Sent { .. },
            new: false,
            ..
        }
    ));
}

// F-D21
#[test]
fn a_body_over_the_limit_is_refused_with_30016() {
    let mut house = House::new();
    let with_body = |bytes: usize, client: &str| {
        Change::Submit(Submission {
            body: Body::new("x".repeat(bytes)),
            ..submission(client)
        })
    };

    let fits = house.apply(with_body(MAX_BODY_BYTES, "fits"));
    let refused = house.apply(with_body(MAX_BODY_BYTES + 1, "over"));

    assert!(matches!(fits, Applied::Accepted { new: true, .. }));
    assert_eq!(
        refused,
        Applied::Refused {
            code: Code::new(30016)
        }
    );
    assert_eq!(house.state("over"), None);
}

#[test]
fn a_full_outbox_refuses_what_is_new_until_something_is_settled() {
    let mut house = House::new();
    house.store.limits = Limits {
        open: 2,
        settled: 10,
        ..Limits::default()
    };
    let first = house.submit("c-1").id;
    house.submit("c-2");

    let refused = house.apply(Change::Submit(submission("c-3")));
    let known = house.apply(Change::Submit(submission("c-2")));
    house.reopen();
    let still = house.apply(Change::Submit(submission("c-3")));
    house.outcome(first, sent("u-1"));
    let accepted = house.apply(Change::Submit(submission("c-3")));

    assert_eq!(
        refused,
        Applied::Refused {
            code: Code::LOCAL_QUOTA
        }
    );
    assert!(matches!(known, Applied::Accepted { new: false, .. }));
    assert_eq!(still, refused);
    assert!(matches!(accepted, Applied::Accepted { new: true, .. }));
}

// invariant 9
#[test]
fn a_message_that_would_not_fit_into_memory_is_refused_until_something_is_settled() {
    let mut house = House::new();
    house.store.limits.open_bytes = 10 * MAX_BODY_BYTES;
    let long = |client_id: &str| {
        Change::Submit(Submission {
            body: Body::new("x".repeat(MAX_BODY_BYTES)),
            ..submission(client_id)
        })
    };
    let with_push = |client_id: &str| {
        Change::Submit(Submission {
            options: SendOptions {
                push_content: Some("x".into()),
                ..SendOptions::default()
            },
            ..submission(client_id)
        })
    };
    let ids: Vec<_> = (0..9)
        .map(|n| match house.apply(long(&format!("c-{n}"))) {
            Applied::Accepted { outgoing, .. } => outgoing.id,
            other => panic!("not accepted: {other:?}"),
        })
        .collect();
    let in_doubt = ids[0];
    house.apply(Change::Record(Record::Sending { id: in_doubt }));

    let last = house.apply(long("last"));
    let small = house.apply(Change::Submit(submission("small")));
    house.reopen();
    let still = house.apply(with_push("small"));
    house.outcome(ids[1], sent("u-1"));
    let accepted = house.apply(with_push("small"));
    let again = house.apply(long("too long again"));
    house.apply(withdraw("c-0"));
    let after_withdrawal = house.apply(long("fits"));

    let new = |applied: &Applied| matches!(applied, Applied::Accepted { new: true, .. });
    assert!(new(&last), "exactly what fits: {last:?}");
    assert_eq!(small, refused(Code::LOCAL_QUOTA));
    assert_eq!(still, refused(Code::LOCAL_QUOTA), "also after a restart");
    assert!(new(&accepted), "{accepted:?}");
    assert_eq!(again, refused(Code::LOCAL_QUOTA));
    assert!(new(&after_withdrawal), "{after_withdrawal:?}");
}

#[test]
fn the_oldest_settled_rows_go_and_open_ones_stay() {
    let mut house = House::new();
    house.store.limits = Limits {
        open: 10,
        settled: 2,
        ..Limits::default()
    };
    house.submit("open");
    for n in 0..4 {
        let id = house.submit(&format!("c-{n}")).id;
        house.outcome(id, sent(&format!("u-{n}")));
    }
    house.reopen();
    house.submit("another");

    assert_eq!(house.state("open"), Some(OutboxState::Queued));
    assert_eq!(house.state("c-0"), None);
    assert_eq!(house.state("c-1"), None);
    assert!(house.state("c-2").is_some());
    assert!(house.state("c-3").is_some());
    assert_eq!(house.messages().len(), 4);
}

// protocol/cloud-wire.md 5.4
#[test]
fn every_message_has_a_number_of_its_own_at_the_cloud() {
    let mut house = House::new();
    let changes = (0..5_000).map(|n| Change::Submit(submission(&format!("c-{n}"))));

    let applied = house.commit(changes.collect());

    let numbers: std::collections::BTreeSet<_> = applied
        .iter()
        .map(|applied| match applied {
            Applied::Accepted { outgoing, .. } => outgoing.wire_ref,
            other => panic!("not accepted: {other:?}"),
        })
        .collect();
    assert_eq!(numbers.len(), 5_000);
    assert!(numbers.iter().all(|number| (1..1 << 51).contains(number)));
}

#[test]
fn what_an_app_asks_of_a_send_is_kept() {
    let mut house = House::new();
    let options = SendOptions {
        silent: true,
        push_content: Some("pc".into()),
        push_data: Some("pd".into()),
        resend: Resend::Always,
        directed: vec![user("bob"), user("群主")],
        expandable: true,
        expansion: Some(r#"{"k":{"v":"v"}}"#.into()),
    };
    let asked = Submission {
        body: Body::new(r#"{"content":"@bob","mentionedInfo":{"type":1}}"#),
        options: options.clone(),
        ..submission("c-1")
    };

    house.apply(Change::Submit(asked));
    house.reopen();

    let restored = house.store.restored().unwrap().queued.remove(0);
    assert_eq!(restored.options, options);
    house.outcome(restored.id, sent("u-1"));
    let message = house.messages().remove(0);
    assert!(message.flags.mention && message.flags.silent && message.flags.expandable);
    assert_eq!(message.expansion.as_deref(), Some(r#"{"k":{"v":"v"}}"#));
}

// F-D18: format 1
#[test]
fn a_row_of_form_1_has_the_options_of_its_time() {
    use crate::row::Row;

    // Id 1, app "a", client id "c", wire ref 7, private to "bob", text "{}", time 0, silent.
    let payload = b"\x01\x01a\x01c\x07\x01\x03bob\x00\x09RC:TxtMsg\x02{}\x00\x01\x01\x02pc\x00";

    let row = OutgoingMessage::decode(1, payload).unwrap();

    let expected = SendOptions {
        silent: true,
        push_content: Some("pc".into()),
        ..SendOptions::default()
    };
    assert_eq!(row.options, expected);
    assert_eq!(OutgoingMessage::decode(2, payload), None);
    assert_eq!(OutgoingMessage::decode(2, &row.encode()), Some(row));
}

fn withdraw(client_id: &str) -> Change {
    Change::Withdraw {
        app: app(),
        client_id: client(client_id),
    }
}

fn resend(client_id: &str) -> Change {
    Change::Resend {
        app: app(),
        client_id: client(client_id),
    }
}

fn refused(code: Code) -> Applied {
    Applied::Refused { code }
}

#[test]
fn a_message_that_waits_can_be_withdrawn_once_and_then_never_goes() {
    let mut house = House::new();
    let outgoing = house.submit("c-1");
    let outcome = SendOutcome::Failed {
        code: Code::LOCAL_WITHDRAWN,
    };

    let first = house.apply(withdraw("c-1"));
    let again = house.apply(withdraw("c-1"));
    let mark = house.apply(Change::Record(Record::Sending { id: outgoing.id }));

    let settled = Applied::Settled {
        outgoing,
        outcome: outcome.clone(),
        message: None,
    };
    assert_eq!(first, settled);
    assert_eq!(again, Applied::Recorded, "repeated after a lost answer");
    assert_eq!(mark, refused(Code::LOCAL_TOO_LATE));
    house.reopen();
    assert_eq!(house.state("c-1"), Some(outcome.into()));
    assert!(house.store.restored().unwrap().queued.is_empty());
    assert_eq!(house.apply(resend("c-1")), refused(Code::LOCAL_TOO_LATE));
}

#[test]
fn a_message_on_its_way_or_ended_cannot_be_withdrawn() {
    let mut house = House::new();
    let [on_its_way, sent_one, failed] = ["a", "b", "c"].map(|id| house.submit(id).id);
    house.apply(Change::Record(Record::Sending { id: on_its_way }));
    house.outcome(sent_one, sent("u-1"));
    let code = Code::new(405);
    house.outcome(failed, SendOutcome::Failed { code });

    for id in ["a", "b", "c"] {
        assert_eq!(house.apply(withdraw(id)), refused(Code::LOCAL_TOO_LATE));
        assert_eq!(house.apply(resend(id)), refused(Code::LOCAL_TOO_LATE));
    }
    assert_eq!(house.apply(withdraw("d")), refused(Code::LOCAL_NO_MESSAGE));
    assert_eq!(house.apply(resend("d")), refused(Code::LOCAL_NO_MESSAGE));
}

// decisions.md P17
#[test]
fn a_message_in_doubt_can_be_given_up_or_sent_again() {
    let mut house = House::new();
    let ids = ["given up", "again"].map(|client| house.submit(client).id);
    for id in ids {
        house.apply(Change::Record(Record::Sending { id }));
        house.outcome(id, SendOutcome::InDoubt);
    }

    house.apply(withdraw("given up"));
    let again = house.apply(resend("again"));
    // The cloud's copy comes too late: one fate is one fate.
    house.outcome(ids[0], sent("u-1"));

    assert!(matches!(
        again,
        Applied::Settled {
            outcome: SendOutcome::Queued,
            ..
        }
    ));
    house.reopen();
    assert_eq!(house.state("again"), Some(OutboxState::Queued));
    let code = Code::LOCAL_WITHDRAWN;
    assert_eq!(house.state("given up"), Some(OutboxState::Failed { code }));
}

// F-I37
#[test]
fn an_outbox_shows_an_app_its_own_and_nothing_it_is_done_with() {
    let mut house = House::new();
    for client_id in ["queued", "sending", "sent", "failed", "withdrawn", "doubt"] {
        house.submit(client_id);
    }
    house.apply(Change::Submit(Submission {
        app: AppId::new("mail").unwrap().into(),
        ..submission("theirs")
    }));
    house.apply(Change::Record(Record::Sending { id: OutboxId(2) }));
    house.outcome(OutboxId(3), sent("u-1"));
    let code = Code::new(405);
    house.outcome(OutboxId(4), SendOutcome::Failed { code });
    house.apply(withdraw("withdrawn"));
    house.outcome(OutboxId(6), SendOutcome::InDoubt);

    let mut seen = Vec::new();
    let mut behind = None;
    loop {
        let page = house.store.outbox_page(&app(), behind, 3, ALL).unwrap();
        behind = page.entries.last().map(|(outgoing, _)| outgoing.id);
        seen.extend(page.entries);
        if !page.more {
            break;
        }
    }

    let seen: Vec<_> = seen
        .iter()
        .map(|(outgoing, state)| (outgoing.client_id.as_str(), state))
        .collect();
    assert_eq!(
        seen,
        [
            ("queued", &OutboxState::Queued),
            ("sending", &OutboxState::Sending),
            ("failed", &OutboxState::Failed { code }),
            ("doubt", &OutboxState::InDoubt),
        ]
    );
    let one = house.store.outbox_page(&app(), None, 10, 1).unwrap();
    assert_eq!((one.entries.len(), one.more), (1, true), "cut by bytes");
}
