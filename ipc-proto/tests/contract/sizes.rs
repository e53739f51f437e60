//! What fits in a frame and on a page.

use bytes::BytesMut;
use imlink_ipc_proto::limits::{
    BESIDE_BODY, MAX_FRAME, MAX_GREETING, MAX_LOCAL_EXTRA, MAX_PUSH_TEXT, PAGE_BYTES, PAGE_ENTRIES,
    REPORTED_ACCOUNTS, REPORTED_APPS, REPORTED_ENDED,
};
use imlink_ipc_proto::{
    ClientFrame, Codec, Conversation, ConversationSummary, EncodeError, EncodedMessage, Greeting,
    Hello, Label, Message, OutboxEntry, Outcome, PrivateText, ProtocolRange, Refused, Request,
    Response, SendOptions, SendState, ServerFrame, conversation_cost, conversations_length,
    encode_client, encode_server, entries_length, message_cost, page_length,
};
use imlink_model::{
    AppId, Body, ChannelId, ClientMessageId, Code, MAX_BODY_BYTES, MAX_DIRECTED, MessageUid,
    Millis, ObjectName, OutboxId, Seq, TargetId, UserId,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::samples;
use crate::strategies::{codec, message};

/// The character that JSON writes longest: six bytes for one.
const WORST: &str = "\u{1}";

// P28
#[test]
fn the_largest_body_with_all_that_may_be_beside_it_is_delivered_in_either_codec() {
    let message = Message {
        body: Body::new(WORST.repeat(MAX_BODY_BYTES)),
        expansion: Some(PrivateText::from(
            WORST.repeat(BESIDE_BODY - MAX_LOCAL_EXTRA),
        )),
        local_extra: Some(PrivateText::from(WORST.repeat(MAX_LOCAL_EXTRA))),
        ..widest_message()
    };

    for codec in Codec::ALL {
        EncodedMessage::encode(codec, &message).unwrap();
        append(codec, &page(vec![message.clone()])).unwrap();
    }
}

#[test]
fn the_largest_body_with_the_largest_push_texts_is_sent_in_either_codec() {
    let push = || Some(PrivateText::from(WORST.repeat(MAX_PUSH_TEXT)));
    let widest = widest_message();
    let frame = ClientFrame::Request {
        id: u64::MAX,
        request: Request::Send {
            conversation: widest.conversation,
            object_name: widest.object_name,
            body: Body::new(WORST.repeat(MAX_BODY_BYTES)),
            client_id: widest.client_id.unwrap(),
            options: SendOptions {
                silent: true,
                push_content: push(),
                push_data: push(),
                ..SendOptions::default()
            },
        },
    };

    for codec in Codec::ALL {
        encode_client(codec, &frame, &mut BytesMut::new()).unwrap();
    }
}

#[test]
fn a_message_for_too_many_members_is_neither_written_nor_read() {
    let frame_for = |members: usize| ClientFrame::Request {
        id: 1,
        request: Request::Send {
            conversation: samples::plain_message().conversation,
            object_name: ObjectName::text(),
            body: Body::new("{}"),
            client_id: ClientMessageId::new("x").unwrap(),
            options: SendOptions {
                directed: vec![UserId::new("x".repeat(64)).unwrap(); members],
                ..SendOptions::default()
            },
        },
    };

    for codec in Codec::ALL {
        let encode = |members| encode_client(codec, &frame_for(members), &mut BytesMut::new());
        assert_eq!(encode(MAX_DIRECTED), Ok(()));
        assert_eq!(encode(MAX_DIRECTED + 1), Err(EncodeError::TooMany));
    }
    let most = serde_json::to_string(&frame_for(MAX_DIRECTED)).unwrap();
    let more = most.replacen("\"directed\":[", "\"directed\":[\"x\",", 1);
    assert!(imlink_ipc_proto::decode_client(Codec::Json, most.as_bytes()).is_ok());
    assert!(imlink_ipc_proto::decode_client(Codec::Json, more.as_bytes()).is_err());
}

#[test]
fn a_value_too_long_for_a_frame_is_refused_and_leaves_nothing_behind() {
    let frame = ClientFrame::Request {
        id: 1,
        request: Request::Send {
            conversation: widest_message().conversation,
            object_name: ObjectName::text(),
            body: Body::new("x".repeat(MAX_FRAME)),
            client_id: ClientMessageId::new("x").unwrap(),
            options: SendOptions::default(),
        },
    };

    for codec in Codec::ALL {
        let mut out = BytesMut::from(&b"before"[..]);
        assert_eq!(
            encode_client(codec, &frame, &mut out),
            Err(EncodeError::TooLong { limit: MAX_FRAME })
        );
        assert_eq!(&out[..], b"before");
    }
}

#[test]
fn a_list_of_too_many_is_neither_written_nor_read() {
    let most = usize::from(PAGE_ENTRIES);
    let of = |entries: usize| page(vec![samples::plain_message(); entries]);
    for codec in Codec::ALL {
        append(codec, &of(most)).unwrap();
        assert_eq!(append(codec, &of(most + 1)), Err(EncodeError::TooMany));
    }

    let entry = serde_json::to_string(&samples::plain_message()).unwrap();
    let entries = vec![entry; most + 1].join(",");
    let json = format!(
        r#"{{"Response":{{"id":"1","result":{{"Ok":{{"Page":{{"messages":[{entries}],"more":false}}}}}}}}}}"#
    );
    let error = imlink_ipc_proto::decode_server(Codec::Json, json.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Response.result.Ok.Page.messages: expected a list of at most 200 entries"
    );
}

#[test]
fn the_largest_page_of_an_outbox_fits_a_frame() {
    let widest = widest_message();
    let entry = |body: &str| OutboxEntry {
        id: OutboxId(u64::MAX),
        client_id: ClientMessageId::new("\"".repeat(64)).unwrap(),
        conversation: widest.conversation.clone(),
        object_name: widest.object_name.clone(),
        body: Body::new(body),
        accepted_at: Millis(i64::MIN),
        state: SendState::Failed {
            code: Code::new(i32::MIN),
        },
    };
    let largest = entry(&WORST.repeat(MAX_BODY_BYTES));
    let most = usize::from(PAGE_ENTRIES);

    for entries in [
        vec![largest.clone()],
        vec![entry(&WORST.repeat(1_000)); 500],
        vec![entry(""); 500],
        [vec![entry("")], vec![largest; 2]].concat(),
    ] {
        let fitting = entries_length(&entries);
        assert!((1..=most).contains(&fitting));
        for codec in Codec::ALL {
            let frame = ServerFrame::Response {
                id: u64::MAX,
                result: Outcome::Ok(Response::Outbox {
                    entries: entries[..fitting].to_vec(),
                    more: true,
                }),
            };
            append(codec, &frame).unwrap();
        }
    }
}

#[test]
fn the_largest_report_fits_a_frame() {
    let (
        _,
        ServerFrame::Response {
            result: Outcome::Ok(Response::Status(mut report)),
            ..
        },
    ) = samples::server_frames()
        .into_iter()
        .find(|(name, frame)| *name == "status" && matches!(frame, ServerFrame::Response { .. }))
        .unwrap()
    else {
        panic!("the sample is a report");
    };
    let mut app = report.apps[0].clone();
    app.app = AppId::new("x".repeat(64)).unwrap();
    app.client = "\"".repeat(Label::MAX_BYTES);
    app.user = Some(UserId::new("\"".repeat(64)).unwrap());
    (app.pid, app.uid, app.attached_at) = (u32::MAX, u32::MAX, Millis(i64::MIN));
    report.apps = vec![app; REPORTED_APPS];
    report.accounts = vec![report.accounts[0].clone(); REPORTED_ACCOUNTS];
    report.ended = vec![report.accounts[0].clone(); REPORTED_ENDED];

    for codec in Codec::ALL {
        let frame = ServerFrame::Response {
            id: u64::MAX,
            result: Outcome::Ok(Response::Status(report.clone())),
        };
        append(codec, &frame).unwrap();
    }
}

#[test]
fn the_largest_greetings_fit_before_anyone_is_greeted() {
    let label = Label::new(&"x".repeat(Label::MAX_BYTES)).unwrap();
    let hello = Hello {
        protocols: ProtocolRange {
            lowest: u16::MAX,
            highest: u16::MAX,
        },
        codec: Codec::Json,
        app: AppId::new("x".repeat(64)).unwrap(),
        client: label.clone(),
    };
    let refused = Refused {
        code: Code::new(i32::MIN),
        supported: ProtocolRange::SUPPORTED,
        text: "x".repeat(10_000),
    };
    let mut welcome = imlink_ipc_proto::Welcome {
        protocol: imlink_ipc_proto::Protocol::V1,
        codec: Codec::Bincode,
        instance: u64::MAX,
        max_frame: u32::MAX,
        daemon: label,
    };
    welcome.instance -= 1;

    // The figures that `MAX_GREETING` names.
    assert_eq!(hello.encode().len(), 4 + 332);
    assert_eq!(Greeting::Welcome(welcome).encode().len(), 4 + 277);
    assert_eq!(Greeting::Refused(refused).encode().len(), 4 + 528);
    const { assert!(528 <= MAX_GREETING) };
}

#[test]
fn a_page_has_at_least_one_message_and_at_most_what_a_page_holds() {
    let huge = Message {
        body: Body::new(WORST.repeat(MAX_BODY_BYTES)),
        ..samples::plain_message()
    };
    let small = samples::plain_message();

    assert_eq!(page_length(&[]), 0);
    assert_eq!(page_length(&[huge.clone(), small.clone()]), 1);
    assert_eq!(page_length(&[small.clone(), huge]), 1);
    assert_eq!(page_length(&vec![small; 1000]), usize::from(PAGE_ENTRIES));
}

proptest! {
    // Pages are large, and what matters are their borders.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_message_never_needs_more_than_its_cost(codec in codec(), message in message()) {
        let encoded = EncodedMessage::encode(codec, &message).unwrap();

        prop_assert!(encoded.len() <= message_cost(&message));
    }

    // P28
    #[test]
    fn a_page_cut_by_cost_fits_a_frame(
        codec in codec(),
        lengths in vec(0..MAX_BODY_BYTES, 0..40),
    ) {
        let messages: Vec<Message> = lengths
            .into_iter()
            .map(|length| Message { body: Body::new(WORST.repeat(length / 4)), ..widest_message() })
            .collect();
        let length = page_length(&messages);

        let cost: usize = messages[..length].iter().map(message_cost).sum();
        prop_assert!(length <= 1 || cost <= PAGE_BYTES);
        prop_assert!(append(codec, &page(messages[..length].to_vec())).is_ok());
    }
}

#[test]
fn the_widest_message_is_within_its_cost() {
    for codec in Codec::ALL {
        let widest = widest_message();
        let encoded = EncodedMessage::encode(codec, &widest).unwrap();

        assert!(encoded.len() <= message_cost(&widest));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_page_of_conversations_cut_by_cost_fits_a_frame(
        codec in codec(),
        lengths in vec((0..MAX_BODY_BYTES / 2, 0..MAX_BODY_BYTES / 2), 0..40),
    ) {
        let conversations: Vec<ConversationSummary> = lengths
            .into_iter()
            .map(|(last, draft)| widest_conversation(last, draft))
            .collect();
        let length = conversations_length(&conversations);

        let cost: usize = conversations[..length].iter().map(conversation_cost).sum();
        prop_assert!(length <= 1 || cost <= PAGE_BYTES);
        let frame = ServerFrame::Response {
            id: u64::MAX,
            result: Outcome::Ok(Response::Conversations {
                conversations: conversations[..length].to_vec(),
                more: true,
            }),
        };
        let mut out = BytesMut::new();
        prop_assert!(encode_server(codec, &frame, &mut out).is_ok());
        prop_assert!(length != 1 || out.len() <= cost + 256);
    }
}

/// With a last message and a draft of so many characters that JSON writes longest.
fn widest_conversation(last: usize, draft: usize) -> ConversationSummary {
    let message = widest_message();
    ConversationSummary {
        conversation: message.conversation.clone(),
        position: Seq(u64::MAX),
        last: Some(Message {
            body: Body::new(WORST.repeat(last)),
            ..message
        }),
        last_seq: Seq(u64::MAX),
        last_at: Millis(i64::MIN),
        read_up_to: Some(Millis(i64::MIN)),
        unread: u32::MAX,
        mentions: u32::MAX,
        total: u32::MAX,
        draft: Some(PrivateText::from(WORST.repeat(draft))),
    }
}

fn page(messages: Vec<Message>) -> ServerFrame {
    ServerFrame::Response {
        id: u64::MAX,
        result: Outcome::Ok(Response::Page {
            messages,
            more: true,
        }),
    }
}

fn append(codec: Codec, frame: &ServerFrame) -> Result<(), EncodeError> {
    encode_server(codec, frame, &mut BytesMut::new())
}

/// Every id at its longest, in characters that JSON escapes where they are allowed, and every
/// number at its longest.
fn widest_message() -> Message {
    Message {
        seq: Seq(u64::MAX),
        uid: Some(MessageUid::new("x".repeat(64)).unwrap()),
        conversation: Conversation {
            kind: u8::MAX,
            target: TargetId::new("\"".repeat(64)).unwrap(),
            channel: Some(ChannelId::new("\"".repeat(20)).unwrap()),
        },
        sender: UserId::new("\\".repeat(64)).unwrap(),
        object_name: ObjectName::new("\"".repeat(32)).unwrap(),
        body: Body::new(""),
        sent_at: Millis(i64::MIN),
        received_at: Millis(i64::MIN),
        flags: imlink_ipc_proto::Flags::default(),
        client_id: Some(ClientMessageId::new("\"".repeat(64)).unwrap()),
        origin: imlink_ipc_proto::Origin::App(AppId::new("x".repeat(64)).unwrap()),
        direction: imlink_ipc_proto::Direction::Received,
        expansion: Some(PrivateText::from(String::new())),
        offline: false,
        received: u8::MAX,
        local_extra: Some(PrivateText::from(String::new())),
    }
}
