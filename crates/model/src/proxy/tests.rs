//! What a proxy may look like, and that its password is never shown.

use super::*;

fn read(url: &str) -> Result<Proxy, ProxyError> {
    url.parse()
}

fn parts(url: &str) -> (ProxyKind, String, u16, Option<String>, Option<String>) {
    let proxy = read(url).unwrap();
    let text = |text: &str| text.to_owned();
    (
        proxy.kind(),
        text(proxy.host()),
        proxy.port(),
        proxy.user().map(text),
        proxy.password().map(|password| text(password.reveal())),
    )
}

#[test]
fn a_url_is_read_into_its_parts() {
    use ProxyKind::{Http, Socks5};
    let some = |text: &str| Some(text.to_owned());

    assert_eq!(
        parts("socks5://proxy.example:1080"),
        (Socks5, "proxy.example".into(), 1080, None, None)
    );
    assert_eq!(
        parts("SOCKS5H://alice:p%40ss%3A1@127.0.0.1:9/"),
        (Socks5, "127.0.0.1".into(), 9, some("alice"), some("p@ss:1"))
    );
    assert_eq!(
        parts("http://alice@[2001:db8::1]:3128"),
        (Http, "2001:db8::1".into(), 3128, some("alice"), None)
    );
}

#[test]
fn a_revealed_url_reads_back_as_the_same_proxy() {
    for url in [
        "socks5://proxy.example:1080",
        "http://al%20ice@[2001:db8::1]:3128",
        "socks5://%C3%BC:%3A%2F%3F%23%40%25@h:1",
    ] {
        let proxy = read(url).unwrap();
        assert_eq!(read(&proxy.reveal_url()), Ok(proxy), "{url}");
    }
}

#[test]
fn what_is_no_proxy_is_told_which_part_is_wrong() {
    for (url, error) in [
        ("", ProxyError::Form),
        ("proxy.example:1080", ProxyError::Form),
        ("ftp://proxy.example:1080", ProxyError::Form),
        ("https://proxy.example:1080", ProxyError::Form),
        ("http://proxy.example", ProxyError::Form),
        ("http://[::1]", ProxyError::Form),
        ("http://proxy.example:1/path", ProxyError::Form),
        ("http://:1080", ProxyError::Host),
        ("http://a b:1080", ProxyError::Host),
        ("http://[::g]:1080", ProxyError::Host),
        ("http://a:b:1080", ProxyError::Host),
        ("http://proxy.example:0", ProxyError::Port),
        ("http://proxy.example:65536", ProxyError::Port),
        ("http://@proxy.example:1", ProxyError::User),
        ("http://a%3Ab:c@proxy.example:1", ProxyError::User),
        ("socks5://%FF:c@proxy.example:1", ProxyError::User),
        ("socks5://a:@proxy.example:1", ProxyError::Password),
        ("socks5://a:%0A@proxy.example:1", ProxyError::Password),
    ] {
        assert_eq!(read(url), Err(error), "{url}");
    }
    let host = "h".repeat(Proxy::MAX_HOST_BYTES + 1);
    assert_eq!(read(&format!("http://{host}:1")), Err(ProxyError::Host));
    let long = "p".repeat(Proxy::MAX_LOGIN_BYTES + 1);
    assert_eq!(ProxyPassword::new(long), Err(ProxyError::Password));
}

#[test]
fn socks_knows_no_name_without_a_password() {
    let of = |url| read(url).unwrap().check_login();

    assert_eq!(of("socks5://alice@h:1"), Err(ProxyError::NoPassword));
    assert_eq!(of("http://alice@h:1"), Ok(()));
    assert_eq!(of("socks5://alice:x@h:1"), Ok(()));
    assert_eq!(of("socks5://h:1"), Ok(()));
    let password = ProxyPassword::new("x").unwrap();
    let nameless = read("http://h:1").unwrap().with_password(password);
    assert_eq!(nameless.check_login(), Err(ProxyError::NoUser));
}

#[test]
fn neither_name_nor_password_is_ever_shown() {
    let proxy = read("socks5://alice:canary@[::1]:1080").unwrap();

    assert_eq!(proxy.to_string(), "socks5://[::1]:1080");
    assert_eq!(format!("{proxy:?}"), "Proxy(socks5://[::1]:1080)");
    let password = proxy.password().unwrap();
    assert_eq!(format!("{password:?}"), "ProxyPassword(..)");
    assert_eq!(proxy.clone().without_password().password(), None);
}

#[test]
fn a_proxy_on_this_machine_is_known_as_one() {
    for (host, is_loopback) in [
        ("localhost", true),
        ("127.8.9.1", true),
        ("::1", true),
        ("localhost.example", false),
        ("192.0.2.1", false),
    ] {
        let proxy = Proxy::new(ProxyKind::Http, host, 1).unwrap();
        assert_eq!(proxy.is_loopback(), is_loopback, "{host}");
    }
}
