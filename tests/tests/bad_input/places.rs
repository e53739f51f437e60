//! Where the daemon keeps its things: directories, the socket, and what is in their place.

use std::fs::{self, Permissions};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use imlink::{ConnectionStatus, Event};
use imlink_ipc_proto::Codec;
use imlink_tests::{App, Missing, RawApp, Setup, Stranger, cloud, require, soon};

use crate::IMLINK;
use crate::daemon::{UNUSABLE, refused};
use crate::house::House;

#[test]
fn missing_directories_are_made_for_the_user_alone() {
    let setup = Setup::new(IMLINK);
    let (state, socket) = (
        setup.home().join("deep/below/state"),
        setup.home().join("deep/run/imlinkd.sock"),
    );
    let setup = setup
        .argument(format!("--state-dir={}", state.display()))
        .argument(format!("--socket={}", socket.display()));
    let daemon = setup.launch();
    daemon.log().wait_for("Ready");

    let mut app = RawApp::attached(&socket, Codec::Json);

    assert_eq!(app.status().pid, daemon.pid());
    assert_eq!(mode(&state), 0o700);
    assert_eq!(mode(socket.parent().unwrap()), 0o700);
    assert_eq!(mode(&socket), 0o600);
    for file in files(&state) {
        assert_eq!(mode(&file) & 0o077, 0, "{}", file.display());
    }
}

// F-I18, F-I40
#[tokio::test]
async fn a_socket_that_is_removed_is_there_again_and_who_was_attached_notices_nothing() {
    let house = House::open().await;
    for round in 0..10 {
        if round % 2 == 0 {
            fs::remove_file(house.setup.socket()).unwrap();
        } else {
            fs::rename(house.setup.socket(), house.setup.home().join("moved")).unwrap();
        }

        let mut app = soon("the socket is there again", || {
            UnixStream::connect(house.setup.socket()).ok()?;
            Some(RawApp::attached(&house.setup.socket(), Codec::Json))
        })
        .await;

        assert_eq!(app.status().pid, house.daemon.pid());
        assert_eq!(mode(&house.setup.socket()), 0o600);
        house.is_served().await;
    }
    house.is_whole().await;
}

// F-I40: as at the logout of a user whose services go on
#[tokio::test]
async fn a_daemon_whose_runtime_directory_is_removed_ends_in_order_and_the_next_one_makes_it() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let mut daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    let runtime = setup.socket().parent().unwrap().to_owned();

    fs::rename(&runtime, setup.home().join("removed")).unwrap();

    app.sees("the goodbye", |event| {
        matches!(event, Event::GoingAway { .. }).then_some(())
    })
    .await;
    assert_eq!(daemon.ended().code(), Some(1));
    let said = daemon.log().story();
    assert!(
        said.contains("was removed, and its place with it"),
        "{said}"
    );
    let _daemon = setup.start();
    app.shows(ConnectionStatus::Connected).await;
    assert_eq!(mode(&runtime), 0o700);
}

// F-I19, F-K05
#[test]
fn a_directory_that_others_can_enter_is_refused_with_the_cure() {
    for open in [0o777, 0o755, 0o1777, 0o710] {
        for purpose in ["state", "runtime"] {
            let setup = Setup::new(IMLINK);
            let directory = directory(&setup, purpose);
            make(&directory, open);

            let said = refused(&setup, UNUSABLE);

            let path = directory.display();
            assert!(
                said.contains(&format!("{purpose} directory {path}")),
                "{said}"
            );
            assert!(said.contains(&format!("chmod 0700 {path}")), "{said}");
            assert_eq!(
                mode(&directory),
                open,
                "nothing is changed behind the user's back"
            );
        }
    }
}

// F-I19
#[test]
fn a_directory_that_cannot_be_written_is_refused_with_the_cure() {
    let test = "a_directory_that_cannot_be_written_is_refused_with_the_cure";
    let Some(user) = require(test, Unprivileged::find()) else {
        return;
    };
    for purpose in ["state", "runtime"] {
        let setup = Setup::new(IMLINK);
        let directory = directory(&setup, purpose);
        make(&directory, 0o500);
        fs::create_dir_all(setup.home().join("run")).unwrap();
        user.give(setup.home());

        let output = user.run(&setup.imlink(), "daemon").output().unwrap();

        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(UNUSABLE), "{said}");
        let path = directory.display();
        let expected =
            format!("{purpose} directory {path} is not writable; run: chmod u+rwx {path}");
        assert!(said.contains(&expected), "{said}");
    }
}

// F-I19
#[test]
fn a_directory_of_somebody_else_is_refused_with_both_uids() {
    let test = "a_directory_of_somebody_else_is_refused_with_both_uids";
    let Some(stranger) = require(test, Stranger::find(IMLINK.0)) else {
        return;
    };
    for purpose in ["state", "runtime"] {
        let setup = Setup::new(IMLINK);
        let directory = directory(&setup, purpose);
        make(&directory, 0o700);
        chown(&directory, Some(stranger.uid()), None).unwrap();

        let said = refused(&setup, UNUSABLE);

        let expected = format!("belongs to uid {}, not to uid 0", stranger.uid());
        assert!(said.contains(&expected), "{said}");
    }
}

// F-I20
#[test]
fn a_link_or_a_file_in_place_of_a_directory_is_refused() {
    for purpose in ["state", "runtime"] {
        let setup = Setup::new(IMLINK);
        let victim = setup.home().join("victim");
        make(&victim, 0o700);
        let directory = directory(&setup, purpose);
        fs::create_dir_all(directory.parent().unwrap()).unwrap();
        symlink(&victim, &directory).unwrap();
        let said = refused(&setup, UNUSABLE);
        assert!(said.contains("links are not followed"), "{said}");
        assert_eq!(fs::read_dir(&victim).unwrap().count(), 0);

        let setup = Setup::new(IMLINK);
        let directory = self::directory(&setup, purpose);
        fs::create_dir_all(directory.parent().unwrap()).unwrap();
        fs::write(&directory, "a file").unwrap();
        let said = refused(&setup, UNUSABLE);
        assert!(said.contains("is not a directory"), "{said}");
        assert_eq!(fs::read_to_string(&directory).unwrap(), "a file");
    }
}

// F-I20
#[test]
fn a_link_in_place_of_the_lock_is_refused_and_leads_nowhere() {
    for purpose in ["state", "runtime"] {
        let setup = Setup::new(IMLINK);
        let victim = setup.home().join("victim");
        fs::write(&victim, "untouched").unwrap();
        let directory = directory(&setup, purpose);
        make(&directory, 0o700);
        symlink(&victim, directory.join("imlinkd.lock")).unwrap();

        let said = refused(&setup, UNUSABLE);

        assert!(said.contains("lock file"), "{said}");
        assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
    }
}

// F-I21
#[test]
fn a_socket_path_that_is_too_long_is_named_with_its_length() {
    let setup = Setup::new(IMLINK);
    let directory = setup.home().join("run");
    let missing = 108 - directory.as_os_str().len() - 1;
    let path = directory.join("s".repeat(missing));
    let setup = setup.argument(format!("--socket={}", path.display()));

    let said = refused(&setup, UNUSABLE);

    assert!(
        said.contains("has 108 bytes, but Linux allows 107"),
        "{said}"
    );
    assert!(said.contains("--socket or IMLINK_SOCKET"), "{said}");
}

// F-I17, F-I20
#[test]
fn what_is_no_socket_in_place_of_the_socket_is_left_alone() {
    let setup = Setup::new(IMLINK);
    make(&directory(&setup, "runtime"), 0o700);
    fs::write(setup.socket(), "precious").unwrap();
    let said = refused(&setup, UNUSABLE);
    let path = setup.socket().display().to_string();
    assert!(
        said.contains(&format!("socket {path}: something that is not a socket")),
        "{said}"
    );
    assert_eq!(fs::read_to_string(setup.socket()).unwrap(), "precious");

    let setup = Setup::new(IMLINK);
    make(&directory(&setup, "runtime"), 0o700);
    let elsewhere = setup.home().join("elsewhere.sock");
    let _listening = UnixListener::bind(&elsewhere).unwrap();
    symlink(&elsewhere, setup.socket()).unwrap();
    refused(&setup, UNUSABLE);
    assert!(fs::metadata(&elsewhere).unwrap().file_type().is_socket());
}

// F-I17
#[test]
fn the_socket_of_a_daemon_that_was_killed_is_in_nobodys_way() {
    let setup = Setup::new(IMLINK);
    for _ in 0..5 {
        let daemon = setup.start();
        let mut app = RawApp::attached(&setup.socket(), Codec::Json);
        assert_eq!(app.status().pid, daemon.pid());

        daemon.kill();

        assert!(app.is_closed());
        let left = fs::symlink_metadata(setup.socket()).unwrap();
        assert!(left.file_type().is_socket(), "it stays for the next one");
    }
}

fn directory(setup: &Setup, purpose: &str) -> PathBuf {
    match purpose {
        "state" => setup.state(),
        "runtime" => setup.socket().parent().unwrap().to_owned(),
        other => panic!("no such directory: {other}"),
    }
}

fn make(directory: &Path, mode: u32) {
    fs::create_dir_all(directory).unwrap();
    fs::set_permissions(directory, Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

/// Every file below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// A user to whom modes mean something: whoever runs the test, or somebody else instead of root.
enum Unprivileged {
    Self_,
    Other(Stranger),
}

impl Unprivileged {
    fn find() -> Result<Self, Missing> {
        if rustix::process::geteuid().is_root() {
            return Stranger::find(IMLINK.0).map(Self::Other);
        }
        Ok(Self::Self_)
    }

    /// Makes everything below a path this user's.
    fn give(&self, path: &Path) {
        let Self::Other(stranger) = self else { return };
        chown(path, Some(stranger.uid()), None).unwrap();
        if !path.is_dir() || path.is_symlink() {
            return;
        }
        for entry in fs::read_dir(path).unwrap() {
            self.give(&entry.unwrap().path());
        }
    }

    fn run(&self, command: &Command, verb: &str) -> Command {
        match self {
            Self::Other(stranger) => stranger.run(command, verb),
            Self::Self_ => {
                let mut own = Command::new(command.get_program());
                own.arg(verb).env_clear();
                own.envs(
                    command
                        .get_envs()
                        .filter_map(|(name, value)| Some((name, value?))),
                );
                own
            }
        }
    }
}
