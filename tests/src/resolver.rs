//! A machine whose names nobody resolves.

use std::net::UdpSocket;

use crate::namespace::Namespace;

/// What the machine of a test [with a deaf resolver](with_deaf_resolver) takes for its resolver: it
/// hears every question and answers none.
#[derive(Debug)]
pub struct DeafResolver(UdpSocket);

/// Runs the ignored test `name` of this program as a process of its own, on a machine with a route to
/// somewhere whose resolver is a [`DeafResolver`] of the test's. Says so and does nothing where that
/// is not allowed: it takes a kernel that lets this user make network namespaces, and iproute2.
///
/// # Panics
/// If that test fails, with what it said.
pub fn with_deaf_resolver(name: &str) {
    let steps = [
        "echo nameserver 127.0.0.1 > \"$TMPDIR/resolv.conf\"",
        "echo options timeout:30 >> \"$TMPDIR/resolv.conf\"",
        "mount --bind \"$TMPDIR/resolv.conf\" /etc/resolv.conf",
        "echo hosts: files dns > \"$TMPDIR/nsswitch.conf\"",
        "mount --bind \"$TMPDIR/nsswitch.conf\" /etc/nsswitch.conf",
        "ip link set lo up",
        "ip link add near type veth peer name far",
        "ip address add 10.77.0.1/24 dev near",
        "ip link set near up",
        "ip link set far up",
    ];
    let namespace = Namespace {
        options: &["--net"],
        prepare: steps.join(" && "),
        missing: "no network namespaces with a resolver here (iproute2, veth)",
    };
    namespace.run(name);
}

impl DeafResolver {
    /// The resolver of a test that runs [with one](with_deaf_resolver).
    ///
    /// # Panics
    /// If it cannot listen.
    #[must_use]
    pub fn listening() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:53").unwrap();
        socket.set_nonblocking(true).unwrap();
        Self(socket)
    }

    /// How often it was asked since the last look.
    #[must_use]
    pub fn questions(&self) -> usize {
        let mut question = [0; 512];
        std::iter::from_fn(|| self.0.recv(&mut question).ok()).count()
    }
}
