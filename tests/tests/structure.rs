//! What the house must not have: read in its own source, because no run of it can show an absence.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each actor with the modules it is made of, from the left of the house to the right. What is in
/// `driver` is done by the Hub.
const ACTORS: [(&str, &[&str]); 5] = [
    ("Listener", &["listener"]),
    ("Peer", &["peer"]),
    ("Hub", &["hub", "driver"]),
    ("Upstream", &["upstream"]),
    ("StoreActor", &["store"]),
];

// F-A05
#[test]
fn no_actor_waits_for_one_to_its_left() {
    let handled_by = handlers();
    let place = |actor: &str| ACTORS.iter().position(|(name, _)| *name == actor).unwrap();
    let mut waits = BTreeSet::new();
    for (actor, modules) in ACTORS {
        for file in modules.iter().flat_map(|module| files_of(module)) {
            let text = product(&file);
            for message in sent_and_awaited(&text) {
                let others = handled_by.get(message).into_iter().flatten();
                // `Stop` and `Rescue` are passed on to the right; each has its own handler too.
                waits.extend(
                    others
                        .filter(|other| *other != actor)
                        .filter(|other| {
                            text.contains(&format!("Addr<{other}>")) || place(other) > place(actor)
                        })
                        .map(|other| (actor, other.clone())),
                );
            }
        }
    }

    let found: Vec<_> = waits
        .iter()
        .map(|(actor, other)| (*actor, other.as_str()))
        .collect();
    for (actor, other) in &found {
        assert!(place(actor) < place(other), "{actor} waits for {other}");
    }
    for known in [
        ("Hub", "Upstream"),
        ("Hub", "StoreActor"),
        ("Upstream", "StoreActor"),
    ] {
        assert!(
            found.contains(&known),
            "{known:?} is not found in {found:?}"
        );
    }
}

// F-A05, F-A04: what is told to an actor on the left waits for nothing, and what may wait there is
// bounded at the sockets (the tests of the outbox and of floods)
#[test]
fn who_knows_an_actor_on_the_left_only_tells_it() {
    for (actor, modules) in ACTORS {
        for file in modules.iter().flat_map(|module| files_of(module)) {
            let text = product(&file);
            if actor == "Hub" {
                assert!(
                    !text.contains("Addr<Peer>"),
                    "{}: a queue is between Hub and Peer",
                    file.display()
                );
            } else {
                assert!(
                    !text.contains("hub.send("),
                    "{}: waits for the Hub",
                    file.display()
                );
            }
        }
    }
}

// F-I23: the kernel gives a pid again; who attached is known by the connection and its uid
#[test]
fn a_pid_is_shown_and_never_decided_by() {
    let allowed = BTreeMap::from([
        ("listener.rs", "read once, handed on"),
        ("peer.rs", "handed on, and in spans of the log"),
        ("registry/report.rs", "shown in the status"),
        ("registry/peer.rs", "kept for the status"),
        (
            "registry/subscribe.rs",
            "shown to whom another app is in the way of",
        ),
        ("lock.rs", "who holds the lock, for a person"),
    ]);
    let mut found = BTreeSet::new();
    for file in sources(&daemon()) {
        let name = file.strip_prefix(daemon()).unwrap().display().to_string();
        let words = product(&file);
        let mut words = words.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        if words.any(|word| word == "pid") {
            assert!(
                allowed.contains_key(name.as_str()),
                "{name} has to do with pids"
            );
            found.insert(name);
        }
    }
    for file in ["listener.rs", "peer.rs"] {
        let text = product(&daemon().join(file));
        for line in text.lines().filter(|line| line.contains("pid")) {
            let asked = ["if ", "match ", "while "].into_iter();
            let mut asked = asked.filter_map(|word| Some(line.split_once(word)?.1));
            let compared = ["==", "!=", " < ", " > "]
                .iter()
                .any(|sign| line.contains(sign));
            assert!(
                !compared && !asked.any(|question| question.contains("pid")),
                "{file} decides by a pid: {line}"
            );
        }
        assert!(found.contains(file), "the search finds {file}");
    }
}

// decisions.md P22: another kind of uplink is a driver beside the vendor's, and nobody else notices
// (the Hub's own test runs one)
#[test]
fn only_the_vendors_driver_knows_the_vendors_packets() {
    let vendors = [
        "config.rs",
        "config/",
        "command.rs",
        "diagnosis.rs",
        "diagnosis/",
        // Builds the house.
        "serve.rs",
        "transport.rs",
        "transport/",
        "upstream.rs",
        "lib.rs",
        // What became of a try of a proxy.
        "registry/way.rs",
    ];
    let mut known = 0;
    for file in sources(&daemon()) {
        let name = file.strip_prefix(daemon()).unwrap().display().to_string();
        let text = product(&file);
        let knows = text.contains("imlink_wire") || text.contains("imlink_connection");
        let may = vendors
            .iter()
            .any(|vendor| name == *vendor || (vendor.ends_with('/') && name.starts_with(vendor)));
        assert!(may || !knows, "{name} knows the vendor's protocol");
        known += usize::from(knows);
    }
    assert!(known > 5, "{known} files know it");
    for (package, ours) in [
        ("ipc-proto", "ipc-proto/Cargo.toml"),
        ("client", "crates/client/Cargo.toml"),
        ("store", "crates/store/Cargo.toml"),
        ("model", "crates/model/Cargo.toml"),
    ] {
        let manifest = fs::read_to_string(root().join(ours)).unwrap();
        for vendor in ["imlink-wire", "imlink-connection"] {
            assert!(!manifest.contains(vendor), "{package} depends on {vendor}");
        }
    }
}

// decisions.md P21
#[test]
fn the_readme_says_what_compatible_means_and_with_which_versions() {
    let lock = fs::read_to_string(root().join("tests/interop/package.json")).unwrap();
    let lock: serde_json::Value = serde_json::from_str(&lock).unwrap();
    let sdks: Vec<(&String, &str)> = lock["dependencies"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| name.contains("rongcloud"))
        .map(|(name, version)| (name, version.as_str().unwrap()))
        .collect();
    assert!(sdks.len() >= 4, "{sdks:?}");
    for (readme, never) in [
        ("README.md", "has never been run against the live cloud"),
        ("README.zh-CN.md", "从未连接过真实的云服务"),
    ] {
        let text = fs::read_to_string(root().join(readme)).unwrap();
        assert!(text.contains(never), "{readme}: {never}");
        for (sdk, version) in &sdks {
            assert!(text.contains(sdk.as_str()), "{readme} names {sdk}");
            assert!(text.contains(version), "{readme} names {sdk} {version}");
        }
    }
    let notice = fs::read_to_string(root().join("docs/protocol/NOTICE")).unwrap();
    assert!(
        notice.contains("Permission is hereby granted, free of charge"),
        "the notice of the SDKs is beside the protocol files"
    );
}

/// Which actors handle which message.
fn handlers() -> BTreeMap<String, BTreeSet<String>> {
    let mut handlers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (actor, modules) in ACTORS {
        for file in modules.iter().flat_map(|module| files_of(module)) {
            let text = product(&file);
            for (head, tail) in text
                .match_indices(" Handler<")
                .map(|(at, _)| text.split_at(at))
            {
                let rest = tail.trim_start_matches(" Handler<");
                let Some((message, rest)) = rest.split_once('>') else {
                    continue;
                };
                let is_for = rest.trim_start().strip_prefix("for ");
                if head.ends_with("impl") && is_for.is_some_and(|name| name.starts_with(actor)) {
                    let name = message.rsplit("::").next().unwrap();
                    let actors = handlers.entry(name.to_owned()).or_default();
                    actors.insert(actor.to_owned());
                }
            }
        }
    }
    assert!(handlers.len() > 10, "{handlers:?}");
    handlers
}

/// The messages of `.send(Message…)`, which is awaited; `.do_send(…)` is not.
fn sent_and_awaited(text: &str) -> impl Iterator<Item = &str> {
    text.split(".send(").skip(1).map(|rest| {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        &rest[..end]
    })
}

/// The text of a file without comments and tests.
fn product(file: &Path) -> String {
    let text =
        fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// The files of a module of the daemon.
fn files_of(module: &str) -> Vec<PathBuf> {
    let directory = daemon().join(module);
    let mut files = vec![directory.with_extension("rs")];
    if directory.is_dir() {
        files.extend(sources(&directory));
    }
    files
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
    found
}

fn daemon() -> PathBuf {
    root().join("daemon/src")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}
