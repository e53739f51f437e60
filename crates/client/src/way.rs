//! The way from the daemon to the cloud: its proxy.

use imlink_ipc_proto::{self as proto, Request};
use imlink_model::{Proxy, ProxyKind};

use crate::{Client, Error, answer};

/// The proxy that the daemon reaches the cloud through. Its password is nobody's to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyInUse {
    /// How it is spoken to.
    pub kind: ProxyKind,
    /// A host name or an address; IPv6 without brackets.
    pub host: String,
    /// 1 to 65535.
    pub port: u16,
    /// The name it is told, if it is told one.
    pub user: Option<String>,
    /// An app has set it; else it is the daemon's configuration's.
    pub set_by_app: bool,
}

/// What concerns the way to the cloud is the same for all accounts and apps of the daemon, and works
/// before [`init`](Self::init). Every call of this block may end with what any call may; "Errors"
/// name what else to expect.
impl Client {
    /// Sets the proxy on the way to the cloud, for navigation and links alike; it resolves their
    /// names. It outlives the daemon. `None` goes back to the daemon's configuration.
    ///
    /// If another one is in use by that, every link is made again at once: apps see SUSPEND and
    /// CONNECTING, and messages under way are in doubt as after any break. An account that a failing
    /// proxy has stopped (31028) is connected by an explicit connect.
    ///
    /// # Errors
    /// 90002 if this app lacks the admin right, 34238 for a SOCKS proxy with a name and no
    /// password, 90007 if it cannot be kept.
    pub async fn set_proxy(&self, proxy: Option<&Proxy>) -> Result<(), Error> {
        let proxy = proxy.map(proto::Proxy::from);
        let request = Request::SetProxy { proxy };
        self.rows(request).await.map(drop)
    }

    /// The proxy in use, without its password; `None` if there is none.
    ///
    /// # Errors
    /// None of its own.
    pub async fn proxy(&self) -> Result<Option<ProxyInUse>, Error> {
        let answer = self.rows(Request::Proxy {}).await?;
        answer::proxy(answer)
    }

    /// Has the daemon reach a host through a proxy, or through the one in use with `None`. The host
    /// is `host:port`, or a URL with `http` or `https`. Nothing is said to it.
    ///
    /// # Errors
    /// 34238 for a proxy that cannot be meant, or if there is none in use; 34239 for such a host;
    /// 34240 if the host is not reached, within 8 s, with a sentence that says who is to blame;
    /// 90002 if this app lacks the admin right.
    pub async fn test_proxy(&self, proxy: Option<&Proxy>, host: &str) -> Result<(), Error> {
        let request = Request::TestProxy {
            proxy: proxy.map(proto::Proxy::from),
            host: host.to_owned(),
        };
        self.rows(request).await.map(drop)
    }
}
