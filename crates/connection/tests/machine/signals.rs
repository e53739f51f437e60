//! What is said to those who are online now, seen from outside.

use imlink_connection::LinkError;
use imlink_model::uplink::{Answer, AskId, Command, Event, Signal};
use imlink_model::{Body, Code, Conversation, ConversationKind, ObjectName, TargetId};
use imlink_wire::proto::{UpStreamMessage, decode_body};
use imlink_wire::topic;

use super::cloud::puback;
use super::driver::{Driver, SECOND};

fn typing(kind: ConversationKind) -> Command {
    Command::Signal {
        ask: AskId(1),
        signal: Signal {
            conversation: Conversation {
                kind,
                target: TargetId::new("bob").unwrap(),
                channel: None,
            },
            object_name: ObjectName::new("RC:TypSts").unwrap(),
            body: Body::new(r#"{"typingContentType":"RC:TxtMsg"}"#),
        },
    }
}

fn answered(result: Result<Answer, Code>) -> Event {
    Event::Answered {
        ask: AskId(1),
        result,
    }
}

// cloud-wire.md 5.4, 5.7; the body is that of protocol/vectors.json, v041
#[test]
fn a_typing_notice_goes_under_the_topic_of_status_messages_and_waits_for_nothing() {
    let mut driver = Driver::online();

    driver.command(typing(ConversationKind::Private));

    let (message_id, target, body) = driver.take_publish_of(topic::PRIVATE_STATUS).unwrap();
    let body: UpStreamMessage = decode_body(body).unwrap();
    assert_eq!(target, "bob");
    assert_eq!(body.session_id, 0, "neither kept nor counted");
    assert_eq!(body.classname, "RC:TypSts");
    assert_eq!(body.content, r#"{"typingContentType":"RC:TxtMsg"}"#);
    assert_eq!((body.config_flag, body.option_bits), (Some(2), Some(0)));
    assert!(
        body.client_unique_id
            .is_some_and(|id| id > 0 && id < 1 << 51)
    );
    assert_eq!(driver.news(), [answered(Ok(Answer::Signalled))]);
    assert!(driver.take_record().is_none(), "there is no row of it");
    driver.advance(60 * SECOND);
    assert!(driver.news().is_empty());
    driver.packet(puback(message_id, 0, "u"));
    assert!(driver.take_record().is_none());
}

#[test]
fn a_group_has_a_topic_for_signals_and_other_kinds_have_a_code() {
    let codes = ConversationKind::ALL.map(|kind| {
        let mut driver = Driver::online();
        driver.command(typing(kind));
        match &driver.news()[..] {
            [Event::Answered { result, .. }] => {
                result.as_ref().map_or_else(|code| code.number(), |_| 0)
            }
            other => panic!("{other:?}"),
        }
    });

    let expected = [
        0, 33_003, 0, 33_003, 33_003, 20_109, 33_003, 33_003, 33_003, 33_003, 33_003,
    ];
    assert_eq!(codes, expected);
}

#[test]
fn without_a_link_a_signal_is_refused_and_not_kept() {
    let mut driver = Driver::online();
    driver.lose_link(LinkError::Closed);
    driver.news();

    driver.command(typing(ConversationKind::Private));

    assert_eq!(driver.news(), [answered(Err(Code::RC_NET_CHANNEL_INVALID))]);
    assert!(driver.take_publish().is_none());
}
