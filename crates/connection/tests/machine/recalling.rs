//! Messages that are taken back, seen from outside.

use imlink_connection::LinkError;
use imlink_model::uplink::{Answer, AskId, Command, Event, Recallable, Record};
use imlink_model::{Code, Conversation, MessageUid, Millis, Trace, UserId};
use imlink_wire::proto::{DownStreamMessage, UpStreamMessage, decode_body};
use imlink_wire::topic;

use super::cloud::{notification, page, puback, text};
use super::driver::{Driver, SECOND};

fn recall(ask: u64) -> Command {
    Command::Recall {
        ask: AskId(ask),
        message: Recallable {
            uid: MessageUid::new("u10").unwrap(),
            conversation: Conversation::private(UserId::new("bob").unwrap()),
            sent_at: Millis(10),
        },
        trace: Trace::Nothing,
    }
}

fn answers(driver: &mut Driver) -> Vec<(u64, Result<Answer, Code>)> {
    let answered = driver.news().into_iter().map(|event| match event {
        Event::Answered { ask, result } => (ask.0, result),
        other => panic!("not an answer: {other:?}"),
    });
    answered.collect()
}

// cloud-wire.md 5.7
#[test]
fn a_recall_goes_to_oneself_and_is_done_when_the_cloud_says_so() {
    let mut driver = Driver::online();

    driver.command(recall(7));

    let (message_id, target, body) = driver.take_publish_of(topic::RECALL).unwrap();
    let body: UpStreamMessage = decode_body(body).unwrap();
    assert_eq!(target, "alice");
    assert_eq!((body.classname.as_str(), body.session_id), ("RC:RcCmd", 1));
    assert_eq!(body.client_unique_id, None);
    assert!(
        body.content.contains(r#""messageUId":"u10""#),
        "{}",
        body.content
    );
    assert!(
        body.content.contains(r#""isDelete":true"#),
        "{}",
        body.content
    );
    assert!(answers(&mut driver).is_empty());
    driver.packet(puback(message_id, 0, "the-command"));
    let at = Millis(1_000_007);
    assert_eq!(answers(&mut driver), [(7, Ok(Answer::Recalled { at }))]);
}

#[test]
fn the_clouds_refusal_of_a_recall_is_handed_on() {
    let mut driver = Driver::online();
    driver.command(recall(7));
    let (message_id, _, _) = driver.take_publish_of(topic::RECALL).unwrap();

    driver.packet(puback(message_id, 25_107, ""));
    driver.packet(puback(message_id, 0, "again"));

    assert_eq!(answers(&mut driver), [(7, Err(Code::new(25_107)))]);
}

#[test]
fn a_recall_that_nobody_acknowledges_ends_in_time_or_with_its_link() {
    let mut driver = Driver::online();
    driver.command(recall(1));
    driver.advance_alive(20 * SECOND);
    driver.command(recall(2));

    driver.advance_alive(10 * SECOND);
    let unknown = || Err(Code::RC_MSG_RESP_TIMEOUT);
    assert_eq!(answers(&mut driver), [(1, unknown())]);
    driver.lose_link(LinkError::Closed);
    assert_eq!(answers(&mut driver), [(2, unknown())]);

    driver.command(recall(3));
    let no_link = Err(Code::RC_NET_CHANNEL_INVALID);
    assert_eq!(answers(&mut driver), [(3, no_link)]);
}

fn command(time: i64, content: &str) -> DownStreamMessage {
    DownStreamMessage {
        classname: "RC:RcCmd".to_owned(),
        content: content.to_owned(),
        ..text(time)
    }
}

// cloud-wire.md 5.7
#[test]
fn a_recall_in_a_page_takes_no_place_among_its_messages() {
    let mut driver = Driver::online();
    driver.packet(notification(1, 30));
    let recall = command(
        20,
        r#"{"messageUId":"u10","isDelete":true,"isAdmin":false}"#,
    );
    driver.answer_pull(&page(vec![text(10), recall, text(30)], 30));

    let Record::Incoming {
        messages, recalls, ..
    } = driver.record_of_next()
    else {
        panic!("not a page")
    };
    let uids: Vec<_> = messages.iter().flat_map(|message| &message.uid).collect();
    assert_eq!(uids.len(), 2);
    assert_eq!(recalls.len(), 1);
    assert_eq!(recalls[0].uid.as_str(), "u10");
    assert_eq!(recalls[0].by.as_str(), "bob");
    assert_eq!(recalls[0].trace, Trace::Nothing);
}

#[test]
fn a_recall_that_names_no_message_costs_its_neighbours_nothing() {
    let mut driver = Driver::online();
    driver.packet(notification(1, 30));
    driver.answer_pull(&page(vec![command(20, "{}"), text(30)], 30));

    let Record::Incoming {
        messages,
        recalls,
        unreadable,
        ..
    } = driver.record_of_next()
    else {
        panic!("not a page")
    };
    assert_eq!((messages.len(), recalls.len(), unreadable), (1, 0, 1));
    assert_eq!(driver.connection.snapshot().dropped.messages, 1);
}

// ARCHITECTURE.md, "Neighbours": one app cannot fill the link for the others
#[test]
fn so_many_recalls_are_under_way_and_no_more() {
    let mut driver = Driver::online();

    for ask in 0..33 {
        driver.command(recall(ask));
    }

    assert_eq!(answers(&mut driver), [(32, Err(Code::LOCAL_QUOTA))]);
    let (message_id, ..) = driver.take_publish_of(topic::RECALL).unwrap();
    driver.packet(puback(message_id, 0, "the-command"));
    driver.command(recall(33));
    assert_eq!(
        answers(&mut driver).len(),
        1,
        "the one that was acknowledged"
    );
}
