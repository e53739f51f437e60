//! Descriptors of a daemon: those it has, and those that others would have it take.

use std::fs::{self, File};
use std::io::{IoSlice, Read};
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use imlink_ipc_proto::{Codec, Request};
use imlink_tests::raw::{encoded, hello};
use imlink_tests::{Missing, RawApp, eventually, require};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};

use crate::house::House;

/// As many as the kernel passes on at once.
const PUSHED: usize = 253;

// F-I38
#[tokio::test]
async fn descriptors_that_an_app_pushes_are_not_kept() {
    let house = House::open().await;
    let test = "descriptors_that_an_app_pushes_are_not_kept";
    let Some(before) = require(test, descriptors(house.daemon.pid())) else {
        return;
    };
    let file = File::open("/dev/null").unwrap();
    let mut apps = Vec::new();

    for _ in 0..10 {
        let mut app = UnixStream::connect(house.setup.socket()).unwrap();
        push(&app, &hello(Codec::Json).encode(), &file);
        assert_ne!(app.read(&mut [0; 1024]).unwrap(), 0, "it is welcomed");
        push(&app, &encoded(Codec::Json, 1, Request::Ping {}), &file);
        assert_ne!(app.read(&mut [0; 1024]).unwrap(), 0, "it is answered");
        apps.push(app);
    }

    let now = descriptors(house.daemon.pid()).unwrap();
    assert_eq!(now.len(), before.len() + apps.len(), "{now:?}");
    house.is_whole().await;
}

// F-I35
#[tokio::test]
async fn apps_that_leave_between_request_and_answer_leave_nothing_behind() {
    let house = House::open().await;
    let test = "apps_that_leave_between_request_and_answer_leave_nothing_behind";
    let Some(before) = require(test, descriptors(house.daemon.pid())) else {
        return;
    };

    for round in 0..1000 {
        let codec = Codec::ALL[round % 2];
        let mut app = RawApp::attached(&house.setup.socket(), codec);
        for id in 1..=3 {
            app.write(&encoded(codec, id, Request::Status {}));
        }
    }

    eventually("their descriptors are closed", || {
        (descriptors(house.daemon.pid()).unwrap().len() == before.len()).then_some(())
    });
    house.is_whole().await;
}

// F-I09
#[tokio::test]
async fn no_descriptor_would_outlive_an_exec() {
    const CLOSE_ON_EXEC: u32 = 0o2_000_000;
    let house = House::open().await;
    let test = "no_descriptor_would_outlive_an_exec";
    let Some(all) = require(test, descriptors(house.daemon.pid())) else {
        return;
    };
    let mut looked_at = 0;

    // What it was started with belongs to whoever started it.
    let inherited = descriptors(std::process::id()).unwrap();
    let own = |descriptor: &&(u32, PathBuf)| descriptor.0 > 2 && !inherited.contains(descriptor);
    for (number, target) in all.iter().filter(own) {
        let path = format!("/proc/{}/fdinfo/{number}", house.daemon.pid());
        let text = fs::read_to_string(path).unwrap();
        let flags = text.lines().find_map(|line| line.strip_prefix("flags:"));
        let flags = u32::from_str_radix(flags.unwrap().trim(), 8).unwrap();
        assert_ne!(flags & CLOSE_ON_EXEC, 0, "{number} is {}", target.display());
        looked_at += 1;
    }

    assert!(looked_at > 5, "socket, locks, link and rows at least");
}

// F-I39
#[tokio::test]
async fn no_socket_has_a_name_that_anybody_could_take_first() {
    let house = House::open().await;
    let test = "no_socket_has_a_name_that_anybody_could_take_first";
    let Some(all) = require(test, descriptors(house.daemon.pid())) else {
        return;
    };
    let sockets = fs::read_to_string("/proc/net/unix").unwrap();
    let names: Vec<&str> = sockets
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut words = line.split_ascii_whitespace().skip(6);
            let target = format!("socket:[{}]", words.next()?);
            let is_ours = all.iter().any(|(_, ours)| ours.as_os_str() == &*target);
            is_ours.then(|| words.next())?
        })
        .collect();

    let path = house.setup.socket().display().to_string();
    assert!(names.contains(&&*path), "{names:?}");
    assert!(!names.iter().any(|name| name.starts_with('@')), "{names:?}");
}

fn push(app: &UnixStream, bytes: &[u8], file: &File) {
    let pushed = [file.as_fd(); PUSHED];
    let mut room = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(PUSHED))];
    let mut ancillary = SendAncillaryBuffer::new(&mut room);
    assert!(ancillary.push(SendAncillaryMessage::ScmRights(&pushed)));
    let sent = sendmsg(
        app,
        &[IoSlice::new(bytes)],
        &mut ancillary,
        SendFlags::empty(),
    );
    assert_eq!(sent, Ok(bytes.len()));
}

/// The descriptors of a process, and what each is.
fn descriptors(pid: u32) -> Result<Vec<(u32, PathBuf)>, Missing> {
    let directory = format!("/proc/{pid}/fd");
    let entries = fs::read_dir(&directory)
        .map_err(|error| Missing(format!("{directory} is hidden: {error}")))?;
    let all = entries.filter_map(|entry| {
        let path = entry.ok()?.path();
        // One that was closed meanwhile is none.
        let target = fs::read_link(&path).ok()?;
        Some((path.file_name()?.to_str()?.parse().ok()?, target))
    });
    Ok(all.collect())
}
