//! The pull of messages (protocol/cloud-wire.md 5.2).

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use imlink_model::Millis;
use imlink_wire::proto::{DownStreamMessage, DownStreamMessages, SyncRequestMsg, encode_body};

use super::{
    App,
    mailbox::Entry,
    query::{Answer, Query},
};

impl App {
    pub(super) fn pull_messages(&mut self, query: &Query, now: Millis) -> Answer {
        let asked: SyncRequestMsg = query.read()?;
        self.counters.pulls += 1;
        let (limit, retention) = (self.policy.page, self.policy.retention);
        // The desktop SDK says it once, later it only sends the cursor.
        let wants_sent = asked.is_pull_send;
        let sent = wants_sent.unwrap_or(asked.send_box_sync_time.is_some());
        let sent = sent.then(|| Millis(asked.send_box_sync_time.unwrap_or_default()));
        let mailbox = &mut self.user(&query.user).mailbox;
        mailbox.prune(now, retention);
        let page = mailbox.page(Millis(asked.sync_time), sent, limit);
        let answer = DownStreamMessages {
            list: page
                .entries
                .iter()
                .flat_map(|entry| self.shown(entry))
                .collect(),
            sync_time: page.received.0,
            finished: Some(page.finished),
            // No broadcasts here: the client keeps the cursor it has.
            broadcast_sync_time: asked.broadcast_sync_time,
            ..DownStreamMessages::default()
        };
        let compress = self.policy.compressed_pulls && asked.compressio_enabled == Some(true);
        Ok(encode_body(&if compress {
            compressed(&answer)
        } else {
            answer
        }))
    }

    fn shown(&self, entry: &Entry) -> impl Iterator<Item = DownStreamMessage> + use<> {
        let down = self.render(&entry.message, entry.direction);
        std::iter::repeat_n(down, entry.copies.into())
    }
}

/// The answer inside another; what is outside is there because it has to be
/// (protocol/cloud-wire.md 5.2).
fn compressed(answer: &DownStreamMessages) -> DownStreamMessages {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let data = gzip
        .write_all(&encode_body(answer))
        .and_then(|()| gzip.finish())
        .expect("a Vec takes everything");
    DownStreamMessages {
        sync_time: answer.sync_time,
        finished: answer.finished,
        compressio_enabled: Some(true),
        compressed_data: Some(data.into()),
        ..DownStreamMessages::default()
    }
}
