//! Socket activation: somebody else holds the listening socket.

use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use imlink::{Client, Code, Event, Events};
use imlink_tests::{Setup, eventually, require, soon, within};

use crate::{IMLINK, tool};

// issue 2, "systemd"
#[tokio::test]
async fn a_killed_daemon_comes_back_on_the_same_socket_and_the_app_with_it() {
    let test = "a_killed_daemon_comes_back_on_the_same_socket_and_the_app_with_it";
    let Some(tool) = require(test, tool::find("systemd-socket-activate")) else {
        return;
    };
    let manager = Manager::new(&tool);
    let client = Client::builder("key")
        .app_id("app")
        .socket(manager.socket())
        .build()
        .unwrap();
    let mut events = client.events();

    let mut first = manager.activate();
    manager.wait_for("Listening on");
    assert_eq!(first.name(), WAITING, "no daemon runs before an app comes");
    within("the app attaches", client.init()).await.unwrap();
    let (before, reattached) = attached(&mut events).await;
    assert!(!reattached);
    assert_eq!(first.name(), RUNNING);
    let socket = fs::metadata(manager.socket()).unwrap().ino();

    first.kill();
    detached(&mut events).await;
    let second = manager.activate();
    let (after, reattached) = attached(&mut events).await;

    assert!(reattached);
    assert_ne!(before, after, "another run of the daemon");
    within("the daemon answers", client.ping()).await.unwrap();
    assert_eq!(second.name(), RUNNING);
    assert_eq!(fs::metadata(manager.socket()).unwrap().ino(), socket);
}

// S4-18: what systemd was told to start is not there, and it gives up
#[tokio::test]
async fn a_daemon_whose_program_is_missing_is_minus_2() {
    let test = "a_daemon_whose_program_is_missing_is_minus_2";
    let Some(tool) = require(test, tool::find("systemd-socket-activate")) else {
        return;
    };
    let manager = Manager::of(&tool, imlink_tests::Command("/nowhere/imlink"));
    let client = Client::builder("key").socket(manager.socket());
    let client = client.build().unwrap();
    let mut nobody = manager.activate();
    manager.wait_for("Listening on");

    let init = tokio::spawn(async move { client.init().await });
    soon("nothing is started", || nobody.0.try_wait().unwrap()).await;
    drop(manager.socket);

    let error = within("init", init).await.unwrap().unwrap_err();
    assert_eq!(error.code(), Code::IPC_DISCONNECT);
    for words in ["before it greeted", "see that its program is installed"] {
        assert!(error.cause().contains(words), "{error}");
    }
}

/// What the kernel calls the process before and after it has become the daemon: 15 characters.
const WAITING: &str = "systemd-socket-";
const RUNNING: &str = "imlink-under-te";

/// What systemd is to the daemon: it holds the listening socket, and has
/// `systemd-socket-activate` start a daemon when somebody knocks.
///
/// `systemd-socket-activate` becomes the daemon, so that a socket it made itself ends with it; it
/// passes on one it inherits.
struct Manager {
    setup: Setup,
    tool: PathBuf,
    socket: UnixListener,
}

/// First the tool that waits for an app, then the daemon, in one process; ended when dropped.
struct Activated(Child);

/// Puts standard input on descriptor 3, where sockets are handed over. `LISTEN_PID` is the process
/// that takes them, and the shell becomes that process.
const HAND_OVER: &str = "exec 3<&0 0</dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\"";

impl Manager {
    fn new(tool: &Path) -> Self {
        Self::of(tool, IMLINK)
    }

    /// The manager of that program's daemon.
    fn of(tool: &Path, program: imlink_tests::Command) -> Self {
        let setup = Setup::new(program);
        let socket = UnixListener::bind(setup.home().join("held.sock")).unwrap();
        Self {
            setup,
            tool: tool.to_owned(),
            socket,
        }
    }

    fn socket(&self) -> PathBuf {
        self.setup.home().join("held.sock")
    }

    fn activate(&self) -> Activated {
        let daemon = self.setup.imlink();
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_file())
            .unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", HAND_OVER, "sh"]).arg(&self.tool);
        // It hands on only what it is told to.
        for (name, value) in daemon.get_envs() {
            let (name, value) = (name.to_str().unwrap(), value.unwrap().to_str().unwrap());
            command.arg(format!("--setenv={name}={value}"));
        }
        let child = command
            .arg(daemon.get_program())
            .arg("daemon")
            .stdin(OwnedFd::from(self.socket.try_clone().unwrap()))
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Activated(child)
    }

    fn wait_for(&self, text: &str) {
        eventually(&format!("systemd-socket-activate says {text:?}"), || {
            let log = fs::read_to_string(self.log_file()).unwrap();
            log.contains(text).then_some(())
        });
    }

    fn log_file(&self) -> PathBuf {
        self.setup.home().join("activated.log")
    }
}

impl Activated {
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    fn name(&self) -> String {
        let name = fs::read_to_string(format!("/proc/{}/comm", self.0.id())).unwrap();
        name.trim_end().to_owned()
    }
}

impl Drop for Activated {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The next attachment: which run of the daemon it is to, and whether it is not the first.
async fn attached(events: &mut Events) -> (u64, bool) {
    let wait = async {
        loop {
            if let Event::Attached {
                instance,
                reattached,
            } = next(events).await
            {
                return (instance, reattached);
            }
        }
    };
    within("the app is attached", wait).await
}

/// The end of an attachment, with the code that apps are promised.
async fn detached(events: &mut Events) {
    let wait = async {
        loop {
            if let Event::Detached { code, .. } = next(events).await {
                return code;
            }
        }
    };
    assert_eq!(
        within("the app is detached", wait).await,
        Code::IPC_DISCONNECT
    );
}

async fn next(events: &mut Events) -> Event {
    events.next().await.expect("the client lives")
}
