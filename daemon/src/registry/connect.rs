//! Connecting and joining: who gets which account, and one result for each connect.

use std::time::{Duration, Instant};

use imlink_ipc_proto::{Event, Response};
use imlink_model::uplink::Command;
use imlink_model::{AppKey, Code, ConnectionStatus, Token, UserId};

use super::account::{Link, Parked, StoreState, Unreadable, Waiter};
use super::{Account, AccountId, Effect, PeerId, Registry};

/// One connect of an app.
#[derive(Debug)]
pub struct Connect {
    /// Who connects.
    pub token: Token,
    /// Whose token it is known to be, by its hash.
    pub known: Option<UserId>,
    /// The app's limit for the whole connect (decisions.md P9); `None` waits for ever.
    pub limit: Option<Duration>,
    /// What becomes of rows that cannot be opened.
    pub unreadable: Unreadable,
    /// The app is back after its attachment broke: it has not asked again.
    pub replay: bool,
    /// Before that it had been connected: it may send at once (decisions.md P23), and goes on as
    /// after any break of a link (decisions.md P2). Never without `replay`.
    pub was_connected: bool,
}

impl Registry {
    /// An app connects. It gets exactly one answer, some time.
    pub fn connect(&mut self, peer: PeerId, request: u64, connect: Connect, now: Instant) {
        let Some((app_key, app, followed)) = self
            .peers
            .get(&peer)
            .map(|found| (found.app_key.clone(), found.app(), self.followed_by(peer)))
        else {
            return;
        };
        let Some(app_key) = app_key else {
            return self.refuse_plainly(peer, request, Code::RC_CLIENT_NOT_INIT);
        };
        let target = self.account_of(&app_key, &connect);
        if let Some(current) = followed {
            // P7: the first connect stays untouched; a newer token of the same user is kept for
            // the next attempt.
            match target {
                Some(target) if target == current => self.bring(current, connect.token),
                None if connect.known.is_none() => self.probe(current, app_key, connect),
                Some(_) | None => {}
            }
            return self.refuse_plainly(peer, request, Code::RC_CONNECTION_EXIST);
        }
        let id = match target {
            Some(id) => id,
            None if self.accounts_beside(peer) >= self.max_accounts => {
                let limit = self.max_accounts;
                return self.refuse(
                    peer,
                    request,
                    Code::LOCAL_ACCOUNTS,
                    format!("{limit} accounts are open, which is all that max_accounts allows"),
                );
            }
            None => self.open_account(app_key, &connect),
        };
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        // P11: an app that merely came back has not asked again.
        if let (Link::Stopped(code), true) = (account.link, connect.replay) {
            self.tie(peer, id, true);
            return self.refuse_plainly(peer, request, code);
        }
        account.probes = None;
        account.members.insert(app);
        account.consent = account.consent.max(connect.unreadable);
        if let StoreState::Failed(_) = account.store {
            self.open_store(id);
        }
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let online = account.link == Link::Online;
        if !online {
            let deadline = connect.limit.and_then(|limit| now.checked_add(limit));
            account.waiters.push(Waiter {
                peer,
                request,
                deadline,
            });
            account.link = Link::Wanted;
        }
        self.tie(peer, id, connect.was_connected);
        match connect.was_connected {
            true => self.bring_back(id, connect.token),
            false => self.bring(id, connect.token),
        }
        if online {
            self.succeed(peer, request, id);
        }
        self.close_unused_accounts();
    }

    /// An app takes part in an account that is open already, without a token of its own.
    pub(super) fn join(
        &mut self,
        peer: PeerId,
        request: u64,
        app_key: Option<&AppKey>,
        user: Option<&UserId>,
    ) {
        let open: Vec<AccountId> = self
            .accounts
            .iter()
            .filter(|(_, account)| account.probes.is_none())
            .filter(|(_, account)| app_key.is_none_or(|key| account.app_key == *key))
            .filter(|(_, account)| user.is_none_or(|user| account.user.as_ref() == Some(user)))
            .map(|(id, _)| *id)
            .collect();
        let id = match open.as_slice() {
            [] => return self.refuse_plainly(peer, request, Code::LOCAL_NO_ACCOUNT),
            [id] => *id,
            [..] => return self.refuse_plainly(peer, request, Code::LOCAL_AMBIGUOUS),
        };
        let followed = self.followed_by(peer);
        if followed.is_some_and(|current| current != id) {
            // P7, as for a connect.
            return self.refuse_plainly(peer, request, Code::RC_CONNECTION_EXIST);
        }
        let Some(account) = self.accounts.get_mut(&id) else {
            return;
        };
        let online = account.link == Link::Online;
        if account.user.is_none() {
            if !account.is_wanted() {
                // Nobody will ever name its user.
                return self.refuse_plainly(peer, request, Code::LOCAL_NO_ACCOUNT);
            }
            account.waiters.push(Waiter {
                peer,
                request,
                deadline: None,
            });
            if followed.is_none() {
                self.tie(peer, id, false);
            }
            return;
        }
        // Whoever follows the account already has seen how things stand.
        if followed.is_none() {
            self.tie(peer, id, online);
        }
        self.tell_connected(peer, request, id);
    }

    /// Ends the connects whose limit ran out: 34006 to that app only.
    pub fn handle_timeout(&mut self, now: Instant) {
        let ids: Vec<AccountId> = self.accounts.keys().copied().collect();
        for id in ids {
            let Some(account) = self.accounts.get_mut(&id) else {
                continue;
            };
            let (late, waiting) = std::mem::take(&mut account.waiters)
                .into_iter()
                .partition(|waiter| waiter.deadline.is_some_and(|deadline| deadline <= now));
            account.waiters = waiting;
            let late: Vec<Waiter> = late;
            for waiter in late {
                let code = Code::RC_CONNECT_TIMEOUT;
                self.put_out_of_rooms(waiter.peer, code);
                self.show(waiter.peer, ConnectionStatus::Timeout, Some(code), None);
                self.end_view(waiter.peer);
                self.leave(waiter.peer, id, code);
                self.refuse_plainly(waiter.peer, waiter.request, code);
            }
        }
        self.close_unused_accounts();
    }

    /// Moves everybody of one account to another: the two turned out to be one user's.
    pub(super) fn merge(&mut self, from: AccountId, into: AccountId) {
        let Some(gone) = self.accounts.remove(&from) else {
            return;
        };
        self.fail_asks(from);
        self.effects
            .push_back(Effect::StopUpstream { account: from });
        // Who brought the token may have left before its user was named: then nobody wants a link
        // (decisions.md P10), least of all one that had ended for good (decisions.md P11).
        let is_wanted = gone.is_wanted() || !gone.waiters.is_empty();
        if let Some(token) = gone.unproven.filter(|_| is_wanted) {
            self.bring(into, token);
        }
        let mut live = Vec::new();
        for (peer, found) in &mut self.peers {
            match &mut found.session {
                Some(session) if session.account != from => {}
                Some(session) if session.is_live() => live.push((*peer, session.connected_once)),
                // Its view ended; that it sees nothing does not change (decisions.md P24).
                Some(session) => session.account = into,
                None => {}
            }
        }
        let Some(account) = self.accounts.get_mut(&into) else {
            return;
        };
        let mut answered = Vec::new();
        if is_wanted {
            account.members.extend(gone.members);
            account.consent = account.consent.max(gone.consent);
            account.held |= gone.held;
            if account.link == Link::Online {
                answered = gone.waiters;
            } else {
                account.link = Link::Wanted;
                account.waiters.extend(gone.waiters);
            }
            if let StoreState::Failed(_) = account.store {
                self.open_store(into);
            }
        }
        for (peer, connected_once) in live {
            self.tie(peer, into, connected_once);
        }
        for waiter in answered {
            self.succeed(waiter.peer, waiter.request, into);
        }
        for Parked { peer, id, request } in gone.parked {
            self.handle_store_request(peer, id, request);
        }
    }

    /// Answers a connect with success; the status says so first (decisions.md P19).
    pub(super) fn succeed(&mut self, peer: PeerId, request: u64, id: AccountId) {
        if let Some(session) = self
            .peers
            .get_mut(&peer)
            .and_then(|peer| peer.session.as_mut())
        {
            session.connected_once = true;
        }
        self.tell_connected(peer, request, id);
    }

    /// Who comes later hears what the others have heard (behaviour.md 13.4, decisions.md P7).
    fn tell_connected(&mut self, peer: PeerId, request: u64, id: AccountId) {
        let Some(account) = self.accounts.get(&id) else {
            return;
        };
        let Some(user) = account.user.clone() else {
            return;
        };
        let synchronized = account.link == Link::Online && account.synchronized;
        self.answer(peer, request, Response::Connected { user });
        if synchronized {
            self.emit(peer, Event::Synchronized {});
        }
    }

    /// The account whose link a peer follows, if one is up or being made.
    fn followed_by(&self, peer: PeerId) -> Option<AccountId> {
        let session = self.peers.get(&peer)?.session.as_ref()?;
        let account = self.accounts.get(&session.account)?;
        (session.is_live() && account.is_wanted()).then_some(session.account)
    }

    /// The account a peer has a session with.
    pub(super) fn session_of(&self, peer: PeerId) -> Option<AccountId> {
        Some(self.peers.get(&peer)?.session.as_ref()?.account)
    }

    /// The peers with a session with this account.
    pub(super) fn peers_of(&self, id: AccountId) -> Vec<PeerId> {
        self.peers
            .iter()
            .filter(|(_, peer)| {
                peer.session
                    .as_ref()
                    .is_some_and(|session| session.account == id)
            })
            .map(|(peer, _)| *peer)
            .collect()
    }

    pub(super) fn uplink(&mut self, account: AccountId, command: Command) {
        if let Some(known) = self.accounts.get_mut(&account) {
            known.brought += u64::from(command.brings_token());
        }
        self.effects.push_back(Effect::Uplink { account, command });
    }

    /// Accounts that stay open if this app moves on to another.
    fn accounts_beside(&self, peer: PeerId) -> usize {
        self.accounts
            .iter()
            .filter(|(_, account)| account.probes.is_none())
            .filter(|(id, account)| {
                account.is_wanted()
                    || account.held
                    || self.peers_of(**id).iter().any(|other| *other != peer)
            })
            .count()
    }

    /// The open account a connect is about.
    pub(super) fn account_of(&self, app_key: &AppKey, connect: &Connect) -> Option<AccountId> {
        self.accounts
            .iter()
            .filter(|(_, account)| account.app_key == *app_key)
            .find(|(_, account)| match (&account.user, &connect.known) {
                (Some(user), Some(known)) => user == known,
                (None, _) => account.unproven.as_ref() == Some(&connect.token),
                (Some(_), None) => false,
            })
            .map(|(id, _)| *id)
    }

    pub(super) fn open_account(&mut self, app_key: AppKey, connect: &Connect) -> AccountId {
        self.last_account += 1;
        let account = AccountId(self.last_account);
        let refuse_unnamed = self
            .accounts
            .values()
            .any(|other| other.app_key == app_key && other.is_wanted());
        self.effects.push_back(Effect::StartUpstream {
            account,
            app_key: app_key.clone(),
            refuse_unnamed,
        });
        let mut new = Account::new(app_key, connect.known.clone(), &connect.token);
        new.consent = connect.unreadable;
        self.accounts.insert(account, new);
        self.open_store(account);
        account
    }
}
