//! What lies between this daemon and the cloud, looked at step by step for `imlink doctor`.
//!
//! Nothing here changes anything, and nobody's token is said: a navigator shows what it is by how
//! it answers to one that nobody has.

mod network;
mod state;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use imlink_connection::{LinkError, ProxyFault};
use imlink_ipc_proto::{Check, Finding, Seen};
use imlink_model::uplink::Network;
use imlink_model::{Code, Proxy};
use imlink_wire::navigation::{GatewayAddress, Navigator};

use crate::transport::{Dialer, reach, try_proxy};

/// All of it together; the contract says 15 s.
const LIMIT: Duration = Duration::from_secs(14);

/// Most navigators that are looked at; more say nothing new.
const NAVIGATORS: usize = 16;

/// Most gateways that are looked at.
const GATEWAYS: usize = 16;

/// Longest text of a finding, in characters, so that all of them fit into a frame.
const TEXT: usize = 240;

/// Where this daemon would find the cloud.
pub struct Way {
    /// What opens connections.
    pub dialer: Dialer,
    /// Whom the configuration names.
    pub navigators: Vec<String>,
    /// Whether a token may travel unencrypted to another machine.
    pub clear_text: bool,
}

/// What is to be looked at.
#[derive(Debug)]
pub struct Diagnosis {
    /// Where the rows are.
    pub state_dir: PathBuf,
    /// Whether this machine has a network.
    pub network: Network,
    /// The proxy in use.
    pub proxy: Option<Proxy>,
    /// Whom the configuration and the accounts name.
    pub navigators: BTreeSet<String>,
    /// Whom the accounts that are not online would dial, by how they are shown.
    pub gateways: BTreeSet<String>,
    /// Whether a token may travel unencrypted to another machine.
    pub clear_text: bool,
    /// How the accounts are, which only the Hub knows.
    pub accounts: Vec<Finding>,
}

impl Diagnosis {
    /// Looks at everything, at once where one thing does not hang on the other.
    pub async fn carry_out(self, dialer: &Dialer) -> Vec<Finding> {
        let named: Vec<Navigator> = self
            .navigators
            .iter()
            .filter_map(|url| Navigator::new(url))
            .take(NAVIGATORS)
            .collect();
        let look = |navigator| dialer.look_at(navigator, self.clear_text, LIMIT);
        let navigators = join_all(named.iter().map(look));
        let listed: Vec<GatewayAddress> = self
            .gateways
            .iter()
            .filter_map(|url| GatewayAddress::from_url(url))
            .take(GATEWAYS)
            .collect();
        let knock = |gateway| dialer.knock_at(gateway, LIMIT);
        let gateways = join_all(listed.iter().map(knock));
        let proxy = async {
            match &self.proxy {
                Some(proxy) => vec![of_proxy(proxy, named.first()).await],
                None => Vec::new(),
            }
        };
        let state = tokio::task::spawn_blocking(move || state::look(&self.state_dir));
        let (navigators, gateways, proxy, state) = tokio::join!(navigators, gateways, proxy, state);

        let mut findings = vec![network::look(self.network)];
        findings.extend(state);
        findings.extend(proxy);
        if named.is_empty() {
            findings.push(nobody_to_ask());
        }
        findings.extend(navigators.into_iter().flatten());
        findings.extend(gateways);
        findings.extend(self.accounts);
        for finding in &mut findings {
            shorten(&mut finding.subject);
        }
        findings
    }
}

/// A finding about something that was looked at since then.
pub fn finding(
    check: Check,
    subject: impl Into<String>,
    code: Code,
    seen: Seen,
    since: Instant,
) -> Finding {
    Finding {
        check,
        subject: subject.into(),
        code,
        seen,
        took_ms: u32::try_from(since.elapsed().as_millis()).unwrap_or(u32::MAX),
    }
}

/// A proxy shows whether it lets us in only on the way to somebody.
async fn of_proxy(proxy: &Proxy, navigator: Option<&Navigator>) -> Finding {
    let since = Instant::now();
    let result = match navigator.and_then(reach::authority) {
        Some(authority) => try_proxy(proxy, &authority).await,
        None => reach::open(&proxy.authority()).await,
    };
    let unavailable = Code::RC_CONN_PROXY_UNAVAILABLE;
    let (code, seen) = match (result, navigator) {
        (Err(LinkError::Proxy(fault)), _) => (unavailable, Seen::Proxy { fault }),
        (Err(error), None) => {
            let fault = match error {
                LinkError::Unresolved => ProxyFault::Unresolved,
                _ => ProxyFault::Unreachable,
            };
            (unavailable, Seen::Proxy { fault })
        }
        // What it says of the navigator is found there.
        (Ok(()) | Err(_), Some(_)) => (Code::SUCCESS, Seen::LetsIn),
        (Ok(()), None) => (Code::SUCCESS, Seen::Listens),
    };
    finding(Check::Proxy, proxy.to_string(), code, seen, since)
}

/// Nothing is wrong with that by itself: an account's token may name one, and an account that wants
/// one and has none tells it.
fn nobody_to_ask() -> Finding {
    let (code, seen) = (Code::SUCCESS, Seen::NobodyNamed);
    finding(Check::Navigator, "navigators", code, seen, Instant::now())
}

fn shorten(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(TEXT) {
        text.truncate(end);
        text.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        let mut text = "名".repeat(TEXT + 1);
        shorten(&mut text);
        assert_eq!(text, format!("{}…", "名".repeat(TEXT)));

        let mut text = "名".repeat(TEXT);
        shorten(&mut text);
        assert_eq!(text.chars().count(), TEXT);
    }
}
