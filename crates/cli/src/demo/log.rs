//! Everything that was seen, in order, and questions about it.

use std::process::ExitStatus;

use super::actor::Actor;
use super::cloud::Started;
use super::lines::AppEvent;

/// Something a participant did or said.
#[derive(Clone, Debug)]
pub enum Happening {
    /// An app told of itself.
    App(AppEvent),
    /// The sandbox is up and says where.
    Up(Started),
    /// A daemon serves apps.
    Ready,
    /// The process ended.
    Ended(ExitStatus),
}

/// A place in the log: what comes after it is new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark(usize);

/// All happenings so far.
#[derive(Debug, Default)]
pub struct Log(Vec<(Actor, Happening)>);

impl Log {
    pub fn push(&mut self, actor: Actor, happening: Happening) {
        self.0.push((actor, happening));
    }

    /// The end as it is.
    pub fn mark(&self) -> Mark {
        Mark(self.0.len())
    }

    /// What an app told since then.
    pub fn told(&self, actor: Actor, since: Mark) -> impl Iterator<Item = &AppEvent> {
        self.since(actor, since)
            .filter_map(|happening| match happening {
                Happening::App(event) => Some(event),
                Happening::Up(_) | Happening::Ready | Happening::Ended(_) => None,
            })
    }

    /// What a participant did since then.
    pub fn since(&self, actor: Actor, since: Mark) -> impl Iterator<Item = &Happening> {
        let new = self.0.get(since.0..).unwrap_or_default();
        new.iter()
            .filter(move |(who, _)| *who == actor)
            .map(|(_, happening)| happening)
    }

    /// How many times an app showed this text, in all its lives.
    pub fn times_shown(&self, actor: Actor, text: &str) -> usize {
        self.shown(actor).filter(|shown| *shown == text).count()
    }

    /// Everything an app showed, in all its lives.
    pub fn shown(&self, actor: Actor) -> impl Iterator<Item = &str> {
        self.told(actor, Mark::default())
            .filter_map(|event| match event {
                AppEvent::Message { text, .. } => Some(text.as_str()),
                _ => None,
            })
    }

    /// The statuses an app saw since then, with their codes.
    pub fn statuses(&self, actor: Actor, since: Mark) -> Vec<(&str, Option<i32>)> {
        self.told(actor, since)
            .filter_map(|event| match event {
                AppEvent::Status { status, code } => Some((status.as_str(), *code)),
                _ => None,
            })
            .collect()
    }

    /// Whether everything an app has shown is acknowledged, so that nothing of it comes again.
    pub fn is_caught_up(&self, actor: Actor) -> bool {
        let newest = |pick: fn(&AppEvent) -> Option<u64>| {
            self.told(actor, Mark::default()).filter_map(pick).max()
        };
        let shown = newest(|event| match event {
            AppEvent::Message { seq, .. } => Some(*seq),
            _ => None,
        });
        let acknowledged = newest(|event| match event {
            AppEvent::Acknowledged { seq } => Some(*seq),
            _ => None,
        });
        shown == acknowledged
    }
}

/// Whether the statuses occur in this order, with anything between them.
pub fn in_order(seen: &[(&str, Option<i32>)], wanted: &[&str]) -> bool {
    let mut seen = seen.iter();
    wanted
        .iter()
        .all(|wanted| seen.any(|(status, _)| status == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_has_caught_up_when_its_newest_message_is_acknowledged() {
        let mut log = Log::default();
        assert!(log.is_caught_up(Actor::Notes));

        log.push(Actor::Notes, message(1, "a"));
        log.push(
            Actor::Reader,
            Happening::App(AppEvent::Acknowledged { seq: 1 }),
        );
        assert!(!log.is_caught_up(Actor::Notes));

        log.push(
            Actor::Notes,
            Happening::App(AppEvent::Acknowledged { seq: 1 }),
        );
        assert!(log.is_caught_up(Actor::Notes));
    }

    #[test]
    fn what_was_before_the_mark_does_not_count_but_for_messages() {
        let mut log = Log::default();
        log.push(Actor::Notes, message(1, "a"));
        log.push(Actor::Notes, status("CONNECTED"));
        let mark = log.mark();
        log.push(Actor::Notes, message(2, "a"));
        log.push(Actor::Notes, status("SUSPEND"));

        assert_eq!(log.times_shown(Actor::Notes, "a"), 2);
        assert_eq!(log.statuses(Actor::Notes, mark), [("SUSPEND", None)]);
    }

    #[test]
    fn the_order_of_statuses_counts() {
        let seen = [
            ("SUSPEND", Some(30011)),
            ("CONNECTING", None),
            ("CONNECTED", None),
        ];

        assert!(in_order(&seen, &["SUSPEND", "CONNECTED"]));
        assert!(!in_order(&seen, &["CONNECTED", "SUSPEND"]));
        assert!(!in_order(&seen, &["SUSPEND", "SUSPEND"]));
    }

    fn message(seq: u64, text: &str) -> Happening {
        Happening::App(AppEvent::Message {
            seq,
            uid: None,
            sender: "bob".to_owned(),
            text: text.to_owned(),
        })
    }

    fn status(status: &str) -> Happening {
        Happening::App(AppEvent::Status {
            status: status.to_owned(),
            code: None,
        })
    }
}
