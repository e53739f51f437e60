//! What a person sees of a conversation, in made-up time.

use imlink::{AppId, Body, Flags, ObjectName, Origin, ReceivedStatus, TargetId};

use super::*;
use crate::output::json_line;

#[test]
fn what_is_unread_is_marked_once_and_before_the_first() {
    let mut talk = talk();
    let last = vec![received(1, "old"), received(2, "new"), received(3, "newer")];

    let said = talk.open(last, Some(&summary(Some(1), 5)));

    assert_eq!(
        plain(said),
        [
            "bob  old",
            "-- 5 unread, 3 of them further back --",
            "bob  new",
            "bob  newer"
        ]
    );
    assert_eq!(talk.take_read(), Some(Millis(3)), "what was shown is read");
    assert_eq!(talk.take_read(), None, "and told once");
}

#[test]
fn nothing_is_marked_where_everything_is_read() {
    let mut talk = talk();

    let said = talk.open(vec![received(1, "old")], Some(&summary(Some(1), 0)));

    assert_eq!(plain(said), ["bob  old"]);
    assert_eq!(talk.take_read(), None);
}

#[test]
fn a_stored_message_is_shown_once_whoever_brings_it() {
    let mut talk = talk();

    let first = talk.stored(received(4, "hi"));
    let again = talk.stored(received(4, "hi"));
    let earlier = talk.stored(received(3, "before"));

    assert_eq!(plain(first), ["bob  hi"]);
    assert_eq!((again, earlier), (None, None));
    assert_eq!(talk.place(), Seq(4));
}

#[test]
fn what_was_typed_is_not_repeated_but_what_another_app_sent_is_shown() {
    let (mut talk, now) = (talk(), Instant::now());
    talk.say(id("c-1"), "typed".into(), now);

    let own = talk.stored(sent(1, "typed", "c-1"));
    let siblings = talk.stored(sent(2, "from a phone", "other"));

    assert_eq!(own, None);
    assert_eq!(plain(siblings), ["alice to bob  from a phone"]);
    assert_eq!(talk.take_read(), None, "own messages need no reading");
}

// issue 4: exactly one of sent / failed / in doubt
#[test]
fn an_own_message_ends_once() {
    let (mut talk, now) = (talk(), Instant::now());
    for name in ["sent", "failed", "error"] {
        talk.say(id(name), format!("a {name} one"), now);
    }
    let outcome = Outcome::Sent {
        uid: uid("U-1"),
        at: Millis(0),
    };
    let code = Code::RC_DISCONN_KICK;

    let sent = talk.ended(&id("sent"), Ok(outcome.clone()));
    let again = talk.ended(&id("sent"), Ok(outcome));
    let failed = talk.ended(&id("failed"), Ok(Outcome::Failed { code }));
    let error = Error::from(UserId::new("").unwrap_err());
    let refused = talk.ended(&id("error"), Err(error));
    let unknown = talk.ended(&id("nobody's"), Ok(Outcome::Failed { code }));

    assert_eq!(plain(sent), ["sent  a sent one"]);
    assert_eq!(again, None);
    assert_eq!(
        plain(failed),
        [format!(
            "failed  a failed one: {} ({code} {})",
            code.cause(),
            code.name()
        )]
    );
    assert!(plain(refused)[0].starts_with("failed  a error one: "));
    assert_eq!(unknown, None);
    assert_eq!(talk.tick(now + SOON * 10), [], "nothing of them waits");
    assert_eq!(talk.tally().open, 0);
    assert!(talk.tally().failed.is_some());
}

#[test]
fn a_message_in_doubt_is_cleared_up_later() {
    let (mut talk, now) = (talk(), Instant::now());
    talk.say(id("c-1"), "did it?".into(), now);

    let doubted = talk.ended(&id("c-1"), Ok(Outcome::InDoubt));
    let again = talk.ended(&id("c-1"), Ok(Outcome::InDoubt));
    assert_eq!(talk.tally().in_doubt, 1);
    let queued = talk.cleared(&id("c-1"), SendState::Queued);
    let state = SendState::Sent {
        uid: uid("U-1"),
        at: Millis(0),
    };
    let cleared = talk.cleared(&id("c-1"), state.clone());

    assert_eq!(
        plain(doubted),
        ["in doubt  did it?: the link went before the cloud answered, so it may have arrived"]
    );
    assert_eq!((again, queued), (None, None));
    assert_eq!(plain(cleared), ["sent  did it?"]);
    assert_eq!(talk.cleared(&id("c-1"), state), None);
    assert_eq!(talk.tally(), Tally::default());
}

#[test]
fn what_nobody_took_has_failed_when_the_talk_ends() {
    let (mut talk, now) = (talk(), Instant::now());
    for name in ["taken", "kept here", "in doubt"] {
        talk.say(id(name), format!("the one {name}"), now);
    }
    talk.handed(id("taken"));
    talk.ended(&id("in doubt"), Ok(Outcome::InDoubt));

    let lost = plain(talk.give_up());

    assert_eq!(lost.len(), 1, "{lost:?}");
    assert!(
        lost[0].starts_with("failed  the one kept here: "),
        "{lost:?}"
    );
    assert_eq!(talk.give_up(), []);
    let tally = talk.tally();
    assert_eq!((tally.open, tally.in_doubt), (1, 1));
    assert_eq!(tally.failed, Some(Code::RC_NET_CHANNEL_INVALID));
}

#[test]
fn a_message_waits_after_a_while_and_at_once_without_a_link() {
    let (mut talk, now) = (talk(), Instant::now());
    talk.say(id("c-1"), "slow".into(), now);
    assert_eq!(talk.deadline(), Some(now + SOON));
    assert_eq!(talk.tick(now), []);
    assert_eq!(plain(talk.tick(now + SOON)), ["waiting  slow"]);
    assert_eq!(talk.tick(now + SOON * 2), [], "said once");
    assert_eq!(talk.deadline(), None);

    talk.link(false, None);
    talk.say(id("c-2"), "offline".into(), now);
    assert_eq!(plain(talk.tick(now)), ["waiting  offline"]);

    let code = Code::LOCAL_STORE_FULL;
    talk.ended(&id("c-1"), Ok(Outcome::Failed { code }));
    assert_eq!(talk.tally().open, 1);
    assert_eq!(talk.tally().failed, Some(code));
}

#[test]
fn a_broken_link_is_told_once_and_its_return_too() {
    let mut talk = talk();
    let code = Some(Code::RC_SOCKET_DISCONNECTED);

    assert_eq!(talk.link(true, None), None, "it was never away");
    let lost = talk.link(false, code);
    assert_eq!(
        plain(lost),
        ["reconnecting… (30011 RC_SOCKET_DISCONNECTED)"]
    );
    assert_eq!(talk.link(false, None), None);
    assert_eq!(talk.link(false, code), None);
    assert_eq!(plain(talk.link(true, None)), ["connected again"]);
}

#[test]
fn somebody_who_types_is_shown_once_until_there_is_a_message() {
    let (mut talk, now) = (talk(), Instant::now());
    let notice = || Message {
        seq: Seq(0),
        object_name: ObjectName::new(TYPING_NOTICE).unwrap(),
        ..received(0, "")
    };

    assert_eq!(plain(talk.heard(notice(), now)), ["bob is typing…"]);
    assert_eq!(talk.heard(notice(), now + TYPING / 2), None);
    talk.stored(received(1, "hi"));
    assert_eq!(
        plain(talk.heard(notice(), now + TYPING / 2)),
        ["bob is typing…"]
    );
    let elsewhere = Message {
        conversation: Conversation::group(TargetId::new("team").unwrap()),
        ..notice()
    };
    let own = Message {
        sender: UserId::new("alice").unwrap(),
        ..notice()
    };
    assert_eq!(talk.heard(elsewhere, now + TYPING * 2), None);
    assert_eq!(talk.heard(own, now + TYPING * 2), None);
}

#[test]
fn the_other_side_is_told_of_typing_now_and_then() {
    let (mut talk, now) = (talk(), Instant::now());

    assert!(talk.tells_typing(now));
    assert!(!talk.tells_typing(now + TELL_TYPING / 2));
    assert!(talk.tells_typing(now + TELL_TYPING));
    talk.say(id("c-1"), "hi".into(), now + TELL_TYPING);
    assert!(talk.tells_typing(now + TELL_TYPING), "a new message begins");
    talk.link(false, None);
    assert!(
        !talk.tells_typing(now + TELL_TYPING * 5),
        "nobody would hear"
    );
    let group = Conversation::group(TargetId::new("team").unwrap());
    let mut group = Talk::new(group, UserId::new("alice").unwrap());
    assert!(!group.tells_typing(now), "SDKs tell it to one user only");
}

#[test]
fn the_last_own_message_is_the_one_to_take_back() {
    let (mut talk, now) = (talk(), Instant::now());
    assert_eq!(talk.last_own(), None);
    talk.open(vec![sent(1, "before", "x"), received(2, "hi")], None);
    assert_eq!(talk.last_own(), Some(&uid("U-1")));
    talk.say(id("c-1"), "oops".into(), now);
    let outcome = Outcome::Sent {
        uid: uid("U-9"),
        at: Millis(9),
    };
    talk.ended(&id("c-1"), Ok(outcome));
    assert_eq!(talk.last_own(), Some(&uid("U-9")));

    let notice = Message {
        uid: Some(uid("U-9")),
        ..sent(3, "", "c-1")
    };
    let said = talk.changed(&notice);

    assert!(plain(said)[0].starts_with("alice took back the message of "));
    assert_eq!(talk.last_own(), Some(&uid("U-1")), "the one before");
    talk.stored(Message {
        object_name: ObjectName::new(NOTICE).unwrap(),
        ..sent(4, "", "y")
    });
    assert_eq!(talk.last_own(), Some(&uid("U-1")), "a notice is none");
    talk.stored(sent(5, "from a phone", "z"));
    assert_eq!(talk.last_own(), Some(&uid("U-5")));
}

#[test]
fn in_a_room_everybody_is_heard_and_own_words_are_not_repeated() {
    let room = Conversation {
        kind: ConversationKind::Chatroom,
        ..bob()
    };
    let user = UserId::new("alice").unwrap();
    let (mut talk, now) = (Talk::new(room.clone(), user), Instant::now());
    talk.say(id("c-1"), "typed".into(), now);
    let here = |message: Message| Message {
        seq: Seq(0),
        conversation: room.clone(),
        ..message
    };

    assert_eq!(plain(talk.heard(here(received(1, "hi")), now)), ["bob  hi"]);
    assert_eq!(talk.heard(here(sent(2, "typed", "c-1")), now), None);
    let siblings = talk.heard(here(sent(3, "from a phone", "z")), now);
    assert_eq!(plain(siblings), ["alice to bob  from a phone"]);
    assert_eq!(talk.heard(received(4, "elsewhere"), now), None);
    assert!(!talk.tells_typing(now));
}

// F-K09
#[test]
fn nothing_that_comes_in_can_act_on_the_terminal() {
    let (mut talk, now) = (talk(), Instant::now());
    let hostile = "\u{1b}[2J\u{9b}31m\u{202e}\n";
    talk.say(id("c-1"), hostile.into(), now);
    let mut notice = received(2, hostile);
    notice.sender = UserId::new("bo\u{202e}b").unwrap();
    let mut said: Vec<Said> = talk.stored(received(1, hostile)).into_iter().collect();
    said.extend(talk.changed(&notice));
    notice.object_name = ObjectName::new(TYPING_NOTICE).unwrap();
    said.extend(talk.heard(notice, now));
    said.extend(talk.tick(now + SOON));
    said.extend(talk.ended(&id("c-1"), Ok(Outcome::InDoubt)));
    assert_eq!(said.len(), 5);

    for said in said {
        let human = anstream::adapter::strip_str(&said.to_string()).to_string();
        let json = json_line(&said).unwrap();
        for text in [human, json] {
            assert!(
                !text.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\n']),
                "{text:?}"
            );
        }
    }
}

#[test]
fn programs_get_objects_that_say_what_they_are() {
    let (mut talk, now) = (talk(), Instant::now());
    talk.say(id("c-1"), "hi".into(), now);

    let sent = Outcome::Sent {
        uid: uid("U-1"),
        at: Millis(7),
    };
    let said = [
        talk.tick(now + SOON).pop(),
        talk.ended(&id("c-1"), Ok(sent)),
        talk.link(false, Some(Code::RC_SOCKET_DISCONNECTED)),
        talk.stored(received(3, "hi")),
    ];

    let lines: Vec<String> = said
        .iter()
        .flatten()
        .map(|said| json_line(said).unwrap())
        .collect();
    assert_eq!(
        lines[..3],
        [
            r#"{"event":"waiting","client_id":"c-1","text":"hi"}"#,
            r#"{"event":"sent","client_id":"c-1","text":"hi","uid":"U-1","sent_at":7}"#,
            r#"{"event":"reconnecting","code":30011,"code_name":"RC_SOCKET_DISCONNECTED"}"#,
        ]
    );
    assert!(
        lines[3].starts_with(r#"{"event":"message","seq":3,"#),
        "{}",
        lines[3]
    );
}

/// Without colours and without moments, which depend on the zone of the machine.
fn plain(said: impl IntoIterator<Item = Said>) -> Vec<String> {
    let line = |said: Said| {
        let text = anstream::adapter::strip_str(&said.to_string()).to_string();
        let moment = "2026-07-31 14:02:11  ".len();
        match text
            .get(..moment)
            .is_some_and(|moment| moment.ends_with("  ") && moment.starts_with("19"))
        {
            true => text[moment..].to_owned(),
            false => text,
        }
    };
    said.into_iter().map(line).collect()
}

fn talk() -> Talk {
    Talk::new(bob(), UserId::new("alice").unwrap())
}

fn bob() -> Conversation {
    Conversation::private(UserId::new("bob").unwrap())
}

fn received(seq: u64, text: &str) -> Message {
    Message {
        seq: Seq(seq),
        uid: Some(uid(&format!("U-{seq}"))),
        conversation: bob(),
        direction: Direction::Received,
        origin: Origin::Remote,
        sender: UserId::new("bob").unwrap(),
        object_name: ObjectName::text(),
        body: Body::new(serde_json::json!({ "content": text }).to_string()),
        sent_at: Millis(i64::try_from(seq).unwrap()),
        received_at: Millis(0),
        flags: Flags {
            counted: true,
            ..Flags::default()
        },
        client_id: None,
        expansion: None,
        offline: false,
        received: ReceivedStatus::NONE,
        local_extra: None,
    }
}

fn sent(seq: u64, text: &str, client_id: &str) -> Message {
    Message {
        direction: Direction::Sent,
        origin: Origin::App(AppId::new("imlink-cli").unwrap()),
        sender: UserId::new("alice").unwrap(),
        client_id: Some(id(client_id)),
        ..received(seq, text)
    }
}

fn summary(read_up_to: Option<i64>, unread: u32) -> ConversationSummary {
    ConversationSummary {
        conversation: bob(),
        position: Seq(1),
        last: None,
        last_seq: Seq(1),
        last_at: Millis(1),
        read_up_to: read_up_to.map(Millis),
        unread,
        mentions: 0,
        total: 9,
        draft: None,
    }
}

fn id(text: &str) -> ClientMessageId {
    ClientMessageId::new(text).unwrap()
}

fn uid(text: &str) -> MessageUid {
    MessageUid::new(text).unwrap()
}
