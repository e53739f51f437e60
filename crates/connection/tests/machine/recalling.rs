//! Messages that are taken back, seen from outside.

use imlink_model::Trace;
use imlink_model::uplink::Record;
use imlink_wire::proto::DownStreamMessage;

use super::cloud::{notification, page, text};
use super::driver::Driver;

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
        messages, recalls, ..
    } = driver.record_of_next()
    else {
        panic!("not a page")
    };
    assert_eq!((messages.len(), recalls.len()), (1, 0));
    assert_eq!(driver.connection.snapshot().dropped.messages, 1);
}
