//! What users have set of their conversations.

use imlink_wire::{
    proto::{SessionReq, SessionStateType, SessionStates},
    topic,
};
use serde_json::json;

use super::{call, code, form, result};
use crate::bench::Bench;

/// The value of an attribute of the only conversation that has any.
fn state(bench: &mut Bench, attribute: SessionStateType) -> Option<String> {
    let alice = bench.online("alice");
    let asked = SessionReq { time: 0 };
    let states: SessionStates = bench.ask(alice, topic::PULL_CONVERSATION_STATES, &asked);
    let items = states.state.into_iter().flat_map(|state| {
        assert_eq!((state.r#type, state.channel_id.as_str()), (1, "bob"));
        state.state_item
    });
    let mut wanted = items.filter(|item| item.session_state_type == i32::from(attribute));
    wanted.next().map(|item| item.value)
}

#[test]
fn a_conversation_is_silenced_for_the_users_devices() {
    let mut bench = Bench::new();
    let base = "conversationType=1&requestId=alice&targetId=bob";

    form(
        &mut bench,
        "/conversation/notification/set.json",
        &format!("{base}&isMuted=1"),
    );

    assert_eq!(
        state(&mut bench, SessionStateType::IsSilent).as_deref(),
        Some("5")
    );
    let level = form(&mut bench, "/conversation/notification/get.json", base);
    assert_eq!(
        (&level["isMuted"], &level["unpushLevel"]),
        (&json!(1), &json!(5))
    );
    let v4 = json!({
        "channelType": "1", "requestId": "alice", "channelId": "bob", "noDisturbLevel": -1,
    });
    result(&mut bench, "/v4/channel/push/set", &v4);
    let level = result(&mut bench, "/v4/channel/push/get", &v4);
    assert_eq!(level["noDisturbLevel"], -1);
    assert_eq!(
        code(&call(
            &mut bench,
            "/conversation/notification/set.json",
            base
        )),
        (400, 1002)
    );
}

#[test]
fn a_conversation_is_pinned_for_the_users_devices() {
    let mut bench = Bench::new();
    let base = "conversationType=1&userId=alice&targetId=bob";

    form(
        &mut bench,
        "/conversation/top/set.json",
        &format!("{base}&setTop=true"),
    );
    assert_eq!(
        state(&mut bench, SessionStateType::IsTop).as_deref(),
        Some("1")
    );
    form(
        &mut bench,
        "/conversation/top/set.json",
        &format!("{base}&setTop=false"),
    );
    assert_eq!(
        state(&mut bench, SessionStateType::IsTop).as_deref(),
        Some("0")
    );
}
