//! Attributes of conversations: versions that only grow, and devices that hear of each other.

use imlink_sandbox::LinkId;
use imlink_wire::{
    notify::Change,
    proto::{
        SessionReq, SessionState, SessionStateItem, SessionStateModifyReq, SessionStateModifyResp,
        SessionStateType, SessionStates, SessionTagItem, TypeUnpushInput, TypeUnpushOutput,
        encode_body,
    },
    topic,
};

use crate::bench::{Bench, changes};

#[test]
fn an_attribute_set_on_one_device_is_pulled_by_the_other_after_a_notification() {
    let mut bench = Bench::new();
    let (one, two) = (bench.online("alice"), bench.online("alice"));

    let set = set(&mut bench, one, 0, "bob", top("1"));

    assert!(changes(&bench.heard(one)).is_empty());
    let told = changes(&bench.heard(two));
    assert_eq!(told, [(Change::ConversationStates, set.version)]);
    let pulled = pull(&mut bench, two, 0);
    assert_eq!(pulled.version, set.version);
    let [state] = &pulled.state[..] else {
        panic!("{pulled:?}")
    };
    assert_eq!((state.r#type, state.channel_id.as_str()), (1, "bob"));
    assert_eq!(state.time, Some(set.version));
    assert_eq!(values(state), [(SessionStateType::IsTop.into(), "1")]);
}

#[test]
fn versions_grow_even_while_the_clock_stands_and_pulls_never_lower_them() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");

    let first = set(&mut bench, alice, 0, "bob", top("1")).version;
    let second = set(&mut bench, alice, first, "carol", top("1")).version;

    assert!(second > first);
    let newer = pull(&mut bench, alice, first);
    assert_eq!((newer.state.len(), newer.version), (1, second));
    assert_eq!(newer.state[0].channel_id, "carol");
    let ahead = second + 1_000_000;
    let nothing = pull(&mut bench, alice, ahead);
    assert_eq!((nothing.state.len(), nothing.version), (0, ahead));
}

#[test]
fn a_client_takes_the_version_of_its_change_only_if_it_had_the_one_before() {
    let mut bench = Bench::new();
    let (one, two) = (bench.online("alice"), bench.online("alice"));

    let first = set(&mut bench, one, 0, "bob", top("1"));
    assert_eq!(first.update_version, Some(true));
    let blind = set(&mut bench, two, 0, "carol", top("1"));
    assert_eq!(blind.update_version, Some(false), "it has not seen bob's");
    let informed = set(&mut bench, two, blind.version, "dave", top("1"));
    assert_eq!(informed.update_version, Some(true));
}

#[test]
fn one_attribute_leaves_the_others_alone() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    set(&mut bench, alice, 0, "bob", top("1"));
    let level = SessionStateItem {
        session_state_type: SessionStateType::IsSilent.into(),
        value: "5".to_owned(),
        ..SessionStateItem::default()
    };

    set(&mut bench, alice, 0, "bob", level);
    set(&mut bench, alice, 0, "bob", top("0"));

    let pulled = pull(&mut bench, alice, 0);
    assert_eq!(pulled.state.len(), 1);
    assert_eq!(values(&pulled.state[0]), [(1, "5"), (2, "0")]);
}

#[test]
fn tags_are_added_changed_and_taken_off() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let change = |bench: &mut Bench, topic, tags: &[(&str, bool)]| {
        let asked = request(0, "bob", tagged(tags));
        let _: SessionStateModifyResp = bench.ask(alice, topic, &asked);
        let state = pull(bench, alice, 0).state.remove(0);
        let tags = state.state_item[0].tags.iter();
        tags.map(|tag| (tag.tag_id.clone(), tag.is_top.unwrap()))
            .collect::<Vec<_>>()
    };
    let tag = |name: &str, top| (name.to_owned(), top);

    let tags = change(&mut bench, topic::TAG_CONVERSATIONS, &[("work", false)]);
    assert_eq!(tags, [tag("work", false)]);
    let tags = change(
        &mut bench,
        topic::TAG_CONVERSATIONS,
        &[("home", false), ("work", true)],
    );
    assert_eq!(tags, [tag("home", false), tag("work", true)]);
    let tags = change(&mut bench, topic::UNTAG_CONVERSATIONS, &[("home", false)]);
    assert_eq!(tags, [tag("work", true)]);
}

#[test]
fn a_whole_kind_is_silenced_under_no_id() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let asked = TypeUnpushInput {
        r#type: 3,
        unpush_level: 5,
        ..TypeUnpushInput::default()
    };

    let set: TypeUnpushOutput = bench.ask(alice, topic::SET_KIND_SILENT, &asked);

    assert_eq!(set.update_version, Some(true));
    let pulled = pull(&mut bench, alice, 0);
    assert_eq!(
        (pulled.state[0].r#type, pulled.state[0].channel_id.as_str()),
        (3, "")
    );
    assert_eq!(values(&pulled.state[0]), [(1, "5")]);
}

#[test]
fn users_do_not_see_each_others_attributes_and_unknown_kinds_are_refused() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    set(&mut bench, alice, 0, "bob", top("1"));

    assert!(pull(&mut bench, bob, 0).state.is_empty());
    let mut asked = request(0, "bob", top("1"));
    asked.state[0].r#type = 99;
    let (status, _) = bench.query(alice, topic::SET_CONVERSATION_STATES, encode_body(&asked));
    assert_eq!(status, 33003);
    assert_eq!(pull(&mut bench, alice, 0).state.len(), 1);
}

fn set(
    bench: &mut Bench,
    link: LinkId,
    version: i64,
    peer: &str,
    item: SessionStateItem,
) -> SessionStateModifyResp {
    let asked = request(version, peer, item);
    bench.ask(link, topic::SET_CONVERSATION_STATES, &asked)
}

fn request(version: i64, peer: &str, item: SessionStateItem) -> SessionStateModifyReq {
    SessionStateModifyReq {
        version,
        state: vec![SessionState {
            r#type: 1,
            channel_id: peer.to_owned(),
            state_item: vec![item],
            ..SessionState::default()
        }],
        ignore_version: Some(true),
    }
}

fn pull(bench: &mut Bench, link: LinkId, time: i64) -> SessionStates {
    bench.ask(link, topic::PULL_CONVERSATION_STATES, &SessionReq { time })
}

fn top(value: &str) -> SessionStateItem {
    SessionStateItem {
        session_state_type: SessionStateType::IsTop.into(),
        value: value.to_owned(),
        ..SessionStateItem::default()
    }
}

fn tagged(tags: &[(&str, bool)]) -> SessionStateItem {
    let tag = |(name, top): &(&str, bool)| SessionTagItem {
        tag_id: (*name).to_owned(),
        is_top: Some(*top),
        ..SessionTagItem::default()
    };
    SessionStateItem {
        session_state_type: SessionStateType::Tags.into(),
        tags: tags.iter().map(tag).collect(),
        ..SessionStateItem::default()
    }
}

fn values(state: &SessionState) -> Vec<(i32, &str)> {
    let items = state.state_item.iter();
    items
        .map(|item| (item.session_state_type, item.value.as_str()))
        .collect()
}
