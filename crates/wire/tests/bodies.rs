//! Bodies: required fields, broken text, compressed answers, and what `Debug` gives away.

use std::io::Write;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use imlink_wire::{
    MAX_MESSAGE, fuzzing,
    proto::{
        BodyError, DownStreamMessage, DownStreamMessages, Kind, NotifyMsg, Presence, Schema,
        UpStreamMessage, decode_answer, decode_body, encode_body,
    },
};
use proptest::prelude::*;

#[test]
fn nothing_is_sent_without_its_required_fields() {
    let mut types = 0;
    for (schema, blank) in fuzzing::blanks() {
        assert_eq!(
            fuzzing::recode(schema.name, blank.clone()),
            Some(Ok(blank)),
            "{}",
            schema.name
        );
        types += 1;
    }
    assert_eq!(types, 208, "every message of cloud.proto");
}

#[test]
fn a_missing_required_field_is_named_for_every_type_that_has_one() {
    let mut with_required = 0;
    for (schema, _) in fuzzing::blanks() {
        let first = schema
            .fields
            .iter()
            .find(|field| field.presence == Presence::Required);
        let decoded = fuzzing::recode(schema.name, Bytes::new()).unwrap();
        match first {
            Some(field) => {
                let missing = BodyError::Missing {
                    message: schema.name,
                    field: field.name,
                };
                assert_eq!(decoded, Err(missing));
                with_required += 1;
            }
            None => assert_eq!(decoded, Ok(Bytes::new())),
        }
    }
    assert!(with_required > 60, "{with_required}");
}

#[test]
fn a_missing_field_is_found_inside_a_list() {
    let page = DownStreamMessages {
        list: vec![message("kept")],
        sync_time: 1,
        ..DownStreamMessages::default()
    };
    let mut bytes = encode_body(&page).to_vec();
    // A second element that holds nothing.
    bytes.extend_from_slice(&[0x0A, 0x00]);

    assert_eq!(
        decode_body::<DownStreamMessages>(bytes.into()).unwrap_err(),
        BodyError::Missing {
            message: "DownStreamMessage",
            field: "fromUserId"
        }
    );
}

#[test]
fn no_type_has_more_fields_than_the_check_can_mark_and_none_contains_itself() {
    fn depth(schema: &Schema) -> usize {
        let inner = schema.fields.iter().filter_map(|field| match field.kind {
            Kind::Message(inner) => Some(depth(inner)),
            Kind::Number | Kind::Id | Kind::Text | Kind::Bytes => None,
        });
        1 + inner.max().unwrap_or_default()
    }
    for (schema, _) in fuzzing::blanks() {
        assert!(schema.fields.len() <= 64, "{}", schema.name);
        assert!(depth(schema) <= 8, "{}", schema.name);
    }
}

#[test]
fn a_field_of_the_wrong_type_is_malformed() {
    let malformed = || BodyError::Malformed("NotifyMsg");
    // Field 1 as text; a key without value; a length beyond the end.
    for bytes in [&[0x0A, 0x01, b'x'][..], &[0x08], &[0x08, 0x01, 0x1A, 0x7F]] {
        let decoded = decode_body::<NotifyMsg>(Bytes::copy_from_slice(bytes));
        assert_eq!(decoded.unwrap_err(), malformed());
    }
}

#[test]
fn unknown_fields_of_a_newer_server_are_skipped() {
    // F-S12: number 100 as varint, text, fixed32 and fixed64.
    let bytes = [
        0x08, 0x01, 0xA0, 0x06, 0x01, 0xA2, 0x06, 0x01, b'x', 0xA5, 0x06, 1, 2, 3, 4, 0xA1, 0x06,
        1, 2, 3, 4, 5, 6, 7, 8,
    ];
    let decoded: NotifyMsg = decode_body(Bytes::copy_from_slice(&bytes)).unwrap();

    assert_eq!(
        decoded,
        NotifyMsg {
            r#type: 1,
            ..NotifyMsg::default()
        }
    );
}

#[test]
fn one_message_with_broken_text_does_not_cost_its_page() {
    let page = DownStreamMessages {
        list: vec![message("before"), message("MARK"), message("after")],
        sync_time: 7,
        ..DownStreamMessages::default()
    };
    let mut bytes = encode_body(&page).to_vec();
    let at = bytes
        .windows(4)
        .position(|window| window == b"MARK")
        .unwrap();
    // The first half of a surrogate pair, as a JavaScript sender can produce it.
    bytes[at..at + 3].copy_from_slice(&[0xED, 0xA0, 0xBD]);

    let decoded: DownStreamMessages = decode_body(bytes.into()).unwrap();

    let contents: Vec<_> = decoded
        .list
        .iter()
        .map(|message| message.content.as_str())
        .collect();
    assert_eq!(contents, ["before", "\u{FFFD}\u{FFFD}\u{FFFD}K", "after"]);
    assert_eq!((decoded.list[1].data_time, decoded.sync_time), (42, 7));
}

// F-I12 for the cloud's side
#[test]
fn a_list_of_countless_empty_messages_is_refused_before_it_is_built() {
    let elements = (1 << 16) + 1;
    let bytes: Bytes = [0x0A, 0x00].repeat(elements).into();
    // MsgReadCnt has no required field, so only the number speaks against it.
    let refused = fuzzing::recode("ReceiptCntQryResp", bytes.clone()).unwrap();
    assert_eq!(refused, Err(BodyError::TooManyFields("ReceiptCntQryResp")));

    let one_less = fuzzing::recode("ReceiptCntQryResp", bytes.slice(2..)).unwrap();
    assert!(one_less.is_ok());

    let texts: Bytes = [0x0A, 0x00].repeat((1 << 20) + 1).into();
    let refused = fuzzing::recode("FriendProfileOutput", texts).unwrap();
    assert_eq!(
        refused,
        Err(BodyError::TooManyFields("FriendProfileOutput"))
    );
}

#[test]
fn a_plain_answer_is_taken_as_it_is() {
    let page = page("hello");

    assert_eq!(
        decode_answer::<DownStreamMessages>(encode_body(&page)),
        Ok(page)
    );
}

#[test]
fn a_compressed_answer_is_inflated_and_its_placeholders_forgotten() {
    let real = page("hello");
    let wrapped = compressed(&encode_body(&real));

    assert_eq!(
        decode_answer::<DownStreamMessages>(encode_body(&wrapped)),
        Ok(real)
    );
}

// F-S11
#[test]
fn a_compressed_answer_that_cannot_be_believed_says_so() {
    let decode = |page: &DownStreamMessages| decode_answer::<DownStreamMessages>(encode_body(page));
    let not_inflated = || Err(BodyError::NotInflated("DownStreamMessages"));

    let twice = compressed(&encode_body(&compressed(&encode_body(&page("x")))));
    assert_eq!(decode(&twice), not_inflated());

    let without_data = DownStreamMessages {
        compressed_data: None,
        ..twice.clone()
    };
    assert_eq!(decode(&without_data), not_inflated());

    let broken = DownStreamMessages {
        compressed_data: Some(Bytes::from_static(b"\x1f\x8bxx")),
        ..twice
    };
    assert_eq!(decode(&broken), not_inflated());

    let bomb = compressed(&vec![0; MAX_MESSAGE + 1]);
    assert_eq!(
        decode(&bomb),
        Err(BodyError::InflatesTooLarge("DownStreamMessages"))
    );
}

// F-K10
#[test]
fn debug_shows_ids_and_numbers_but_nothing_a_person_wrote() {
    let sent = UpStreamMessage {
        session_id: 3,
        classname: "RC:TxtMsg".into(),
        content: "canary".into(),
        push_text: Some("canary".into()),
        client_unique_id: Some(17),
        ..UpStreamMessage::default()
    };

    assert_eq!(
        format!("{sent:?}"),
        r#"UpStreamMessage { sessionId: 3, classname: "RC:TxtMsg", content: <6 bytes>, pushText: <6 bytes>, clientUniqueId: 17 }"#
    );
    assert!(!format!("{:?}", page("canary")).contains("canary"));
    assert!(
        format!("{:?}", page("canary")).contains(r#"list: DownStreamMessage { fromUserId: "bob""#)
    );
}

proptest! {
    #[test]
    fn any_bytes_give_a_body_or_an_error(data in proptest::collection::vec(any::<u8>(), 0..200)) {
        fuzzing::bodies(&data);
    }
}

fn message(content: &str) -> DownStreamMessage {
    DownStreamMessage {
        from_user_id: "bob".into(),
        r#type: 1,
        classname: "RC:TxtMsg".into(),
        content: content.into(),
        data_time: 42,
        ..DownStreamMessage::default()
    }
}

fn page(content: &str) -> DownStreamMessages {
    DownStreamMessages {
        list: vec![message(content)],
        sync_time: 42,
        finished: Some(true),
        ..DownStreamMessages::default()
    }
}

fn compressed(data: &[u8]) -> DownStreamMessages {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(data).unwrap();
    DownStreamMessages {
        sync_time: 0,
        compressio_enabled: Some(true),
        compressed_data: Some(gzip.finish().unwrap().into()),
        ..DownStreamMessages::default()
    }
}
