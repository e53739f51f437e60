//! Addresses of navigators, and whether anybody is there.

use imlink_connection::LinkError;
use imlink_wire::navigation::Navigator;

use super::{dial, proxy};

/// `host:port` of a navigator; `None` if it has none.
#[must_use]
pub fn authority(navigator: &Navigator) -> Option<String> {
    let uri: hyper::Uri = navigator.as_str().parse().ok()?;
    let port = match navigator.is_https() {
        true => 443,
        false => 80,
    };
    Some(format!(
        "{}:{}",
        uri.host()?,
        uri.port_u16().unwrap_or(port)
    ))
}

/// Whether anybody listens at `host:port`, past any proxy.
///
/// # Errors
/// [`LinkError`] if nobody does.
pub async fn open(authority: &str) -> Result<(), LinkError> {
    dial::tcp(authority).await.map(drop)
}

/// Whether `host:port` is this machine, as far as can be told without resolving names.
pub(super) fn is_this_machine(authority: &str) -> bool {
    proxy::is_loopback(dial::host(authority))
}
