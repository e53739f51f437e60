//! Many at once: apps, requests, messages.

use std::fs;
use std::time::{Duration, Instant};

use imlink::{
    Body, Client, Code, ConnectionStatus, Conversation, Hint, HistoryQuery, Insertion, Millis,
    ObjectName,
};
use imlink_ipc_proto::{Codec, Direction, Greeting, Request, limits};
use imlink_sandbox::{Ending, Scope};
use imlink_tests::cloud::{mailbox, text, token, user, with, write};
use imlink_tests::raw::encoded;
use imlink_tests::{App, DEADLINE, RawApp, Setup, cloud, disk, next_words, resident, soon, within};

use tokio::task::JoinSet;

use crate::IMLINK;

/// Each has a descriptor here and one in the daemon.
const CROWD: usize = 1000;

/// Far more than any pool here has places; each takes two steps of the ladder.
const CYCLES: usize = 40;

/// What one more app may cost a daemon, in KB: far above the budget of measured.md (B3), which a
/// measurement looks at, and far below what anything that grows would take.
const EACH: u64 = 64;

// F-I05; F-I34: all of them are back after a restart; F-A15: and leave nothing behind
#[tokio::test]
async fn a_thousand_apps_share_one_connection_come_back_to_the_next_daemon_and_go() {
    imlink_tests::take_descriptors();
    let (cloud, setup) = (cloud(), Setup::new(IMLINK).quiet());
    let daemon = setup.start();
    let first = App::connected(&setup, &cloud, "first", "lei").await;
    let alone = resident(daemon.pid());

    let token = token(&cloud, "lei");
    let mut arriving = JoinSet::new();
    for n in 0..CROWD {
        let app = App::new(&setup, &cloud, &format!("app-{n}"));
        let token = token.clone();
        arriving.spawn(async move {
            app.client.init().await.unwrap();
            app.client.connect(token).await.unwrap();
            let inbox = app.client.subscribe("inbox").await.unwrap();
            (app, inbox)
        });
    }
    let mut apps = Vec::new();
    while let Some(arrived) = within("one more is attached", arriving.join_next()).await {
        apps.push(arrived.unwrap());
    }
    write(&cloud, "han", "lei", "to all of you");

    for (_, inbox) in &mut apps {
        assert_eq!(next_words(inbox).await, "to all of you");
    }
    let report = within("status", first.client.daemon_status())
        .await
        .unwrap();
    assert_eq!(report.apps.len() + report.more_apps as usize, CROWD + 1);
    assert_eq!(cloud.counters().handshakes, 1, "one connection");
    let crowded = resident(daemon.pid());
    let grown = crowded.saturating_sub(alone);
    assert!(grown < EACH * CROWD as u64, "{alone} KB, then {crowded} KB");

    daemon.kill();
    let daemon = setup.start();
    write(&cloud, "han", "lei", "and to you again");
    for (_, inbox) in &mut apps {
        assert_eq!(next_words(inbox).await, "and to you again");
    }
    assert_eq!(cloud.counters().handshakes, 2, "one more");

    let crowded = held(daemon.pid());
    drop(apps);
    soon("they are gone", || {
        (held(daemon.pid()) + CROWD <= crowded).then_some(())
    })
    .await;
    within("the first is served", first.client.ping())
        .await
        .unwrap();
}

// F-A15
#[tokio::test]
async fn neither_apps_that_come_and_go_nor_links_that_break_leave_anything_behind() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    app.shows(ConnectionStatus::Connected).await;
    let cycle = async |app: &mut App| {
        cloud.drop_links(&Scope::Everyone, Ending::Close);
        app.shows(ConnectionStatus::Suspend).await;
        // No link lasts long enough here for the ladder to begin anew by itself.
        within("hint", app.client.hint(Hint::Foreground))
            .await
            .unwrap();
        app.shows(ConnectionStatus::Connected).await;
        let guest = App::connected(&setup, &cloud, "guest", "lei").await;
        let _inbox = guest.client.subscribe("inbox").await.unwrap();
        within("leave", guest.client.disconnect()).await.unwrap();
    };
    // What is made once is made by then.
    for _ in 0..3 {
        cycle(&mut app).await;
    }
    let before = held(daemon.pid());

    for _ in 0..CYCLES {
        cycle(&mut app).await;
    }

    soon("no more is held than before", || {
        (held(daemon.pid()) <= before).then_some(())
    })
    .await;
}

/// Descriptors and threads of a process.
fn held(pid: u32) -> usize {
    let count = |what: &str| {
        let entries = fs::read_dir(format!("/proc/{pid}/{what}")).unwrap();
        entries.count()
    };
    count("fd") + count("task")
}

// F-I07
#[tokio::test]
async fn apps_that_take_every_descriptor_leave_the_daemon_its_own() {
    let cloud = cloud();
    let limited = ["sh", "-c", "ulimit -n 64 && exec \"$0\" \"$@\""];
    let setup = Setup::new(IMLINK).within(limited);
    let _daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    app.shows(ConnectionStatus::Connected).await;

    let mut crowd = Vec::new();
    let refused = loop {
        let mut one_more = RawApp::open(&setup.socket());
        match one_more.greet_as("crowd") {
            Some(Greeting::Welcome(_)) => crowd.push(one_more),
            Some(Greeting::Refused(refused)) => break refused,
            other => panic!("{other:?} after {}", crowd.len()),
        }
    };
    assert_eq!(refused.code, Code::LOCAL_QUOTA);
    assert!(
        refused.text.contains("may open 64 files"),
        "{}",
        refused.text
    );
    assert!(crowd.len() > 4, "{}", crowd.len());

    // Links and rows need descriptors of their own, and get them.
    cloud.drop_links(&Scope::Everyone, Ending::Reset);
    app.shows(ConnectionStatus::Suspend).await;
    app.shows(ConnectionStatus::Connected).await;
    let receipt = app
        .client
        .send(imlink::Outgoing::text(with("han"), "still here"));
    let receipt = within("accepted", receipt).await.unwrap();
    within("sent", receipt.outcome()).await.unwrap();
    assert_eq!(mailbox(&cloud, "han"), ["still here"]);

    crowd.truncate(crowd.len() / 2);
    soon("the next one comes in", || {
        let mut late = RawApp::open(&setup.socket());
        matches!(late.greet_as("late"), Some(Greeting::Welcome(_))).then_some(())
    })
    .await;
}

// F-I23: to the daemon all of these have the pid of this test, as a new process may have the pid of
// one that is gone
#[tokio::test]
async fn apps_with_one_pid_are_told_apart() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let lei = App::connected(&setup, &cloud, "notes", "lei").await;
    let mei = App::connected(&setup, &cloud, "mail", "mei").await;
    let mut inbox = lei.client.subscribe("inbox").await.unwrap();
    let mut other = mei.client.subscribe("inbox").await.unwrap();

    drop(other);
    drop(mei);
    write(&cloud, "han", "mei", "for mei alone");
    write(&cloud, "han", "lei", "for lei");

    assert_eq!(next_words(&mut inbox).await, "for lei");
    let again = App::connected(&setup, &cloud, "mail", "mei").await;
    other = again.client.subscribe("inbox").await.unwrap();
    assert_eq!(next_words(&mut other).await, "for mei alone");
    let pids = within("status", lei.client.daemon_status()).await.unwrap();
    let mut pids: Vec<_> = pids.apps.iter().map(|app| app.pid).collect();
    pids.dedup();
    assert_eq!(pids, [std::process::id()]);
}

// F-A03, F-A04: what waits is bounded where it comes in, and a thousand handles of one app have one
// such place together
#[tokio::test]
async fn a_flood_over_a_disk_that_stands_still_is_held_up_at_the_door_and_nothing_of_it_is_lost() {
    let cloud = cloud();
    let (setup, held) = disk::holdable(Setup::new(IMLINK).quiet());
    let daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut raw = joined(&setup, &cloud);
    raw.gives_up_writing_after(Duration::from_millis(500));
    let before = resident(daemon.pid());

    held.hold();
    let flood: Vec<_> = (0..CROWD)
        .map(|n| {
            let client: Client = app.client.clone();
            tokio::spawn(async move { client.insert(insertion(n)).await })
        })
        .collect();
    // Each ten times what may be pending.
    let frames: Vec<_> = (0..10 * limits::PENDING_REQUESTS)
        .map(|n| encoded(Codec::Json, n as u64, insert(n)))
        .collect();
    let (mut raw, taken) = tokio::task::spawn_blocking(move || {
        let taken = frames
            .iter()
            .take_while(|frame| raw.try_write(frame))
            .count();
        (raw, taken)
    })
    .await
    .unwrap();
    // What the kernel keeps between the two is some hundred KB.
    assert!(taken >= limits::PENDING_REQUESTS, "{taken}");
    assert!(taken < 5 * limits::PENDING_REQUESTS, "{taken} were taken");
    let flooded = resident(daemon.pid());
    assert!(
        flooded < before + 16 * 1024,
        "{before} KB, then {flooded} KB"
    );
    assert!(!flood.iter().any(tokio::task::JoinHandle::is_finished));

    held.release();

    for call in flood {
        within("inserted", call).await.unwrap().unwrap();
    }
    let answered = tokio::task::spawn_blocking(move || {
        (0..taken)
            .filter(|n| raw.answer(*n as u64).unwrap().is_ok())
            .count()
    });
    let answered = within("every answer", answered).await.unwrap();
    assert_eq!(answered, taken);
    assert_eq!(kept(&app, "crowd").await, CROWD);
    assert_eq!(kept(&app, "raw").await, taken);
}

// F-A08
#[tokio::test]
async fn an_app_that_never_stops_asking_starves_neither_the_others_nor_the_link() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK).quiet());
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = app.client.subscribe("inbox").await.unwrap();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let mut greedy = RawApp::attached(&setup.socket(), Codec::Bincode);
    let flood = tokio::task::spawn_blocking(move || {
        let mut asked = 0;
        while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            // As many as may be pending, always.
            for id in 0..limits::PENDING_REQUESTS as u64 {
                greedy.write(&encoded(Codec::Bincode, id, Request::Ping {}));
            }
            for id in 0..limits::PENDING_REQUESTS as u64 {
                greedy.answer(id).expect("an answer").unwrap();
            }
            asked += limits::PENDING_REQUESTS;
        }
        asked
    });

    for n in 0..20 {
        let start = Instant::now();
        within("ping", app.client.ping()).await.unwrap();
        let words = format!("number {n}");
        write(&cloud, "han", "lei", &words);
        assert_eq!(next_words(&mut inbox).await, words);
        assert!(start.elapsed() < DEADLINE / 4, "{:?}", start.elapsed());
    }
    let pings = cloud.counters().pings;
    within("hint", app.client.hint(Hint::NetworkChanged))
        .await
        .unwrap();
    soon("the link is asked whether it lives", || {
        (cloud.counters().pings > pings).then_some(())
    })
    .await;

    drop(stop);
    let asked = within("the flood ends", flood).await.unwrap();
    assert!(asked >= limits::PENDING_REQUESTS, "{asked}");
    assert_eq!(cloud.counters().handshakes, 1, "the link was never lost");
}

/// A raw app in lei's account.
fn joined(setup: &Setup, cloud: &imlink_sandbox::Sandbox) -> RawApp {
    let mut raw = RawApp::attached(&setup.socket(), Codec::Json);
    let app_key = cloud.app_key().clone();
    raw.ask(Request::Init { app_key }).unwrap();
    let (app_key, user) = (None, None);
    raw.ask(Request::Join { app_key, user }).unwrap();
    raw
}

fn insert(n: usize) -> Request {
    Request::Insert {
        conversation: with("raw").into(),
        direction: Direction::Sent,
        sender: user("lei"),
        object_name: ObjectName::text(),
        body: Body::new(text(&"x".repeat(1024))),
        sent_at: Millis(1 + n as i64),
        counted: false,
        client_id: format!("raw-{n}").as_str().try_into().unwrap(),
    }
}

fn insertion(n: usize) -> Insertion {
    let words = text(&format!("number {n}"));
    let (at, who) = (Millis(1 + n as i64), user("crowd"));
    Insertion::received(with("crowd"), who, ObjectName::text(), words, at)
}

/// How many messages the conversation with that user has.
async fn kept(app: &App, name: &str) -> usize {
    let conversation: Conversation = with(name);
    let (mut kept, mut query) = (0, HistoryQuery::newest(conversation.clone()).limit(200));
    loop {
        let page = within("a page", app.client.history_page(query))
            .await
            .unwrap();
        kept += page.entries.len();
        match page.entries.last() {
            Some(last) if page.more => {
                query = HistoryQuery::newest(conversation.clone())
                    .before(last.seq)
                    .limit(200);
            }
            _ => return kept,
        }
    }
}
