//! Names and values that a room carries.

use std::time::Duration;

use imlink_sandbox::{EntryError, EntryRules, LinkId, Rate};
use imlink_wire::{
    ClientPacket, ServerPacket, flags,
    navigation::ReceivedRequest,
    notify::Notification,
    proto::{
        ChrmKvEntity, ChrmKvOutput, ChrmKvsOutput, QueryChrmKv, SetChrmKv, SetChrmKvs, decode_body,
        encode_body,
    },
    topic,
};

use super::{ROOM, bench_with_room, inside, join, leave, notifications, pull, room, texts};
use crate::bench::{Bench, KEY, text_body, user};

#[test]
fn an_entry_reaches_the_others_and_knows_whose_it_is() {
    let mut bench = bench_with_room();
    let (alice, bob) = (inside(&mut bench, "alice"), inside(&mut bench, "bob"));
    for link in [alice, bob] {
        bench.heard(link);
    }

    let asked = SetChrmKv {
        entry: entity("mood", "good", 0),
        ..SetChrmKv::default()
    };
    let query = ClientPacket::Query {
        topic: topic::SET_ENTRY.to_owned(),
        target: ROOM.to_owned(),
        message_id: 900,
        body: encode_body(&asked),
    };
    bench.receive(alice, query);

    let heard = bench.heard(alice);
    assert!(
        matches!(&heard[..], [ServerPacket::QueryAck { status: 0, .. }]),
        "who set it is not told to pull it: {heard:?}"
    );
    let entries = pull_entries(&mut bench, bob, 0);
    let version = entries.sync_time.unwrap();
    let entry = &entries.entries[0];
    assert_eq!((&*entry.key, &*entry.value), ("mood", "good"));
    assert_eq!(entry.uid.as_deref(), Some("alice"));
    assert_eq!(entry.timestamp, Some(version));
    assert_eq!(entry.version, Some(version));
    assert_eq!(entries.b_full_update, Some(true));
}

#[test]
fn the_others_are_told_to_pull_and_get_only_what_is_new() {
    let mut bench = bench_with_room();
    let (alice, bob) = (inside(&mut bench, "alice"), inside(&mut bench, "bob"));
    set(&mut bench, alice, "a", "1", 0);
    let known = pull_entries(&mut bench, bob, 0).sync_time.unwrap();
    set(&mut bench, alice, "b", "2", 0);
    let told = notifications(&bench.heard(bob));

    remove(&mut bench, alice, "a", 0);

    let news = pull_entries(&mut bench, bob, known);
    assert_eq!(news.b_full_update, Some(false));
    let shown: Vec<_> = news
        .entries
        .iter()
        .map(|entry| (entry.key.as_str(), entry.status.unwrap()))
        .collect();
    assert_eq!(shown, [("b", 0), ("a", flags::entry::DELETE)]);
    let [Notification::ChatroomEntries { chatroom, time }] = &told[..] else {
        panic!("not one notification: {told:?}");
    };
    assert_eq!((chatroom.as_str(), *time > known), (ROOM, true));
    let version = news.sync_time.unwrap();
    let nothing = pull_entries(&mut bench, bob, version);
    assert_eq!(
        (nothing.entries.len(), nothing.sync_time),
        (0, Some(version))
    );
}

// protocol/cloud-wire.md 5.1: a version is never lower than the one asked with.
#[test]
fn the_version_of_an_answer_is_never_lower_than_the_clients() {
    let mut bench = bench_with_room();
    let alice = inside(&mut bench, "alice");

    for known in [0, 1, i64::MAX] {
        let answer = pull_entries(&mut bench, alice, known);
        assert!(answer.sync_time.unwrap() >= known);
    }
}

#[test]
fn an_entry_removed_and_set_again_is_there_for_whoever_knew_neither() {
    let mut bench = bench_with_room();
    let alice = inside(&mut bench, "alice");
    set(&mut bench, alice, "k", "1", 0);
    let known = pull_entries(&mut bench, alice, 0).sync_time.unwrap();

    remove(&mut bench, alice, "k", 0);
    set(&mut bench, alice, "k", "2", 0);

    let news = pull_entries(&mut bench, alice, known).entries;
    assert_eq!(news.len(), 1, "no removal beside it");
    assert_eq!((&*news[0].value, news[0].status), ("2", Some(0)));
}

#[test]
fn an_entry_of_another_user_is_replaced_and_removed_only_on_purpose() {
    let mut bench = bench_with_room();
    let (alice, bob) = (inside(&mut bench, "alice"), inside(&mut bench, "bob"));
    set(&mut bench, alice, "seat", "alice", 0);

    assert_eq!(set(&mut bench, bob, "seat", "bob", 0), 23424);
    assert_eq!(remove(&mut bench, bob, "seat", 0), 23424);
    assert_eq!(
        set(&mut bench, bob, "seat", "bob", flags::entry::OVERWRITE),
        0
    );
    assert_eq!(remove(&mut bench, alice, "seat", 0), 23424, "it is bob's");
    assert_eq!(
        remove(&mut bench, alice, "seat", flags::entry::OVERWRITE),
        0
    );
    assert_eq!(remove(&mut bench, bob, "seat", 0), 23427);
}

#[test]
fn entries_go_with_their_owner_if_they_were_to() {
    let mut bench = bench_with_room();
    let (alice, bob) = (inside(&mut bench, "alice"), inside(&mut bench, "bob"));
    set(&mut bench, alice, "stays", "1", 0);
    set(&mut bench, alice, "goes", "1", flags::entry::AUTO_DELETE);
    let known = pull_entries(&mut bench, bob, 0).sync_time.unwrap();
    bench.heard(bob);

    leave(&mut bench, alice, ROOM);

    assert_eq!(notifications(&bench.heard(bob)).len(), 1);
    let news = pull_entries(&mut bench, bob, known);
    let gone: Vec<_> = news
        .entries
        .iter()
        .map(|entry| entry.key.as_str())
        .collect();
    assert_eq!(gone, ["goes"]);
    let view = bench.app().chatroom(&room(ROOM)).unwrap();
    assert_eq!(view.entries.keys().collect::<Vec<_>>(), ["stays"]);
}

#[test]
fn a_room_carries_a_hundred_entries_of_the_right_form() {
    let mut bench = bench_with_room();
    bench.app().policy_mut().entry_rate = None;
    let alice = inside(&mut bench, "alice");
    for key in ["", "with space", "ключ", &"k".repeat(129)] {
        assert_eq!(set(&mut bench, alice, key, "1", 0), 23412, "{key:?}");
    }
    assert_eq!(set(&mut bench, alice, "long", &"v".repeat(4097), 0), 23412);

    for number in 0..100 {
        let key = format!("+=-_{number}");
        assert_eq!(set(&mut bench, alice, &key, &"v".repeat(4096), 0), 0);
    }

    assert_eq!(set(&mut bench, alice, "one-more", "1", 0), 23423);
    assert_eq!(set(&mut bench, alice, "+=-_0", "2", 0), 0, "that is there");
}

#[test]
fn of_several_entries_those_that_can_be_are_changed_and_the_rest_is_named() {
    let mut bench = bench_with_room();
    let (alice, bob) = (inside(&mut bench, "alice"), inside(&mut bench, "bob"));
    set(&mut bench, alice, "hers", "1", 0);
    bench.heard(alice);

    let (status, answer) = several(&mut bench, bob, topic::SET_ENTRIES, &["hers", "his"]);

    assert_eq!(status, 23428);
    let changed: Vec<_> = answer.keys_version.iter().map(|e| e.key.clone()).collect();
    assert_eq!(changed, [Some("his".to_owned())]);
    let [error] = &answer.error_keys[..] else {
        panic!("not one error");
    };
    assert_eq!(
        (error.key.as_deref(), error.error_code),
        (Some("hers"), Some(23424))
    );
    assert_eq!(notifications(&bench.heard(alice)).len(), 1);
    let (status, answer) = several(&mut bench, bob, topic::REMOVE_ENTRIES, &["his"]);
    assert_eq!((status, answer.error_keys.len()), (0, 0));
    let eleven = ["k"; 11];
    assert_eq!(
        several(&mut bench, bob, topic::SET_ENTRIES, &eleven).0,
        23429
    );
}

#[test]
fn changes_beyond_the_rate_are_refused_until_time_has_passed() {
    let mut bench = bench_with_room();
    bench.app().policy_mut().entry_rate = Some(Rate {
        messages: 2,
        per: Duration::from_secs(1),
    });
    let alice = inside(&mut bench, "alice");

    let statuses: Vec<_> = (0..3)
        .map(|_| set(&mut bench, alice, "k", "1", 0))
        .collect();

    assert_eq!(statuses, [0, 0, 23425]);
    bench.pass(500);
    assert_eq!(set(&mut bench, alice, "k", "1", 0), 0);
}

#[test]
fn an_app_without_entries_refuses_changes_and_navigation_says_so() {
    let mut bench = bench_with_room();
    let alice = inside(&mut bench, "alice");
    assert_eq!(kv_storage(&mut bench), Some(1));

    bench.app().policy_mut().chatroom_entries = false;

    assert_eq!(kv_storage(&mut bench), Some(0));
    assert_eq!(set(&mut bench, alice, "k", "1", 0), 23426);
}

#[test]
fn outsiders_neither_set_nor_pull_entries() {
    let mut bench = bench_with_room();
    let alice = bench.online("alice");

    assert_eq!(set(&mut bench, alice, "k", "1", 0), 23406);
    let asked = encode_body(&QueryChrmKv {
        timestamp: 0,
        ..QueryChrmKv::default()
    });
    let (status, _) = bench.query_about(alice, topic::PULL_CHATROOM_ENTRIES, ROOM, asked);
    assert_eq!(status, 23406);
}

#[test]
fn a_change_may_be_said_aloud() {
    let mut bench = bench_with_room();
    let (alice, bob) = (inside(&mut bench, "alice"), inside(&mut bench, "bob"));
    let asked = SetChrmKv {
        entry: entity("k", "1", 0),
        b_notify: Some(true),
        notification: Some(text_body("k is 1")),
        ..SetChrmKv::default()
    };

    bench.query_about(alice, topic::SET_ENTRY, ROOM, encode_body(&asked));

    assert_eq!(texts(&pull(&mut bench, bob, 0, 10).0), ["k is 1"]);
}

#[test]
fn who_knows_a_version_whose_removals_are_forgotten_gets_everything() {
    let mut bench = bench_with_room();
    bench.app().policy_mut().entry_rate = None;
    let alice = inside(&mut bench, "alice");
    set(&mut bench, alice, "kept", "1", 0);
    let known = pull_entries(&mut bench, alice, 0).sync_time.unwrap();
    for number in 0..101 {
        let key = number.to_string();
        set(&mut bench, alice, &key, "1", 0);
        remove(&mut bench, alice, &key, 0);
    }

    let all = pull_entries(&mut bench, alice, known);

    assert_eq!(all.b_full_update, Some(true));
    assert_eq!(all.entries.len(), 1);
    assert_eq!(all.entries[0].key, "kept");
}

#[test]
fn an_app_server_changes_entries_in_the_name_of_whoever() {
    let mut bench = bench_with_room();
    let alice = inside(&mut bench, "alice");
    bench.heard(alice);
    let now = bench.now;
    let (id, host) = (room(ROOM), user("host"));
    let app = bench.app();

    app.set_chatroom_entry(&id, &host, ("k", "1"), EntryRules::default(), now)
        .unwrap();
    let refused = [
        app.remove_chatroom_entry(&id, &user("x"), "k", EntryRules::default(), now),
        app.remove_chatroom_entry(&id, &host, "none", EntryRules::default(), now),
        app.remove_chatroom_entry(&room("nowhere"), &host, "k", EntryRules::default(), now),
    ];
    app.remove_chatroom_entry(&id, &host, "k", EntryRules::default(), now)
        .unwrap();

    assert_eq!(
        refused,
        [
            Err(EntryError::Foreign),
            Err(EntryError::Unknown),
            Err(EntryError::NoSuchRoom)
        ]
    );
    assert_eq!(notifications(&bench.heard(alice)).len(), 2);
    assert_eq!(join(&mut bench, alice, ROOM).0, 0);
}

fn kv_storage(bench: &mut Bench) -> Option<i64> {
    let token = bench.token("alice");
    let form = format!("token={token}&v=5.38.0");
    let request = ReceivedRequest::parse_v2(Some(KEY), form.as_bytes()).unwrap();
    let now = bench.now;
    let reply = bench.cloud.navigate(&request, now);
    let answer: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
    answer["kvStorage"].as_i64()
}

fn set(bench: &mut Bench, link: LinkId, key: &str, value: &str, status: i32) -> u16 {
    change(bench, link, topic::SET_ENTRY, entity(key, value, status))
}

fn remove(bench: &mut Bench, link: LinkId, key: &str, status: i32) -> u16 {
    let status = status | flags::entry::DELETE;
    change(bench, link, topic::REMOVE_ENTRY, entity(key, "", status))
}

fn change(bench: &mut Bench, link: LinkId, topic: &str, entry: ChrmKvEntity) -> u16 {
    let asked = SetChrmKv {
        entry,
        ..SetChrmKv::default()
    };
    bench.query_about(link, topic, ROOM, encode_body(&asked)).0
}

fn several(bench: &mut Bench, link: LinkId, topic: &str, keys: &[&str]) -> (u16, ChrmKvsOutput) {
    let asked = SetChrmKvs {
        entry: keys.iter().map(|key| entity(key, "1", 0)).collect(),
        ..SetChrmKvs::default()
    };
    let (status, body) = bench.query_about(link, topic, ROOM, encode_body(&asked));
    (status, decode_body(body).unwrap())
}

fn pull_entries(bench: &mut Bench, link: LinkId, version: i64) -> ChrmKvOutput {
    let asked = QueryChrmKv {
        timestamp: version,
        ..QueryChrmKv::default()
    };
    let topic = topic::PULL_CHATROOM_ENTRIES;
    let (status, body) = bench.query_about(link, topic, ROOM, encode_body(&asked));
    assert_eq!(status, 0);
    decode_body(body).unwrap()
}

fn entity(key: &str, value: &str, status: i32) -> ChrmKvEntity {
    ChrmKvEntity {
        key: key.to_owned(),
        value: value.to_owned(),
        status: Some(status),
        ..ChrmKvEntity::default()
    }
}
