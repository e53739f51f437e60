//! Whether an address is this machine.

use std::net::IpAddr;

use imlink_wire::navigation::{GatewayAddress, Navigator};

/// Reached without any network, and the only place clear text goes (decisions.md P5, P20).
pub(crate) trait Loopback {
    /// `host`, `host:port` or `[v6]:port`, with or without what follows.
    fn authority(&self) -> &str;

    /// Whether what is said would travel unencrypted.
    fn is_clear_text(&self) -> bool;

    /// Whether it names this machine, as far as can be told without resolving names.
    fn is_loopback(&self) -> bool {
        is_loopback(host(self.authority()))
    }

    /// Whether the token may be told there.
    fn may_hear_token(&self, clear_text_allowed: bool) -> bool {
        !self.is_clear_text() || clear_text_allowed || self.is_loopback()
    }
}

impl Loopback for Navigator {
    fn authority(&self) -> &str {
        self.as_str()
            .split_once("://")
            .map_or(self.as_str(), |(_, rest)| rest)
    }

    fn is_clear_text(&self) -> bool {
        !self.is_https()
    }
}

impl Loopback for GatewayAddress {
    fn authority(&self) -> &str {
        &self.authority
    }

    fn is_clear_text(&self) -> bool {
        !self.scheme.is_encrypted()
    }
}

/// The host of an authority, possibly followed by a path. What stands before an `@` is no host:
/// `http://127.0.0.1@evil.example` goes to evil.example.
fn host(authority: &str) -> &str {
    let end = authority
        .find(['/', '?', '#', '\\'])
        .unwrap_or(authority.len());
    let authority = authority.get(..end).unwrap_or(authority);
    let authority = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    if let Some(bracketed) = authority.strip_prefix('[') {
        return bracketed
            .split_once(']')
            .map_or(bracketed, |(host, _)| host);
    }
    authority
        .split_once(':')
        .map_or(authority, |(host, _)| host)
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use imlink_wire::navigation::GatewayScheme;

    use super::*;

    /// Whether it may be spoken to in clear text, in either form.
    fn gateway(authority: &str) -> bool {
        let may = |scheme| {
            let authority = authority.to_owned();
            GatewayAddress { scheme, authority }.may_hear_token(false)
        };
        assert_eq!(may(GatewayScheme::Ws), may(GatewayScheme::Tcp));
        assert!(may(GatewayScheme::Wss) && may(GatewayScheme::Tls));
        may(GatewayScheme::Ws)
    }

    fn navigator(host: &str) -> bool {
        Navigator::new(host).unwrap().may_hear_token(false)
    }

    #[test]
    fn clear_text_goes_to_this_machine_only() {
        for local in [
            "127.0.0.1:80",
            "127.8.9.10:1",
            "localhost:9",
            "LOCALHOST",
            "[::1]:80",
        ] {
            assert!(gateway(local), "{local}");
            assert!(navigator(&format!("http://{local}")), "{local}");
        }
        for remote in [
            "10.0.0.1:80",
            "example.org",
            "localhost.example.org:1",
            "[::2]:80",
            "::1",
        ] {
            assert!(!gateway(remote), "{remote}");
        }
        assert!(!navigator("http://example.org"));
        assert!(!navigator("http://127.0.0.1@example.org/"));
        assert!(!navigator("http://example.org/@127.0.0.1"));
        assert!(!navigator("http://example.org?@127.0.0.1"));
        assert!(navigator("example.org"), "https");
    }

    #[test]
    fn a_flag_that_names_the_risk_lifts_the_rule() {
        assert!(
            Navigator::new("http://example.org")
                .unwrap()
                .may_hear_token(true)
        );
    }
}
