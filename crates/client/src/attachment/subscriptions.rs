//! The subscriptions of a client, over all its attachments.

use std::collections::BTreeMap;

use imlink_ipc_proto::{Filter, GapCause, Request, Start};
use imlink_model::{Generation, Seq, SubscriptionName};

use super::call::SubscriptionKey;
use crate::Gap;

/// Subscriptions by their key here and by the daemon's number for them.
#[derive(Debug)]
pub(super) struct Subscriptions<W> {
    by_key: BTreeMap<SubscriptionKey, Subscription<W>>,
    by_number: BTreeMap<u32, SubscriptionKey>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Subscription<W> {
    pub(super) name: Option<SubscriptionName>,
    pub(super) start: Start,
    filter: Filter,
    place: Place,
    /// Newest message ever handed to the app.
    newest: Seq,
    /// Newest message handed over in this attachment: the daemon takes no acknowledgement of
    /// a later one.
    handed: Seq,
    /// Which connect of the app it belongs to.
    pub(super) generation: u32,
    /// How often in a row it could not be repeated.
    pub(super) refusals: u32,
    acknowledging: bool,
    /// The last acknowledgement that was sent in this attachment.
    acknowledged: Seq,
    /// The last one that the daemon made durable.
    confirmed: Seq,
    /// The rows its places are in; `None` until the daemon named them.
    rows: Option<Generation>,
    /// The place up to which the app was told that its rows are not those it knew.
    told: Option<Seq>,
    /// How far the app has got, if the daemon does not know yet, and who wants to hear that it
    /// does.
    waiting: Option<(Seq, Vec<W>)>,
}

/// What the daemon knows of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing: it has to be repeated.
    Lost,
    /// It was asked for it.
    Asked,
    /// It delivers, under this number.
    Live(u32),
}

/// What becomes of an acknowledgement by the app, and who is to be told at once.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Acknowledged<W> {
    /// It can go to the daemon.
    Queued,
    /// Its message came by an earlier attachment and will come again; it is acknowledged then.
    Earlier(Option<W>),
    /// There was no such message.
    NeverDelivered(Option<W>),
}

impl<W> Default for Subscriptions<W> {
    fn default() -> Self {
        Self {
            by_key: BTreeMap::new(),
            by_number: BTreeMap::new(),
        }
    }
}

impl<W> Subscriptions<W> {
    pub(super) fn insert(&mut self, key: SubscriptionKey, subscription: Subscription<W>) {
        self.by_key.insert(key, subscription);
    }

    pub(super) fn get_mut(&mut self, key: SubscriptionKey) -> Option<&mut Subscription<W>> {
        self.by_key.get_mut(&key)
    }

    pub(super) fn remove(&mut self, key: SubscriptionKey) -> Option<Subscription<W>> {
        let subscription = self.by_key.remove(&key)?;
        if let Place::Live(number) = subscription.place {
            self.by_number.remove(&number);
        }
        Some(subscription)
    }

    /// The daemon delivers on it from after that place of those rows. Returns what the app is to be
    /// told if they are not the rows it knew.
    pub(super) fn go_live(
        &mut self,
        key: SubscriptionKey,
        number: u32,
        after: Seq,
        rows: Generation,
    ) -> Option<Gap> {
        let subscription = self.by_key.get_mut(&key)?;
        let gap = subscription.take_up(after, rows);
        subscription.place = Place::Live(number);
        subscription.handed = after;
        subscription.acknowledged = after;
        subscription.confirmed = after;
        subscription.newest = subscription.newest.max(after);
        subscription.refusals = 0;
        self.by_number.insert(number, key);
        gap
    }

    /// The subscription the daemon means, if it is still wanted.
    pub(super) fn by_number(
        &mut self,
        number: u32,
    ) -> Option<(SubscriptionKey, &mut Subscription<W>)> {
        let key = *self.by_number.get(&number)?;
        Some((key, self.by_key.get_mut(&key)?))
    }

    /// The daemon is gone, and has to be told of all again. Returns who waits for
    /// acknowledgements.
    pub(super) fn lose(&mut self) -> Vec<W> {
        self.by_number.clear();
        let mut waiters = Vec::new();
        for subscription in self.by_key.values_mut() {
            subscription.place = Place::Lost;
            subscription.acknowledging = false;
            waiters.extend(
                subscription
                    .waiting
                    .take()
                    .into_iter()
                    .flat_map(|(_, who)| who),
            );
        }
        waiters
    }

    /// Those the daemon has to be told of again, which from now on it has been.
    pub(super) fn repeat(&mut self) -> Vec<(SubscriptionKey, Request)> {
        self.by_key
            .iter_mut()
            .filter(|(_, subscription)| subscription.place == Place::Lost)
            .map(|(key, subscription)| {
                subscription.place = Place::Asked;
                (*key, subscription.request())
            })
            .collect()
    }

    pub(super) fn keys(&self) -> Vec<SubscriptionKey> {
        self.by_key.keys().copied().collect()
    }

    /// Those of earlier connects.
    pub(super) fn older_than(&self, generation: u32) -> Vec<SubscriptionKey> {
        self.by_key
            .iter()
            .filter(|(_, subscription)| subscription.generation < generation)
            .map(|(key, _)| *key)
            .collect()
    }
}

impl<W> Subscription<W> {
    /// One the daemon is being asked for.
    pub(super) fn new(
        name: Option<SubscriptionName>,
        start: Start,
        filter: Filter,
        generation: u32,
    ) -> Self {
        Self {
            name,
            start,
            filter,
            place: Place::Asked,
            newest: Seq(0),
            handed: Seq(0),
            generation,
            refusals: 0,
            acknowledging: false,
            acknowledged: Seq(0),
            confirmed: Seq(0),
            rows: None,
            told: None,
            waiting: None,
        }
    }

    /// Starts over if these are not the rows it knew: places of others say nothing of theirs. The
    /// daemon says so itself, or it knows less than it once had made durable (F-D23).
    fn take_up(&mut self, after: Seq, rows: Generation) -> Option<Gap> {
        let known = self.rows.replace(rows)?;
        if known == rows && after >= self.confirmed {
            return None;
        }
        let gap = Gap {
            subscription: self.name.clone(),
            first: after.next(),
            last: self.newest.max(after.next()),
            lost: None,
            cause: GapCause::RolledBack,
        };
        self.newest = after;
        self.waiting = None;
        self.told = Some(gap.last);
        Some(gap)
    }

    /// The rows its places are in.
    pub(super) fn rows(&self) -> Generation {
        self.rows.unwrap_or_default()
    }

    /// Whether the app was told of that gap when the subscription started over.
    pub(super) fn knows(&self, gap: &Gap) -> bool {
        gap.cause == GapCause::RolledBack && self.told.is_some_and(|told| gap.first <= told)
    }

    /// What asks the daemon for it.
    fn request(&self) -> Request {
        Request::Subscribe {
            name: self.name.clone(),
            start: self.start,
            filter: self.filter.clone(),
        }
    }

    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// It could not be repeated and has to be tried again.
    pub(super) fn refused(&mut self) {
        self.place = Place::Lost;
        self.refusals = self.refusals.saturating_add(1);
    }

    /// A message arrived; true if the app had it before.
    pub(super) fn hand(&mut self, seq: Seq) -> bool {
        let before = seq <= self.newest;
        self.newest = self.newest.max(seq);
        self.handed = self.handed.max(seq);
        before
    }

    /// The app has dealt with everything up to `seq`.
    pub(super) fn acknowledge(&mut self, seq: Seq, waiter: Option<W>) -> Acknowledged<W> {
        if seq > self.newest {
            return Acknowledged::NeverDelivered(waiter);
        }
        let (highest, waiters) = self.waiting.get_or_insert_with(|| (seq, Vec::new()));
        *highest = seq.max(*highest);
        if seq > self.handed || !matches!(self.place, Place::Live(_)) {
            return Acknowledged::Earlier(waiter);
        }
        waiters.extend(waiter);
        Acknowledged::Queued
    }

    /// The acknowledgement to send now: never more than this attachment has handed over, or the
    /// daemon would refuse it. One at a time: those that come meanwhile become one.
    pub(super) fn next_acknowledgement(&mut self) -> Option<(u32, Seq, Vec<W>)> {
        let Place::Live(number) = self.place else {
            return None;
        };
        let (seq, waiters) = self.waiting.as_mut()?;
        let now = self.handed.min(*seq);
        let nothing_new = now <= self.acknowledged && waiters.is_empty();
        if self.acknowledging || nothing_new {
            return None;
        }
        let waiters = std::mem::take(waiters);
        self.waiting.take_if(|(seq, _)| *seq <= now);
        self.acknowledging = true;
        self.acknowledged = now;
        Some((number, now, waiters))
    }

    /// The acknowledgement under way was answered.
    pub(super) fn acknowledged(&mut self, is_durable: bool) {
        self.acknowledging = false;
        if is_durable {
            self.confirmed = self.acknowledged;
        }
    }

    /// What is still to be acknowledged when the subscription ends.
    pub(super) fn into_waiting(self) -> Option<(Seq, Vec<W>)> {
        self.waiting
    }

    /// Newest message handed over in this attachment.
    pub(super) fn handed(&self) -> Seq {
        self.handed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: SubscriptionKey = SubscriptionKey(1);
    const ROWS: Generation = Generation(7);

    fn live(after: u64) -> Subscriptions<&'static str> {
        let mut subscriptions = Subscriptions::default();
        subscriptions.insert(
            KEY,
            Subscription::new(None, Start::Now, Filter::default(), 0),
        );
        assert_eq!(subscriptions.go_live(KEY, 7, Seq(after), ROWS), None);
        subscriptions
    }

    #[test]
    fn acknowledgements_that_come_meanwhile_become_one() {
        let mut subscriptions = live(0);
        let subscription = subscriptions.get_mut(KEY).unwrap();
        for seq in 1..=3 {
            assert!(!subscription.hand(Seq(seq)));
        }

        assert_eq!(
            subscription.acknowledge(Seq(1), Some("one")),
            Acknowledged::Queued
        );
        assert_eq!(
            subscription.next_acknowledgement(),
            Some((7, Seq(1), vec!["one"]))
        );
        assert_eq!(
            subscription.acknowledge(Seq(3), Some("three")),
            Acknowledged::Queued
        );
        assert_eq!(
            subscription.acknowledge(Seq(2), Some("two")),
            Acknowledged::Queued
        );
        assert_eq!(subscription.next_acknowledgement(), None);
        subscription.acknowledged(true);

        assert_eq!(
            subscription.next_acknowledgement(),
            Some((7, Seq(3), vec!["three", "two"]))
        );
    }

    #[test]
    fn what_was_never_delivered_cannot_be_acknowledged() {
        let mut subscriptions = live(4);
        let subscription = subscriptions.get_mut(KEY).unwrap();

        assert_eq!(
            subscription.acknowledge(Seq(5), Some("app")),
            Acknowledged::NeverDelivered(Some("app"))
        );
        assert_eq!(
            subscription.acknowledge(Seq(4), Some("app")),
            Acknowledged::Queued
        );
    }

    #[test]
    fn a_message_of_an_earlier_attachment_is_acknowledged_once_it_has_come_again() {
        let mut subscriptions = live(0);
        subscriptions.get_mut(KEY).unwrap().hand(Seq(1));
        assert_eq!(subscriptions.lose(), Vec::<&str>::new());
        assert_eq!(subscriptions.repeat().len(), 1);
        assert_eq!(subscriptions.go_live(KEY, 9, Seq(0), ROWS), None);
        let subscription = subscriptions.get_mut(KEY).unwrap();

        assert_eq!(
            subscription.acknowledge(Seq(1), Some("app")),
            Acknowledged::Earlier(Some("app"))
        );
        assert_eq!(subscription.next_acknowledgement(), None);
        assert!(subscription.hand(Seq(1)), "the app had it before");

        assert_eq!(
            subscription.next_acknowledgement(),
            Some((9, Seq(1), vec![]))
        );
    }

    #[test]
    fn whoever_waits_for_an_acknowledgement_is_told_of_the_loss() {
        let mut subscriptions = live(0);
        let subscription = subscriptions.get_mut(KEY).unwrap();
        subscription.hand(Seq(1));
        assert_eq!(
            subscription.acknowledge(Seq(1), Some("app")),
            Acknowledged::Queued
        );

        assert_eq!(subscriptions.lose(), ["app"]);
        assert!(subscriptions.by_number(7).is_none());
    }

    // F-D23
    #[test]
    fn rows_that_know_less_than_was_durable_are_others_and_it_starts_over() {
        let mut subscriptions = live(0);
        let subscription = subscriptions.get_mut(KEY).unwrap();
        for seq in 1..=5 {
            subscription.hand(Seq(seq));
        }
        subscription.acknowledge(Seq(4), Some("app"));
        subscription.next_acknowledgement().unwrap();
        subscription.acknowledged(true);
        subscription.acknowledge(Seq(5), None);
        subscriptions.lose();

        let gap = subscriptions.go_live(KEY, 9, Seq(2), ROWS).unwrap();

        assert_eq!((gap.first, gap.last, gap.lost), (Seq(3), Seq(5), None));
        assert_eq!(gap.cause, GapCause::RolledBack);
        let subscription = subscriptions.get_mut(KEY).unwrap();
        assert!(!subscription.hand(Seq(3)), "another message than before");
        assert_eq!(
            subscription.next_acknowledgement(),
            None,
            "what was acknowledged was of other rows"
        );
    }

    // F-D23
    #[test]
    fn rows_of_another_generation_are_others_wherever_they_are() {
        for after in [0, 5, 9] {
            let mut subscriptions = live(0);
            subscriptions.get_mut(KEY).unwrap().hand(Seq(5));
            subscriptions.lose();

            let gap = subscriptions.go_live(KEY, 9, Seq(after), Generation(8));

            let gap = gap.expect("the app is told");
            assert_eq!(gap.first, Seq(after + 1));
            let subscription = subscriptions.get_mut(KEY).unwrap();
            assert_eq!(subscription.rows(), Generation(8));
            assert!(subscription.knows(&gap), "so the daemon's is not told too");
            let damage = Gap {
                cause: GapCause::Damaged,
                ..gap
            };
            assert!(!subscription.knows(&damage));
            subscriptions.lose();
            assert_eq!(
                subscriptions.go_live(KEY, 10, Seq(after), Generation(8)),
                None,
                "once"
            );
        }
    }

    #[test]
    fn an_acknowledgement_that_was_not_made_durable_is_no_reason_to_start_over() {
        let mut subscriptions = live(0);
        let subscription = subscriptions.get_mut(KEY).unwrap();
        subscription.hand(Seq(1));
        subscription.acknowledge(Seq(1), None);
        subscription.next_acknowledgement().unwrap();
        subscription.acknowledged(false);
        subscriptions.lose();

        assert_eq!(subscriptions.go_live(KEY, 9, Seq(0), ROWS), None);

        let subscription = subscriptions.get_mut(KEY).unwrap();
        assert!(subscription.hand(Seq(1)), "the app had it before");
    }
}
