//! Which navigators to ask, in what order (protocol/cloud-wire.md 1.5).

use std::fmt;

/// The base URL of a navigator: with a scheme, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Navigator(String);

impl Navigator {
    /// Takes a host as tokens and configurations name it: one without scheme is meant as https.
    /// `None` if nothing but a scheme is left.
    #[must_use]
    pub fn new(host: &str) -> Option<Self> {
        let host = host.trim();
        let url = if has_scheme(host) {
            host.to_owned()
        } else {
            format!("https://{host}")
        };
        let (scheme, rest) = url.split_once("://")?;
        let rest = rest.trim_end_matches('/');
        (!rest.is_empty()).then(|| Self(format!("{scheme}://{rest}")))
    }

    /// Whether the token would travel encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0
            .get(..6)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"))
    }

    /// The base URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Navigator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The navigators to ask one after the other: those after the token's `@`, then the configured ones;
/// each once, what names no host left out.
#[must_use]
pub fn navigators(token: &str, configured: &[String]) -> Vec<Navigator> {
    let suffix = token.split('@').nth(1).unwrap_or_default();
    let hosts = suffix
        .split(';')
        .chain(configured.iter().map(String::as_str));
    let mut ordered = Vec::new();
    for navigator in hosts.filter_map(Navigator::new) {
        if !ordered.contains(&navigator) {
            ordered.push(navigator);
        }
    }
    ordered
}

/// The token as the gateway gets it: everything after the first `@` removed, the `@` kept
/// (protocol/cloud-wire.md 2).
#[must_use]
pub fn gateway_token(token: &str) -> &str {
    match token.find('@') {
        Some(at) => token.get(..=at).unwrap_or(token),
        None => token,
    }
}

fn has_scheme(host: &str) -> bool {
    let lower = |length| host.get(..length).map(str::to_ascii_lowercase);
    lower(7).as_deref() == Some("http://") || lower(8).as_deref() == Some("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(token: &str, configured: &[&str]) -> Vec<String> {
        let configured: Vec<_> = configured.iter().map(|&host| host.to_owned()).collect();
        navigators(token, &configured)
            .iter()
            .map(Navigator::to_string)
            .collect()
    }

    #[test]
    fn the_tokens_hosts_come_before_the_configured_ones() {
        assert_eq!(
            ordered("abc@h1;http://127.0.0.1:8080", &["nav.example.org/", "h1"]),
            [
                "https://h1",
                "http://127.0.0.1:8080",
                "https://nav.example.org"
            ]
        );
    }

    #[test]
    fn a_token_without_hosts_leaves_the_configuration() {
        for token in ["abc", "abc@", "abc@;", "", "abc@https://"] {
            assert_eq!(ordered(token, &["h"]), ["https://h"], "{token}");
        }
    }

    #[test]
    fn hosts_of_any_script_are_no_reason_to_panic() {
        assert_eq!(ordered("abc@张三张三张", &[]), ["https://张三张三张"]);
    }

    #[test]
    fn the_gateway_token_ends_with_the_first_at() {
        assert_eq!(gateway_token("abc@h1;h2"), "abc@");
        assert_eq!(gateway_token("abc@"), "abc@");
        assert_eq!(gateway_token("a@b@c"), "a@");
        assert_eq!(gateway_token("abc"), "abc");
    }
}
