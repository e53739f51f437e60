//! Calls app servers back (server-api.md 6).
//!
//! ```text
//! World -- Callback --> deliver -- one worker per app --> POST, at most 3 tries
//! ```
//!
//! The world never waits: callbacks go into a bounded queue, and what does not fit is dropped with
//! a line in the log. Those of one app are posted one after the other, so that an app server hears
//! of a link's end after its beginning.

mod body;
mod post;

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use http::Uri;
use imlink_model::{AppKey, Millis};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::{App, Presence, api::Generation};

/// The most callbacks that wait, of all apps and of each.
const MAX_WAITING: usize = 1024;

/// How often a callback is posted until an app server says 200.
const TRIES: usize = 3;

/// Something an app server is to be told.
pub(super) struct Callback {
    app: AppKey,
    /// With the signature, if there is one.
    url: String,
    patience: Duration,
    body: Value,
}

/// Where callbacks go in.
pub(super) struct Callbacks {
    queue: mpsc::Sender<Callback>,
    allow_remote: bool,
}

/// Where they come out.
pub(super) struct CalledBack(mpsc::Receiver<Callback>);

pub(super) fn channel(allow_remote: bool) -> (Callbacks, CalledBack) {
    let (queue, called_back) = mpsc::channel(MAX_WAITING);
    let callbacks = Callbacks {
        queue,
        allow_remote,
    };
    (callbacks, CalledBack(called_back))
}

impl Callback {
    /// Tells of a link that has come or gone; `None` if nobody wants to know.
    pub(super) fn presence(
        app: &App,
        event: &Presence,
        peer: Option<SocketAddr>,
        now: Millis,
    ) -> Option<Self> {
        let webhook = app.policy().presence.as_ref()?;
        let url = match webhook.generation {
            Generation::RongCloud => body::signed(&webhook.url, app.secret(), now),
            // How the newer generation signs is not documented (server-api.md 9).
            Generation::Nexconn => webhook.url.clone(),
        };
        Some(Self {
            app: app.key().clone(),
            url,
            patience: webhook.patience,
            body: body::presence(webhook, event, peer, now),
        })
    }
}

impl Callbacks {
    /// Queues one. False if it is not to be or cannot be delivered.
    pub(super) fn send(&self, callback: Callback) -> bool {
        let app = callback.app.clone();
        if !self.allow_remote && !is_loopback(&callback.url) {
            tracing::warn!(%app, "Callback dropped: its address is not on this machine");
            return false;
        }
        let queued = self.queue.try_send(callback).is_ok();
        if !queued {
            tracing::warn!(%app, "Callback dropped: too many wait");
        }
        queued
    }
}

/// Posts callbacks for ever.
pub(super) async fn deliver(mut callbacks: CalledBack) {
    let mut workers: BTreeMap<AppKey, mpsc::Sender<Callback>> = BTreeMap::new();
    while let Some(callback) = callbacks.0.recv().await {
        let app = callback.app.clone();
        let worker = workers.entry(app.clone()).or_insert_with(|| {
            let (worker, queue) = mpsc::channel(MAX_WAITING);
            tokio::spawn(work(queue));
            worker
        });
        if worker.try_send(callback).is_err() {
            tracing::warn!(%app, "Callback dropped: too many wait");
        }
    }
}

async fn work(mut queue: mpsc::Receiver<Callback>) {
    while let Some(callback) = queue.recv().await {
        if !post::until_taken(&callback, TRIES).await {
            tracing::warn!(app = %callback.app, "Callback given up: nobody took it");
        }
    }
}

/// Whether a URL is one of this machine's, in the clear.
fn is_loopback(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else {
        return false;
    };
    let host = uri.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_are_called() {
        for url in [
            "http://127.0.0.1:80/x",
            "http://localhost/",
            "http://[::1]:9/",
            "http://127.9.9.9",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "http://10.0.0.1/",
            "http://localhost.example/",
            "http://127.0.0.1.example/",
            "http://user@10.0.0.1:1/127.0.0.1",
            "/127.0.0.1",
            "",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
