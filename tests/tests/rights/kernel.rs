//! What the kernel shows of the daemon, and what it hands it.

use std::fs::{self, File};
use std::io::IoSlice;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};

use imlink_ipc_proto::{Codec, Request, Response};
use imlink_sandbox::{Config, Gateway, Sandbox, Tls};
use imlink_tests::{App, RawApp, Setup, Stranger, eventually, require};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use rustix::process::Signal;

use crate::IMLINK;

/// As many descriptors as the kernel takes at once.
const DESCRIPTORS: usize = 253;

// F-K03
#[test]
fn a_daemon_that_crashes_leaves_no_core() {
    let setup = Setup::new(IMLINK);
    let mut daemon = setup.start();
    let limits = fs::read_to_string(format!("/proc/{}/limits", daemon.pid())).unwrap();
    let core: Vec<&str> = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max core file size"))
        .unwrap()
        .split_whitespace()
        .collect();

    daemon.signal(Signal::ABORT);

    let ended = daemon.ended();
    assert_eq!(ended.signal(), Some(6));
    assert!(!ended.core_dumped());
    assert_eq!(core[..2], ["0", "0"]);
}

// F-K03
#[test]
fn the_memory_of_a_daemon_is_nothing_to_other_processes_of_its_user() {
    let test = "the_memory_of_a_daemon_is_nothing_to_other_processes_of_its_user";
    let Some(user) = require(test, Stranger::find(IMLINK.0)) else {
        return;
    };
    let setup = Setup::new(IMLINK);
    let command = setup.imlink();
    give(setup.home(), user.uid());
    let mut daemon = user.run(&command, "daemon").spawn().unwrap();
    eventually("it lets apps in", || {
        UnixStream::connect(setup.socket()).ok()
    });
    let of = |pid: u32| fs::metadata(format!("/proc/{pid}/mem")).unwrap().uid();
    let mut ordinary = user
        .run(&std::process::Command::new("sleep"), "60")
        .spawn()
        .unwrap();
    let ordinary_owner = eventually("the other process is that user's", || {
        (of(ordinary.id()) == user.uid()).then_some(user.uid())
    });

    let owner = of(daemon.id());

    daemon.kill().unwrap();
    daemon.wait().unwrap();
    ordinary.kill().unwrap();
    ordinary.wait().unwrap();
    // Where a process may not be looked into, its memory is root's.
    assert_eq!((owner, ordinary_owner), (0, user.uid()));
}

// F-I38
#[test]
fn descriptors_that_an_app_pushes_are_not_kept() {
    let setup = Setup::new(IMLINK);
    let daemon = setup.start();
    let mut app = RawApp::attached(&setup.socket(), Codec::Json);
    app.ask(Request::Ping {}).unwrap();
    let before = descriptors_of(daemon.pid());
    let file = File::open("/dev/null").unwrap();
    let pushed = [file.as_fd(); DESCRIPTORS];

    for id in 100..110 {
        let frame = imlink_tests::raw::encoded(Codec::Json, id, Request::Ping {});
        push(app.socket(), &frame, &pushed);
        assert_eq!(app.answer(id), Some(Ok(Response::Pong {})));
    }

    // It opens and closes some of its own meanwhile; one push alone is more than all it has.
    let after = descriptors_of(daemon.pid());
    assert!(after.len() < before.len() + DESCRIPTORS, "{after:?}");
}

// F-I39
#[test]
fn no_socket_of_the_daemon_has_an_abstract_name() {
    let setup = Setup::new(IMLINK);
    let daemon = setup.start();
    let _app = RawApp::attached(&setup.socket(), Codec::Json);
    let own: Vec<String> = descriptors_of(daemon.pid())
        .into_iter()
        .filter_map(|link| {
            let inode = link.strip_prefix("socket:[")?.strip_suffix(']')?;
            Some(inode.to_owned())
        })
        .collect();

    let table = fs::read_to_string("/proc/net/unix").unwrap();

    // Num RefCount Protocol Flags Type St Inode Path
    let names: Vec<&str> = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|fields| fields.len() > 7 && own.iter().any(|inode| inode == fields[6]))
        .map(|fields| fields[7])
        .collect();
    assert!(
        names.contains(&setup.socket().to_str().unwrap()),
        "{names:?}"
    );
    assert!(!names.iter().any(|name| name.starts_with('@')), "{names:?}");
}

// F-K08
#[tokio::test]
async fn the_keys_of_a_tls_session_are_logged_nowhere() {
    let cloud = Sandbox::spawn(Config {
        tls: Some(Tls::default()),
        ..Config::default()
    })
    .unwrap();
    let navigator = cloud.https_navigator().unwrap();
    let gateway = Gateway::tls(cloud.tls_address().unwrap().to_string());
    cloud.with_app(|app| {
        app.policy_mut().navigator = Some(navigator);
        app.policy_mut().gateways = vec![gateway];
    });
    let setup = Setup::new(IMLINK);
    let (authority, keys) = (setup.home().join("ca.pem"), setup.home().join("keys"));
    fs::write(&authority, cloud.ca_pem().unwrap()).unwrap();
    let setup = setup
        .argument(format!("--ca-file={}", authority.display()))
        .variable("SSLKEYLOGFILE", keys.display().to_string());
    let _daemon = setup.start();

    let app = App::connected(&setup, &cloud, "notes", "lei").await;

    let status = app.client.daemon_status().await.unwrap();
    let address = status.accounts[0].address.clone().unwrap();
    assert!(address.starts_with("tls://"), "{address}");
    assert!(!keys.exists());
}

fn push(socket: &UnixStream, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    assert!(ancillary.push(SendAncillaryMessage::ScmRights(descriptors)));
    let sent = sendmsg(
        socket,
        &[IoSlice::new(bytes)],
        &mut ancillary,
        SendFlags::empty(),
    );
    assert_eq!(sent.unwrap(), bytes.len());
}

/// Where the descriptors of a process lead.
fn descriptors_of(pid: u32) -> Vec<String> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
    let links = entries.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    links
        .map(|link: PathBuf| link.display().to_string())
        .collect()
}

/// Makes a path and everything below it that user's.
fn give(path: &Path, uid: u32) {
    chown(path, Some(uid), None).unwrap();
    if path.is_dir() && !path.is_symlink() {
        for entry in fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path(), uid);
        }
    }
}
