//! The actor in the middle: apps on one side, accounts on the other.
//!
//! Owns the [`Registry`], the outboxes of the apps and the addresses of accounts and stores;
//! decides nothing, the registry does. Hears from Peers, Upstreams and stores; tells Upstreams and
//! stores what to do and fills the outboxes. Owns the watch on this machine's network and sleep, and
//! tells every Upstream of it. Dies last, when everything it started has ended.

mod fan_out;
mod mailbox;
mod rows;
mod surroundings;
#[cfg(test)]
mod tests;
mod way;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use actix::{Actor, ActorFutureExt, AsyncContext, Context, WrapFuture};
use futures_util::stream::LocalBoxStream;
use imlink_ipc_proto::ServerFrame;
use imlink_model::uplink::Network;
use imlink_model::{AppKey, Code, Token, UserId};
use tracing::warn;

use self::fan_out::{App, Encoded};
use self::rows::{OpenRows, Purging, Rows};
use crate::commits;
use crate::diagnosis::Way;
use crate::driver::{Driver, Drivers, Job};
use crate::ledger::Ledger;
use crate::proxy::ProxySetting;
use crate::registry::{About, AccountId, Effect, PeerId, Registry};
use crate::remember::RememberedAccount;
use crate::store::{Alter, Commit, Fetch, ForgetConversation};
use crate::surroundings::Change;
use crate::timer::Timer;
use crate::vital::{Vital, Vitals};

/// The actor; see the module.
pub struct Hub {
    registry: Registry,
    apps: BTreeMap<PeerId, App>,
    drivers: Box<dyn Drivers>,
    upstreams: BTreeMap<AccountId, Driver>,
    /// Open rows by directory. They stay open when their account closes: the next connect of the
    /// same user must not race the closing.
    stores: BTreeMap<PathBuf, Rows>,
    ledger: Ledger,
    directories: BTreeMap<AccountId, PathBuf>,
    /// Directories of rows that are being removed.
    purging: BTreeMap<PathBuf, Purging>,
    /// Where the cloud would be found, for who looks for what is wrong.
    route: Way,
    proxy: ProxySetting,
    about: About,
    /// What this machine tells of itself, until it is listened to.
    surroundings: Option<LocalBoxStream<'static, Change>>,
    /// Whether there is one, for links that are made later.
    network: Network,
    timer: Timer,
    /// For the actors started here.
    vitals: Vitals,
    vital: Vital,
    /// Nothing is begun any more.
    stopping: bool,
}

impl Hub {
    /// An actor with nobody attached and nothing open.
    #[must_use]
    pub fn new(
        max_accounts: usize,
        ledger: Ledger,
        drivers: Box<dyn Drivers>,
        route: Way,
        proxy: ProxySetting,
        about: About,
        vitals: Vitals,
    ) -> Self {
        Self {
            registry: Registry::new(max_accounts),
            apps: BTreeMap::new(),
            upstreams: BTreeMap::new(),
            stores: BTreeMap::new(),
            ledger,
            directories: BTreeMap::new(),
            purging: BTreeMap::new(),
            drivers,
            route,
            proxy,
            about,
            surroundings: None,
            network: Network::Available,
            timer: Timer::default(),
            vital: vitals.of("hub"),
            vitals,
            stopping: false,
        }
    }

    /// Has it hear what this machine tells of itself.
    #[must_use]
    pub fn watching(mut self, surroundings: LocalBoxStream<'static, Change>) -> Self {
        self.surroundings = Some(surroundings);
        self
    }

    /// Has remembered accounts connected, once this runs, whether or not an app comes.
    #[must_use]
    pub fn holding(mut self, remembered: Vec<RememberedAccount>) -> Self {
        self.registry = self.registry.remembering();
        for account in remembered {
            let RememberedAccount {
                app_key,
                user,
                token,
                place,
            } = account;
            if !self.registry.hold(app_key.clone(), user, token) {
                warn!(
                    %app_key,
                    place,
                    "A remembered account is not connected, because max_accounts allows no more: raise it, or log another account out"
                );
            }
        }
        self
    }

    /// One turn: what is due, then everything that follows, then the timer.
    fn drive(&mut self, ctx: &mut Context<Self>) {
        self.registry.handle_timeout(Instant::now());
        let mut encoded = Encoded::default();
        while let Some(effect) = self.registry.poll_effect() {
            self.perform(effect, &mut encoded, ctx);
        }
        self.arm(ctx);
    }

    fn perform(&mut self, effect: Effect, encoded: &mut Encoded, ctx: &mut Context<Self>) {
        match effect {
            Effect::Answer {
                peer,
                request,
                outcome,
            } => {
                if let Some(app) = self.apps.get(&peer) {
                    app.outbox.answered();
                }
                self.write(peer, |_| ServerFrame::Response {
                    id: request,
                    result: outcome,
                });
            }
            Effect::Event { peer, event } => {
                self.write(peer, |sequence| ServerFrame::Event { sequence, event });
            }
            Effect::Deliver {
                peer,
                subscription,
                left,
                message,
            } => {
                let account = self.registry.subscribed(subscription);
                let store = account.and_then(|account| self.directories.get(&account));
                let Some(store) = store.cloned() else {
                    return self.deliver(peer, subscription, left, message, encoded);
                };
                imlink_store::in_hand(&store, message.seq, || {
                    self.deliver(peer, subscription, left, message, encoded);
                });
            }
            Effect::StartUpstream {
                account,
                app_key,
                refuse_unnamed,
            } => {
                self.start_upstream(account, app_key, refuse_unnamed, ctx);
            }
            Effect::Uplink { account, command } => {
                if let Some(upstream) = self.upstreams.get(&account) {
                    upstream.command(command);
                }
            }
            Effect::StopUpstream { account } => {
                if let Some(upstream) = self.upstreams.remove(&account) {
                    ctx.spawn(upstream.stop().into_actor(self).map(|_, _, _| ()));
                }
            }
            Effect::OpenStore {
                account,
                app_key,
                user,
                unreadable,
            } => {
                let directory = self.ledger.accounts().directory(&app_key, &user);
                self.directories.insert(account, directory.clone());
                let opening = OpenRows {
                    account,
                    directory,
                    user,
                    unreadable,
                };
                self.open_store(opening, ctx);
            }
            Effect::Purge {
                app_key,
                user,
                peer,
                request,
            } => self.purge(app_key, user, peer, request, ctx),
            Effect::CloseStore { account } => {
                self.directories.remove(&account);
            }
            Effect::Commit {
                account,
                change,
                then,
            } => {
                let Some(rows) = self.rows_of(account) else {
                    let lost = Err(Code::LOCAL_STORE_FAILED);
                    return self.registry.committed(account, then, lost);
                };
                let result = rows.addr.send(Commit(change));
                rows.commit(account, then, async {
                    let result = result.await.unwrap_or(Err(Code::LOCAL_STOPPING));
                    commits::Outcome::Applied(Box::new(result))
                });
            }
            Effect::Edit {
                account,
                edits,
                then,
            } => {
                let Some(rows) = self.rows_of(account) else {
                    let lost = Err(Code::LOCAL_STORE_FAILED);
                    return self.registry.edited(account, then, lost);
                };
                let result = rows.addr.send(Alter(edits));
                rows.commit(account, then, async {
                    commits::Outcome::Edited(result.await.unwrap_or(Err(Code::LOCAL_STOPPING)))
                });
            }
            Effect::ForgetConversation {
                account,
                conversation,
                then,
            } => {
                let Some(rows) = self.rows_of(account) else {
                    let lost = Err(Code::LOCAL_STORE_FAILED);
                    return self.registry.forgotten(account, conversation, then, lost);
                };
                let result = rows.addr.send(ForgetConversation(conversation.clone()));
                rows.commit(account, then, async {
                    let result = result.await.unwrap_or(Err(Code::LOCAL_STOPPING));
                    commits::Outcome::Forgotten(conversation, result)
                });
            }
            Effect::Read {
                account,
                read,
                then,
            } => {
                let Some(store) = self.store_of(account) else {
                    return self.registry.read(then, Err(Code::LOCAL_STORE_FAILED));
                };
                let result = store.send(Fetch(read));
                ctx.spawn(result.into_actor(self).map(move |result, act, ctx| {
                    act.registry
                        .read(then, result.unwrap_or(Err(Code::LOCAL_STOPPING)));
                    act.drive(ctx);
                }));
            }
            Effect::Remember {
                app_key,
                token,
                user,
            } => self.ledger.remember(app_key, token, user),
            Effect::Keep {
                account,
                app_key,
                user,
                token,
            } => self.keep(account, app_key, user, token, ctx),
            Effect::Discard { app_key, user } => self.ledger.discard(app_key, user),
            Effect::Disuse { app_key, token } => self.ledger.disuse(app_key, token),
            Effect::Forget { app_key, user } => self.ledger.forget(app_key, user),
            Effect::Way {
                peer,
                request,
                what,
            } => self.see_to(peer, request, what, ctx),
            Effect::Report { peer, request } => self.report(peer, request, ctx),
        }
    }

    fn keep(
        &mut self,
        account: AccountId,
        app_key: AppKey,
        user: UserId,
        token: Token,
        ctx: &mut Context<Self>,
    ) {
        let kept = self.ledger.keep(app_key.clone(), user.clone(), token);
        ctx.spawn(kept.into_actor(self).map(move |kept, act, _| {
            if kept == Ok(true) && !act.registry.token_kept(account) {
                act.ledger.discard(app_key, user);
            }
        }));
    }

    fn start_upstream(
        &mut self,
        account: AccountId,
        app_key: AppKey,
        refuse_unnamed: bool,
        ctx: &mut Context<Self>,
    ) {
        let upstream = self.drivers.start(Job {
            account,
            app_key,
            refuse_unnamed,
            hub: ctx.address(),
            vital: self.vitals.of("upstream"),
        });
        self.acquaint(&upstream);
        self.upstreams.insert(account, upstream);
    }

    fn report(&self, peer: PeerId, request: u64, ctx: &mut Context<Self>) {
        let asked: Vec<_> = self
            .upstreams
            .iter()
            .map(|(account, upstream)| (*account, upstream.inspect()))
            .collect();
        let answers = async {
            let mut links = BTreeMap::new();
            for (account, report) in asked {
                if let Ok(report) = report.await {
                    links.insert(account, report);
                }
            }
            links
        };
        ctx.spawn(answers.into_actor(self).map(move |links, act, ctx| {
            act.registry.report(peer, request, &act.about, &links);
            act.drive(ctx);
        }));
    }

    fn arm(&mut self, ctx: &mut Context<Self>) {
        let deadline = self.registry.poll_timeout();
        self.timer.arm(deadline, ctx, |act: &mut Self, ctx| {
            act.timer.fired();
            act.drive(ctx);
        });
    }
}

impl Actor for Hub {
    type Context = Context<Self>;

    /// Begins to look around, and connects what is remembered.
    fn started(&mut self, ctx: &mut Self::Context) {
        if let Some(surroundings) = self.surroundings.take() {
            ctx.add_stream(surroundings);
        }
        self.drive(ctx);
    }
}
