//! Bringing messages in.

use std::time::Instant;

use bytes::Bytes;
use imlink_model::uplink::{Event, Record, SendOutcome};
use imlink_model::{Direction, IncomingMessage, Millis, Recall};
use imlink_wire::proto::{BodyError, DownStreamMessage, encode_body};
use imlink_wire::{ClientPacket, QoS, topic};
use tracing::{debug, warn};

use super::{Connection, Work};
use crate::incoming::Reader;
use crate::page::Page;
use crate::pull::{self, Progress};
use crate::state::Account;
use crate::{RecordId, recall};

/// What a page brings, in the order of the cloud.
struct Arrived {
    messages: Vec<IncomingMessage>,
    recalls: Vec<Recall>,
    /// How many it brings besides.
    unreadable: u32,
}

impl Connection {
    /// Asks for a page if one is due.
    pub(super) fn pump_pull(&mut self, now: Instant) {
        let Some(mut work) = self.online() else {
            return;
        };
        if !work.account.pull.is_due(now) {
            return;
        }
        let message_id = work.fresh_id();
        let Account { user, pull, .. } = &mut *work.account;
        let request = pull.ask(message_id, now);
        let packet = ClientPacket::Query {
            topic: topic::PULL_MESSAGES.to_owned(),
            target: user.as_str().to_owned(),
            message_id,
            body: encode_body(&request),
        };
        work.transmit(packet);
    }

    pub(super) fn on_pull_timeout(&mut self, now: Instant) {
        if let Some(account) = &mut self.account {
            account.pull.handle_timeout(now);
        }
    }

    pub(super) fn on_query_ack(
        &mut self,
        qos: QoS,
        message_id: u16,
        status: u16,
        body: Bytes,
        now: Instant,
    ) {
        let Some(work) = self.online() else { return };
        let is_of_pull = work.account.pull.is_pending(message_id);
        if !is_of_pull && !work.account.rooms.is_pending(message_id) {
            work.dropped.acks += 1;
            return;
        }
        if qos == QoS::AtLeastOnce {
            let generation = work.online.link.generation;
            work.outlet
                .transmit(generation, ClientPacket::QueryCon { message_id });
        }
        if !is_of_pull {
            return self.on_room_answer(message_id, status, body, now);
        }
        if status != 0 {
            debug!(status, "A pull was refused");
            return work.account.pull.on_failed(now);
        }
        match Page::decode(body) {
            Ok(page) => self.on_page(page, now),
            Err(error) => {
                warn!(%error, "The answer to a pull cannot be read");
                work.account.pull.on_failed(now);
            }
        }
    }

    fn on_page(&mut self, mut page: Page, now: Instant) {
        let Some(mut work) = self.online() else {
            return;
        };
        let time = work.online.link.server_time(now);
        if time.is_some_and(|time| work.note_expired(time)) {
            return;
        }
        let Arrived {
            messages,
            recalls,
            unreadable,
        } = work.read(std::mem::take(&mut page.messages));
        work.settle_doubts(&messages);
        // The cursor must not pass an own message before its row is settled durably: after a crash
        // in between only the cloud's copy can tell that row's fate.
        let unsettled = work.outlet.unstored_uids();
        let held = work.account.pull.cursors();
        let cursors = held.raised_by(page.cursors(|uid| unsettled.contains(uid)));
        let finished = page.finished;
        let is_news = time.is_some_and(|time| finished && work.is_news_of_wholeness(time));
        let is_empty = messages.is_empty() && recalls.is_empty() && unreadable == 0;
        if is_empty && cursors.is_at(held) && !is_news {
            let progress = work.account.pull.on_empty_page(finished, now);
            return work.on_progress(progress);
        }
        let cursors = match time {
            Some(time) if finished => cursors.whole_at(time),
            Some(_) | None => cursors,
        };
        let cursor = cursors.encode();
        let id = work.outlet.record_page(Record::Incoming {
            messages,
            recalls,
            unreadable,
            cursor,
        });
        work.account
            .pull
            .on_page(id, pull::Page { cursors, finished });
    }

    pub(super) fn on_page_recorded(&mut self, id: RecordId, now: Instant) {
        let Some(account) = &mut self.account else {
            return;
        };
        let Some(progress) = account.pull.on_recorded(id, now) else {
            return;
        };
        if let Some(mut work) = self.online() {
            work.on_progress(progress);
        }
    }

    /// What was read before counts no more; without rows there is nothing to read again.
    pub(super) fn on_read_again(&mut self, now: Instant) {
        if let Some(account) = &mut self.account {
            account.pull.begin_again(now);
        }
    }

    pub(super) fn on_page_failed(&mut self, id: RecordId, now: Instant) {
        if let Some(account) = &mut self.account
            && account.pull.is_storing(id)
        {
            account.pull.on_failed(now);
        }
    }
}

impl Work<'_> {
    /// The account may have missed messages: that is made durable before anything that comes after
    /// them, and the page is asked for again. `time` is the cloud's.
    fn note_expired(&mut self, time: Millis) -> bool {
        let timings = &self.config.timings;
        let held = self.account.pull.cursors();
        let kept_since = time.before(timings.offline_messages);
        let Some(from) = held.whole_until().filter(|whole| *whole < kept_since) else {
            return false;
        };
        warn!("The account was away for longer than the cloud keeps messages");
        // What expires while the rest is being read belongs to the same place.
        let until = kept_since.after(timings.wholeness);
        let cursors = held.whole_at(until);
        let id = self.outlet.record_page(Record::Expired {
            from,
            until,
            cursor: cursors.encode(),
        });
        let finished = false;
        self.account
            .pull
            .on_page(id, pull::Page { cursors, finished });
        true
    }

    /// Whether what is noted of the account's wholeness is so old that a page without messages
    /// deserves a record.
    fn is_news_of_wholeness(&self, time: Millis) -> bool {
        let noted = self.account.pull.cursors().noted_before(time);
        noted.is_none_or(|noted| noted >= self.config.timings.wholeness)
    }

    /// What a page brings; a message that cannot be represented costs its neighbours nothing, and is
    /// told as a number. A recall takes no place among the messages: it changes one.
    fn read(&mut self, page: Vec<Result<DownStreamMessage, BodyError>>) -> Arrived {
        let link = &self.online.link;
        let reader = Reader {
            user: &link.user,
            connected_at: link.connected_at,
        };
        let mut arrived = Arrived {
            messages: Vec::with_capacity(page.len()),
            recalls: Vec::new(),
            unreadable: 0,
        };
        for message in page {
            let read = message.map_err(|error| error.to_string());
            match read.and_then(|message| reader.stored(message).map_err(|error| error.to_string()))
            {
                Ok(command) if recall::is_recall(&command) => match recall::read(command) {
                    Some(recall) => arrived.recalls.push(recall),
                    None => {
                        warn!("Skipped a recall that names no message");
                        arrived.unreadable += 1;
                    }
                },
                Ok(message) => arrived.messages.push(message),
                Err(error) => {
                    warn!(error, "Skipped a message that cannot be represented");
                    arrived.unreadable += 1;
                }
            }
        }
        self.dropped.messages += u64::from(arrived.unreadable);
        arrived
    }

    /// The cloud's copy of an own message says what became of its row. That is told before the copy
    /// is, so that the store finds one message and not two.
    fn settle_doubts(&mut self, messages: &[IncomingMessage]) {
        let outbox = &mut self.account.outbox;
        for message in messages {
            if message.direction != Direction::Sent {
                continue;
            }
            let (Some(wire_ref), Some(uid)) = (message.wire_ref, &message.uid) else {
                continue;
            };
            let Some(row) = outbox.find(wire_ref, &message.conversation) else {
                continue;
            };
            debug!("Found a message of unknown fate in the cloud");
            outbox.settle(row);
            let outcome = SendOutcome::Sent {
                uid: uid.clone(),
                at: message.sent_at,
            };
            self.outlet.record_outcome(row, outcome);
        }
    }

    fn on_progress(&mut self, progress: Progress) {
        let Progress::Complete(round) = progress else {
            return;
        };
        for row in self.account.outbox.on_round_complete(round) {
            debug!("The cloud does not show a message in doubt: it is sent again");
            self.outlet.record_outcome(row, SendOutcome::Queued);
        }
        if !self.online.synchronized {
            self.online.synchronized = true;
            self.outlet.event(Event::Synchronized);
        }
    }
}
