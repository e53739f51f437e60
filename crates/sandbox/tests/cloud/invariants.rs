//! What holds whatever clients do: the rules of protocol/cloud-wire.md 5.1, checked on random lives.

use std::collections::BTreeSet;

use imlink_model::{Direction, TargetId};
use imlink_sandbox::{LinkId, Policy};
use imlink_wire::{
    proto::{
        EventChangeList, HistoryMsgInput, HistoryMsgOuput, ModifyMsgResp, MsgChangeReq,
        PullModifyMsgReq, PullModifyMsgResp, PullUserSettingInput, PullUserSettingOutput,
        QueryMsgChange, SessionReq, SessionState, SessionStateItem, SessionStateModifyReq,
        SessionStateModifyResp, SessionStates, SetUserSettingInput, SetUserSettingOutput,
        encode_body,
    },
    topic,
};
use proptest::prelude::*;

use crate::bench::{Bench, text_body, user};

const PEOPLE: [&str; 3] = ["alice", "bob", "carol"];

/// Something a person does.
#[derive(Clone, Debug)]
enum Deed {
    Say { from: usize, to: usize },
    SayToGroup { from: usize },
    Recall { who: usize },
    Edit { who: usize },
    SetState { who: usize },
    Sync { who: usize },
    Pass { millis: i64 },
}

fn deed() -> impl Strategy<Value = Deed> {
    let who = 0..PEOPLE.len();
    prop_oneof![
        4 => (who.clone(), who.clone()).prop_map(|(from, to)| Deed::Say { from, to }),
        2 => who.clone().prop_map(|from| Deed::SayToGroup { from }),
        1 => who.clone().prop_map(|who| Deed::Recall { who }),
        1 => who.clone().prop_map(|who| Deed::Edit { who }),
        1 => who.clone().prop_map(|who| Deed::SetState { who }),
        2 => who.prop_map(|who| Deed::Sync { who }),
        1 => (0_i64..60_000).prop_map(|millis| Deed::Pass { millis }),
    ]
}

/// A person's only client, with the cursors the web SDK keeps (protocol/cloud-wire.md 5.2).
struct Client {
    link: LinkId,
    received: i64,
    sent: i64,
    edits: i64,
    states: i64,
    seen: Vec<(String, i32)>,
    said: Vec<(i32, String, String, i64)>,
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn every_client_gets_every_message_once_in_order_and_no_cursor_falls(
        deeds in prop::collection::vec(deed(), 0..60),
        page in 1_usize..5,
    ) {
        let mut life = Life::new(page);
        for deed in &deeds {
            life.act(deed);
        }

        for (who, name) in PEOPLE.into_iter().enumerate() {
            life.sync(who);
            let stored = life.bench.app().stored(&user(name));
            let expected: BTreeSet<_> = stored
                .iter()
                .map(|message| (message.uid.clone(), message.direction == Direction::Sent))
                .collect();
            let seen: BTreeSet<_> = life.clients[who]
                .seen
                .iter()
                .map(|(uid, direction)| (uid.clone(), *direction == 1))
                .collect();
            prop_assert_eq!(life.clients[who].seen.len(), seen.len(), "nothing comes twice");
            prop_assert_eq!(seen, expected);
        }
    }

    #[test]
    fn a_history_read_in_pages_of_any_size_is_whole_either_way(
        deeds in prop::collection::vec(deed(), 0..60),
        count in 1_i32..6,
    ) {
        let mut life = Life::new(200);
        for deed in &deeds {
            life.act(deed);
        }

        for (target, topic) in [("bob", topic::PRIVATE_HISTORY), ("g", topic::GROUP_HISTORY)] {
            let mut older = life.read(topic, target, 0, count);
            let newer = life.read(topic, target, 1, count);
            prop_assert!(newer.windows(2).all(|two| two[0] < two[1]));
            older.reverse();
            prop_assert_eq!(older, newer);
        }
    }

    #[test]
    fn no_answer_has_a_lower_version_than_its_question(
        version in prop_oneof![any::<i64>(), Just(0), Just(i64::MAX), Just(i64::MIN)],
        deeds in prop::collection::vec(deed(), 0..10),
        page in 1_usize..3,
    ) {
        let mut life = Life::new(page);
        for deed in &deeds {
            life.act(deed);
        }
        let link = life.clients[0].link;
        let bench = &mut life.bench;
        let text = SetUserSettingInput { version, ..SetUserSettingInput::default() };
        let set: SetUserSettingOutput = bench.ask(link, topic::SET_LANGUAGE, &text);
        let again: SetUserSettingOutput = bench.ask(link, topic::SET_LANGUAGE, &text);
        prop_assert!(again.version > set.version);

        let messages = bench.pull(link, version, version);
        prop_assert!(messages.sync_time >= version);
        let asked = SessionReq { time: version };
        let states: SessionStates = bench.ask(link, topic::PULL_CONVERSATION_STATES, &asked);
        prop_assert!(states.version >= version);
        let asked = PullUserSettingInput { version, ..PullUserSettingInput::default() };
        let settings: PullUserSettingOutput = bench.ask(link, topic::PULL_USER_SETTINGS, &asked);
        prop_assert!(settings.version >= version);
        let asked = QueryMsgChange { sync_time: version, ..QueryMsgChange::default() };
        let events: EventChangeList = bench.ask(link, topic::PULL_EVENTS, &asked);
        prop_assert!(events.sync_time >= version);
        prop_assert_eq!(events.has_next, Some(false));
        let asked = PullModifyMsgReq { pull_version: Some(version), ..PullModifyMsgReq::default() };
        let edits: PullModifyMsgResp = bench.ask(link, topic::PULL_MODIFIED, &asked);
        prop_assert!(edits.next_version.unwrap() >= version);
        prop_assert!(edits.finished.is_some());
    }

    #[test]
    fn every_query_has_exactly_one_answer_whatever_its_topic_and_body(
        topic in topics(),
        target in prop_oneof![Just("bob"), Just("g"), Just("room"), Just("")],
        body in body(),
    ) {
        let mut life = Life::new(3);
        life.act(&Deed::Say { from: 0, to: 1 });
        life.act(&Deed::SayToGroup { from: 0 });
        let link = life.clients[0].link;

        // The bench fails unless the last packet to the link is the QUERYACK of this query.
        let (status, answer) = life.bench.query_about(link, topic, target, body);

        prop_assert!(status == 0 || answer.is_empty());
        prop_assert_eq!(life.bench.pull(link, 0, 0).list.len(), 2, "the link lives on");
    }

    #[test]
    fn every_publish_has_one_puback_unless_it_is_a_status_message(
        topic in prop::sample::select([topic::SENDS, topic::READ_POSITIONS].concat()),
        target in prop_oneof![Just("bob"), Just("g"), Just("room"), Just("")],
        is_message in any::<bool>(),
        body in body(),
    ) {
        let mut life = Life::new(3);
        let link = life.clients[0].link;
        life.bench.heard(link);
        // Fields that come twice count the last time.
        let message = encode_body(&text_body("hello")).to_vec();
        let body = if is_message { [message, body].concat() } else { body };

        life.bench.publish(link, topic, target, body);

        let status_message = topic::UNACKNOWLEDGED.contains(&topic);
        prop_assert_eq!(life.bench.acks(link).len(), usize::from(!status_message));
    }
}

struct Life {
    bench: Bench,
    clients: Vec<Client>,
}

impl Life {
    fn new(page: usize) -> Self {
        let mut bench = Bench::with_policy(Policy {
            page,
            ..Policy::default()
        });
        let (group, now) = (TargetId::new("g").unwrap(), bench.now);
        bench.app().join_group(&group, None, PEOPLE.map(user), now);
        let client = |name| Client {
            link: bench.online(name),
            received: 0,
            sent: 0,
            edits: 0,
            states: 0,
            seen: Vec::new(),
            said: Vec::new(),
        };
        let clients = PEOPLE.map(client).into();
        Self { bench, clients }
    }

    fn act(&mut self, deed: &Deed) {
        match *deed {
            Deed::Say { from, to } => self.say(from, topic::PRIVATE, 1, PEOPLE[to]),
            Deed::SayToGroup { from } => self.say(from, topic::GROUP, 3, "g"),
            Deed::Recall { who } => self.recall(who),
            Deed::Edit { who } => self.edit(who),
            Deed::SetState { who } => self.set_state(who),
            Deed::Sync { who } => self.sync(who),
            Deed::Pass { millis } => self.bench.pass(millis),
        }
    }

    fn say(&mut self, who: usize, topic: &str, kind: i32, target: &str) {
        let link = self.clients[who].link;
        self.bench.heard(link);
        let body = encode_body(&text_body("hello"));
        self.bench.publish(link, topic, target, body);
        let ack = self.bench.acks(link).remove(0);
        assert_eq!(ack.status, 0);
        let said = (kind, target.to_owned(), ack.uid, ack.time);
        self.clients[who].said.push(said);
    }

    fn recall(&mut self, who: usize) {
        let Some((kind, target, uid, time)) = self.clients[who].said.pop() else {
            return;
        };
        let link = self.clients[who].link;
        let mut recall = text_body("");
        recall.classname = "RC:RcCmd".to_owned();
        recall.session_id = 1;
        recall.content = format!(
            r#"{{"conversationType":{kind},"targetId":"{target}","messageUId":"{uid}","sentTime":{time}}}"#
        );
        self.bench.heard(link);
        let body = encode_body(&recall);
        self.bench.publish(link, topic::RECALL, PEOPLE[who], body);
        assert_eq!(self.bench.acks(link)[0].status, 0);
    }

    fn edit(&mut self, who: usize) {
        let Some((kind, target, uid, _)) = self.clients[who].said.last().cloned() else {
            return;
        };
        let asked = MsgChangeReq {
            r#type: kind,
            target_id: target,
            msg_uid: uid,
            content: Some("{}".to_owned()),
            ..MsgChangeReq::default()
        };
        let link = self.clients[who].link;
        let _: ModifyMsgResp = self.bench.ask(link, topic::MODIFY_MESSAGE, &asked);
    }

    fn set_state(&mut self, who: usize) {
        let asked = SessionStateModifyReq {
            version: self.clients[who].states,
            state: vec![SessionState {
                r#type: 1,
                channel_id: "bob".to_owned(),
                state_item: vec![SessionStateItem {
                    session_state_type: 2,
                    value: "1".to_owned(),
                    ..SessionStateItem::default()
                }],
                ..SessionState::default()
            }],
            ignore_version: Some(true),
        };
        let link = self.clients[who].link;
        let topic = topic::SET_CONVERSATION_STATES;
        let set: SessionStateModifyResp = self.bench.ask(link, topic, &asked);
        assert!(set.version > self.clients[who].states);
    }

    /// Pulls everything as the SDK does, until the cloud says that this was all.
    fn sync(&mut self, who: usize) {
        self.sync_messages(who);
        self.sync_edits(who);
        let (bench, client) = (&mut self.bench, &mut self.clients[who]);
        let asked = SessionReq {
            time: client.states,
        };
        let topic = topic::PULL_CONVERSATION_STATES;
        let states: SessionStates = bench.ask(client.link, topic, &asked);
        assert!(states.version >= client.states);
        client.states = states.version;
    }

    fn sync_messages(&mut self, who: usize) {
        let (bench, client) = (&mut self.bench, &mut self.clients[who]);
        for _ in 0..1000 {
            let page = bench.pull(client.link, client.received, client.sent);
            let times: Vec<_> = page.list.iter().map(|one| one.data_time).collect();
            assert!(times.is_sorted(), "{times:?}");
            assert!(page.sync_time >= client.received);
            client.received = page.sync_time;
            for message in &page.list {
                let direction = message.direction.unwrap();
                if direction == 1 {
                    assert!(message.data_time > client.sent);
                    client.sent = message.data_time;
                }
                let uid = message.msg_id.clone().unwrap();
                client.seen.push((uid, direction));
            }
            if page.finished == Some(true) {
                return;
            }
            assert!(!page.list.is_empty(), "a client would spin");
        }
        panic!("the pull does not end");
    }

    fn sync_edits(&mut self, who: usize) {
        let (bench, client) = (&mut self.bench, &mut self.clients[who]);
        for _ in 0..1000 {
            let asked = PullModifyMsgReq {
                pull_version: Some(client.edits),
                ..PullModifyMsgReq::default()
            };
            let page: PullModifyMsgResp = bench.ask(client.link, topic::PULL_MODIFIED, &asked);
            let version = page.next_version.unwrap();
            assert!(version >= client.edits);
            if page.finished == Some(true) {
                client.edits = version;
                return;
            }
            assert!(version > client.edits, "a client would spin");
            client.edits = version;
        }
        panic!("the pull does not end");
    }

    /// The times of a history, read by the first person in pages.
    fn read(&mut self, topic: &str, target: &str, order: i32, count: i32) -> Vec<i64> {
        let link = self.clients[0].link;
        let mut times = Vec::new();
        let mut time = if order == 0 { 0 } else { 1 };
        for _ in 0..1000 {
            let asked = HistoryMsgInput {
                target_id: Some(target.to_owned()),
                time: Some(time),
                count: Some(count),
                order: Some(order),
                ..HistoryMsgInput::default()
            };
            let page: HistoryMsgOuput = self.bench.ask(link, topic, &asked);
            times.extend(page.list.iter().map(|message| message.data_time));
            time = page.sync_time;
            if page.has_msg == 0 {
                return times;
            }
            assert_eq!(page.list.len(), usize::try_from(count).unwrap());
        }
        panic!("the history does not end");
    }
}

/// Every topic a client may ask about, and one that none does.
fn topics() -> impl Strategy<Value = &'static str> {
    let groups = [
        topic::PULLS,
        topic::HISTORIES,
        topic::CONVERSATION_QUERIES,
        topic::DELETIONS,
        topic::RECEIPTS,
        topic::MESSAGE_CHANGES,
        topic::CHATROOMS,
        topic::SETTINGS,
        topic::PROFILES,
        topic::GROUPS,
        topic::FRIENDS,
        topic::MEDIA,
        topic::OTHERS,
        topic::CALLS,
        &["noSuchTopic"],
    ];
    let all: Vec<_> = groups.into_iter().flatten().copied().collect();
    prop::sample::select(all)
}

/// Bytes: mostly protobuf with small field numbers, so that many are bodies of some kind.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let field = (1_u8..13, value()).prop_map(|(number, value)| match value {
        Value::Number(number_value) => {
            let mut bytes = vec![number << 3];
            let mut rest = number_value;
            while rest >= 0x80 {
                bytes.push(rest as u8 | 0x80);
                rest >>= 7;
            }
            bytes.push(rest as u8);
            bytes
        }
        Value::Bytes(value) => {
            let mut bytes = vec![number << 3 | 2, u8::try_from(value.len()).unwrap()];
            bytes.extend(value);
            bytes
        }
    });
    let fields = prop::collection::vec(field, 0..8).prop_map(|fields| fields.concat());
    prop_oneof![
        6 => fields,
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ]
}

#[derive(Clone, Debug)]
enum Value {
    Number(u64),
    Bytes(Vec<u8>),
}

fn value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![0_u64..13, any::<u64>(), Just(i64::MAX as u64)];
    let text = prop_oneof![
        Just("bob"),
        Just("g"),
        Just("room"),
        Just(""),
        Just("1/bob"),
        Just("{}"),
        Just("\u{8}\u{1}\u{12}\u{3}bob"),
    ];
    prop_oneof![
        number.prop_map(Value::Number),
        text.prop_map(|text| Value::Bytes(text.as_bytes().to_vec())),
        prop::collection::vec(any::<u8>(), 0..12).prop_map(Value::Bytes),
    ]
}
