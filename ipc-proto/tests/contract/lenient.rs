//! What a JSON client may leave out, add or write differently.

use imlink_ipc_proto::{ClientFrame, Codec, Filter, Request, Side, Start, decode_client};
use imlink_model::Seq;

#[test]
fn an_id_may_be_a_number_or_a_text() {
    for json in [
        r#"{"Request":{"id":7,"request":{"Ping":{}}}}"#,
        r#"{"Request":{"id":"7","request":{"Ping":{}}}}"#,
        r#"{ "Request": { "request": { "Ping": { } }, "id": "007" } }"#,
    ] {
        assert_eq!(
            read(json),
            ClientFrame::Request {
                id: 7,
                request: Request::Ping {}
            }
        );
    }

    let largest = r#"{"Request":{"id":"18446744073709551615","request":{"Ping":{}}}}"#;
    assert_eq!(
        read(largest),
        ClientFrame::Request {
            id: u64::MAX,
            request: Request::Ping {}
        }
    );
}

#[test]
fn an_optional_field_may_be_left_out() {
    let history = r#"{"Request":{"id":1,"request":{"History":{"conversation":{"kind":1,"target":"bob"},"limit":20}}}}"#;
    let ClientFrame::Request {
        request:
            Request::History {
                conversation,
                side,
                object_names,
                ..
            },
        ..
    } = read(history)
    else {
        panic!("not a history request");
    };
    assert_eq!((conversation.channel, side), (None, Side::Newest));
    assert_eq!(object_names, []);

    let subscribe = r#"{"Request":{"id":1,"request":{"Subscribe":{"start":"Now"}}}}"#;
    assert_eq!(
        read(subscribe),
        ClientFrame::Request {
            id: 1,
            request: Request::Subscribe {
                name: None,
                start: Start::Now,
                filter: Filter::default(),
            }
        }
    );
}

#[test]
fn unknown_fields_are_ignored_wherever_they_stand() {
    let json = r#"{"Request":{"trace":[[{}]],"id":1,"request":{"Acknowledge":{"subscription":2,"why":{"a":null},"seq":3}}}}"#;

    assert_eq!(
        read(json),
        ClientFrame::Request {
            id: 1,
            request: Request::Acknowledge {
                subscription: 2,
                seq: Seq(3)
            }
        }
    );
}

fn read(json: &str) -> ClientFrame {
    decode_client(Codec::Json, json.as_bytes()).unwrap()
}
