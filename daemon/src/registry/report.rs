//! How the daemon is, for `imlink status`; and where a message stands.

use std::collections::BTreeMap;
use std::time::Duration;

use imlink_ipc_proto::{
    AccountReport, AnomalyReport, AppReport, OutboxReport, Response, SendState, StatusReport,
    limits,
};
use imlink_model::uplink::{LinkReport, Network};
use imlink_model::{ConnectionStatus, Millis};
use imlink_store::{Anomalies, OutboxState};

use super::{Account, AccountId, PeerId, Registry};

/// What is the daemon's, and not an account's.
#[derive(Clone, Debug)]
pub struct About {
    /// The number the daemon drew when it started.
    pub instance: u64,
    /// When it started.
    pub started_at: Millis,
    /// Where it keeps its state.
    pub state_dir: std::path::PathBuf,
    /// The proxy in use, without its password.
    pub proxy: Option<imlink_ipc_proto::Proxy>,
}

impl Registry {
    /// The machine has a network, or lost it.
    pub fn note_network(&mut self, network: Network) {
        self.network = Some(network);
    }

    /// Answers a request with everything, given how the drivers are.
    pub fn report(
        &mut self,
        peer: PeerId,
        request: u64,
        about: &About,
        links: &BTreeMap<AccountId, LinkReport>,
    ) {
        let apps: Vec<AppReport> = self
            .peers
            .values()
            .take(limits::REPORTED_APPS)
            .map(|peer| AppReport {
                app: peer.identity.app.clone(),
                pid: peer.identity.pid,
                uid: peer.identity.uid,
                client: peer.identity.client.clone(),
                attached_at: peer.identity.attached_at,
                user: peer
                    .session
                    .as_ref()
                    .filter(|session| session.is_live())
                    .and_then(|session| self.accounts.get(&session.account)?.user.clone()),
                right: peer.identity.grant.right,
            })
            .collect();
        let mut accounts: Vec<AccountReport> = self
            .accounts
            .iter()
            .filter(|(_, account)| account.probes.is_none())
            .map(|(id, account)| self.describe(*id, account, links.get(id)))
            .collect();
        let mut ended = self.ended();
        for account in accounts.iter_mut().chain(&mut ended) {
            // An account that was just opened has no news yet.
            account.since = account.since.max(about.started_at);
            account.offline_since = account.offline_since.map(|time| time.max(about.started_at));
        }
        accounts.sort_by(|a, b| (&a.app_key, &a.user).cmp(&(&b.app_key, &b.user)));
        let report = StatusReport {
            version: env!("CARGO_PKG_VERSION").into(),
            pid: std::process::id(),
            instance: about.instance,
            started_at: about.started_at,
            more_apps: count(self.peers.len() - apps.len()),
            apps,
            accounts,
            ended,
            proxy: about.proxy.clone(),
            network: self.network.map(|network| network == Network::Available),
            max_accounts: count(self.max_accounts),
        };
        self.answer(peer, request, Response::Status(report));
    }

    fn describe(
        &self,
        id: AccountId,
        account: &Account,
        link: Option<&LinkReport>,
    ) -> AccountReport {
        let apps = count(self.peers_of(id).len());
        let Some(link) = link else {
            return AccountReport {
                apps,
                ..account.report()
            };
        };
        AccountReport {
            apps,
            next_attempt_in_ms: link.next_attempt_in.map(milliseconds),
            address: link.address.clone(),
            slot: link.slot.clone(),
            round_trip_ms: link
                .round_trip
                .map(|time| u32::try_from(time.as_millis()).unwrap_or(u32::MAX)),
            outbox: OutboxReport {
                queued: count(link.queued + link.in_flight),
                in_doubt: count(link.in_doubt),
            },
            ..account.report()
        }
    }
}

impl Account {
    /// How it is, but for its link and the apps that use it.
    pub(super) fn report(&self) -> AccountReport {
        AccountReport {
            app_key: self.app_key.clone(),
            user: self.user.clone(),
            status: self.status.status.number().into(),
            since: self.status.since,
            offline_since: (self.status.status != ConnectionStatus::Connected)
                .then(|| self.status.offline_since.unwrap_or(self.status.since)),
            cause: self.status.cause,
            next_attempt_in_ms: None,
            address: None,
            slot: None,
            round_trip_ms: None,
            apps: 0,
            last_error: self.last_error,
            remembered: self.held,
            outbox: OutboxReport::default(),
            database: self.database(),
            last_seq: self.last_seq().unwrap_or_default(),
            anomalies: anomaly_report(self.anomalies),
        }
    }
}

pub(super) fn state_of(state: OutboxState) -> SendState {
    match state {
        OutboxState::Queued => SendState::Queued,
        OutboxState::Sending => SendState::Sending,
        OutboxState::Sent { uid, at } => SendState::Sent { uid, sent_at: at },
        OutboxState::Failed { code } => SendState::Failed { code },
        OutboxState::InDoubt => SendState::InDoubt,
    }
}

/// What an app is told of what should not be in rows.
pub(super) fn anomaly_report(found: Anomalies) -> AnomalyReport {
    let Anomalies {
        damaged_rows,
        uid_conflicts,
        unreadable,
        lost_outgoing,
        gaps,
    } = found;
    AnomalyReport {
        left_out: count(damaged_rows),
        uid_conflicts: u32::try_from(uid_conflicts).unwrap_or(u32::MAX),
        lost_outgoing: u32::try_from(lost_outgoing).unwrap_or(u32::MAX),
        gaps: count(gaps),
        unreadable: u32::try_from(unreadable).unwrap_or(u32::MAX),
    }
}

pub(super) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
