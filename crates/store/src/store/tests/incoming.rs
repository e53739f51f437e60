//! Messages from the cloud.

use imlink_model::{Millis, Origin, Seq};

use proptest::prelude::*;

use super::*;
use crate::{Gap, GapCause};

#[test]
fn a_message_keeps_everything_it_came_with() {
    let mut house = House::new();
    let mut message = received("u-1", "alice", r#"{"content":"hi"}"#);
    message.flags = Flags {
        persisted: true,
        counted: false,
        mention: true,
        silent: false,
        expandable: true,
        transient: false,
    };
    message.expansion = Some(r#"{"k":{"v":"1"}}"#.into());
    message.offline = true;
    message.retrieved = true;

    let stored = house.receive(vec![message.clone()]);
    house.reopen();

    let expected = Message {
        seq: Seq(1),
        uid: message.uid,
        conversation: message.conversation,
        direction: message.direction,
        origin: Origin::Remote,
        sender: message.sender,
        object_name: message.object_name,
        body: message.body,
        sent_at: message.sent_at,
        received_at: Millis(5_000),
        flags: message.flags,
        client_id: None,
        expansion: message.expansion,
        offline: true,
        received: ReceivedStatus::RETRIEVED,
        local_extra: None,
    };
    assert_eq!(stored, house.messages());
    assert_eq!(stored, [expected]);
}

// F-S16, F-D16
#[test]
fn the_same_uid_again_is_dropped_also_within_one_batch_and_after_a_restart() {
    let mut house = House::new();
    let hello = || received("u-1", "alice", "hello");

    let applied = house.commit(vec![
        incoming(vec![hello(), hello()], ""),
        incoming(vec![hello()], ""),
    ]);
    house.reopen();
    let again = house.receive(vec![hello(), received("u-2", "alice", "next")]);

    assert!(matches!(&applied[1], Applied::Stored { new, .. } if new.is_empty()));
    assert_eq!(seqs(&again), [2]);
    assert_eq!(bodies(&house.messages()), ["hello", "next"]);
    assert_eq!(house.store.anomalies().uid_conflicts, 0);
}

// F-D16
#[test]
fn another_content_under_a_known_uid_is_counted_and_the_first_one_kept() {
    let mut house = House::new();
    house.receive(vec![received("u-1", "alice", "first")]);

    let stored = house.receive(vec![received("u-1", "alice", "second")]);

    assert!(stored.is_empty());
    assert_eq!(bodies(&house.messages()), ["first"]);
    assert_eq!(house.store.anomalies().uid_conflicts, 1);
}

// F-D15, F-S17, F-S21
#[test]
fn order_is_that_of_arrival_whatever_the_clocks_say() {
    let mut house = House::new();
    let at = |uid, time| IncomingMessage {
        sent_at: Millis(time),
        ..received(uid, "alice", uid)
    };

    house
        .store
        .commit(vec![incoming(vec![at("b", 9_000)], "")], Millis(9_000))
        .unwrap();
    house
        .store
        .commit(vec![incoming(vec![at("a", 1_000)], "")], Millis(-1))
        .unwrap();

    assert_eq!(bodies(&house.messages()), ["b", "a"]);
}

#[test]
fn the_cursor_and_the_rows_it_vouches_for_are_written_together_or_not_at_all() {
    let mut house = House::new();
    house.apply(incoming(vec![received("u-1", "alice", "one")], "cursor 1"));

    house.rows.set_trouble(Trouble::Full);
    let failed = house.store.commit(
        vec![incoming(vec![received("u-2", "alice", "two")], "cursor 2")],
        Millis(0),
    );
    house.rows.set_trouble(Trouble::None);
    house.reopen();

    assert!(failed.is_err());
    assert_eq!(house.store.restored().unwrap().cursor.0, "cursor 1");
    assert_eq!(bodies(&house.messages()), ["one"]);
}

#[test]
fn a_cursor_moves_without_messages() {
    let mut house = House::new();

    house.apply(incoming(vec![], "cursor 1"));
    house.apply(incoming(vec![], "cursor 2, a little longer"));
    house.reopen();

    assert_eq!(
        house.store.restored().unwrap().cursor.0,
        "cursor 2, a little longer"
    );
}

#[test]
fn messages_of_the_users_other_devices_are_marked() {
    let mut house = House::new();

    let stored = house.receive(vec![
        echoed("u-1", "alice", "from my phone"),
        received("u-2", "alice", "from her"),
    ]);

    assert_eq!(stored[0].origin, Origin::OtherDevice);
    assert_eq!(stored[1].origin, Origin::Remote);
}

#[test]
fn a_message_without_a_uid_is_stored_each_time() {
    let mut house = House::new();
    let nameless = IncomingMessage {
        uid: None,
        ..received("x", "alice", "who am I")
    };

    house.receive(vec![nameless.clone(), nameless]);

    assert_eq!(seqs(&house.messages()), [1, 2]);
}

// F-D21
#[test]
fn a_body_of_128_kib_comes_back_whole() {
    let mut house = House::new();
    let body = "é".repeat(64 * 1024);

    house.receive(vec![received("u-1", "alice", &body)]);
    house.reopen();

    assert_eq!(bodies(&house.messages()), [body]);
}

// F-S46
#[test]
fn messages_that_the_cloud_no_longer_had_leave_a_position_before_those_that_come() {
    let mut house = House::new();
    house.receive(vec![received("u-1", "alice", "before")]);
    let expired = |from, until, cursor: &'static str| {
        Change::Record(Record::Expired {
            from: Millis(from),
            until: Millis(until),
            cursor: Cursor(cursor.into()),
        })
    };

    // Once more after a crash before anything else came.
    for (from, until, cursor) in [(10, 20, "a"), (20, 22, "b")] {
        let applied = house.apply(expired(from, until, cursor));
        assert_eq!(applied, Applied::GapNoted { last: Seq(2) });
        house.reopen();
        assert_eq!(
            house.store.restored().unwrap().cursor,
            Cursor(cursor.into())
        );
    }
    house.receive(vec![received("u-2", "alice", "after")]);
    house.apply(expired(30, 40, "c"));
    // Between these two nothing was missing, and nothing came.
    house.apply(expired(50, 60, "d"));
    house.reopen();

    assert_eq!(seqs(&house.messages()), [1, 3]);
    let gap = |place, from, until| Gap {
        first: Seq(place),
        last: Seq(place),
        lost: None,
        cause: GapCause::Expired {
            from: Millis(from),
            until: Millis(until),
        },
    };
    let gaps = [gap(2, 10, 22), gap(4, 30, 40), gap(5, 50, 60)];
    assert_eq!(house.store.gaps().unwrap(), gaps);
    assert_eq!(house.store.last_seq(), Seq(5));
    assert_eq!(house.store.anomalies().damaged_rows, 0);
}

// P31
#[test]
fn a_message_stays_however_old_it_is() {
    let mut house = House::new();
    house.receive(vec![received("u-1", "alice", "old")]);

    let next = vec![received("u-2", "alice", "next")];
    let later = Millis(100 * 365 * 24 * 60 * 60 * 1000);
    house.store.commit(vec![incoming(next, "")], later).unwrap();
    house.reopen();

    assert_eq!(bodies(&house.messages()), ["old", "next"]);
}

// issue 4: nothing is left out silently
#[test]
fn messages_that_the_driver_could_not_read_are_counted() {
    let mut house = House::new();

    for _ in 0..2 {
        house.apply(Change::Record(Record::Incoming {
            messages: Vec::new(),
            recalls: Vec::new(),
            unreadable: 2,
            cursor: Cursor::default(),
        }));
    }

    assert_eq!(house.store.anomalies().unreadable, 4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    // F-D25: nothing dies of a message before it has a place, nor of reading it
    #[test]
    fn whatever_a_message_says_it_is_stored_read_and_searched(
        bodies in prop::collection::vec((body(), type_name()), 1..8),
        keyword in "\\PC{1,3}",
    ) {
        let mut house = House::new();
        let messages = bodies.iter().zip(0..).map(|((body, name), n)| IncomingMessage {
            object_name: ObjectName::new(*name).unwrap(),
            ..received(&format!("u-{n}"), "alice", body)
        });

        let new = house.receive(messages.collect());
        house.reopen();

        let stored: Vec<_> = bodies.iter().map(|(body, _)| body.as_str()).collect();
        prop_assert_eq!(super::bodies(&new), stored);
        prop_assert_eq!(house.messages(), new);
        let query = crate::SearchQuery {
            keyword: &keyword,
            conversation: None,
            before: None,
            limit: ALL,
            max_bytes: ALL,
        };
        prop_assert!(house.store.search(&query).is_ok());
        let up_to = house.store.edit(
            vec![crate::Edit::MarkRead { conversation: with("alice"), up_to: Millis(1_000) }],
            Millis(0),
        );
        prop_assert!(up_to.is_ok());
    }
}

/// Bodies as no app should write them, with the fields that are looked at.
fn body() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        "\\PC{0,12}".prop_map(|text| serde_json::Value::from(text).to_string()),
        any::<f64>().prop_map(|number| number.to_string()),
        Just("{\"type\":2,\"userIdList\":[\"me\",7,null]}".to_owned()),
        (1..300_usize).prop_map(|depth| "[".repeat(depth) + &"]".repeat(depth)),
    ];
    let field = prop::sample::select(vec!["content", "title", "name", "poi", "mentionedInfo"]);
    let fields = prop::collection::vec((field, value), 0..6);
    let object = fields.prop_map(|fields| {
        let fields = fields
            .iter()
            .map(|(name, value)| format!("\"{name}\":{value}"));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    });
    prop_oneof![3 => object, 1 => any::<String>(), 1 => "[\\[{\":,u\\\\mentionedInfo]{0,40}"]
}

fn type_name() -> impl Strategy<Value = &'static str> {
    let names = [
        "RC:TxtMsg",
        "RC:ImgTextMsg",
        "RC:FileMsg",
        "RC:CmdMsg",
        "app:Poke",
    ];
    prop::sample::select(names.to_vec())
}
