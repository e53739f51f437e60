//! Looking at a navigator, step by step, without anybody's token.

use std::time::{Duration, Instant};

use imlink_connection::LinkError;
use imlink_ipc_proto::{Check, Finding};
use imlink_model::{Code, Proxy};
use imlink_wire::navigation::{NavigationError, NavigationRequest, Navigator, outcome};

use super::Dialer;
use super::dial::{self, Stream};
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
            let (code, detail) = (Code::RC_HTTP_REQ_FAIL, "takes too long");
            let subject = navigator.to_string();
            findings.push(finding(Check::Navigator, subject, code, detail, since));
        }
        findings
    }

    async fn walk(
        &self,
        navigator: &Navigator,
        clear_text: bool,
        findings: &mut Vec<Finding>,
    ) -> Option<()> {
        let since = Instant::now();
        let Some(authority) = reach::authority(navigator) else {
            let code = Code::LOCAL_NO_NAVIGATOR;
            let detail = "is no address of a navigator";
            let subject = navigator.to_string();
            findings.push(finding(Check::Name, subject, code, detail, since));
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
                let code = Code::LOCAL_NO_NAVIGATOR;
                let detail = "would hear the token in clear text, so it is not asked";
                findings.push(finding(Check::Secure, authority, code, detail, since));
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
        let secured = self.handshake(authority, stream).await;
        let (code, detail) = match &secured {
            Ok(stream) => {
                let version = match stream.get_ref().1.protocol_version() {
                    Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2",
                    _ => "TLS 1.3",
                };
                (
                    Code::SUCCESS,
                    format!("{version}, the certificate is accepted"),
                )
            }
            Err(error) => match trust::refusal(error) {
                Some(reason) => {
                    let code = LinkError::from(trust::meaning(reason)).code();
                    (code, format!("{reason}; {}", trust::advice(reason)))
                }
                None => (dial::link_error(error).code(), error.to_string()),
            },
        };
        findings.push(finding(Check::Secure, authority, code, detail, since));
        secured.is_ok().then_some(())
    }

    /// A token that nobody has is refused by whoever knows what a token is.
    async fn ask(&self, navigator: &Navigator, authority: String) -> Finding {
        let since = Instant::now();
        let of = |code, detail: String| finding(Check::Navigator, authority, code, detail, since);
        let request = NavigationRequest::of_desktop(navigator.clone(), NOBODY, NOBODY);
        let answer = match self.navigate(request).await {
            Ok(answer) => answer,
            Err(error) => return of(error.code(), error.to_string()),
        };
        match outcome(answer.status, &answer.body) {
            Ok(_)
            | Err(
                NavigationError::TokenIncorrect
                | NavigationError::LicenceExpired
                | NavigationError::Code(_),
            ) => of(Code::SUCCESS, "answers, as a navigator does".to_owned()),
            Err(error @ NavigationError::Portal) => of(Code::LOCAL_PORTAL, error.to_string()),
            Err(
                error @ (NavigationError::Http(_)
                | NavigationError::Unreadable
                | NavigationError::TooLarge
                | NavigationError::NoAnswer),
            ) => of(Code::new(error.code()), error.to_string()),
        }
    }
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
        let (code, detail) = match &way {
            Ok(_) => (Code::SUCCESS, "is reached through the proxy".to_owned()),
            Err(error) => (error.code(), format!("through the proxy: {error}")),
        };
        findings.push(finding(Check::Open, authority, code, detail, since));
        return way.ok();
    }
    let host = dial::host(authority);
    let addresses = match dial::resolve(authority).await {
        Ok(addresses) => addresses,
        Err(error) => {
            findings.push(finding(
                Check::Name,
                host,
                error.code(),
                "has no address",
                since,
            ));
            return None;
        }
    };
    let detail = match addresses.len() {
        1 => "1 address".to_owned(),
        count => format!("{count} addresses"),
    };
    findings.push(finding(Check::Name, host, Code::SUCCESS, detail, since));
    let since = Instant::now();
    let stream = dial::tcp(authority).await;
    let (code, detail) = match &stream {
        Ok(_) => (Code::SUCCESS, "somebody listens".to_owned()),
        Err(error) => (error.code(), error.to_string()),
    };
    findings.push(finding(Check::Open, authority, code, detail, since));
    stream
        .ok()
        .map(|stream| Box::new(stream) as Box<dyn Stream>)
}
