//! What each app sees of its account's status (decisions.md P19, P24).

use std::time::Duration;

use imlink_ipc_proto::Event;
use imlink_model::{Code, ConnectionStatus};

use super::account::Link;
use super::peer::{Session, View};
use super::{AccountId, PeerId, Registry};

impl Registry {
    /// Shows a status to one app, unless its view ended or it saw just that.
    pub(super) fn show(
        &mut self,
        peer: PeerId,
        status: ConnectionStatus,
        cause: Option<Code>,
        retry_in: Option<Duration>,
    ) {
        let Some(session) = self
            .peers
            .get_mut(&peer)
            .and_then(|peer| peer.session.as_mut())
        else {
            return;
        };
        let View::Live { last } = &mut session.view else {
            return;
        };
        if *last == Some(status) {
            return;
        }
        *last = Some(status);
        self.emit(
            peer,
            Event::Status {
                status: status.number().into(),
                code: cause,
                retry_in_ms: retry_in.map(super::report::milliseconds),
            },
        );
    }

    /// Ties a peer to an account and shows it how things stand: CONNECTING, database opened,
    /// then what is true (decisions.md P19, P24).
    pub(super) fn tie(&mut self, peer: PeerId, id: AccountId, connected_once: bool) {
        self.leave_rooms_but_of(peer, Some(id));
        let Some(found) = self.peers.get_mut(&peer) else {
            return;
        };
        // Whoever comes over from a provisional account that was merged saw CONNECTING there.
        let last = match &found.session {
            Some(session) if !self.accounts.contains_key(&session.account) => session.last_shown(),
            Some(_) | None => None,
        };
        found.session = Some(Session {
            account: id,
            view: View::Live { last },
            connected_once,
        });
        self.end_foreign_subscriptions(peer, id);
        let Some(account) = self.accounts.get(&id) else {
            return;
        };
        let (link, status) = (account.link, account.status);
        self.show(peer, ConnectionStatus::Connecting, None, None);
        self.show_database(peer, id);
        // A link that is being made shows only what interrupts it; older news is not news.
        let current = match (link, status.status) {
            (Link::Online | Link::Off | Link::Stopped(_), _) => true,
            (Link::Wanted, other) => !other.is_final() && other != ConnectionStatus::Connected,
        };
        if current {
            self.show(peer, status.status, status.cause, status.retry_in);
        }
    }
}
