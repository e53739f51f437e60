//! The rows of accounts: who has them open, and how they are closed and removed.

use std::path::{Path, PathBuf};

use actix::{Actor, ActorFutureExt, Addr, Arbiter, AsyncContext, Context, WrapFuture};
use imlink_model::{AppKey, Code, UserId};
use tokio::sync::mpsc;

use super::Hub;
use crate::commits::{self, Committing, one_by_one};
use crate::messages::Stop;
use crate::registry::{AccountId, PeerId, Then, Unreadable};
use crate::store::{Open, StoreActor};

/// Open rows.
pub(super) struct Rows {
    pub(super) addr: Addr<StoreActor>,
    thread: Arbiter,
    /// Results are taken in the order in which the changes were made, which is the order of an
    /// app's messages: an actor's own futures complete in any.
    commits: mpsc::UnboundedSender<Committing>,
}

/// Rows that are to be opened for an account.
pub(super) struct OpenRows {
    pub(super) account: AccountId,
    pub(super) directory: PathBuf,
    pub(super) user: UserId,
    pub(super) unreadable: Unreadable,
}

/// Rows that are being removed, and who wants them opened afterwards.
#[derive(Default)]
pub(super) struct Purging {
    under_way: usize,
    waiting: Vec<OpenRows>,
}

impl Rows {
    /// Takes a change that is on its way into these rows in its turn.
    pub(super) fn commit(
        &self,
        account: AccountId,
        then: Then,
        result: impl Future<Output = commits::Outcome> + 'static,
    ) {
        let committing = Committing {
            account,
            then,
            result: Box::pin(result),
        };
        // Its other end is the Hub's own.
        let _ = self.commits.send(committing);
    }

    /// Completes when everything taken so far is durable and nobody has these rows open.
    pub(super) async fn close(self) {
        // One that has ended already is closed.
        let _ = self.addr.send(Stop).await;
        self.thread.stop();
    }
}

impl Hub {
    pub(super) fn open_store(&mut self, opening: OpenRows, ctx: &mut Context<Self>) {
        if let Some(purging) = self.purging.get_mut(&opening.directory) {
            return purging.waiting.push(opening);
        }
        let OpenRows {
            account,
            directory,
            user,
            unreadable,
        } = opening;
        let rows = self.stores.entry(directory.clone()).or_insert_with(|| {
            let thread = Arbiter::new();
            let hub = ctx.address();
            let vital = self.vitals.of("store");
            let addr = StoreActor::start_in_arbiter(&thread.handle(), move |ctx| {
                // Unbounded: a request that waits for room in a mailbox is overtaken by the next
                // one, and the order of an app's messages is lost. What waits here is bounded
                // where it comes in, at the sockets.
                ctx.set_mailbox_capacity(0);
                StoreActor::new(directory, &hub, vital)
            });
            let (commits, committing) = mpsc::unbounded_channel();
            ctx.add_stream(one_by_one(committing));
            Rows {
                addr,
                thread,
                commits,
            }
        });
        let store = rows.addr.clone();
        let opened = rows.addr.send(Open { user, unreadable });
        ctx.spawn(opened.into_actor(self).map(move |result, act, ctx| {
            if let Some(upstream) = act.upstreams.get(&account) {
                upstream.use_store(store);
            }
            act.registry
                .store_opened(account, result.unwrap_or(Err(Code::LOCAL_STOPPING)));
            act.drive(ctx);
        }));
    }

    /// Closes the rows of a user and has everything of them removed. Whoever wants them opened
    /// meanwhile waits.
    pub(super) fn purge(
        &mut self,
        app_key: AppKey,
        user: UserId,
        peer: PeerId,
        request: u64,
        ctx: &mut Context<Self>,
    ) {
        let directory = self.ledger.accounts().directory(&app_key, &user);
        self.purging.entry(directory.clone()).or_default().under_way += 1;
        let open = self.stores.remove(&directory);
        let closed = async move {
            if let Some(rows) = open {
                rows.close().await;
            }
        };
        let purged = closed.into_actor(self).then(move |(), act, _| {
            let purged = act.ledger.purge(app_key, user);
            async { purged.await.unwrap_or(Err(Code::LOCAL_STOPPING)) }.into_actor(act)
        });
        ctx.spawn(purged.map(move |result, act, ctx| {
            act.registry.purged(peer, request, result);
            act.purge_ended(&directory, ctx);
            act.drive(ctx);
        }));
    }

    fn purge_ended(&mut self, directory: &Path, ctx: &mut Context<Self>) {
        let Some(purging) = self.purging.get_mut(directory) else {
            return;
        };
        purging.under_way -= 1;
        if purging.under_way > 0 {
            return;
        }
        let waiting = self
            .purging
            .remove(directory)
            .map(|purging| purging.waiting);
        for opening in waiting.into_iter().flatten() {
            if self.directories.contains_key(&opening.account) {
                self.open_store(opening, ctx);
            }
        }
    }

    /// The accounts whose rows are there.
    pub(super) fn accounts_at(&self, directory: &Path) -> Vec<AccountId> {
        let there = |(_, other): &(_, &PathBuf)| other.as_path() == directory;
        let there = self.directories.iter().filter(there);
        there.map(|(account, _)| *account).collect()
    }

    pub(super) fn store_of(&self, account: AccountId) -> Option<&Addr<StoreActor>> {
        self.rows_of(account).map(|rows| &rows.addr)
    }

    pub(super) fn rows_of(&self, account: AccountId) -> Option<&Rows> {
        let directory = self.directories.get(&account)?;
        self.stores.get(directory)
    }
}
