//! What the drivers report, and what it means to the apps of their account.

use imlink_ipc_proto::{Event, LastError, SendResult};
use imlink_model::uplink::{self, IdentifiedBy, SendOutcome};
use imlink_model::{Code, ConnectionStatus, Millis, OutgoingMessage, UserId};

use super::account::{Link, Status};
use super::{AccountId, Effect, Registry};

impl Registry {
    /// A driver reports, which had been brought so many tokens by then; `now` is this machine's wall
    /// clock, for showing.
    pub fn handle_uplink(
        &mut self,
        id: AccountId,
        event: uplink::Event,
        brought: u64,
        now: Millis,
    ) {
        match event {
            uplink::Event::Status {
                status,
                cause,
                retry_in,
            } => {
                let Some(account) = self.accounts.get_mut(&id) else {
                    return;
                };
                if let Link::Stopped(_) = account.link {
                    // It had ended here, which its apps know: this was said before the driver heard
                    // of it, or because it did.
                    if status == ConnectionStatus::Unconnected {
                        account.status.since = now;
                        account.status.offline_since.get_or_insert(now);
                    }
                    return;
                }
                let since = if account.status.status == status {
                    account.status.since
                } else {
                    now
                };
                let offline_since = match status {
                    ConnectionStatus::Connected => None,
                    _ => account.status.offline_since.or(Some(now)),
                };
                account.status = Status {
                    status,
                    cause,
                    retry_in,
                    since,
                    offline_since,
                };
                if let Some(code) = cause.filter(|_| status != ConnectionStatus::SignOut) {
                    account.last_error = Some(LastError { code, at: now });
                }
                // A connect that comes while the link is down waits for it like any other.
                if account.link == Link::Online && status != ConnectionStatus::Connected {
                    account.link = Link::Wanted;
                }
                for peer in self.peers_of(id) {
                    self.show(peer, status, cause, retry_in);
                }
            }
            uplink::Event::Identified { user, by } => self.identified(id, user, by),
            uplink::Event::Online => self.online(id),
            uplink::Event::Stopped { code, because } => {
                self.driver_stopped(id, code, because, brought);
            }
            uplink::Event::Answered { ask, result } => self.answered(ask, result, now),
            uplink::Event::Room(news) => self.room_news(id, news),
            uplink::Event::Transient(message) => {
                for peer in self.listeners(id, &message) {
                    let message = imlink_ipc_proto::Message::transient(message.clone(), now);
                    self.emit(peer, Event::Transient { message });
                }
            }
            uplink::Event::Synchronized => {
                if let Some(account) = self.accounts.get_mut(&id) {
                    account.synchronized = true;
                }
                for peer in self.peers_of(id) {
                    self.emit(peer, Event::Synchronized {});
                }
            }
        }
        self.close_unused_accounts();
    }

    /// The fate of an outgoing message is durable: the app that sent it hears of it.
    pub fn settled(&mut self, id: AccountId, outgoing: &OutgoingMessage, outcome: &SendOutcome) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        if !account.ended.admits(outgoing.id, outcome) {
            return;
        }
        let senders: Vec<_> = self
            .peers_of(id)
            .into_iter()
            .filter(|peer| {
                self.peers
                    .get(peer)
                    .is_some_and(|peer| peer.identity.local_app() == outgoing.app)
            })
            .collect();
        for peer in senders {
            self.emit(
                peer,
                Event::SendResult {
                    id: outgoing.id,
                    client_id: outgoing.client_id.clone(),
                    result: SendResult::from(outcome.clone()),
                },
            );
        }
    }

    fn identified(&mut self, id: AccountId, user: UserId, by: IdentifiedBy) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let app_key = account.app_key.clone();
        match &account.user {
            Some(known) if *known == user => {}
            Some(_) => self.renamed(id, user, by),
            None if account.probes.is_some() => self.probed(id, user),
            None => {
                let live = self
                    .accounts
                    .iter()
                    .find(|(_, other)| other.belongs_to(&app_key, &user))
                    .map(|(other, _)| *other);
                if let Some(token) = self.accounts.get_mut(&id).and_then(|a| a.unproven.take()) {
                    let remember = Effect::Remember {
                        app_key: app_key.clone(),
                        token: token.clone(),
                        user: user.clone(),
                    };
                    self.effects.push_back(remember);
                    if let Some(live) = live {
                        // P8: proven to be the same user before any dialling.
                        self.accounts
                            .entry(id)
                            .and_modify(|a| a.unproven = Some(token));
                        return self.merge(id, live);
                    }
                }
                if let Some(account) = self.accounts.get_mut(&id) {
                    account.user = Some(user);
                }
                for peer in self.peers_of(id) {
                    self.end_foreign_subscriptions(peer, id);
                }
                self.open_store(id);
            }
        }
    }

    /// The cloud says the token is another user's than the one its hash was kept for. The rows
    /// that are open are the wrong ones: forget the hash and let the app connect again.
    fn renamed(&mut self, id: AccountId, user: UserId, by: IdentifiedBy) {
        tracing::error!(account = %id, ?by, "The cloud names another user for a known token");
        tracing::debug!(account = %id, %user, "The user it names");
        let Some(account) = self.accounts.get(&id) else {
            return;
        };
        if let Some(known) = account.user.clone() {
            let app_key = account.app_key.clone();
            self.effects.push_back(Effect::Forget {
                app_key,
                user: known,
            });
        }
        let code = Code::RC_CONN_TOKEN_INCORRECT;
        self.stop_here(id, ConnectionStatus::TokenIncorrect, code);
    }

    /// The account ends for a reason of this daemon's, not of its driver's. What ended it before
    /// stands: its rows may turn out to be bad long after it was kicked, or while it is refused.
    pub(super) fn stop_here(&mut self, id: AccountId, status: ConnectionStatus, code: Code) {
        let account = self.accounts.get(&id);
        if account.is_some_and(|account| matches!(account.link, Link::Stopped(_))) {
            return;
        }
        let push = uplink::PushAfterLeaving::Keep;
        self.uplink(id, uplink::Command::Disconnect { push });
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        account.status = Status {
            status,
            cause: Some(code),
            retry_in: None,
            since: account.status.since,
            offline_since: account.status.offline_since,
        };
        for peer in self.peers_of(id) {
            self.show(peer, status, Some(code), None);
        }
        self.stopped(id, code, None);
    }

    fn online(&mut self, id: AccountId) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        // Said before the driver heard that nobody wants it any more.
        if !account.is_wanted() {
            return;
        }
        account.link = Link::Online;
        account.synchronized = false;
        let waiters = std::mem::take(&mut account.waiters);
        self.keep_token(id);
        for waiter in waiters {
            self.succeed(waiter.peer, waiter.request, id);
        }
        for peer in self.peers_of(id) {
            if let Some(session) = self.peers.get_mut(&peer).and_then(|p| p.session.as_mut())
                && session.is_live()
            {
                session.connected_once = true;
            }
        }
    }

    /// The driver has come to an end, perhaps while another token was on its way to it, with which it
    /// goes on then: what comes of that is the answer of those who wait. If nobody does, it is not to
    /// go on (decisions.md P11).
    fn driver_stopped(
        &mut self,
        id: AccountId,
        code: Code,
        because: Option<&'static str>,
        brought: u64,
    ) {
        let Some(account) = self.accounts.get(&id) else {
            return;
        };
        let goes_on = brought < account.brought;
        if goes_on && !account.waiters.is_empty() {
            return;
        }
        self.stopped(id, code, because);
        if goes_on {
            let push = uplink::PushAfterLeaving::Keep;
            self.uplink(id, uplink::Command::Disconnect { push });
        }
    }

    /// Every app of the account gets the code once; nothing goes on until an explicit connect
    /// (decisions.md P11).
    pub(super) fn stopped(&mut self, id: AccountId, code: Code, because: Option<&'static str>) {
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        account.link = Link::Stopped(code);
        account.left = false;
        let mut waiters = std::mem::take(&mut account.waiters);
        waiters.extend(account.take_parked_for_good());
        self.release(id, code);
        for waiter in waiters {
            let text = because.unwrap_or_else(|| code.cause()).to_owned();
            self.refuse(waiter.peer, waiter.request, code, text);
        }
    }
}
