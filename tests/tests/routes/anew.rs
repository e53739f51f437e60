//! Stored messages that cannot be opened, and accounts that are removed to the last byte.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use imlink::{Code, ConnectionStatus, Event, Gap, GapCause, Seq, Subscription};
use imlink_sandbox::Sandbox;
use imlink_tests::cloud::{token, user, with, write};
use imlink_tests::{App, Daemon, Setup, cloud, next_words, soon, within};
use rustix::process::Signal;

use crate::IMLINK;

const UNTIL_IT_SUCCEEDS: Duration = Duration::ZERO;

/// Drafts that take more than the engine reads of its log at an opening.
const DRAFTS: u32 = 300;

/// Names and texts that are nowhere else.
const LEI: &str = "lei-the-canary";
const TEXTS: [&str; 3] = ["canary one", "canary two", "canary three"];

// S2-12, S4-15
// issue 4: a damaged store is reported as such (code and status), set aside when the app agrees, and
// rebuilt from the cloud as far as it gives. F-D07, F-D08, F-D09, S2-12, S4-15
#[tokio::test]
async fn damaged_messages_are_reported_and_begun_anew_once_the_app_agrees() {
    let place = Place::with_three_messages().await;
    flip(&place.account().join("rows/conf"));

    let (_daemon, app, mut inbox) = place.begun_anew_from(Code::RC_DB_CORRUPT).await;

    let aside = place.beside("aside-1");
    assert!(aside.join("rows/db").exists(), "nothing was thrown away");
    write(&place.cloud, "han", LEI, "four");
    assert_eq!(next_words(&mut inbox).await, "four");
    let page = app.client.history(with("han"), None, 10).await.unwrap();
    let places: Vec<u64> = page.entries.iter().map(|found| found.seq.0).collect();
    assert_eq!(places, [7, 6, 5, 4], "no place is given twice");
}

// issue 4: also where that shows only when they are read. F-D07, F-D09, F-A13, S4-15
#[tokio::test]
async fn messages_that_turn_out_to_be_damaged_are_reported_and_the_subscription_goes_on_anew() {
    let place = Place::with_three_messages().await;
    let (_daemon, mut app, unread) = place.with_a_damaged_draft().await;
    let mut other = App::connected(&place.setup, &place.cloud, "other", LEI).await;
    let mut inbox = app.client.subscribe("news").await.unwrap();
    write(&place.cloud, "han", LEI, "four");
    assert_eq!(next_words(&mut inbox).await, "four");

    let code = Code::RC_DB_CORRUPT;
    let read = app.client.conversation(with(&drafted(unread))).await;

    assert_eq!(read.unwrap_err().code(), code);
    for app in [&mut app, &mut other] {
        app.sees("the database", |event| match event {
            Event::DatabaseOpened { code: told } => (*told == code).then_some(()),
            _ => None,
        })
        .await;
        let shown = app.shows(ConnectionStatus::Unconnected).await;
        assert_eq!(shown.code, Some(code));
    }
    let report = app.client.daemon_status().await.unwrap();
    assert_eq!(report.accounts[0].database, Some(code));
    let found = app.client.diagnose().await.unwrap();
    assert!(
        found.iter().any(|finding| finding.code == code),
        "{found:?}"
    );

    let anew = app
        .client
        .connect_or_begin_anew(token(&place.cloud, LEI), UNTIL_IT_SUCCEEDS);
    within("connect", anew).await.unwrap();
    assert!(place.beside("aside-1").exists());
    for text in TEXTS.into_iter().chain(["four"]) {
        assert_eq!(
            next_words(&mut inbox).await,
            text,
            "without a word of the app's"
        );
    }
}

// F-I31, S4-15
// issue 4: so is a newer one. F-D19
#[tokio::test]
async fn messages_of_a_newer_version_are_reported_and_begun_anew_once_the_app_agrees() {
    let place = Place::with_three_messages().await;
    let version = place.account().join("version");
    fs::write(&version, "99\nelsewhere\n").unwrap();

    place.begun_anew_from(Code::LOCAL_STORE_NEWER).await;

    let kept = fs::read_to_string(place.beside("aside-1").join("version")).unwrap();
    assert_eq!(kept, "99\nelsewhere\n");
}

// issue 4: after forgetting a search of the files finds nothing, but for what was set aside
#[tokio::test]
async fn who_forgets_a_conversation_is_told_where_older_rows_have_it_still() {
    let place = Place::with_three_messages().await;
    flip(&place.account().join("rows/conf"));
    let (_daemon, app, _inbox) = place.begun_anew_from(Code::RC_DB_CORRUPT).await;
    let aside = place.beside("aside-1");

    let told = within("forgotten", app.client.forget(with("han"))).await;

    assert_eq!(told.unwrap(), std::slice::from_ref(&aside));
    let mut command = place.setup.imlink();
    let output = command.args(["forget", "han", "--yes"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(aside.to_str().unwrap()), "{said}");
    assert!(said.contains("imlink purge"), "{said}");
}

// issue 4: `imlink purge` (an account), after which a search of the files finds nothing
#[tokio::test]
async fn a_purged_account_leaves_no_byte_behind() {
    let place = Place::with_three_messages().await;
    let setup = &place.setup;
    // Also of what was set aside.
    flip(&place.account().join("rows/conf"));
    let mut daemon = setup.start();
    let app = App::new(setup, &place.cloud, "notes");
    app.client.init().await.unwrap();
    let secret = token(&place.cloud, LEI);
    let anew = app
        .client
        .connect_or_begin_anew(secret.clone(), UNTIL_IT_SUCCEEDS);
    within("connect", anew).await.unwrap();
    let mut other = App::connected(setup, &place.cloud, "other", LEI).await;
    let mei = App::connected(setup, &place.cloud, "mei", "mei").await;
    write(&place.cloud, "han", "mei", "this one stays");
    soon_stored(&mei).await;
    for canary in [TEXTS[0], LEI] {
        assert!(holds(&setup.state(), canary), "{canary} is on the disk");
    }

    let key = || imlink::AppKey::new(place.cloud.app_key().as_str()).unwrap();
    within("purge", app.client.purge(key(), user(LEI)))
        .await
        .unwrap();

    other.shows(ConnectionStatus::SignOut).await;
    let refused = app.client.unread().await.unwrap_err();
    assert_eq!(refused.code(), Code::LOCAL_NO_ACCOUNT);
    assert_eq!(place.cloud.links().len(), 1, "mei's");
    assert_eq!(mei.client.unread().await.unwrap().messages, 1);
    // Nobody of that name was ever here.
    within("purge", app.client.purge(key(), user("nobody")))
        .await
        .unwrap();
    daemon.signal(Signal::TERM);
    daemon.ended();
    for canary in ["canary", secret.reveal()] {
        assert!(!holds(&setup.state(), canary), "{canary} is still there");
    }
    assert!(holds(&setup.state(), "this one stays"));
    let _daemon = setup.start();
    let _app = App::connected(setup, &place.cloud, "again", LEI).await;
    soon("they come again", || {
        holds(&setup.state(), TEXTS[2]).then_some(())
    })
    .await;
}

// F-D12: purge included
#[tokio::test]
async fn a_purge_that_a_kill_interrupted_is_finished_by_the_next_daemon() {
    let place = Place::with_three_messages().await;
    let setup = &place.setup;
    // What is left of a daemon that was killed right after it had decided.
    let decided = place.beside("purged");
    fs::create_dir(&decided).unwrap();
    let mut account = Vec::new();
    for text in [place.cloud.app_key().as_str(), LEI] {
        account.push(u8::try_from(text.len()).unwrap());
        account.extend_from_slice(text.as_bytes());
    }
    fs::write(decided.join("account"), account).unwrap();
    let private = fs::Permissions::from_mode(0o600);
    fs::set_permissions(decided.join("account"), private).unwrap();

    let _daemon = setup.start();
    // It lets nobody in before that is done.
    let app = App::new(setup, &place.cloud, "notes");
    within("init", app.client.init()).await.unwrap();

    assert!(!holds(&setup.state(), "canary"), "something is still there");
}

/// A stopped daemon that knows lei and three messages of han's.
struct Place {
    cloud: Sandbox,
    setup: Setup,
}

impl Place {
    async fn with_three_messages() -> Self {
        let (cloud, setup) = (cloud(), Setup::new(IMLINK));
        let mut daemon = setup.start();
        let app = App::connected(&setup, &cloud, "notes", LEI).await;
        let mut inbox = app.client.subscribe("inbox").await.unwrap();
        for text in TEXTS {
            write(&cloud, "han", LEI, text);
            assert_eq!(next_words(&mut inbox).await, text);
        }
        stop(&mut daemon);
        Self { cloud, setup }
    }

    /// The directory of the only account.
    fn account(&self) -> PathBuf {
        let accounts = fs::read_dir(self.setup.state().join("accounts")).unwrap();
        let mut homes = accounts
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_none() && !path.ends_with("index"));
        let home = homes.next().unwrap();
        assert_eq!(homes.next(), None);
        home
    }

    fn beside(&self, what: &str) -> PathBuf {
        self.account().with_extension(what)
    }

    /// A daemon and an app that has connected to it, over rows in which a draft is damaged that no
    /// opening reads; and which one it is. The engine reads where it wrote last, and moves rows there
    /// now and then: so one draft after the other is tried.
    async fn with_a_damaged_draft(&self) -> (Daemon, App, u32) {
        let mut daemon = self.setup.start();
        let app = App::connected(&self.setup, &self.cloud, "notes", LEI).await;
        for n in 1..=DRAFTS {
            let text = draft(n);
            let set = app.client.set_draft(with(&drafted(n)), Some(&text));
            set.await.unwrap();
        }
        // Its end leaves a snapshot, before which no opening reads.
        for _ in 0..2 {
            stop(&mut daemon);
            daemon = self.setup.start();
            App::connected(&self.setup, &self.cloud, "notes", LEI).await;
        }
        stop(&mut daemon);
        let log = self.account().join("rows/db");
        let written = fs::read(&log).unwrap();
        let others = fs::read_dir(log.parent().unwrap()).unwrap();
        let others: Vec<_> = others
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect();
        for n in (10..DRAFTS).step_by(20) {
            for (path, bytes) in &others {
                fs::write(path, bytes).unwrap();
            }
            fs::write(&log, damaged(written.clone(), &draft(n))).unwrap();
            let _ = fs::remove_file(self.account().join("failed"));
            let mut daemon = self.setup.start();
            let app = App::new(&self.setup, &self.cloud, "notes");
            app.client.init().await.unwrap();
            let connect = app.client.connect(token(&self.cloud, LEI));
            match within("connect", connect).await {
                Ok(_) => return (daemon, app, n),
                Err(error) => assert_eq!(error.code(), Code::RC_DB_CORRUPT),
            }
            stop(&mut daemon);
        }
        panic!("every opening reads every draft");
    }

    /// Starts a daemon, is refused by `code` wherever it may be, agrees to begin anew, and has
    /// everything again that the cloud keeps.
    async fn begun_anew_from(&self, code: Code) -> (Daemon, App, Subscription) {
        let daemon = self.setup.start();
        let mut app = App::new(&self.setup, &self.cloud, "notes");
        app.client.init().await.unwrap();
        let secret = token(&self.cloud, LEI);

        // Again and again: nothing is touched.
        for _ in 0..3 {
            let refused = within("connect", app.client.connect(secret.clone())).await;
            assert_eq!(refused.unwrap_err().code(), code);
        }
        app.sees("the database", |event| match event {
            Event::DatabaseOpened { code: told } => (*told == code).then_some(()),
            _ => None,
        })
        .await;
        let shown = app.shows(ConnectionStatus::Unconnected).await;
        assert_eq!(shown.code, Some(code));
        let history = app.client.history(with("han"), None, 10).await;
        assert_eq!(history.unwrap_err().code(), code);
        let report = app.client.daemon_status().await.unwrap();
        assert_eq!(report.accounts[0].database, Some(code));
        assert!(!self.beside("aside-1").exists());

        let anew = app.client.connect_or_begin_anew(secret, UNTIL_IT_SUCCEEDS);
        within("connect", anew).await.unwrap();
        let mut inbox = app.client.subscribe("inbox").await.unwrap();
        let lost = app.sees("what is gone", gap).await;
        assert_eq!((lost.first, lost.last), (Seq(1), Seq(3)));
        assert_eq!(lost.cause, GapCause::RolledBack);
        for text in TEXTS {
            assert_eq!(next_words(&mut inbox).await, text);
        }
        let report = app.client.daemon_status().await.unwrap();
        assert_eq!(report.accounts[0].database, Some(Code::SUCCESS));
        (daemon, app, inbox)
    }
}

fn gap(event: &Event) -> Option<Gap> {
    match event {
        Event::Gap(gap) => Some(gap.clone()),
        _ => None,
    }
}

fn stop(daemon: &mut Daemon) {
    daemon.signal(Signal::TERM);
    assert!(daemon.ended().success());
}

async fn soon_stored(app: &App) {
    within("it is stored", async {
        while app.client.unread().await.unwrap().messages == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

fn draft(n: u32) -> String {
    format!("what was not yet said {n:>2000}")
}

fn drafted(n: u32) -> String {
    format!("drafted-{n:03}")
}

/// The same with a byte changed wherever that text is.
fn damaged(mut bytes: Vec<u8>, text: &str) -> Vec<u8> {
    let windows = bytes.windows(text.len()).enumerate();
    let found = windows.filter(|(_, window)| *window == text.as_bytes());
    let found: Vec<usize> = found.map(|(at, _)| at).collect();
    assert!(!found.is_empty());
    for at in found {
        bytes[at] ^= 0x10;
    }
    bytes
}

/// Changes every bit of a file.
fn flip(path: &Path) {
    let bytes: Vec<u8> = fs::read(path).unwrap().iter().map(|byte| !byte).collect();
    fs::write(path, bytes).unwrap();
}

/// Whether any file below a directory has a text in it, or in its name.
fn holds(directory: &Path, text: &str) -> bool {
    let Ok(entries) = fs::read_dir(directory) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let path = entry.path();
        if entry.file_name().to_string_lossy().contains(text) {
            return true;
        }
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = fs::read(&path).unwrap_or_default();
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    })
}
