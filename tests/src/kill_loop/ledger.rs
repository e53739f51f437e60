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

impl Tally {
    /// Of both together.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            acknowledged: self.acknowledged + other.acknowledged,
            lost: self.lost + other.lost,
            doubled: self.doubled + other.doubled,
            failed_starts: self.failed_starts + other.failed_starts,
            stalls: self.stalls + other.stalls,
        }
    }
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

/// What one app saw, in the whole life of its account.
#[derive(Debug, Default)]
struct Reader {
    seen: BTreeMap<MessageUid, Seq>,
    /// Places of messages that others wrote and whose acknowledgement is not confirmed.
    unconfirmed: BTreeSet<Seq>,
    last: Seq,
    confirmed: Seq,
}

/// A message that an app was handed, or that its daemon keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) uid: MessageUid,
    pub(super) seq: Seq,
    /// Written by one of the account's own apps.
    pub(super) own: bool,
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
    pub(super) fn shown(&mut self, reader: usize, message: Placed) {
        let Placed { uid, seq, own } = message;
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
        if !own {
            state.unconfirmed.insert(seq);
        }
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
            let behind = state.unconfirmed.split_off(&Seq(seq.0 + 1));
            let confirmed = std::mem::replace(&mut state.unconfirmed, behind);
            // The first reader counts for all: what it has was acknowledged to the cloud. What the
            // apps wrote was counted when it was accepted.
            if reader == 0 {
                self.tally.acknowledged += confirmed.len() as u64;
            }
            state.confirmed = seq;
        }
    }

    /// Compares what apps were shown, ever, with everything the daemon keeps, in its order.
    pub(super) fn kept(&mut self, rows: &[Placed]) {
        let places: BTreeMap<_, _> = rows.iter().map(|row| (&row.uid, row.seq)).collect();
        let mut vanished = BTreeMap::new();
        for (uid, seq) in self.readers.iter().flat_map(|reader| &reader.seen) {
            if places.get(uid) != Some(seq) {
                vanished.insert(uid.clone(), *seq);
            }
        }
        let twice = rows.len() - places.len();
        for (uid, seq) in vanished {
            self.lost(format!("{uid}: was shown at {seq} and is not kept there"));
        }
        for _ in 0..twice {
            self.doubled("a message is kept twice".to_owned());
        }
    }

    /// An app was told that messages are gone.
    pub(super) fn gap(&mut self, reader: usize) {
        self.lost(format!("app {reader}: told of a gap"));
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

    /// Forgets what has been judged; what the apps have seen stays.
    pub(super) fn next_trial(&mut self) {
        self.incoming.clear();
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

    fn placed(text: &str, seq: u64) -> Placed {
        let (uid, seq, own) = (uid(text), Seq(seq), false);
        Placed { uid, seq, own }
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
        ledger.shown(0, placed("a", 1));
        ledger.shown(0, placed("a", 1));
        assert_eq!(ledger.tally().doubled, 0);

        ledger.confirmed(0, Seq(1));
        ledger.shown(0, placed("a", 1));
        assert_eq!(ledger.tally().doubled, 1);
    }

    #[test]
    fn one_uid_at_two_places_is_a_double() {
        let mut ledger = Ledger::new(1);
        ledger.shown(0, placed("a", 1));
        ledger.shown(0, placed("a", 2));
        assert_eq!(ledger.tally().doubled, 1);
    }

    #[test]
    fn what_was_shown_must_be_kept_at_its_place_and_once() {
        let mut ledger = Ledger::new(1);
        ledger.shown(0, placed("a", 1));
        ledger.shown(0, placed("b", 2));
        ledger.next_trial();

        ledger.kept(&[placed("a", 1), placed("b", 2), placed("c", 3)]);
        assert_eq!(ledger.tally(), Tally::default());

        ledger.kept(&[placed("a", 1), placed("b", 3), placed("b", 4)]);
        assert_eq!((ledger.tally().lost, ledger.tally().doubled), (1, 1));

        ledger.kept(&[placed("b", 2)]);
        assert_eq!(ledger.tally().lost, 2);
    }

    #[test]
    fn what_the_apps_wrote_is_acknowledged_once() {
        let mut ledger = Ledger::new(1);
        let own = |text, seq| Placed {
            own: true,
            ..placed(text, seq)
        };
        ledger.accepted(ClientMessageId::new("c").unwrap(), "hello".to_owned());
        ledger.shown(0, own("mine", 1));
        ledger.shown(0, placed("theirs", 2));

        ledger.confirmed(0, Seq(2));
        ledger.confirmed(0, Seq(2));

        assert_eq!(ledger.tally().acknowledged, 2);
    }

    #[test]
    fn a_message_that_an_app_does_not_see_is_lost_for_it() {
        let mut ledger = Ledger::new(2);
        ledger.published("a".to_owned());
        ledger.shown(0, placed("a", 1));
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
