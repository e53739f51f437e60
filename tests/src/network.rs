//! Two machines and a cable between them: this one, with the cloud, and the daemon's.
//!
//! ```text
//! test, apps, sandbox                          daemon
//!   near, 10.77.0.1  ─────────── cable ───────── far, 10.77.0.2
//! ```
//!
//! Both are network namespaces, so the files are the same, and an app reaches the daemon's socket.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::Command;

use imlink_sandbox::{Config, Sandbox};

use crate::Setup;
use crate::namespace::Namespace;

/// Where the cloud is.
const CLOUD: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 77, 0, 1));

/// The name of the daemon's machine, below a `/run` of the test's own.
const MACHINE: &str = "--net=/run/netns/machine";

/// The cable between the two machines; plugged in at first.
#[derive(Debug)]
pub struct Cable(());

/// Runs the ignored test `name` of this program as a process of its own, on one of two machines with
/// a cable between them. Says so and does nothing where that is not allowed: it takes a kernel that
/// lets this user make network namespaces, and iproute2.
///
/// # Panics
/// If that test fails, with what it said.
pub fn on_own_network(name: &str) {
    let steps = [
        "mount -t tmpfs imlink-test /run",
        "ip netns add machine",
        "ip link set lo up",
        "ip link add near type veth peer name far netns machine",
        "ip address add 10.77.0.1/24 dev near",
        "ip link set near up",
        "ip -netns machine link set lo up",
        "ip -netns machine address add 10.77.0.2/24 dev far",
        "ip -netns machine link set far up",
    ];
    let namespace = Namespace {
        options: &["--net"],
        prepare: steps.join(" && "),
        missing: "no network namespaces with a cable here (iproute2, veth)",
    };
    namespace.run(name);
}

impl Cable {
    /// The cable of a test that runs [on its own network](on_own_network).
    #[must_use]
    pub fn plugged_in() -> Self {
        Self(())
    }

    /// A cloud at the near end.
    ///
    /// # Panics
    /// If it cannot listen there.
    #[must_use]
    pub fn cloud(&self) -> Sandbox {
        let here = SocketAddr::new(CLOUD, 0);
        let config = Config {
            http: here,
            gateway: here,
            tcp: here,
            allow_remote: true,
            ..Config::default()
        };
        Sandbox::spawn(config).unwrap()
    }

    /// A daemon at the far end.
    #[must_use]
    pub fn setup(&self, command: crate::Command) -> Setup {
        Setup::new(command)
            .within(["nsenter", MACHINE])
            .argument("--allow-clear-text")
    }

    /// The same, of a daemon without any right: no capability, and none to be had.
    #[must_use]
    pub fn setup_without_rights(&self, command: crate::Command) -> Setup {
        let takes_all = ["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"];
        let runner = ["nsenter", MACHINE, "setpriv"].into_iter().chain(takes_all);
        Setup::new(command)
            .within(runner)
            .argument("--allow-clear-text")
    }

    /// Pulls it out at the cloud's end: the far one loses its carrier and keeps its addresses.
    ///
    /// # Panics
    /// If `ip` fails, as all of these do.
    pub fn unplug(&self) {
        ip(&["link", "set", "near", "down"]);
    }

    /// Puts it back.
    ///
    /// # Panics
    /// If `ip` fails.
    pub fn plug_in(&self) {
        ip(&["link", "set", "near", "up"]);
    }

    /// Switches the far interface off, as a person or flight mode does.
    ///
    /// # Panics
    /// If `ip` fails.
    pub fn switch_off(&self) {
        far(&["link", "set", "far", "down"]);
    }

    /// Switches it on again.
    ///
    /// # Panics
    /// If `ip` fails.
    pub fn switch_on(&self) {
        far(&["link", "set", "far", "up"]);
    }

    /// Gives the far end another address; the first one is gone before.
    ///
    /// # Panics
    /// If `ip` fails.
    pub fn readdress(&self) {
        far(&["address", "delete", "10.77.0.2/24", "dev", "far"]);
        far(&["address", "add", "10.77.0.3/24", "dev", "far"]);
    }
}

fn far(arguments: &[&str]) {
    ip(&[&["-netns", "machine"], arguments].concat());
}

fn ip(arguments: &[&str]) {
    let output = Command::new("ip").args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "ip {arguments:?}: {said}");
}
