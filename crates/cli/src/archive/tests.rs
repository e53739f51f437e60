//! What is written is read again, and nothing else is.

use imlink::{
    AppId, Body, ChannelId, ClientMessageId, Conversation, ConversationKind, ConversationSummary,
    Direction, Flags, Message, MessageUid, Millis, ObjectName, Origin, ReceivedStatus, Seq,
    TargetId, UserId,
};

use super::{Archive, ArchiveError, Entry, Header, Tally, VERSION, Writer};

#[test]
fn an_archive_is_read_as_it_was_written() {
    let messages = [message(1, Origin::Remote), of_an_app(), bare()];
    let mut writer = Writer::new(Vec::new(), header()).unwrap();
    for message in &messages {
        writer.message(message.clone()).unwrap();
    }
    writer.conversation(summary().into()).unwrap();
    let text = writer.finish().unwrap();

    let mut archive = Archive::open(&*text).unwrap();
    assert_eq!(archive.header(), &header());
    for message in &messages {
        let Some(Entry::Message(found, bytes)) = archive.next().unwrap() else {
            panic!("a message");
        };
        assert_eq!(&Message::from(*found), message);
        assert!(bytes > message.body.as_str().len());
    }
    let Some(Entry::Conversation(found)) = archive.next().unwrap() else {
        panic!("a conversation");
    };
    assert_eq!(found.conversation(), summary().conversation);
    assert_eq!(found.read_up_to(), Some(Millis(17)));
    assert_eq!(found.draft(), Some("See \u{1b} you"));
    assert_eq!(archive.next().unwrap(), None);
    let tally = Tally {
        messages: 3,
        conversations: 1,
    };
    assert_eq!(archive.tally(), tally);
}

/// The format is a promise: what one version wrote the next one reads.
#[test]
fn the_format_stays_as_it_is() {
    let text = written();

    assert_eq!(
        String::from_utf8(text).unwrap(),
        concat!(
            r#"{"export":{"version":1,"app_key":"key","user":"alice","messages":9,"exported_at":5}}"#,
            "\n",
            r#"{"message":{"seq":1,"uid":"U-1","kind":"ultra-group","target":"town","channel":"news","#,
            r#""direction":"received","origin":"other-device","sender":"bob","object_name":"RC:TxtMsg","#,
            r#""body":"{\"content\":\"hi\"}","sent_at":2,"received_at":3,"flags":{"persisted":true,"#,
            r#""counted":false,"mention":false,"silent":false,"expandable":false,"transient":false},"#,
            r#""client_id":null,"expansion":"{\"a\":1}","offline":true,"#,
            r#""received":2,"local_extra":"kept"}}"#,
            "\n",
            r#"{"conversation":{"kind":"private","target":"bob","channel":null,"read_up_to":17,"#,
            r#""draft":"See \u001b you"}}"#,
            "\n",
            r#"{"end":{"messages":1,"conversations":1}}"#,
            "\n",
        )
    );
}

#[test]
fn the_document_shows_a_whole_export() {
    let document = include_str!("../../../../docs/export.md");
    let (_, shown) = document.split_once("```json\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();

    let mut archive = Archive::open(shown.as_bytes()).unwrap();
    let mut writer = Writer::new(Vec::new(), archive.header().clone()).unwrap();
    while let Some(entry) = archive.next().unwrap() {
        match entry {
            Entry::Message(message, _) => writer.message((*message).into()).unwrap(),
            Entry::Conversation(conversation) => writer.conversation(conversation).unwrap(),
        }
    }

    let written = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert_eq!(written, shown, "and shows it as it is written");
}

// issue 4: import refuses a wrong header or a broken line, and names its number
#[test]
fn whatever_is_no_archive_is_told_by_its_line() {
    let whole = String::from_utf8(written()).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let joined = |lines: &[&str]| lines.join("\n");
    let second = |line: &str| joined(&[lines[0], line]);
    let later = lines[0].replace("\"version\":1", "\"version\":2,\"more\":0");
    let table = [
        (String::new(), "is empty"),
        (
            "\n".into(),
            "is no export: its first line is no header of one",
        ),
        (
            "hello".into(),
            "is no export: its first line is no header of one",
        ),
        (
            joined(&lines[1..]),
            "is no export: its first line is no header of one",
        ),
        (later, "has format 2, and this version reads format 1"),
        (
            lines[0].replace("alice", ""),
            "is broken at line 1: a field is missing, unknown or not as it should be at column",
        ),
        (
            joined(&[lines[0], "{"]),
            "is broken at line 2: it ends in the middle",
        ),
        (
            joined(&[lines[0], "nonsense"]),
            "is broken at line 2: no JSON at column",
        ),
        (
            joined(&[lines[0], ""]),
            "ends after line 1, but not with the last line of an export: it was cut off",
        ),
        (
            joined(&[lines[0], "", lines[3]]),
            "is broken at line 2: it ends in the middle",
        ),
        (
            joined(&[lines[0], r#"{"news":{}}"#]),
            "is broken at line 2: a field is missing",
        ),
        (
            second(&lines[1].replace("ultra-group", "club")),
            "is broken at line 2: a field is missing",
        ),
        (
            second(&lines[1].replace("\"seq\":1,", "")),
            "is broken at line 2: a field is missing",
        ),
        (
            second(&lines[1].replace("\"sent_at\":2", "\"sent_at\":\"canary\"")),
            "is broken at line 2: a field is missing",
        ),
        (
            joined(&[lines[0], lines[0]]),
            "is broken at line 2: a second header",
        ),
        (
            joined(&[lines[0], lines[2], lines[1]]),
            "is broken at line 3: a message behind the conversations",
        ),
        (
            joined(&[lines[0], lines[1], lines[3]]),
            "is broken at line 3: it counts 1 messages and 1 conversations, but there are 1 and 0",
        ),
        (
            joined(&lines[..3]),
            "ends after line 3, but not with the last line of an export: it was cut off",
        ),
        (
            joined(&[lines[0], lines[1], lines[2], lines[3], "more"]),
            "is broken at line 5: there should be nothing behind the last line",
        ),
    ];

    for (text, wanted) in table {
        let error = read(text.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with(wanted), "{text}\n{error}");
        assert!(!error.contains("canary"), "{error}");
    }
    assert_eq!(read(whole.as_bytes()).unwrap(), 2);
}

/// A text cut anywhere is noticed, and nothing of it is taken for the whole.
#[test]
fn an_archive_cut_at_any_byte_is_refused() {
    let whole = written();

    for end in 0..whole.len() - 1 {
        assert!(read(&whole[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn a_line_without_end_does_not_fill_the_memory() {
    let mut text = written();
    text.truncate(text.iter().position(|byte| *byte == b'\n').unwrap() + 1);
    let endless = std::io::Read::chain(&*text, std::io::repeat(b'x'));

    let mut archive = Archive::open(std::io::BufReader::new(endless)).unwrap();
    let error = archive.next().unwrap_err();

    assert!(
        matches!(error, ArchiveError::Line { line: 2, .. }),
        "{error}"
    );
}

/// How many entries there are.
fn read(text: &[u8]) -> Result<usize, ArchiveError> {
    let mut archive = Archive::open(text)?;
    let mut entries = 0;
    while archive.next()?.is_some() {
        entries += 1;
    }
    Ok(entries)
}

fn written() -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), header()).unwrap();
    writer.message(message(1, Origin::OtherDevice)).unwrap();
    writer.conversation(summary().into()).unwrap();
    writer.finish().unwrap()
}

fn header() -> Header {
    Header {
        version: VERSION,
        app_key: "key".try_into().unwrap(),
        user: user("alice"),
        messages: 9,
        exported_at: 5,
    }
}

fn message(seq: u64, origin: Origin) -> Message {
    Message {
        seq: Seq(seq),
        uid: Some(MessageUid::new("U-1").unwrap()),
        conversation: Conversation {
            kind: ConversationKind::UltraGroup,
            target: TargetId::new("town").unwrap(),
            channel: Some(ChannelId::new("news").unwrap()),
        },
        direction: Direction::Received,
        origin,
        sender: user("bob"),
        object_name: ObjectName::text(),
        body: Body::new(r#"{"content":"hi"}"#),
        sent_at: Millis(2),
        received_at: Millis(3),
        flags: Flags {
            persisted: true,
            ..Flags::default()
        },
        client_id: None,
        expansion: Some(r#"{"a":1}"#.to_owned()),
        offline: true,
        received: ReceivedStatus::LISTENED,
        local_extra: Some("kept".to_owned()),
    }
}

fn of_an_app() -> Message {
    Message {
        conversation: Conversation::private(user("bob")),
        direction: Direction::Sent,
        client_id: Some(ClientMessageId::new("c-1").unwrap()),
        ..message(2, Origin::App(AppId::new("notes").unwrap()))
    }
}

fn bare() -> Message {
    Message {
        uid: None,
        expansion: None,
        body: Body::new("\u{1b}[2J\u{2028}\n{\""),
        sent_at: Millis(-1),
        ..message(u64::MAX, Origin::Remote)
    }
}

fn summary() -> ConversationSummary {
    ConversationSummary {
        conversation: Conversation::private(user("bob")),
        position: Seq(1),
        last: None,
        last_seq: Seq(1),
        last_at: Millis(2),
        read_up_to: Some(Millis(17)),
        unread: 0,
        mentions: 0,
        total: 1,
        draft: Some("See \u{1b} you".to_owned()),
    }
}

fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}
