//! The proxy on the way to the cloud, if there is one: which, for what, and through it.
//!
//! Everything towards the cloud goes through it, navigation and links alike, and it resolves the
//! names. Only what is addressed to this machine itself stays here when the proxy is elsewhere:
//! `127.0.0.1` would be the proxy's own loopback there, and clear text would leave the machine on
//! its way (decisions.md P20).

mod http;
mod socks;

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use imlink_connection::{LinkError, ProxyFault};
use imlink_model::{Proxy, ProxyKind};
use tokio::time::{Instant, timeout_at};

use super::dial::{self, Stream};
use super::heard::Listened;

/// What a proxy may take from the dial to the open way through it: less than the 10 s in which
/// the whole dial must be through (decisions.md P6), so that it is known who was slow.
const PROXY_DEADLINE: Duration = Duration::from_secs(8);

/// The proxy that the next dial takes. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct ProxyInUse(Arc<RwLock<Option<Arc<Proxy>>>>);

impl ProxyInUse {
    /// From here on that one, or none.
    pub fn set(&self, proxy: Option<Proxy>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = proxy.map(Arc::new);
    }

    /// The one in use.
    #[must_use]
    pub fn get(&self) -> Option<Arc<Proxy>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The one for a dial to that host; `None` if it is dialled directly.
    pub(super) fn towards(&self, host: &str) -> Option<Arc<Proxy>> {
        self.get()
            .filter(|proxy| proxy.is_loopback() || !is_loopback(host))
    }
}

/// Reaches `host:port` through a proxy, whatever it is, and lets go of it.
///
/// # Errors
/// As for [`connect`].
pub async fn try_proxy(proxy: &Proxy, authority: &str) -> Result<(), LinkError> {
    connect(proxy, authority).await.map(drop)
}

/// Opens a way to `host:port` through a proxy.
///
/// # Errors
/// [`LinkError::Proxy`] if the proxy is to blame, which is also logged; another one if it works
/// and the host cannot be reached.
pub(super) async fn connect(proxy: &Proxy, authority: &str) -> Result<Box<dyn Stream>, LinkError> {
    let way = open(proxy, authority).await;
    if let Err(LinkError::Proxy(fault)) = way {
        tracing::warn!(%proxy, reason = fault.as_str(), "The proxy does not work");
    }
    way
}

async fn open(proxy: &Proxy, authority: &str) -> Result<Box<dyn Stream>, LinkError> {
    let deadline = Instant::now() + PROXY_DEADLINE;
    let stream = match timeout_at(deadline, dial::tcp(&proxy.authority())).await {
        Ok(stream) => stream.map_err(blame)?,
        Err(_) => return Err(LinkError::Proxy(ProxyFault::Unreachable)),
    };
    let (stream, heard) = Listened::new(stream);
    let way = async {
        match proxy.kind() {
            ProxyKind::Socks5 => socks::connect(proxy, stream, authority).await,
            ProxyKind::Http => http::connect(proxy, stream, authority).await,
        }
    };
    match timeout_at(deadline, way).await {
        Ok(way) => way,
        Err(_) if heard.is_silent() => Err(LinkError::Proxy(ProxyFault::Silent)),
        // It has let us in: the host keeps it waiting.
        Err(_) => Err(LinkError::TimedOut),
    }
}

/// What keeps us from the proxy is its fault, unless it is this machine that has no socket to give.
const fn blame(error: LinkError) -> LinkError {
    match error {
        LinkError::NoSocket => LinkError::NoSocket,
        LinkError::Proxy(fault) => LinkError::Proxy(fault),
        LinkError::Unresolved => LinkError::Proxy(ProxyFault::Unresolved),
        LinkError::Refused
        | LinkError::TimedOut
        | LinkError::Closed
        | LinkError::Reset
        | LinkError::Insecure
        | LinkError::Clock
        | LinkError::Pin
        | LinkError::Portal
        | LinkError::Protocol
        | LinkError::TooLarge => LinkError::Proxy(ProxyFault::Unreachable),
    }
}

pub(super) fn is_loopback(host: &str) -> bool {
    let address = host.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    // F-I07, P2
    #[test]
    fn a_machine_without_sockets_is_no_fault_of_the_proxy() {
        use rustix::io::Errno;

        for errno in [Errno::MFILE, Errno::NFILE, Errno::NOBUFS] {
            let error = std::io::Error::from(errno);
            assert_eq!(blame(dial::link_error(&error)), LinkError::NoSocket);
        }
        for errno in [Errno::CONNREFUSED, Errno::NETUNREACH, Errno::HOSTUNREACH] {
            let error = std::io::Error::from(errno);
            let unreachable = LinkError::Proxy(ProxyFault::Unreachable);
            assert_eq!(blame(dial::link_error(&error)), unreachable);
        }
    }

    // P20
    #[test]
    fn what_is_for_this_machine_does_not_go_to_a_proxy_elsewhere() {
        let in_use = ProxyInUse::default();
        let hosts = [
            "localhost",
            "127.0.0.1",
            "::1",
            "cloud.example",
            "192.0.2.1",
        ];
        let proxied = |in_use: &ProxyInUse| hosts.map(|host| in_use.towards(host).is_some());
        assert_eq!(proxied(&in_use), [false; 5]);

        in_use.set(Some("socks5://proxy.example:1080".parse().unwrap()));
        assert_eq!(proxied(&in_use), [false, false, false, true, true]);

        in_use.set(Some("http://127.0.0.1:3128".parse().unwrap()));
        assert_eq!(proxied(&in_use.clone()), [true; 5]);
    }
}
