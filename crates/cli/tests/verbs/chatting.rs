//! `imlink chat`, through pipes and at a terminal.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::stage::{APP_KEY, Home, Ran, Running, Sandbox, eventually};

#[test]
fn from_a_pipe_every_line_is_a_message_and_the_end_waits_for_the_last_outcome() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice", "bob"]);

    let ran = home.run_with(
        &["chat", "bob", "--user", "alice"],
        "one\n/quit\n\n三 three",
    );

    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(ran.err, "");
    assert_eq!(marks(&ran), ["sent  one", "sent  /quit", "sent  三 three"]);
    eventually("bob has them", || {
        texts(&home, "alice", "bob") == ["one", "/quit", "三 three"]
    });
}

#[test]
fn what_came_before_is_shown_marked_and_read() {
    let home = Home::new();
    let (sandbox, _daemon) = home.with_users(&["alice"]);
    home.run(&["send", "bob", "mine"]);
    publish(&sandbox, "bob", "first");
    publish(&sandbox, "bob", "second");
    eventually("they are here", || texts(&home, "bob", "alice").len() == 3);

    let human = home.run(&["chat", "bob"]);
    let json = home.run(&["chat", "bob", "--json", "-n", "1"]);
    let none = home.run(&["chat", "bob", "-n", "0"]);
    let nobody = home.run(&["chat", "carol"]);

    let lines: Vec<&str> = human.out.lines().map(without_moment).collect();
    assert_eq!(
        lines,
        [
            "alice to bob  mine",
            "-- 2 unread --",
            "bob  first",
            "bob  second"
        ]
    );
    let json = json.json();
    assert_eq!(json.len(), 1, "nothing is unread any more");
    assert_eq!(json[0]["event"], "message");
    assert_eq!(json[0]["text"], "second");
    let list = home.run(&["conversations", "--json"]).json();
    assert_eq!(list[0]["unread"], 0);
    for quiet in [none, nobody] {
        assert_eq!(quiet.status, Some(0), "{quiet:?}");
        assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
    }
}

#[test]
fn messages_come_in_while_it_runs() {
    let home = Home::new();
    let (sandbox, _daemon) = home.with_users(&["alice"]);
    let mut pipe = Pipe::of(&home, &["chat", "bob", "--json"]);

    pipe.types("hello");
    assert_eq!(pipe.next()["event"], "sent");
    publish(&sandbox, "bob", "\u{1b}[2J hi");
    let came = pipe.next_line();
    home.run(&["send", "bob", "from elsewhere"]);
    let own = pipe.next();
    publish(&sandbox, "carol", "not here");
    publish(&sandbox, "bob", "bye");
    let last = pipe.next();

    assert!(!came.contains('\u{1b}'), "F-K09: {came}");
    let came: Value = serde_json::from_str(&came).unwrap();
    assert_eq!(came["text"], "\u{1b}[2J hi");
    assert_eq!(own["text"], "from elsewhere");
    assert_eq!(last["text"], "bye");
    eventually("what was shown is read", || {
        let list = home.run(&["conversations", "--json"]).json();
        list[0]["target"] == "bob" && list[0]["unread"] == 0
    });
    assert_eq!(pipe.ended(), Some(0));
}

#[test]
fn a_message_that_cannot_be_sent_says_why_and_the_others_go_on() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice"]);
    let input = format!("before\n{}\nafter\n", "x".repeat(128 * 1024));

    let ran = home.run_with(&["chat", "bob", "--json"], &input);

    assert_eq!(ran.status, Some(1), "{}", ran.err);
    assert_eq!(ran.error()["code"], 30016);
    let events: Vec<Value> = ran
        .json()
        .iter()
        .map(|line| line["event"].clone())
        .collect();
    assert_eq!(events.iter().filter(|event| **event == "sent").count(), 2);
    assert_eq!(events.iter().filter(|event| **event == "failed").count(), 1);
    assert_eq!(texts(&home, "bob", "alice"), ["before", "after"]);
}

#[test]
fn a_message_that_waits_for_the_link_is_told_and_kept() {
    let home = Home::new();
    let (sandbox, _daemon) = home.with_users(&["alice"]);
    let mut talk = Pipe::of(&home, &["chat", "bob", "--wait", "1"]);
    talk.types("there is a link");
    assert_eq!(without_moment(&talk.next_line()), "sent  there is a link");
    drop(sandbox);
    eventually("the link is away", || !is_online(&home));

    talk.types("are you there?");

    assert_eq!(talk.next_line(), "waiting  are you there?");
    assert_eq!(talk.ended(), Some(6));
    let waiting = home.run(&["outbox", "--json"]).json();
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    assert_eq!(waiting[0]["text"], "are you there?");
    assert_eq!(waiting[0]["state"], "queued");
}

// decisions.md P23
#[test]
fn what_is_said_before_there_is_a_link_and_was_never_taken_has_failed_in_the_end() {
    let home = Home::new();
    let (sandbox, _daemon) = home.with_users(&["alice"]);
    drop(sandbox);
    eventually("the link is away", || !is_online(&home));

    let ran = home.run_with(&["chat", "bob", "--wait", "1"], "are you there?\n");

    assert_eq!(ran.status, Some(1), "{ran:?}");
    let (waiting, failed) = ran.out.split_once('\n').unwrap();
    assert_eq!(waiting, "waiting  are you there?");
    assert!(failed.starts_with("failed  are you there?: "), "{ran:?}");
    assert!(ran.err.starts_with("reconnecting…"), "{ran:?}");
    assert!(ran.err.contains("30001"), "{ran:?}");
    assert_eq!(home.run(&["outbox", "--json"]).out, "");
}

#[test]
fn at_a_terminal_what_comes_in_does_not_tear_what_is_typed() {
    let home = Home::new();
    let (sandbox, _daemon) = home.with_users(&["alice"]);
    publish(&sandbox, "bob", "a first word");
    eventually("it is here", || texts(&home, "bob", "alice").len() == 1);
    let mut terminal = home.on_terminal(&["chat", "bob"]);
    terminal.shows("alice with bob; /help lists what can be typed");
    terminal.shows("-- 1 unread --");
    terminal.shows("bob  a first word");

    terminal.edits("half a sen");
    terminal.shows("half a sen");
    let before = terminal.seen().len();
    publish(&sandbox, "bob", "sorry to interrupt");
    eventually("the line stands below what came in", || {
        let since = terminal.seen()[before..].to_owned();
        since
            .split_once("bob  sorry to interrupt")
            .is_some_and(|(_, below)| below.contains("> half a sen"))
    });
    terminal.edits("tence 李\r");
    terminal.shows("sent  half a sentence 李");
    terminal.edits("/who\r");
    terminal.shows("alice with bob (private), CONNECTED; under way: 0 messages.");
    terminal.edits("/help\r");
    terminal.shows("/recall  take your last message back");
    terminal.edits("/nonsense\r");
    terminal.shows("There is no /nonsense;");
    terminal.edits("//slash\r");
    terminal.shows("sent  /slash");
    terminal.edits("\u{4}");

    assert_eq!(terminal.ended(), Some(0), "{}", terminal.seen());
    assert!(terminal.is_cooked(), "the shell gets its terminal back");
    let said = [
        "a first word",
        "sorry to interrupt",
        "half a sentence 李",
        "/slash",
    ];
    assert_eq!(texts(&home, "bob", "alice"), said);
}

#[test]
fn quit_ctrl_c_and_a_signal_leave_and_put_the_terminal_back() {
    let home = Home::new();
    let (_sandbox, daemon) = home.with_users(&["alice"]);
    let open = || {
        let mut terminal = home.on_terminal(&["chat", "bob"]);
        terminal.shows("/help lists what can be typed");
        terminal.edits("");
        terminal
    };

    for (keys, status) in [("/quit\r", 0), ("\u{3}", 130), ("not sent\u{3}", 130)] {
        let mut terminal = open();
        terminal.edits(keys);

        assert_eq!(terminal.ended(), Some(status), "{keys:?}");
        assert!(terminal.is_cooked(), "{keys:?}");
    }
    let mut terminal = open();
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.ended(), Some(130));
    assert!(terminal.is_cooked());
    let mut terminal = open();
    home.run(&["logout"]);
    assert_eq!(terminal.ended(), Some(1), "{}", terminal.seen());
    terminal.shows("The account is offline for good: SIGN_OUT.");
    assert!(terminal.is_cooked());
    assert_eq!(texts(&home, "bob", "alice"), [] as [&str; 0]);
    drop(daemon);
}

// issue 4: the daemon dies, and the talk goes on
#[test]
fn it_outlives_the_daemon_and_says_so_once() {
    let home = Home::new();
    let (sandbox, daemon) = home.with_users(&["alice"]);
    let mut terminal = home.on_terminal(&["chat", "bob"]);
    terminal.shows("/help lists what can be typed");

    drop(daemon);
    terminal.shows("reconnecting… (-2 IPC_DISCONNECT)");
    publish(&sandbox, "bob", "while you were out");
    terminal.edits("typed in the dark\r");
    terminal.shows("waiting  typed in the dark");
    let _daemon = home.start_daemon();
    let ran = home.run_with(&["connect", "--app-key", APP_KEY], sandbox.token("alice"));
    assert_eq!(ran.status, Some(0), "{ran:?}");

    terminal.shows("connected again");
    terminal.shows("bob  while you were out");
    terminal.shows("sent  typed in the dark");
    publish(&sandbox, "bob", "good");
    terminal.shows("bob  good");
    let seen = terminal.seen();
    assert_eq!(seen.matches("reconnecting…").count(), 1, "{seen}");
    assert_eq!(seen.matches("connected again").count(), 1, "{seen}");
    assert_eq!(seen.matches("while you were out").count(), 1, "{seen}");
    terminal.edits("\u{4}");
    assert_eq!(terminal.ended(), Some(0));
}

// issue 4: recall, ours and the other side's; typing status
#[test]
fn a_message_is_taken_back_and_typing_is_seen_on_the_other_side() {
    let home = Home::new();
    let (_sandbox, _daemon) = home.with_users(&["alice", "bob"]);
    let mut alice = home.on_terminal(&["chat", "bob", "--user", "alice"]);
    let mut bob = home.on_terminal(&["chat", "alice", "--user", "bob", "--no-typing"]);
    alice.shows("/help lists what can be typed");
    bob.shows("/help lists what can be typed");

    alice.edits("/recall\r");
    alice.shows("There is no message of yours to take back.");
    alice.edits("oops");
    bob.shows("alice is typing…");
    alice.edits("\r");
    bob.shows("alice  oops");
    alice.shows("sent  oops");
    alice.edits("/recall\r");
    alice.shows("alice took back the message of ");
    bob.shows("alice took back the message of ");
    bob.edits("never mind\r");
    alice.shows("bob  never mind");

    assert!(!alice.seen().contains("bob is typing"), "as bob wanted");
    alice.edits("\u{4}");
    assert_eq!(alice.ended(), Some(0));
    bob.edits("\u{4}");
    assert_eq!(bob.ended(), Some(0));
    assert_eq!(texts(&home, "alice", "bob"), ["", "never mind"]);
    let later = home.run(&["history", "alice", "--user", "bob"]);
    assert!(
        later.out.contains("alice  (took a message back)\n"),
        "{later:?}"
    );
}

// F-S46
#[test]
fn what_the_cloud_kept_no_longer_is_told_in_a_talk() {
    let home = Home::new();
    let (sandbox, _daemon) = home.with_users(&["alice"]);
    publish(&sandbox, "bob", "before");
    eventually("it is here", || texts(&home, "bob", "alice").len() == 1);
    let mut person = home.on_terminal(&["chat", "bob"]);
    let mut program = Pipe::of(&home, &["chat", "bob", "--json"]);
    person.shows("bob  before");
    program.until("message");
    let faults = |arguments: &[&str]| {
        let ran = home.run(&[&["sandbox", "faults"], arguments].concat());
        assert_eq!(ran.status, Some(0), "{ran:?}");
    };
    faults(&["add", "conn-ack", "3", "--until-cleared"]);
    sandbox.call("POST", "drop", "{}");
    program.until("reconnecting");
    publish(&sandbox, "bob", "nobody will ever read this");
    let eight_days = json!({ "advance_seconds": 8 * 24 * 60 * 60 });
    sandbox.call("POST", "clock", &eight_days.to_string());
    publish(&sandbox, "bob", "back again");
    faults(&["clear"]);

    let words = "Gap at no. 2: messages may be missing; the account was away";
    person.shows(words);
    person.shows("bob  back again");
    let seen = person.seen();
    assert_eq!(seen.matches(words).count(), 1, "{seen}");
    let told = program.until("gap");
    let [first, cause] = ["first", "cause"].map(|name| &told[told.len() - 1][name]);
    assert_eq!((first, cause), (&json!(2), &json!("expired")));
    person.edits("\u{4}");
    assert_eq!(person.ended(), Some(0));
    assert_eq!(program.ended(), Some(0));
}

// issue 4: join, quit and rejoin of chatrooms after a reconnect
#[test]
fn in_a_chatroom_everybody_is_heard_also_after_a_break() {
    let home = Home::new();
    let (sandbox, _daemon) = home.with_users(&["alice", "bob"]);
    let room = |user| home.on_terminal(&["chat", "lobby", "--chatroom", "--user", user]);
    let mut alice = room("alice");
    alice.shows("/help lists what can be typed");
    alice.edits("first\r");
    alice.shows("sent  first");

    let mut bob = room("bob");
    bob.shows("alice to lobby  first");
    bob.edits("second\r");
    alice.shows("bob to lobby  second");
    sandbox.call("POST", "drop", "{}");
    alice.shows("in the room again");
    bob.shows("in the room again");
    bob.edits("third\r");
    alice.shows("bob to lobby  third");
    let piped = home.run_with(
        &["chat", "lobby", "--chatroom", "--user", "bob", "-n", "0"],
        "fourth\n",
    );
    alice.shows("bob to lobby  fourth");

    assert_eq!(piped.status, Some(0), "{piped:?}");
    let seen = alice.seen();
    assert_eq!(
        seen.matches("  first").count(),
        1,
        "sent, not heard: {seen}"
    );
    let destroyed = home.run(&["sandbox", "chatrooms", "destroy", "lobby"]);
    assert_eq!(destroyed.status, Some(0), "{destroyed:?}");
    assert_eq!(alice.ended(), Some(1));
    alice.shows("Out of the room: ");
    assert_eq!(bob.ended(), Some(1));
}

fn is_online(home: &Home) -> bool {
    home.run(&["status", "--json"]).json()[0]["accounts"][0]["status"] == 0
}

/// The command between two pipes that stay open.
struct Pipe {
    process: Running,
    input: Option<std::process::ChildStdin>,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Pipe {
    fn of(home: &Home, arguments: &[&str]) -> Self {
        let mut child = home
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            input: child.stdin.take(),
            lines: BufReader::new(child.stdout.take().unwrap()).lines(),
            process: Running::from(child),
        }
    }

    fn types(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    fn next_line(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }

    fn next(&mut self) -> Value {
        serde_json::from_str(&self.next_line()).unwrap()
    }

    /// The events up to the first of this kind.
    fn until(&mut self, event: &str) -> Vec<Value> {
        let mut told = vec![self.next()];
        while told.last().is_some_and(|last| last["event"] != event) {
            told.push(self.next());
        }
        told
    }

    fn ended(mut self) -> Option<i32> {
        drop(self.input.take());
        self.process.wait()
    }
}

fn publish(sandbox: &Sandbox, from: &str, text: &str) {
    let content = json!({ "content": text }).to_string();
    let body = json!({ "from": from, "to": "alice", "content": content });
    sandbox.call("POST", "publish", &body.to_string());
}

/// What is stored of a user's conversation, oldest first.
fn texts(home: &Home, with: &str, user: &str) -> Vec<String> {
    let ran = home.run(&["history", with, "--user", user, "--json"]);
    let messages = ran.json();
    let text = |message: &Value| message["text"].as_str().unwrap_or_default().to_owned();
    messages.iter().map(text).collect()
}

/// The lines without their times.
fn marks(ran: &Ran) -> Vec<&str> {
    ran.out.lines().map(without_moment).collect()
}

fn without_moment(line: &str) -> &str {
    match line.starts_with("20") {
        true => &line["2026-07-31 14:02:11  ".len()..],
        false => line,
    }
}
