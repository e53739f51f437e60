//! The invariants of docs/failures.md that concern the link.

use std::collections::{BTreeMap, BTreeSet};

use imlink_model::{Direction, Resend};
use imlink_sandbox::StoredMessage;

use super::pair::{Pair, Side};
use super::store::State;

/// Looks after every step, at what can have changed.
#[derive(Default)]
pub struct Judge {
    /// Changes of both stores when they were judged last.
    changes: [u64; 2],
    /// How many messages the cloud had when its mailboxes were read last.
    messages: u64,
    mailboxes: [Vec<StoredMessage>; 2],
}

impl Judge {
    /// Holds always.
    ///
    /// # Errors
    /// Which one does not hold.
    pub fn look(&mut self, pair: &Pair) -> Result<(), String> {
        for daemon in &pair.sides {
            // Invariant 12.
            if daemon.connection.snapshot().status != daemon.status {
                return Err("a status was not told".to_owned());
            }
        }
        let app = pair.cloud.default_app();
        let messages = app.counters().messages;
        if std::mem::replace(&mut self.messages, messages) != messages {
            self.mailboxes = pair.sides.each_ref().map(|daemon| app.stored(&daemon.user));
            for mailbox in &self.mailboxes {
                sent_once_and_in_order(mailbox, &pair.doubles)?;
            }
        }
        let changes = pair.sides.each_ref().map(|daemon| daemon.store.changes);
        if std::mem::replace(&mut self.changes, changes) != changes {
            for (daemon, mailbox) in pair.sides.iter().zip(&self.mailboxes) {
                stored_what_was_read(daemon, mailbox)?;
            }
        }
        Ok(())
    }
}

/// Invariants 1 and 2.
fn stored_what_was_read(daemon: &Side, mailbox: &[StoredMessage]) -> Result<(), String> {
    let (inbox, sendbox) = daemon.store.read_until();
    for message in mailbox {
        let read_until = match message.direction {
            Direction::Received => inbox,
            Direction::Sent => sendbox,
        };
        if message.time.0 <= read_until && !daemon.store.uids.contains(&message.uid) {
            return Err(format!(
                "{}: the cursor passed {}",
                daemon.user, message.uid
            ));
        }
    }
    if daemon.store.rows.len() != daemon.store.uids.len() {
        return Err("two rows have one uid".to_owned());
    }
    Ok(())
}

/// Holds once the weather was calm for long enough.
///
/// # Errors
/// Which one does not hold.
pub fn finally(pair: &Pair) -> Result<(), String> {
    for side in 0..2 {
        let daemon = &pair.sides[side];
        let peer = pair.cloud.default_app().stored(&pair.sides[1 - side].user);
        let arrived: BTreeSet<u64> = peer
            .iter()
            .filter(|message| message.direction == Direction::Received)
            .filter_map(|message| u64::try_from(message.client_unique_id?).ok())
            .collect();
        for (id, (message, state)) in &daemon.store.outbox {
            let has_arrived = arrived.contains(&message.wire_ref);
            // Invariant 5.
            match state {
                State::Sent(_) if has_arrived => {}
                State::InDoubt if !has_arrived && message.options.resend != Resend::Always => {}
                State::Failed if !has_arrived => {}
                State::Withdrawn { was_in_doubt } if *was_in_doubt || !has_arrived => {}
                // Waited for another time, and an earlier one had arrived.
                State::Withdrawn { .. } if pair.doubles.contains(&message.wire_ref) => {}
                State::Queued
                | State::Sending
                | State::Sent(_)
                | State::InDoubt
                | State::Withdrawn { .. }
                | State::Failed => {
                    return Err(format!(
                        "{} {id} is {state:?}, arrived: {has_arrived}",
                        daemon.user
                    ));
                }
            }
        }
        for message in pair.cloud.default_app().stored(&daemon.user) {
            if !daemon.store.uids.contains(&message.uid) {
                return Err(format!("{}: {} never arrived", daemon.user, message.uid));
            }
        }
    }
    Ok(())
}

/// Invariant 7, and no message twice, but for those whose apps allowed it.
fn sent_once_and_in_order(
    mailbox: &[StoredMessage],
    doubles: &BTreeSet<u64>,
) -> Result<(), String> {
    let mut last = BTreeMap::new();
    for message in mailbox {
        let Some(wire_ref) = message.client_unique_id else {
            continue;
        };
        if u64::try_from(wire_ref).is_ok_and(|wire_ref| doubles.contains(&wire_ref)) {
            continue;
        }
        let before = last.insert(message.from.clone(), wire_ref);
        if before.is_some_and(|before| before >= wire_ref) {
            return Err(format!("{} sent {wire_ref} after {before:?}", message.from));
        }
    }
    Ok(())
}
