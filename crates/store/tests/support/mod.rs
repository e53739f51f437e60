//! What the tests of whole stores share: rows that can be told from each other, and processes that
//! may be killed.

#![allow(dead_code, reason = "every test program takes what it needs")]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use imlink_model::uplink::{Cursor, Record};
use imlink_model::{
    AppId, Body, ClientMessageId, Conversation, Direction, Flags, IncomingMessage, Message,
    MessageUid, Millis, ObjectName, SendOptions, Seq, UserId,
};
use imlink_store::{Change, Store, Submission};

/// Longest wait for anything: many times what a slow machine takes.
pub const DEADLINE: Duration = Duration::from_secs(60);

pub fn me() -> UserId {
    UserId::new("me").unwrap()
}

/// A place for a store that does not exist yet.
pub struct Place {
    home: tempfile::TempDir,
    path: PathBuf,
}

impl Place {
    pub fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("account");
        Self { home, path }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A path beside the store.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }
}

/// Message number `n`, and the cursor that is true once it is stored.
pub fn arrival(n: u64) -> Change {
    let message = IncomingMessage {
        uid: Some(MessageUid::new(format!("u-{n}")).unwrap()),
        conversation: conversation(n),
        direction: Direction::Received,
        sender: UserId::new("alice").unwrap(),
        object_name: ObjectName::text(),
        body: body(n),
        sent_at: Millis(1_000),
        flags: Flags {
            counted: true,
            ..Flags::default()
        },
        wire_ref: None,
        expansion: None,
        offline: false,
        retrieved: false,
    };
    let cursor = Cursor(n.to_string().into());
    Change::Record(Record::Incoming {
        messages: vec![message],
        recalls: Vec::new(),
        unreadable: 0,
        cursor,
    })
}

/// The body of message number `n`: short, or of several parts.
pub fn body(n: u64) -> Body {
    let length = if n.is_multiple_of(10) { 20_000 } else { 200 };
    Body::new(format!("{n:>length$}"))
}

pub fn conversation(n: u64) -> Conversation {
    Conversation::private(UserId::new(format!("peer-{}", n % 7)).unwrap())
}

pub fn submission(n: u64) -> Change {
    Change::Submit(Submission {
        app: AppId::new("notes").unwrap().into(),
        client_id: ClientMessageId::new(format!("c-{n}")).unwrap(),
        conversation: conversation(n),
        object_name: ObjectName::text(),
        body: body(n),
        options: SendOptions::default(),
    })
}

pub fn messages(store: &Store) -> Vec<Message> {
    store
        .messages_after(Seq(0), usize::MAX, usize::MAX)
        .unwrap()
}

/// This test program again, running the ignored test `name` alone on a directory.
pub struct Other {
    child: Child,
    lines: Receiver<String>,
}

const DIRECTORY: &str = "IMLINK_STORE_TEST_DIRECTORY";

impl Other {
    pub fn start(name: &str, directory: &Path) -> Self {
        Self::start_with(name, directory, &[])
    }

    /// The same with more in its environment.
    pub fn start_with(name: &str, directory: &Path, environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--ignored", "--nocapture"])
            .env(DIRECTORY, directory)
            .envs(environment.iter().copied())
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (told, lines) = channel();
        std::thread::spawn(move || {
            let lines = output.lines().map_while(Result::ok);
            lines.map_while(|line| told.send(line).ok()).for_each(drop);
        });
        Self { child, lines }
    }

    /// What it says next behind that word, `None` once it has ended.
    pub fn next(&self, word: &str) -> Option<String> {
        loop {
            let line = match self.lines.recv_timeout(DEADLINE) {
                Ok(line) => line,
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return None,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("it says nothing"),
            };
            // The test harness may have begun the line.
            if let Some((_, said)) = line.split_once(word) {
                return Some(said.trim().to_owned());
            }
        }
    }

    /// SIGKILL; gives everything it said behind that word and was not heard yet.
    pub fn kill(mut self, word: &str) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        std::iter::from_fn(|| self.next(word)).collect()
    }

    /// Waits for its end; gives everything it said behind that word.
    pub fn finish(mut self, word: &str) -> (ExitStatus, Vec<String>) {
        let said = std::iter::from_fn(|| self.next(word)).collect();
        (self.child.wait().unwrap(), said)
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The directory this process was started for.
pub fn given_directory() -> PathBuf {
    std::env::var_os(DIRECTORY)
        .expect("started by another test")
        .into()
}

/// Builds the disk with faults of `disk.c` for `LD_PRELOAD`. Whoever builds this crate's
/// dependencies has a C compiler.
pub fn faulty_disk(directory: &Path) -> PathBuf {
    let library = directory.join("disk.so");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-Wall", "-Werror", "-o"])
        .arg(&library)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/disk.c"))
        .status()
        .unwrap();
    assert!(built.success());
    library
}

/// Asserts that a store has what [`arrival`] and [`submission`] put into it, from the first message
/// to at least that one.
pub fn assert_whole(directory: &Path, acknowledged: u64) {
    let (store, opening) = Store::open(directory, &me()).unwrap();
    assert_eq!(opening.set_aside, None);
    let last = store.last_seq().0;
    assert!(
        last >= acknowledged,
        "{acknowledged} were acknowledged, {last} are stored"
    );

    let stored = messages(&store);
    for (message, n) in stored.iter().zip(1..) {
        assert_eq!(message.seq, Seq(n));
        assert_eq!(message.body, body(n));
    }
    assert_eq!(stored.len() as u64, last);
    let uids: BTreeSet<_> = stored.iter().map(|message| &message.uid).collect();
    assert_eq!(uids.len() as u64, last);

    let restored = store.restored().unwrap();
    assert_eq!(
        restored.cursor.0,
        if last == 0 {
            String::new()
        } else {
            last.to_string()
        }
    );
    assert_eq!(restored.queued.len() as u64, last);
    let app = AppId::new("notes").unwrap().into();
    for (row, n) in restored.queued.iter().zip(1..) {
        let client_id = ClientMessageId::new(format!("c-{n}")).unwrap();
        let (found, _) = store.outgoing(&app, &client_id).unwrap().unwrap();
        assert_eq!(
            (row, &found.conversation, &found.body),
            (&found, &conversation(n), &body(n))
        );
    }
    let total: u32 = store
        .conversations(100)
        .unwrap()
        .iter()
        .map(|found| found.total)
        .sum();
    assert_eq!(u64::from(total), last);
    assert_eq!(store.anomalies(), imlink_store::Anomalies::default());
}

/// Runs the ignored test `name` as a process of its own with a file system of its own, made with
/// those options, as its directory. Says so and does nothing where that is not allowed.
pub fn on_own_mount(name: &str, options: &str) {
    let place = tempfile::tempdir().unwrap();
    let unshare = || {
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "--map-root-user", "sh", "-c"])
            .env(DIRECTORY, place.path());
        command
    };
    let mount = format!(
        "mount -t tmpfs -o {options},mode=700 imlink-test \"$IMLINK_STORE_TEST_DIRECTORY\""
    );
    let allowed = unshare()
        .arg(&mount)
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !allowed {
        // Past the test harness, which keeps what passing tests print.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED {name}: no mounts in user namespaces"
        );
        return;
    }
    let output = unshare()
        .arg(format!(
            "{mount} && exec \"$0\" --exact {name} --ignored --nocapture"
        ))
        .arg(std::env::current_exe().unwrap())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

/// A place with so many messages, a multiple of a hundred.
pub fn filled(messages: u64) -> Place {
    let place = Place::new();
    let (mut store, _) = Store::open(place.path(), &me()).unwrap();
    for first in (1..=messages).step_by(100) {
        let group = (first..first + 100).map(arrival).collect();
        store.commit(group, Millis(0)).unwrap();
    }
    place
}
