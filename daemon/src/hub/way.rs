//! What the Hub does about the way to the cloud.

use std::collections::BTreeSet;

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use futures_util::future::join_all;
use imlink_model::Proxy;
use imlink_model::uplink::Command;

use super::Hub;
use crate::diagnosis::Diagnosis;
use crate::driver::Driver;
use crate::registry::{PeerId, WayRequest, shown};
use crate::transport::try_proxy;

impl Hub {
    pub(super) fn see_to(
        &mut self,
        peer: PeerId,
        request: u64,
        what: WayRequest,
        ctx: &mut Context<Self>,
    ) {
        match what {
            WayRequest::Read => {
                let by_app = self.proxy.is_set_by_app();
                self.registry
                    .proxy_read(peer, request, self.proxy.current(), by_app);
            }
            WayRequest::Diagnose => self.diagnose(peer, request, ctx),
            WayRequest::Set(proxy) => self.set_proxy(peer, request, proxy, ctx),
            WayRequest::Test { proxy, authority } => {
                let proxy = proxy.or_else(|| self.proxy.current().cloned());
                let reached = async move {
                    match proxy {
                        Some(proxy) => Some(try_proxy(&proxy, &authority).await),
                        None => None,
                    }
                };
                ctx.spawn(reached.into_actor(self).map(move |reached, act, ctx| {
                    act.registry.proxy_tested(peer, request, reached);
                    act.drive(ctx);
                }));
            }
        }
    }

    fn diagnose(&self, peer: PeerId, request: u64, ctx: &mut Context<Self>) {
        let dialer = self.route.dialer.clone();
        let asked: Vec<_> = self.upstreams.values().map(Driver::inspect).collect();
        let mut diagnosis = Diagnosis {
            state_dir: self.about.state_dir.clone(),
            network: self.network,
            proxy: self.proxy.current().cloned(),
            navigators: self.route.navigators.iter().cloned().collect(),
            gateways: BTreeSet::new(),
            clear_text: self.route.clear_text,
            accounts: self.registry.account_findings(),
        };
        let findings = async move {
            for link in join_all(asked).await.into_iter().flatten() {
                diagnosis.navigators.extend(link.navigators);
                diagnosis.gateways.extend(link.gateways);
            }
            diagnosis.carry_out(&dialer).await
        };
        ctx.spawn(findings.into_actor(self).map(move |findings, act, ctx| {
            act.registry.diagnosed(peer, request, findings);
            act.drive(ctx);
        }));
    }

    /// It is kept first: what an app was told is in use outlives the daemon.
    fn set_proxy(
        &mut self,
        peer: PeerId,
        request: u64,
        proxy: Option<Proxy>,
        ctx: &mut Context<Self>,
    ) {
        let kept = self.proxy.kept().keep(proxy.clone());
        ctx.spawn(kept.into_actor(self).map(move |kept, act, ctx| {
            if kept.is_ok() {
                act.take_proxy(proxy);
            }
            act.registry.proxy_set(peer, request, kept);
            act.drive(ctx);
        }));
    }

    fn take_proxy(&mut self, proxy: Option<Proxy>) {
        let before = self.proxy.current().cloned();
        self.proxy.set(proxy);
        if self.proxy.current() == before.as_ref() {
            return;
        }
        self.about.proxy = self.proxy.current().map(shown);
        match self.proxy.current() {
            Some(proxy) => tracing::info!(%proxy, "The cloud is reached through a proxy"),
            None => tracing::info!("The cloud is reached without a proxy"),
        }
        // No link goes on past it, and whoever waits for the next attempt need not.
        for upstream in self.upstreams.values() {
            upstream.command(Command::WayChanged);
            self.acquaint(upstream);
        }
    }
}
