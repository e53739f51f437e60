//! What was said, what was promised and what was seen. Pure: no clocks, no sockets.

use std::collections::{BTreeMap, BTreeSet};

use imlink::{ClientMessageId, MessageUid, SendState, Seq};

/// What must not happen, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages that were acknowledged to somebody: an app that submitted one, or the cloud whose
    /// message an app has acknowledged in turn.
    pub acknowledged: u64,
    /// Promises broken: a message of the cloud that an app never saw, an accepted message that the
    /// daemon has forgotten or says it sent although the cloud does not have it.
    pub lost: u64,
    /// Messages shown twice as new to an app, shown again after an acknowledgement that had been
    /// confirmed, or delivered twice to the cloud.
    pub doubled: u64,
    /// Starts that did not end with a daemon that lets apps in.
    pub failed_starts: u64,
    /// Waits for messages to be acknowledged that were given up: such a trial shows nothing.
    pub stalls: u64,
}

/// Everything one account has seen.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Messages the cloud accepted for the account.
    incoming: BTreeSet<String>,
    readers: Vec<Reader>,
    accepted: BTreeMap<ClientMessageId, String>,
    tally: Tally,
    violations: Vec<String>,
}

/// What one app saw.
#[derive(Debug, Default)]
struct Reader {
    seen: BTreeMap<MessageUid, Seq>,
    last: Seq,
    confirmed: Seq,
}

/// What is asked of a message that was submitted.
pub(super) struct Fate {
    pub(super) client_id: ClientMessageId,
    pub(super) words: String,
}

impl Ledger {
    pub(super) fn new(readers: usize) -> Self {
        Self {
            readers: std::iter::repeat_with(Reader::default)
                .take(readers)
                .collect(),
            ..Self::default()
        }
    }

    /// The cloud has a message for the account.
    pub(super) fn published(&mut self, uid: String) {
        self.incoming.insert(uid);
    }

    /// The daemon has accepted a message of an app.
    pub(super) fn accepted(&mut self, client_id: ClientMessageId, words: String) {
        self.tally.acknowledged += 1;
        self.accepted.insert(client_id, words);
    }

    /// An app was handed a message.
    pub(super) fn shown(&mut self, reader: usize, uid: &MessageUid, seq: Seq) {
        let state = &mut self.readers[reader];
        if seq <= state.last {
            // It comes again, which is the contract, unless the daemon had promised otherwise.
            if seq <= state.confirmed {
                self.tally.doubled += 1;
                self.violations.push(format!(
                    "app {reader}: {seq} shown after it was acknowledged"
                ));
            }
            return;
        }
        state.last = seq;
        if let Some(before) = state.seen.insert(uid.clone(), seq) {
            self.tally.doubled += 1;
            self.violations
                .push(format!("app {reader}: {uid} shown at {before} and {seq}"));
        }
    }

    /// The daemon has confirmed an acknowledgement of an app.
    pub(super) fn confirmed(&mut self, reader: usize, seq: Seq) {
        let state = &mut self.readers[reader];
        if state.confirmed < seq {
            // The first reader counts for all: what it has was acknowledged to the cloud.
            if reader == 0 {
                self.tally.acknowledged += seq.0 - state.confirmed.0;
            }
            state.confirmed = seq;
        }
    }

    pub(super) fn failed_start(&mut self, why: &str) {
        self.tally.failed_starts += 1;
        self.violations.push(format!("start failed: {why}"));
    }

    pub(super) fn stalled(&mut self) {
        self.tally.stalls += 1;
        let text = "too little was acknowledged in time".to_owned();
        self.violations.push(text);
    }

    /// Whether every app has everything the cloud has for the account.
    pub(super) fn all_shown(&self) -> bool {
        self.readers
            .iter()
            .all(|reader| self.incoming.iter().all(|uid| reader.has(uid)))
    }

    /// Messages whose fate is to be asked for; each is returned once.
    pub(super) fn take_accepted(&mut self) -> Vec<Fate> {
        std::mem::take(&mut self.accepted)
            .into_iter()
            .map(|(client_id, words)| Fate { client_id, words })
            .collect()
    }

    /// Judges what became of a message: what its daemon says, and how often the cloud has it.
    /// False if it is not known yet.
    pub(super) fn settle(&mut self, fate: &Fate, state: Option<&SendState>, copies: usize) -> bool {
        let Fate { words, .. } = fate;
        match (state, copies) {
            (Some(SendState::Queued | SendState::Sending), _) => return false,
            (_, 2..) => self.doubled(format!("{words}: {copies} times in the cloud")),
            (None, _) => self.lost(format!("{words}: accepted and forgotten")),
            (Some(SendState::Sent { .. }), 0) => {
                self.lost(format!("{words}: sent, and the cloud does not have it"));
            }
            (Some(SendState::Sent { uid, .. }), _) => {
                // The apps of the account see it too, like any other.
                self.incoming.insert(uid.to_string());
            }
            // Its bytes were on their way when the daemon died, and did not arrive.
            (Some(SendState::InDoubt), 0) => {}
            // They did arrive; the cloud's copy will say so.
            (Some(SendState::InDoubt), _) => return false,
            (Some(SendState::Failed { code }), _) => {
                self.lost(format!("{words}: failed with {code}"));
            }
        }
        true
    }

    /// Counts what never came, once the wait for it is over.
    pub(super) fn give_up(&mut self) {
        let missing: Vec<_> = self
            .readers
            .iter()
            .enumerate()
            .flat_map(|(number, reader)| {
                let missing = self.incoming.iter().filter(|uid| !reader.has(uid));
                missing.map(move |uid| format!("app {number}: never shown {uid}"))
            })
            .collect();
        missing.into_iter().for_each(|text| self.lost(text));
    }

    pub(super) fn give_up_on(&mut self, fate: &Fate) {
        self.lost(format!("{}: no answer to what became of it", fate.words));
    }

    /// Forgets what has been judged; the apps' places stay.
    pub(super) fn next_trial(&mut self) {
        self.incoming.clear();
        self.readers
            .iter_mut()
            .for_each(|reader| reader.seen.clear());
    }

    pub(super) fn tally(&self) -> Tally {
        self.tally
    }

    pub(super) fn take_violations(&mut self) -> Vec<String> {
        std::mem::take(&mut self.violations)
    }

    fn lost(&mut self, text: String) {
        self.tally.lost += 1;
        self.violations.push(text);
    }

    fn doubled(&mut self, text: String) {
        self.tally.doubled += 1;
        self.violations.push(text);
    }
}

impl Reader {
    fn has(&self, uid: &str) -> bool {
        MessageUid::new(uid).is_ok_and(|uid| self.seen.contains_key(&uid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uid(text: &str) -> MessageUid {
        MessageUid::new(text).unwrap()
    }

    fn fate() -> Fate {
        Fate {
            client_id: ClientMessageId::new("c").unwrap(),
            words: "hello".to_owned(),
        }
    }

    fn sent() -> SendState {
        SendState::Sent {
            uid: uid("u"),
            at: imlink::Millis(1),
        }
    }

    #[test]
    fn what_comes_again_counts_only_after_a_confirmed_acknowledgement() {
        let mut ledger = Ledger::new(1);
        ledger.shown(0, &uid("a"), Seq(1));
        ledger.shown(0, &uid("a"), Seq(1));
        assert_eq!(ledger.tally().doubled, 0);

        ledger.confirmed(0, Seq(1));
        ledger.shown(0, &uid("a"), Seq(1));
        assert_eq!(ledger.tally().doubled, 1);
    }

    #[test]
    fn one_uid_at_two_places_is_a_double() {
        let mut ledger = Ledger::new(1);
        ledger.shown(0, &uid("a"), Seq(1));
        ledger.shown(0, &uid("a"), Seq(2));
        assert_eq!(ledger.tally().doubled, 1);
    }

    #[test]
    fn a_message_that_an_app_does_not_see_is_lost_for_it() {
        let mut ledger = Ledger::new(2);
        ledger.published("a".to_owned());
        ledger.shown(0, &uid("a"), Seq(1));
        assert!(!ledger.all_shown());

        ledger.give_up();
        assert_eq!(ledger.tally().lost, 1);
    }

    #[test]
    fn what_was_accepted_must_be_known_and_in_the_cloud_once() {
        for (state, copies, lost, doubled) in [
            (None, 0, 1, 0),
            (Some(sent()), 0, 1, 0),
            (Some(sent()), 1, 0, 0),
            (Some(sent()), 2, 0, 1),
            (Some(SendState::InDoubt), 0, 0, 0),
        ] {
            let mut ledger = Ledger::new(0);
            assert!(ledger.settle(&fate(), state.as_ref(), copies));
            let tally = ledger.tally();
            assert_eq!((tally.lost, tally.doubled), (lost, doubled), "{state:?}");
        }
        let mut ledger = Ledger::new(0);
        assert!(!ledger.settle(&fate(), Some(&SendState::Queued), 0));
        assert!(!ledger.settle(&fate(), Some(&SendState::InDoubt), 1));
    }
}
