//! The bytes of every frame, as they were when they were released.
//!
//! A line that changes breaks apps that are in use: append variants, and leave the rest alone.
//! `IMLINK_BLESS=1 cargo test -p imlink-ipc-proto golden` writes the files anew.

use std::fmt::Write as _;
use std::path::PathBuf;

use bytes::BytesMut;
use imlink_ipc_proto::{
    Codec, Greeting, Hello, Label, Protocol, ProtocolRange, Received, Refused, Welcome,
    decode_client, decode_server, encode_client, encode_server,
};
use imlink_model::{AppId, Code};

use crate::samples::{client_frames, server_frames};

#[test]
fn bincode_frames_are_as_released() {
    check("bincode.txt", &lines(Codec::Bincode, hex));
    for line in fixture("bincode.txt").lines() {
        decodes_to_its_sample(Codec::Bincode, line, &unhex);
    }
}

#[test]
fn json_frames_are_as_released() {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();

    check("json.txt", &lines(Codec::Json, text));
    for line in fixture("json.txt").lines() {
        decodes_to_its_sample(Codec::Json, line, &|text| text.as_bytes().to_vec());
    }
}

#[test]
fn greetings_are_as_released() {
    let hello = hello();
    let mut lines = format!("hello\t{}\n", hex(&hello.encode()));
    for (name, greeting) in [("welcome", welcome()), ("refused", refused())] {
        writeln!(lines, "{name}\t{}", hex(&greeting.encode())).unwrap();
    }
    check("greeting.txt", &lines);

    let bodies: Vec<Vec<u8>> = fixture("greeting.txt")
        .lines()
        .map(|line| unhex(line.split_once('\t').unwrap().1)[4..].to_vec())
        .collect();
    assert_eq!(Hello::decode(&bodies[0]), Ok(hello));
    assert_eq!(Greeting::decode(&bodies[1]), Ok(welcome()));
    assert_eq!(Greeting::decode(&bodies[2]), Ok(refused()));
}

/// A greeting as released, in hexadecimal, its length first.
pub fn greeting_hex(name: &str) -> String {
    let fixture = fixture("greeting.txt");
    let found = fixture
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
    found.unwrap().to_owned()
}

/// One line for every sample: who sends it, its name, its body.
fn lines(codec: Codec, show: impl Fn(&[u8]) -> String) -> String {
    let mut lines = String::new();
    for (name, frame) in client_frames() {
        let mut out = BytesMut::new();
        encode_client(codec, &frame, &mut out).unwrap();
        writeln!(lines, "client\t{name}\t{}", show(&out[4..])).unwrap();
    }
    for (name, frame) in server_frames() {
        let mut out = BytesMut::new();
        encode_server(codec, &frame, &mut out).unwrap();
        writeln!(lines, "server\t{name}\t{}", show(&out[4..])).unwrap();
    }
    lines
}

fn decodes_to_its_sample(codec: Codec, line: &str, bytes: &dyn Fn(&str) -> Vec<u8>) {
    let [side, name, body] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
    let body = bytes(body);
    if side == "client" {
        let (_, sample) = client_frames()
            .into_iter()
            .find(|(n, _)| *n == name)
            .unwrap();
        assert_eq!(decode_client(codec, &body), Ok(sample), "{name}");
    } else {
        let (_, sample) = server_frames()
            .into_iter()
            .find(|(n, _)| *n == name)
            .unwrap();
        assert_eq!(
            decode_server(codec, &body),
            Ok(Received::Frame(sample)),
            "{name}"
        );
    }
}

fn check(file: &str, lines: &str) {
    if std::env::var_os("IMLINK_BLESS").is_some() {
        std::fs::write(path(file), lines).unwrap();
    }
    let released = fixture(file);
    for (released, current) in released.lines().zip(lines.lines()) {
        assert_eq!(current, released, "{file}");
    }
    assert_eq!(
        lines.lines().count(),
        released.lines().count(),
        "lines of {file}"
    );
}

fn fixture(file: &str) -> String {
    std::fs::read_to_string(path(file)).unwrap_or_default()
}

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(file)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn hello() -> Hello {
    Hello {
        protocols: ProtocolRange {
            lowest: 1,
            highest: 1,
        },
        codec: Codec::Json,
        app: AppId::new("org.example.notes").unwrap(),
        client: Label::new("example 1.0").unwrap(),
    }
}

fn welcome() -> Greeting {
    Greeting::Welcome(Welcome {
        protocol: Protocol::V1,
        codec: Codec::Json,
        instance: 0x0123_4567_89ab_cdef,
        max_frame: 1024 * 1024,
        daemon: Label::new("0.1.0").unwrap(),
    })
}

fn refused() -> Greeting {
    Greeting::Refused(Refused {
        code: Code::LOCAL_VERSION,
        supported: ProtocolRange {
            lowest: 1,
            highest: 1,
        },
        text: "the app speaks protocol versions 2 to 3, this daemon 1 to 1".to_owned(),
    })
}
