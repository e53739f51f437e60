//! Looking at navigators and gateways, step by step, without anybody's token.

use std::io;
use std::time::{Duration, Instant};

use imlink_connection::LinkError;
use imlink_ipc_proto::{Check, Finding, Seen};
use imlink_model::{Code, Proxy};
use imlink_wire::navigation::{
    GatewayAddress, NavigationError, NavigationRequest, Navigator, outcome,
};
use tokio_rustls::client::TlsStream;

use super::Dialer;
use super::dial::{self, Security, Stream};
use super::{proxy, reach, trust};
use crate::diagnosis::finding;

/// Stands for an app key and a token where nobody's are meant.
const NOBODY: &str = "imlink-doctor";

impl Dialer {
    /// Name, address, secure connection and answer of a navigator; ends at the first that is not as
    /// it should be, or when the time is over. Names that a proxy resolves are not looked at.
    pub async fn look_at(
        &self,
        navigator: &Navigator,
        clear_text: bool,
        limit: Duration,
    ) -> Vec<Finding> {
        let since = Instant::now();
        let mut findings = Vec::new();
        let walk = self.walk(navigator, clear_text, &mut findings);
        if tokio::time::timeout(limit, walk).await.is_err() {
            let (code, seen) = (Code::RC_HTTP_REQ_FAIL, Seen::TooSlow);
            let subject = navigator.to_string();
            findings.push(finding(Check::Navigator, subject, code, seen, since));
        }
        findings
    }

    /// Whether somebody listens at a gateway, and secure where it should be. Nothing is said to it.
    pub async fn knock_at(&self, gateway: &GatewayAddress, limit: Duration) -> Finding {
        let since = Instant::now();
        let knock = tokio::time::timeout(limit, self.knock(gateway)).await;
        let (code, seen) = knock.unwrap_or((Code::RC_SOCKET_DISCONNECTED, Seen::TooSlow));
        finding(Check::Gateway, gateway.to_string(), code, seen, since)
    }

    async fn knock(&self, gateway: &GatewayAddress) -> (Code, Seen) {
        let authority = &gateway.authority;
        let (way, reached) = match self.proxy_towards(authority) {
            Some(proxy) => (proxy::connect(&proxy, authority).await, Seen::ThroughProxy),
            None => (tcp(authority).await, Seen::Listens),
        };
        match (way, Security::of(gateway.scheme)) {
            (Err(error), _) => told(error),
            (Ok(_), Security::Clear) => (Code::SUCCESS, reached),
            (Ok(stream), Security::Tls) => match self.handshake(authority, stream).await {
                Ok(stream) => secured(&stream),
                Err(error) => not_secured(&error),
            },
        }
    }

    async fn walk(
        &self,
        navigator: &Navigator,
        clear_text: bool,
        findings: &mut Vec<Finding>,
    ) -> Option<()> {
        let since = Instant::now();
        let Some(authority) = reach::authority(navigator) else {
            let (code, seen) = (Code::LOCAL_NO_NAVIGATOR, Seen::NoNavigator);
            let subject = navigator.to_string();
            findings.push(finding(Check::Name, subject, code, seen, since));
            return None;
        };
        let proxy = self.proxy_towards(&authority);
        let stream = open(&authority, proxy.as_deref(), findings).await?;
        if navigator.is_https() {
            self.look_at_security(&authority, stream, findings).await?;
        } else {
            // It may serve one at a time, and is asked over a connection of its own.
            drop(stream);
            if !clear_text && !reach::is_this_machine(&authority) {
                let (code, seen) = (Code::LOCAL_NO_NAVIGATOR, Seen::ClearText);
                findings.push(finding(Check::Secure, authority, code, seen, since));
                return None;
            }
        }
        findings.push(self.ask(navigator, authority).await);
        Some(())
    }

    async fn look_at_security(
        &self,
        authority: &str,
        stream: Box<dyn Stream>,
        findings: &mut Vec<Finding>,
    ) -> Option<()> {
        let since = Instant::now();
        let handshake = self.handshake(authority, stream).await;
        let (code, seen) = match &handshake {
            Ok(stream) => secured(stream),
            Err(error) => not_secured(error),
        };
        findings.push(finding(Check::Secure, authority, code, seen, since));
        handshake.is_ok().then_some(())
    }

    /// A token that nobody has is refused by whoever knows what a token is.
    async fn ask(&self, navigator: &Navigator, authority: String) -> Finding {
        let since = Instant::now();
        let of = |code, seen| finding(Check::Navigator, authority, code, seen, since);
        let request = NavigationRequest::of_desktop(navigator.clone(), NOBODY, NOBODY);
        let answer = match self.navigate(request).await {
            Ok(answer) => answer,
            Err(error) => {
                let (code, seen) = told(error);
                return of(code, seen);
            }
        };
        match outcome(answer.status, &answer.body) {
            Ok(_)
            | Err(
                NavigationError::TokenIncorrect
                | NavigationError::LicenceExpired
                | NavigationError::Code(_),
            ) => of(Code::SUCCESS, Seen::Navigates),
            Err(NavigationError::Portal) => of(Code::LOCAL_PORTAL, Seen::SignInPage),
            Err(error @ NavigationError::Http(status)) => {
                of(Code::new(error.code()), Seen::Http { status })
            }
            Err(
                error @ (NavigationError::Unreadable
                | NavigationError::TooLarge
                | NavigationError::NoAnswer),
            ) => of(Code::new(error.code()), Seen::Unreadable),
        }
    }
}

fn secured<S>(stream: &TlsStream<S>) -> (Code, Seen) {
    let version = match stream.get_ref().1.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2",
        _ => "TLS 1.3",
    };
    let version = version.to_owned();
    (Code::SUCCESS, Seen::Secured { version })
}

fn not_secured(error: &io::Error) -> (Code, Seen) {
    match trust::refusal(error) {
        Some(refusal) => {
            let reason = trust::distrust(refusal);
            let code = LinkError::from(trust::meaning(reason)).code();
            (code, Seen::Distrusted { reason })
        }
        None => told(dial::link_error(error)),
    }
}

fn told(error: LinkError) -> (Code, Seen) {
    let seen = match error {
        LinkError::Proxy(fault) => Seen::Proxy { fault },
        LinkError::Unresolved => Seen::NoAddress,
        LinkError::NoSocket
        | LinkError::Refused
        | LinkError::TimedOut
        | LinkError::Closed
        | LinkError::Reset
        | LinkError::Insecure
        | LinkError::Clock
        | LinkError::Pin
        | LinkError::Portal
        | LinkError::Protocol
        | LinkError::TooLarge => Seen::Nothing,
    };
    (error.code(), seen)
}

async fn tcp(authority: &str) -> Result<Box<dyn Stream>, LinkError> {
    let stream = dial::tcp(authority).await?;
    Ok(Box::new(stream))
}

/// An open stream; what was in its way is found.
async fn open(
    authority: &str,
    proxy: Option<&Proxy>,
    findings: &mut Vec<Finding>,
) -> Option<Box<dyn Stream>> {
    let since = Instant::now();
    if let Some(proxy) = proxy {
        let way = proxy::connect(proxy, authority).await;
        let (code, seen) = match &way {
            Ok(_) => (Code::SUCCESS, Seen::ThroughProxy),
            Err(error) => told(*error),
        };
        findings.push(finding(Check::Open, authority, code, seen, since));
        return way.ok();
    }
    let host = dial::host(authority);
    let addresses = match dial::resolve(authority).await {
        Ok(addresses) => addresses,
        Err(error) => {
            let (code, seen) = told(error);
            findings.push(finding(Check::Name, host, code, seen, since));
            return None;
        }
    };
    let count = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    let seen = Seen::Addresses { count };
    findings.push(finding(Check::Name, host, Code::SUCCESS, seen, since));
    let since = Instant::now();
    let stream = tcp(authority).await;
    let (code, seen) = match &stream {
        Ok(_) => (Code::SUCCESS, Seen::Listens),
        Err(error) => told(*error),
    };
    findings.push(finding(Check::Open, authority, code, seen, since));
    stream.ok()
}
