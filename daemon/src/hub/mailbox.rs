//! What the other actors tell the Hub: handed to the registry, whose effects are performed.

use std::time::Instant;

use actix::{
    ActorContext, ActorFutureExt, Handler, ResponseActFuture, StreamHandler, WrapFuture, fut,
};
use tracing::{debug, info};

use super::fan_out::App;
use super::{Hub, Rows};
use crate::clock;
use crate::commits::{self, Committed};
use crate::messages::{
    AnomaliesFound, Ask, Attach, Detach, GapNoted, Happened, Progressed, ReadingFailed, Rescue,
    Settled, Stop, Stored, WritableTurned,
};

impl Handler<Attach> for Hub {
    type Result = ();

    fn handle(
        &mut self,
        Attach {
            peer,
            identity,
            outbox,
        }: Attach,
        _: &mut Self::Context,
    ) {
        self.apps.insert(
            peer,
            App {
                codec: identity.codec,
                outbox,
                sequence: 0,
            },
        );
        self.registry.attach(peer, identity);
    }
}

impl Handler<Detach> for Hub {
    type Result = ();

    fn handle(&mut self, Detach { peer }: Detach, ctx: &mut Self::Context) {
        if self.apps.remove(&peer).is_some() {
            debug!(%peer, "App detached");
        }
        self.registry.detach(peer);
        self.drive(ctx);
    }
}

impl Handler<Ask> for Hub {
    type Result = ();

    fn handle(&mut self, Ask { peer, id, request }: Ask, ctx: &mut Self::Context) {
        // The app was told, and its outbox is closed.
        if self.stopping {
            return;
        }
        self.registry
            .handle_request(peer, id, request, Instant::now(), &self.ledger);
        self.drive(ctx);
    }
}

impl StreamHandler<Committed> for Hub {
    fn handle(&mut self, committed: Committed, ctx: &mut Self::Context) {
        let Committed {
            account,
            then,
            result,
        } = committed;
        match result {
            commits::Outcome::Applied(result) => self.registry.committed(account, then, *result),
            commits::Outcome::Edited(result) => self.registry.edited(account, then, result),
            commits::Outcome::Forgotten(conversation, result) => {
                self.registry.forgotten(account, conversation, then, result);
            }
        }
        self.drive(ctx);
    }

    /// Rows that were closed are not the end of the house.
    fn finished(&mut self, _: &mut Self::Context) {}
}

impl Handler<Happened> for Hub {
    type Result = ();

    fn handle(&mut self, happened: Happened, ctx: &mut Self::Context) {
        let Happened {
            account,
            event,
            brought,
        } = happened;
        self.registry
            .handle_uplink(account, event, brought, clock::now());
        self.drive(ctx);
    }
}

impl Handler<Stored> for Hub {
    type Result = ();

    fn handle(&mut self, stored: Stored, ctx: &mut Self::Context) {
        let Stored {
            account,
            messages,
            changed,
        } = stored;
        self.registry.changed(account, changed);
        self.registry.stored(account, messages);
        self.drive(ctx);
    }
}

impl Handler<GapNoted> for Hub {
    type Result = ();

    fn handle(&mut self, GapNoted { account, last }: GapNoted, ctx: &mut Self::Context) {
        self.registry.gap_noted(account, last);
        self.drive(ctx);
    }
}

impl Handler<Settled> for Hub {
    type Result = ();

    fn handle(&mut self, settled: Settled, ctx: &mut Self::Context) {
        let Settled {
            account,
            outgoing,
            outcome,
        } = settled;
        self.registry.settled(account, &outgoing, &outcome);
        self.registry
            .said(account, &outgoing, &outcome, clock::now());
        self.drive(ctx);
    }
}

impl Handler<Progressed> for Hub {
    type Result = ();

    fn handle(&mut self, progressed: Progressed, ctx: &mut Self::Context) {
        let Progressed {
            directory,
            progress,
        } = progressed;
        for account in self.accounts_at(&directory) {
            self.registry.progressed(account, progress);
        }
        self.drive(ctx);
    }
}

impl Handler<WritableTurned> for Hub {
    type Result = ();

    fn handle(&mut self, turned: WritableTurned, ctx: &mut Self::Context) {
        let WritableTurned { directory, code } = turned;
        for account in self.accounts_at(&directory) {
            self.registry.writable_turned(account, code);
        }
        self.drive(ctx);
    }
}

impl Handler<ReadingFailed> for Hub {
    type Result = ();

    fn handle(&mut self, failed: ReadingFailed, ctx: &mut Self::Context) {
        let ReadingFailed { directory, code } = failed;
        for account in self.accounts_at(&directory) {
            self.registry.reading_failed(account, code);
        }
        self.drive(ctx);
    }
}

impl Handler<AnomaliesFound> for Hub {
    type Result = ();

    fn handle(&mut self, found: AnomaliesFound, ctx: &mut Self::Context) {
        let AnomaliesFound {
            directory,
            anomalies,
            reads_again,
        } = found;
        for account in self.accounts_at(&directory) {
            self.registry.anomalies_found(account, anomalies);
            if reads_again {
                self.registry.read_again(account);
            }
        }
        self.drive(ctx);
    }
}

impl Handler<Rescue> for Hub {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, Rescue: Rescue, _: &mut Self::Context) -> Self::Result {
        self.stopping = true;
        let rows = self.stores.values();
        let rescues: Vec<_> = rows.map(|rows| rows.addr.send(Rescue)).collect();
        let all = async {
            for rescued in rescues {
                let _ = rescued.await;
            }
        };
        Box::pin(all.into_actor(self))
    }
}

impl Handler<Stop> for Hub {
    type Result = ResponseActFuture<Self, ()>;

    /// Says goodbye to the apps, closes the links, and waits until everything taken is durable.
    fn handle(&mut self, Stop: Stop, ctx: &mut Self::Context) -> Self::Result {
        info!("Stopping");
        self.vital.release();
        self.stopping = true;
        self.registry.announce_stop();
        self.drive(ctx);
        // All of them at once; each answers when it is through.
        let links: Vec<_> = std::mem::take(&mut self.upstreams)
            .into_values()
            .map(|upstream| upstream.stop())
            .collect();
        for app in self.apps.values() {
            app.outbox.close();
        }
        let rows: Vec<Rows> = std::mem::take(&mut self.stores).into_values().collect();
        let closed = async move {
            for closed in links {
                let _ = closed.await;
            }
            for rows in rows {
                rows.close().await;
            }
        };
        Box::pin(closed.into_actor(self).then(|(), _, ctx| {
            ctx.stop();
            fut::ready(())
        }))
    }
}
