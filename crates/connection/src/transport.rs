//! Which form of the protocol is spoken, and with it which slot is taken at the cloud
//! (decisions.md P20).

use std::fmt;
use std::str::FromStr;

use imlink_wire::navigation::{
    GatewayAddress, GatewayForm, GatewayScheme, NavigationAnswer, NavigationRequest, Navigator,
    Transports,
};
use tracing::warn;

use crate::loopback::Loopback;

/// How gateways may be spoken to.
///
/// The TCP form takes the user's desktop slot, WebSocket the web slot: under a one-device policy
/// it ends the session of the user's browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// The TCP form, plain or over TLS; WebSocket only where navigation offers nothing else, and
    /// only to this machine. The default.
    #[default]
    Auto,
    /// The TCP form, plain or over TLS.
    Tcp,
    /// WebSocket, plain or over TLS.
    WebSocket,
}

/// The text names no transport.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no transport; `auto`, `tcp` and `websocket` are")]
pub struct UnknownTransport(String);

/// Why none of a navigation answer's gateways is dialled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoGateway {
    /// It lists none that we can speak to.
    Listed,
    /// It lists these, and the configuration forbids them all.
    Allowed(Vec<GatewayAddress>),
}

impl Transport {
    /// The name in a configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Tcp => "tcp",
            Self::WebSocket => "websocket",
        }
    }

    /// The question to a navigator, put as the SDK of that form does.
    ///
    /// A navigator on this machine is asked for both forms all the same: [`Transport::Auto`] may
    /// fall back there, and otherwise it can be said what was offered. No other navigator learns
    /// that we could open a WebSocket.
    pub(crate) fn ask(self, navigator: Navigator, app_key: &str, token: &str) -> NavigationRequest {
        let can_open: &[u8] = match self {
            Self::WebSocket => return NavigationRequest::new(navigator, app_key, token),
            Self::Auto | Self::Tcp if navigator.is_loopback() => &[1, 2, 5, 6],
            Self::Auto | Self::Tcp => &[1, 2],
        };
        let mut request = NavigationRequest::of_desktop(navigator, app_key, token);
        request.transports = Transports::from_iter(can_open.iter().copied());
        request
    }

    /// The gateways to try, in this order.
    pub(crate) fn choose(
        self,
        answer: &NavigationAnswer,
        navigator: &Navigator,
        clear_text_allowed: bool,
    ) -> Result<Vec<GatewayAddress>, NoGateway> {
        let version_1 = match self {
            Self::Auto | Self::Tcp => answer.version_1_tcp_scheme(),
            Self::WebSocket if navigator.is_https() => GatewayScheme::Wss,
            Self::WebSocket => GatewayScheme::Ws,
        };
        let listed = answer.gateways(version_1);
        if listed.is_empty() {
            return Err(NoGateway::Listed);
        }
        let offers_tcp = listed
            .iter()
            .any(|gateway| speaks(gateway, GatewayForm::Tcp));
        let mut gateways = listed.clone();
        gateways.retain(|gateway| match self {
            Self::Tcp => speaks(gateway, GatewayForm::Tcp),
            Self::WebSocket => speaks(gateway, GatewayForm::WebSocket),
            Self::Auto => {
                speaks(gateway, GatewayForm::Tcp) || (!offers_tcp && gateway.is_loopback())
            }
        });
        let of_form = gateways.len();
        gateways.retain(|gateway| gateway.may_hear_token(clear_text_allowed));
        if gateways.len() < of_form {
            warn!("Skipped gateways that would hear the token in clear text");
        }
        if gateways.is_empty() {
            return Err(NoGateway::Allowed(listed));
        }
        Ok(gateways)
    }
}

fn speaks(gateway: &GatewayAddress, form: GatewayForm) -> bool {
    gateway.scheme.form() == form
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Transport {
    type Err = UnknownTransport;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Auto, Self::Tcp, Self::WebSocket]
            .into_iter()
            .find(|transport| transport.as_str() == text)
            .ok_or_else(|| UnknownTransport(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use Transport::{Auto, Tcp, WebSocket};
    use imlink_wire::navigation::outcome;

    use super::*;

    const EVERYTHING: &str = r#"{"serverAddr":[
        {"addr":"far.test:1","protocol":5,"weight":9},{"addr":"far.test:2","protocol":1,"weight":8},
        {"addr":"far.test:3","protocol":6,"weight":7},{"addr":"far.test:4","protocol":2,"weight":6},
        {"addr":"far.test:5","protocol":2,"weight":7},{"addr":"far.test:6","protocol":4,"weight":99}]}"#;

    fn chosen(
        transport: Transport,
        answer: &str,
        clear_text: bool,
    ) -> Result<Vec<String>, NoGateway> {
        let navigator = Navigator::new("far.test").unwrap();
        let answer = outcome(200, answer.as_bytes()).unwrap();
        let gateways = transport.choose(&answer, &navigator, clear_text)?;
        Ok(gateways.iter().map(ToString::to_string).collect())
    }

    fn is_forbidden(chosen: Result<Vec<String>, NoGateway>) -> bool {
        matches!(chosen, Err(NoGateway::Allowed(_)))
    }

    fn gateways<const N: usize>(expected: [&str; N]) -> Result<Vec<String>, NoGateway> {
        Ok(expected.map(str::to_owned).to_vec())
    }

    // P20
    #[test]
    fn only_gateways_of_the_form_are_tried_by_falling_weight() {
        let tcp = gateways(["tls://far.test:5", "tls://far.test:4"]);
        assert_eq!(chosen(Auto, EVERYTHING, false), tcp);
        assert_eq!(chosen(Tcp, EVERYTHING, false), tcp);
        assert_eq!(
            chosen(WebSocket, EVERYTHING, false),
            gateways(["wss://far.test:3"])
        );
        assert_eq!(
            chosen(Auto, EVERYTHING, true),
            gateways(["tcp://far.test:2", "tls://far.test:5", "tls://far.test:4"])
        );
        assert_eq!(
            chosen(WebSocket, EVERYTHING, true),
            gateways(["ws://far.test:1", "wss://far.test:3"])
        );
    }

    // P20
    #[test]
    fn auto_takes_the_web_slot_of_no_foreign_cloud() {
        let web = r#"{"serverAddr":[{"addr":"far.test:1","protocol":6}]}"#;
        let both = r#"{"serverAddr":[{"addr":"far.test:1","protocol":6},{"addr":"far.test:2","protocol":1}]}"#;

        for answer in [web, both] {
            assert!(is_forbidden(chosen(Auto, answer, false)), "{answer}");
            assert_eq!(
                chosen(WebSocket, answer, false),
                gateways(["wss://far.test:1"])
            );
        }
    }

    #[test]
    fn auto_takes_websocket_on_this_machine_where_nothing_else_is_offered() {
        let web = r#"{"serverAddr":[{"addr":"127.0.0.1:1","protocol":5},{"addr":"far.test:1","protocol":6}]}"#;
        let both = r#"{"serverAddr":[{"addr":"127.0.0.1:1","protocol":5},{"addr":"127.0.0.1:2","protocol":1}]}"#;

        assert_eq!(chosen(Auto, web, false), gateways(["ws://127.0.0.1:1"]));
        assert_eq!(chosen(Auto, both, false), gateways(["tcp://127.0.0.1:2"]));
        assert!(is_forbidden(chosen(Tcp, web, false)));
    }

    // P20
    #[test]
    fn clear_text_stays_on_this_machine_in_either_form() {
        let answer = r#"{"serverAddr":[{"addr":"far.test:1","protocol":1,"weight":2},
            {"addr":"far.test:2","protocol":5,"weight":2},{"addr":"[::1]:3","protocol":1},{"addr":"localhost:4","protocol":5}]}"#;

        assert_eq!(chosen(Auto, answer, false), gateways(["tcp://[::1]:3"]));
        assert_eq!(
            chosen(WebSocket, answer, false),
            gateways(["ws://localhost:4"])
        );
    }

    #[test]
    fn numbers_nobody_knows_are_no_gateways() {
        for answer in [
            "{}",
            r#"{"serverAddr":[{"addr":"a:1","protocol":3},{"addr":"a:1","protocol":4},{"addr":"a:1","protocol":77}]}"#,
        ] {
            for transport in [Auto, Tcp, WebSocket] {
                assert_eq!(chosen(transport, answer, true), Err(NoGateway::Listed));
            }
        }
    }

    #[test]
    fn version_1_gateways_are_of_the_form_that_was_asked_for() {
        let answer = r#"{"server":"a:1","backupServer":"b:2","openTLS":1}"#;

        assert_eq!(
            chosen(Auto, answer, false),
            gateways(["tls://a:1", "tls://b:2"])
        );
        assert_eq!(
            chosen(WebSocket, answer, false),
            gateways(["wss://a:1", "wss://b:2"])
        );
    }

    #[test]
    fn a_foreign_navigator_is_asked_for_what_is_allowed_and_nothing_else() {
        let asked = |transport: Transport, navigator: &str| {
            let navigator = Navigator::new(navigator).unwrap();
            let request = transport.ask(navigator, "key", "token");
            (request.transports.to_string(), request.platform)
        };
        let answer = |list: &str, platform: &str| (list.to_owned(), platform.to_owned());

        assert_eq!(asked(Auto, "far.test"), answer("1,2", "electron"));
        assert_eq!(asked(Tcp, "far.test"), answer("1,2", "electron"));
        for transport in [Auto, Tcp] {
            let everything = answer("1,2,5,6", "electron");
            assert_eq!(asked(transport, "http://127.0.0.1:1"), everything);
        }
        assert_eq!(asked(WebSocket, "far.test"), answer("6", "browser"));
        assert_eq!(asked(WebSocket, "http://[::1]:1"), answer("5", "browser"));
    }

    #[test]
    fn a_transport_is_read_by_its_name() {
        for transport in [Auto, Tcp, WebSocket] {
            assert_eq!(transport.to_string().parse(), Ok(transport));
        }
        assert_eq!(
            "udp".parse::<Transport>().unwrap_err().to_string(),
            "\"udp\" is no transport; `auto`, `tcp` and `websocket` are"
        );
    }
}
