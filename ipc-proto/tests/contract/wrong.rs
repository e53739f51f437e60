//! Frames that cannot be read, and what is said of them.

use bytes::BytesMut;
use imlink_ipc_proto::{
    ClientFrame, Codec, Fault, Received, Request, UnknownFrame, decode_client, decode_server,
    encode_client,
};
use imlink_model::Code;

#[test]
fn a_wrong_request_is_answered_with_what_is_wrong_and_where() {
    let table = [
        (
            r#"{"Request":{"id":"7","request":{"Undo":{"uid":"x"}}}}"#,
            r#"Request.request: there is no "Undo""#,
        ),
        (
            r#"{"Request":{"id":"7","request":"Undo"}}"#,
            r#"Request.request: there is no "Undo""#,
        ),
        (
            r#"{"Request":{"id":7,"request":{"Connect":{"replay":false}}}}"#,
            "Request.request.Connect: missing field `token`",
        ),
        (
            r#"{"Request":{"request":{"Connect":{"token":"t","time_limit":"30","replay":false}},"id":7}}"#,
            "Request.request.Connect.time_limit: expected u32",
        ),
        (
            r#"{"Request":{"id":"7","request":{"Acknowledge":{"subscription":1,"seq":"-1"}}}}"#,
            "Request.request.Acknowledge.seq: expected a whole number from 0 to \
             18446744073709551615 in decimal digits",
        ),
        (
            r#"{"Request":{"id":"7","request":{"Init":{"app_key":""}}}}"#,
            "Request.request.Init.app_key: app key is empty",
        ),
        (
            r#"{"Request":{"id":"7","request":{"Hint":{"hint":"Resumed"}}}}"#,
            r#"Request.request.Hint.hint: there is no "Resumed""#,
        ),
        (
            r#"{"Request":{"id":"7","request":{"Init":{"app_key":"\ud800"}}}}"#,
            "the frame is not JSON from line 1, column 58 on",
        ),
        (
            r#"{"Request":{"id":"7"}}"#,
            "Request: missing field `request`",
        ),
    ];

    for (json, said) in table {
        let error = decode_client(Codec::Json, json.as_bytes()).unwrap_err();

        assert_eq!(error.request, Some(7), "{json}");
        assert_eq!(error.failure().code, Code::LOCAL_BAD_REQUEST);
        assert_eq!(error.failure().message, said, "{json}");
    }
}

// F-I08
#[test]
fn a_frame_that_is_no_request_at_all_has_no_id_to_answer() {
    let table = [
        ("garbage", "the frame is not JSON from line 1, column 1 on"),
        (
            r#"{"Request":{"id":"7","request":{"Ping":{}}}"#,
            "the frame ends too early",
        ),
        (
            r#"{"Request":{"id":"7","request":{"Ping":{}}}} {}"#,
            "the frame is not JSON from line 1, column 46 on",
        ),
        (
            r#"{"Request":{"id":"x","request":{"Ping":{}}}}"#,
            "Request.id: expected a whole number from 0 to 18446744073709551615 in decimal digits",
        ),
        (
            r#"{"Request":{"request":{"Ping":{}}}}"#,
            "Request: missing field `id`",
        ),
        (r#"{"Cancel":{"id":"7"}}"#, r#"frame: there is no "Cancel""#),
    ];

    for (json, said) in table {
        let error = decode_client(Codec::Json, json.as_bytes()).unwrap_err();

        assert_eq!(
            (error.request, error.to_string().as_str()),
            (None, said),
            "{json}"
        );
    }
}

#[test]
fn an_unknown_request_in_bincode_is_answered_by_its_number() {
    let mut frame = ping(Codec::Bincode);
    *frame.last_mut().unwrap() = 99;

    let error = decode_client(Codec::Bincode, &frame).unwrap_err();

    assert_eq!(error.request, Some(7));
    assert_eq!(error.to_string(), r#"byte 3: there is no "99""#);
}

// F-I08
#[test]
fn bincode_that_does_not_add_up_has_no_id_to_answer() {
    let mut longer = ping(Codec::Bincode);
    longer.push(0);
    let error = decode_client(Codec::Bincode, &longer).unwrap_err();
    assert_eq!(
        (error.request, error.fault),
        (None, Fault::Trailing { bytes: 1 })
    );

    let error = decode_client(Codec::Bincode, &[0, 7]).unwrap_err();
    assert_eq!((error.request, error.fault), (None, Fault::Truncated));
}

#[test]
fn a_frame_of_a_newer_daemon_is_unknown_and_no_error() {
    let table = [
        (
            r#"{"Response":{"id":"7","result":{"Ok":{"Recalled":{"uid":"x"}}}}}"#,
            UnknownFrame::Response { id: 7 },
        ),
        (
            r#"{"Event":{"sequence":"9","event":{"Typing":{"user":"x"}}}}"#,
            UnknownFrame::Event { sequence: 9 },
        ),
        (
            r#"{"Event":{"sequence":"9","event":"Typing"}}"#,
            UnknownFrame::Event { sequence: 9 },
        ),
        (r#"{"Gap":{"from":"1"}}"#, UnknownFrame::Frame),
    ];
    for (json, unknown) in table {
        assert_eq!(
            decode_server(Codec::Json, json.as_bytes()),
            Ok(Received::Unknown(unknown))
        );
    }

    let table: [(&[u8], _); 3] = [
        (&[0, 7, 0, 99, 1, 2, 3], UnknownFrame::Response { id: 7 }),
        (&[1, 9, 99, 1, 2, 3], UnknownFrame::Event { sequence: 9 }),
        (&[99, 1, 2, 3], UnknownFrame::Frame),
    ];
    for (bytes, unknown) in table {
        assert_eq!(
            decode_server(Codec::Bincode, bytes),
            Ok(Received::Unknown(unknown))
        );
    }
}

#[test]
fn a_damaged_answer_names_the_request_it_would_have_ended() {
    let json = r#"{"Response":{"id":"7","result":{"Ok":{"Accepted":{"id":"1"}}}}}"#;

    let error = decode_server(Codec::Json, json.as_bytes()).unwrap_err();

    assert_eq!(error.request, Some(7));
    assert_eq!(
        error.to_string(),
        "Response.result.Ok.Accepted: missing field `new`"
    );
}

fn ping(codec: Codec) -> Vec<u8> {
    let mut out = BytesMut::new();
    let frame = ClientFrame::Request {
        id: 7,
        request: Request::Ping {},
    };
    encode_client(codec, &frame, &mut out).unwrap();
    out[4..].to_vec()
}
