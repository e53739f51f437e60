//! What apps ask about the way to the cloud: its proxy, and what is wrong with it.

use std::time::Instant;

use imlink_connection::LinkError;
use imlink_ipc_proto::{Check, Finding, Response, Seen, limits};
use imlink_model::{Code, Proxy};

use super::checks::{Refusal, plain};
use super::{Effect, PeerId, Registry};
use crate::diagnosis::finding;

/// Something about the way to the cloud, which the shell knows.
#[derive(Debug)]
pub enum WayRequest {
    /// Take that proxy from here on; `None` is the configuration's. Comes back as `proxy_set`.
    Set(Option<Proxy>),
    /// Which proxy is in use? Comes back as `proxy_read`.
    Read,
    /// Try to reach a host through a proxy. Comes back as `proxy_tested`.
    Test {
        /// Which one; `None` is the one in use.
        proxy: Option<Proxy>,
        /// The host, as `host:port`.
        authority: String,
    },
    /// Look at everything between here and the cloud. Comes back as `diagnosed`.
    Diagnose,
}

impl Registry {
    /// # Errors
    /// 34238 for a proxy that cannot be meant.
    pub(super) fn set_proxy(
        &mut self,
        peer: PeerId,
        request: u64,
        proxy: Option<&imlink_ipc_proto::Proxy>,
    ) -> Result<(), Refusal> {
        let proxy = proxy.map(checked).transpose()?;
        self.see_to(peer, request, WayRequest::Set(proxy));
        Ok(())
    }

    pub(super) fn read_proxy(&mut self, peer: PeerId, request: u64) {
        self.see_to(peer, request, WayRequest::Read);
    }

    /// # Errors
    /// 34238 for a proxy and 34239 for a host that cannot be meant.
    pub(super) fn test_proxy(
        &mut self,
        peer: PeerId,
        request: u64,
        proxy: Option<&imlink_ipc_proto::Proxy>,
        host: &str,
    ) -> Result<(), Refusal> {
        let proxy = proxy.map(checked).transpose()?;
        let authority =
            authority_of(host).ok_or_else(|| plain(Code::INVALID_PARAMETER_TESTHOST))?;
        self.see_to(peer, request, WayRequest::Test { proxy, authority });
        Ok(())
    }

    pub(super) fn diagnose(&mut self, peer: PeerId, request: u64) {
        self.see_to(peer, request, WayRequest::Diagnose);
    }

    fn see_to(&mut self, peer: PeerId, request: u64, what: WayRequest) {
        self.effects.push_back(Effect::Way {
            peer,
            request,
            what,
        });
    }

    /// A proxy is in use and kept, or cannot be kept.
    pub fn proxy_set(&mut self, peer: PeerId, request: u64, kept: std::io::Result<()>) {
        match kept {
            Ok(()) => self.answer(peer, request, Response::Done {}),
            Err(error) => {
                let text = format!("the proxy cannot be kept in the state directory: {error}");
                self.refuse(peer, request, Code::LOCAL_STORE_FAILED, text);
            }
        }
    }

    /// Which proxy is in use, and whether an app has set it.
    pub fn proxy_read(&mut self, peer: PeerId, request: u64, proxy: Option<&Proxy>, by_app: bool) {
        let proxy = proxy.map(shown);
        self.answer(peer, request, Response::Proxy { proxy, by_app });
    }

    /// A host was reached through a proxy, or not; `None` if there is no proxy.
    pub fn proxy_tested(
        &mut self,
        peer: PeerId,
        request: u64,
        reached: Option<Result<(), LinkError>>,
    ) {
        match reached {
            None => {
                let text = "there is no proxy to test; name one";
                let code = Code::INVALID_PARAMETER_PROXY;
                self.refuse(peer, request, code, text.to_owned());
            }
            Some(Ok(())) => self.answer(peer, request, Response::Done {}),
            Some(Err(error)) => {
                let text = match error {
                    LinkError::Proxy(fault) => fault.to_string(),
                    error => format!("The proxy works, but not the way on from it: {error}."),
                };
                let code = Code::INVALID_CONNECT_TESTHOST_FAILED;
                self.refuse(peer, request, code, text);
            }
        }
    }

    /// How each account is, for those who look for what is wrong.
    #[must_use]
    pub fn account_findings(&self) -> Vec<Finding> {
        let shown = self.accounts.values().filter(|it| it.probes.is_none());
        let accounts = shown.map(|account| {
            let subject = match &account.user {
                Some(user) => user.to_string(),
                None => format!("somebody of app {}", account.app_key),
            };
            let code = account.status.cause.unwrap_or(Code::SUCCESS);
            let status = account.status.status.number().into();
            let seen = Seen::Status { status };
            finding(Check::Account, subject, code, seen, Instant::now())
        });
        accounts.take(limits::REPORTED_ACCOUNTS).collect()
    }

    /// What was found between here and the cloud.
    pub fn diagnosed(&mut self, peer: PeerId, request: u64, mut findings: Vec<Finding>) {
        // Stable: the steps of one navigator stay in their order.
        findings.sort_by_key(|finding| finding.check);
        findings.truncate(limits::FINDINGS);
        self.answer(peer, request, Response::Diagnosis { findings });
    }
}

/// A proxy without its password, for those who ask.
pub fn shown(proxy: &Proxy) -> imlink_ipc_proto::Proxy {
    imlink_ipc_proto::Proxy::from(&proxy.clone().without_password())
}

fn checked(proxy: &imlink_ipc_proto::Proxy) -> Result<Proxy, Refusal> {
    Proxy::try_from(proxy)
        .and_then(|proxy| proxy.check_login().map(|()| proxy))
        .map_err(|error| Refusal(Code::INVALID_PARAMETER_PROXY, error.to_string()))
}

/// `host:port` as it stands, or that of a URL with `http` or `https`.
fn authority_of(host: &str) -> Option<String> {
    let (default, authority) = match host.trim().split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Some(443), rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Some(80), rest),
        Some(_) => return None,
        None => (None, host.trim()),
    };
    let authority = match default {
        Some(_) => authority.split(['/', '?', '#']).next()?,
        None => authority,
    };
    let port_of = |port: &str| port.parse::<u16>().ok();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port_of(port)?),
        Some(_) | None => (authority, default?),
    };
    // The rules for a proxy's host are those for any.
    let checked = Proxy::new(imlink_model::ProxyKind::Http, host, port).ok()?;
    Some(checked.authority())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_to_try_is_an_address_or_a_url() {
        for (host, authority) in [
            ("nav.example:443", Some("nav.example:443")),
            (" [2001:db8::1]:8443", Some("[2001:db8::1]:8443")),
            ("https://nav.example", Some("nav.example:443")),
            ("HTTP://nav.example/navi?x=1:2", Some("nav.example:80")),
            ("http://nav.example:81#a", Some("nav.example:81")),
            ("https://[::1]", Some("[::1]:443")),
            ("nav.example", None),
            ("nav.example:0", None),
            ("nav.example:http", None),
            ("ftp://nav.example", None),
            ("nav example:1", None),
            ("user@nav.example:1", None),
            ("", None),
        ] {
            assert_eq!(authority_of(host).as_deref(), authority, "{host}");
        }
    }
}
