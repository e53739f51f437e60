//! What is said in a room, and who hears it.

use imlink_model::ConversationKind;
use imlink_sandbox::{Draft, SenderCopy, Target};
use imlink_wire::{
    QoS, ServerPacket, flags,
    notify::Notification,
    proto::{ChrmPullMsg, DownStreamMessage, decode_body, encode_body},
    topic,
};

use super::{ROOM, bench_with_room, inside, join, leave, notifications, pull, room, say, texts};
use crate::bench::{Bench, text_body, user};

#[test]
fn a_message_is_acknowledged_notified_and_pulled_by_the_others() {
    let mut bench = bench_with_room();
    let (alice, bob) = (inside(&mut bench, "alice"), inside(&mut bench, "bob"));
    let outsider = bench.online("carol");
    let (_, cursor) = pull(&mut bench, bob, 0, 10);
    for link in [bob, outsider] {
        bench.heard(link);
    }

    let acked = say(&mut bench, alice, "hello");

    assert_eq!(acked.status, 0);
    let notice = Notification::ChatroomMessages {
        chatroom: ROOM.to_owned(),
        time: acked.time,
    };
    assert_eq!(notifications(&bench.heard(bob)), [notice]);
    assert_eq!(bench.heard(outsider), []);
    let (messages, after) = pull(&mut bench, bob, cursor, 10);
    assert_eq!(texts(&messages), ["hello"]);
    let message = &messages[0];
    assert_eq!(message.from_user_id, "alice");
    assert_eq!(message.group_id.as_deref(), Some(ROOM));
    assert_eq!(
        message.r#type,
        i32::from(ConversationKind::Chatroom.number())
    );
    assert_eq!(message.msg_id, Some(acked.uid));
    assert_eq!(message.data_time, acked.time);
    assert_eq!(after, acked.time);
    assert_eq!(pull(&mut bench, bob, after, 10), (Vec::new(), after));
}

// protocol/cloud-wire.md 5.9: a client does not look who said what it pulls.
#[test]
fn what_a_client_said_never_comes_back_to_its_user_until_he_enters_again() {
    let mut bench = bench_with_room();
    let (alice, bob) = (inside(&mut bench, "alice"), inside(&mut bench, "bob"));
    let (_, cursor) = pull(&mut bench, alice, 0, 10);
    assert!(cursor > 0, "the next pull is no entry");

    let body = encode_body(&text_body("mine"));
    bench.publish(alice, topic::CHATROOM, ROOM, body);
    let own = notifications(&bench.heard(alice));
    say(&mut bench, bob, "yours");

    assert_eq!(own, [], "nothing to pull");
    assert_eq!(notifications(&bench.heard(alice)).len(), 1);
    let (news, after) = pull(&mut bench, alice, cursor, 10);
    assert_eq!(texts(&news), ["yours"]);
    assert!(after > cursor);
    let (all, _) = pull(&mut bench, alice, 0, 10);
    assert_eq!(texts(&all), ["mine", "yours"]);
    let directions: Vec<_> = all.iter().map(|message| message.direction).collect();
    assert_eq!(directions, [Some(1), Some(0)], "and is marked");
}

#[test]
fn his_other_device_gets_an_echo_that_is_complete_without_a_puback() {
    let mut bench = bench_with_room();
    let alice = inside(&mut bench, "alice");
    let other = bench.online("alice");

    say(&mut bench, alice, "hello");

    let heard = bench.heard(other);
    let echoes = heard.iter().filter(|packet| {
        matches!(packet, ServerPacket::Publish { sync: true, topic, target, .. }
            if topic == topic::CHATROOM && target == ROOM)
    });
    assert_eq!(echoes.count(), 1);
    assert!(
        !heard
            .iter()
            .any(|packet| matches!(packet, ServerPacket::PubAck { .. }))
    );
}

#[test]
fn who_enters_gets_the_last_messages_as_many_as_he_asks_for() {
    let mut bench = bench_with_room();
    let alice = inside(&mut bench, "alice");
    for number in 0..60 {
        say(&mut bench, alice, &number.to_string());
    }
    let bob = inside(&mut bench, "bob");

    assert_eq!(texts(&pull(&mut bench, bob, 0, 2).0), ["58", "59"]);
    assert_eq!(pull(&mut bench, bob, 0, -1).0, []);
    assert_eq!(pull(&mut bench, bob, 0, 0).0.len(), 50);
    assert_eq!(pull(&mut bench, bob, 0, 99).0.len(), 50);
}

#[test]
fn only_who_is_in_sends_and_pulls() {
    let mut bench = bench_with_room();
    let alice = inside(&mut bench, "alice");
    let outsider = bench.online("bob");
    let asked = encode_body(&ChrmPullMsg {
        sync_time: 0,
        count: 10,
        ..ChrmPullMsg::default()
    });

    assert_eq!(say(&mut bench, outsider, "let me in").status, 23406);
    let mut pull_of = |id| {
        bench
            .query_about(outsider, topic::PULL_CHATROOM, id, asked.clone())
            .0
    };
    assert_eq!(pull_of(ROOM), 23406);
    assert_eq!(pull_of("nowhere"), 23410);
    assert_eq!(leave(&mut bench, alice, ROOM), 0);
    assert_eq!(say(&mut bench, alice, "bye").status, 23406);
}

#[test]
fn outsiders_send_where_the_app_allows_it_but_not_to_no_room() {
    let mut bench = bench_with_room();
    bench.app().policy_mut().chatroom_outsiders = true;
    let (bob, outsider) = (inside(&mut bench, "bob"), bench.online("alice"));

    assert_eq!(say(&mut bench, outsider, "hello").status, 0);
    assert_eq!(texts(&pull(&mut bench, bob, 0, 10).0), ["hello"]);
    bench.publish(
        outsider,
        topic::CHATROOM,
        "nowhere",
        encode_body(&text_body("x")),
    );
    assert_eq!(bench.acks(outsider)[0].status, 23406);
}

#[test]
fn a_status_message_is_handed_to_who_is_there_and_kept_by_nobody() {
    let mut bench = bench_with_room();
    let (alice, bob) = (inside(&mut bench, "alice"), inside(&mut bench, "bob"));
    bench.heard(bob);

    let body = encode_body(&text_body("typing"));
    bench.publish(alice, topic::CHATROOM_STATUS, ROOM, body);

    assert_eq!(bench.acks(alice)[0].status, 0);
    let heard = bench.heard(bob);
    let [
        ServerPacket::Publish {
            qos: QoS::AtMostOnce,
            topic,
            body,
            ..
        },
    ] = &heard[..]
    else {
        panic!("not one PUBLISH: {heard:?}");
    };
    assert_eq!(topic, topic::DIRECT_MESSAGE);
    let message: DownStreamMessage = decode_body(body.clone()).unwrap();
    assert_eq!(message.ext_status, Some(flags::ext_status::STATUS_MESSAGE));
    assert_eq!(message.group_id.as_deref(), Some(ROOM));
    assert_eq!(pull(&mut bench, bob, 0, 10).0, []);
}

#[test]
fn an_app_server_says_something_in_the_name_of_who_is_not_there() {
    let mut bench = bench_with_room();
    let (alice, bob) = (inside(&mut bench, "alice"), inside(&mut bench, "bob"));
    let (_, cursor) = pull(&mut bench, alice, 0, 10);
    bench.heard(bob);
    let now = bench.now;
    let draft = |from| {
        let to = Target::Chatroom(room(ROOM));
        Draft::new(user(from), to, "RC:TxtMsg", r#"{"content":"news"}"#)
    };

    let uid = bench
        .app()
        .publish_as(draft("announcer"), SenderCopy::Excluded, now);
    assert_eq!(notifications(&bench.heard(bob)).len(), 1);
    assert_eq!(bench.app().said_in_chatroom(&room(ROOM))[0].uid, uid);

    bench
        .app()
        .publish_as(draft("alice"), SenderCopy::Excluded, now);
    bench
        .app()
        .publish_as(draft("alice"), SenderCopy::Included, now);
    let (hers, _) = pull(&mut bench, alice, cursor, 10);
    let directions: Vec<_> = hers.iter().map(|message| message.direction).collect();
    assert_eq!(directions, [Some(0), Some(1)], "not the excluded one");
    let (on_entry, _) = pull(&mut bench, alice, 0, 10);
    assert_eq!(on_entry.len(), 2, "nor when she enters again");
    assert_eq!(pull(&mut bench, bob, cursor, 10).0.len(), 3);
}

#[test]
fn times_increase_strictly_within_one_millisecond() {
    let mut bench = bench_with_room();
    let (alice, bob) = (inside(&mut bench, "alice"), inside(&mut bench, "bob"));

    let times: Vec<_> = [alice, bob, alice, alice]
        .map(|link| say(&mut bench, link, "x").time)
        .into();

    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
}

#[test]
fn a_broadcast_is_heard_in_every_room_under_one_uid() {
    let mut bench = Bench::new();
    bench.app().policy_mut().many_chatrooms = true;
    let alice = bench.online("alice");
    let now = bench.now;
    for id in ["one", "two"] {
        let options = imlink_sandbox::ChatroomOptions::default();
        bench.app().create_chatroom(&room(id), id, options, now);
        join(&mut bench, alice, id);
    }

    let uid = bench
        .app()
        .broadcast_to_chatrooms(&user("announcer"), &text_body("closing"), now);

    assert_eq!(notifications(&bench.heard(alice)).len(), 2);
    for id in ["one", "two"] {
        let said = bench.app().said_in_chatroom(&room(id));
        assert_eq!(said.len(), 1);
        assert_eq!(said[0].uid, uid);
    }
}
