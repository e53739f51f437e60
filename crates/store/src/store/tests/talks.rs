//! The state of conversations under random changes, against a model of a page.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::engine::paged::Paged;
use crate::engine::{self, Engine};
use crate::{Edit, HistoryQuery, Insertion, Side, Unread};

#[derive(Clone, Debug)]
enum Action {
    /// A message of the cloud's: its number, whose conversation, whether it names the user.
    Receive(u8, u8, bool),
    /// Several in one batch.
    Edit(Vec<Amendment>),
    Reopen,
}

#[derive(Clone, Debug)]
enum Amendment {
    Insert(u8, u8),
    Read(u8, u8),
    Draft(u8, u8),
    /// On what stands in a position: bits that are set, bits that are cleared, a text.
    Note(u8, u8, u8, u8),
    /// Of a message of the cloud's, stored or still to come: its number, in whose conversation, how.
    Recall(u8, u8, Trace),
    Delete(u8),
    Forget(u8),
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let peer = || 0..3_u8;
    let message = || 0..40_u8;
    let amendment = prop_oneof![
        3 => (0..10_u8, peer()).prop_map(|(n, peer)| Amendment::Insert(n, peer)),
        3 => (peer(), 0..60_u8).prop_map(|(peer, up_to)| Amendment::Read(peer, up_to)),
        2 => (peer(), 0..3_u8).prop_map(|(peer, text)| Amendment::Draft(peer, text)),
        3 => (message(), 0..8_u8, 0..8_u8, 0..4_u8)
            .prop_map(|(seq, set, clear, text)| Amendment::Note(seq, set, clear, text)),
        3 => (message(), peer(), prop_oneof![Just(Trace::Notice), Just(Trace::Nothing)])
            .prop_map(|(n, peer, trace)| Amendment::Recall(n, peer, trace)),
        3 => message().prop_map(Amendment::Delete),
        1 => peer().prop_map(Amendment::Forget),
    ];
    let action = prop_oneof![
        8 => (message(), peer(), any::<bool>())
            .prop_map(|(n, peer, named)| Action::Receive(n, peer, named)),
        6 => prop::collection::vec(amendment, 1..6).prop_map(Action::Edit),
        1 => Just(Action::Reopen),
    ];
    prop::collection::vec(action, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn conversations_in_memory_are_what_the_model_says(actions in actions()) {
        let rows = Memory::default();
        compare(&|| rows.clone(), &actions)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn conversations_on_the_disk_are_what_the_model_says(actions in actions()) {
        let directory = tempfile::tempdir().unwrap();
        compare(&|| Paged::over(engine::open(directory.path()).unwrap()), &actions)?;
    }
}

fn compare<E: Engine + 'static>(
    open: &dyn Fn() -> E,
    actions: &[Action],
) -> Result<(), TestCaseError> {
    let start = || Store::over(open(), &user("me"));
    let mut store = Some(start());
    let mut model = Model::default();
    for action in actions {
        if let Action::Reopen = action {
            // Closed first: the engine is open once.
            drop(store.take());
            store = Some(start());
        }
        action.perform(store.as_mut().unwrap());
        model.apply(action);
        let store = store.as_ref().unwrap();
        prop_assert_eq!(seen_in(store), model.talks.clone());
        prop_assert_eq!(store.unread(), model.unread());
        prop_assert_eq!(store.gaps().unwrap(), []);
        prop_assert_eq!(store.anomalies().damaged_rows, 0);
    }
    Ok(())
}

/// What a store should hold.
#[derive(Default)]
struct Model {
    talks: BTreeMap<String, Talk>,
    last_seq: u64,
    /// Messages that were stored once, deleted ones too.
    known: BTreeSet<String>,
    /// Recalls of messages that have not come, by number and peer.
    awaited: BTreeMap<(u8, u8), Trace>,
}

/// What a conversation is.
#[derive(Clone, Debug, Default, PartialEq)]
struct Talk {
    position: u64,
    newest_at: i64,
    read_up_to: Option<i64>,
    draft: Option<String>,
    lines: BTreeMap<u64, Line>,
}

#[derive(Clone, Debug, PartialEq)]
struct Line {
    body: String,
    at: i64,
    counted: bool,
    received: u8,
    extra: Option<String>,
}

impl Model {
    fn apply(&mut self, action: &Action) {
        match action {
            Action::Receive(n, peer, named) => {
                self.receive(*n, *peer, text(*n, *named));
            }
            Action::Edit(amendments) => {
                for amendment in amendments {
                    self.amend(amendment);
                }
            }
            Action::Reopen => {}
        }
    }

    fn amend(&mut self, amendment: &Amendment) {
        match amendment {
            Amendment::Insert(n, peer) => {
                self.add(format!("i-{n}"), *peer, inserted(*n), time(*n), true);
            }
            Amendment::Read(peer, up_to) => self.read(*peer, time(*up_to)),
            Amendment::Draft(peer, text) => self.draft(*peer, draft_of(*text)),
            Amendment::Note(seq, set, clear, text) => {
                let mut lines = self.talks.values_mut();
                let line = lines.find_map(|talk| talk.lines.get_mut(&u64::from(*seq)));
                if let Some(line) = line {
                    line.note(*set, *clear, *text);
                }
            }
            Amendment::Recall(n, peer, trace) if self.known.contains(&format!("u-{n}")) => {
                if let Some(talk) = self.talks.get_mut(&peer_of(*peer)) {
                    talk.recall(*n, *peer, *trace);
                }
            }
            Amendment::Recall(n, peer, trace) => {
                self.awaited.entry((*n, *peer)).or_insert(*trace);
            }
            Amendment::Delete(seq) => {
                for talk in self.talks.values_mut() {
                    talk.lines.remove(&u64::from(*seq));
                }
            }
            Amendment::Forget(peer) => {
                self.talks.remove(&peer_of(*peer));
                for (n, _) in self.awaited.keys().filter(|(_, other)| other == peer) {
                    self.known.insert(format!("u-{n}"));
                }
                self.awaited.retain(|(_, other), _| other != peer);
            }
        }
    }

    fn receive(&mut self, n: u8, peer: u8, body: String) {
        let id = format!("u-{n}");
        if self.known.contains(&id) {
            return;
        }
        match self.awaited.remove(&(n, peer)) {
            None => self.add(id, peer, body, time(n), true),
            Some(Trace::Notice) => self.add(id, peer, recalled(n, peer), time(n), false),
            Some(Trace::Nothing) => drop(self.known.insert(id)),
        }
    }

    fn add(&mut self, id: String, peer: u8, body: String, at: i64, counted: bool) {
        if !self.known.insert(id) {
            return;
        }
        self.last_seq += 1;
        let talk = self.talks.entry(peer_of(peer)).or_default();
        talk.position = self.last_seq;
        talk.newest_at = talk.newest_at.max(at);
        let line = Line {
            body,
            at,
            counted,
            received: 0,
            extra: None,
        };
        talk.lines.insert(self.last_seq, line);
    }

    fn read(&mut self, peer: u8, up_to: i64) {
        let Some(talk) = self.talks.get_mut(&peer_of(peer)) else {
            return;
        };
        if !talk.lines.is_empty() {
            let up_to = up_to.min(talk.newest_at);
            talk.read_up_to = talk.read_up_to.max(Some(up_to));
        }
    }

    fn draft(&mut self, peer: u8, draft: Option<String>) {
        let found = self.talks.get(&peer_of(peer));
        if found.and_then(|talk| talk.draft.clone()) == draft {
            return;
        }
        let position = self.last_seq;
        let new = || Talk {
            position,
            ..Talk::default()
        };
        self.talks.entry(peer_of(peer)).or_insert_with(new).draft = draft;
    }

    fn unread(&self) -> Unread {
        let lines = || self.talks.values().flat_map(Talk::unread);
        Unread {
            messages: lines().count() as u64,
            mentions: lines().filter(|line| line.names_me()).count() as u64,
        }
    }
}

impl Talk {
    fn recall(&mut self, n: u8, peer: u8, trace: Trace) {
        let found = self.lines.iter().find(|(_, line)| line.is_remote(n, peer));
        let Some(seq) = found.map(|(seq, _)| *seq) else {
            return;
        };
        if trace == Trace::Nothing {
            self.lines.remove(&seq);
            return;
        }
        let line = self.lines.get_mut(&seq).unwrap();
        if line.body == recalled(n, peer) {
            return;
        }
        line.body = recalled(n, peer);
        line.counted = false;
        line.extra = None;
    }

    fn unread(&self) -> impl Iterator<Item = &Line> {
        self.lines
            .values()
            .filter(|line| line.counted && Some(line.at) > self.read_up_to)
    }
}

impl Line {
    fn is_remote(&self, n: u8, peer: u8) -> bool {
        [text(n, true), text(n, false), recalled(n, peer)].contains(&self.body)
    }

    fn note(&mut self, set: u8, clear: u8, text: u8) {
        self.received = self.received & !clear | set;
        match note_of(text).as_deref() {
            None => {}
            Some("") => self.extra = None,
            Some(text) => self.extra = Some(text.to_owned()),
        }
    }

    fn names_me(&self) -> bool {
        self.body.contains("mentionedInfo")
    }
}

/// The same picture, read from a store; counts and pages are compared on the way.
fn seen_in(store: &Store) -> BTreeMap<String, Talk> {
    let mut seen = BTreeMap::new();
    let mut behind = None;
    loop {
        let page = store.conversation_page(behind.as_ref(), 2, ALL).unwrap();
        for entry in &page.entries {
            let summary = &entry.summary;
            let messages = history(store, &summary.conversation, Side::After(Seq(0)));
            let mut newest_first = history(store, &summary.conversation, Side::Newest);
            newest_first.reverse();
            assert_eq!(messages, newest_first);
            assert_eq!(entry.last.as_ref(), messages.last());
            let talk = Talk {
                position: summary.position.0,
                newest_at: summary.newest_at.0,
                read_up_to: summary.read_up_to.map(|at| at.0),
                draft: entry.draft.as_ref().map(|text| text.as_str().into()),
                lines: messages.iter().map(line).collect(),
            };
            let mentions = talk.unread().filter(|line| line.names_me()).count();
            assert_eq!(summary.unread as usize, talk.unread().count());
            assert_eq!(summary.mentions as usize, mentions);
            assert_eq!(summary.total as usize, messages.len());
            let alone = store.conversation(&summary.conversation).unwrap();
            assert_eq!(alone.as_ref(), Some(entry));
            seen.insert(summary.conversation.target.to_string(), talk);
        }
        if !page.more {
            return seen;
        }
        behind = page.entries.last().map(crate::ConversationEntry::place);
    }
}

fn history(store: &Store, conversation: &Conversation, side: Side) -> Vec<Message> {
    let query = HistoryQuery {
        conversation,
        side,
        object_names: &[],
        limit: ALL,
        max_bytes: ALL,
    };
    store.history_page(&query).unwrap().messages
}

fn line(message: &Message) -> (u64, Line) {
    let line = Line {
        body: message.body.as_str().into(),
        at: message.sent_at.0,
        counted: message.flags.counted,
        received: message.received.bits(),
        extra: message.local_extra.clone(),
    };
    (message.seq.0, line)
}

impl Action {
    fn perform(&self, store: &mut Store) {
        match self {
            Self::Receive(n, peer, named) => {
                let message = IncomingMessage {
                    sent_at: Millis(time(*n)),
                    ..received(&format!("u-{n}"), &peer_of(*peer), &text(*n, *named))
                };
                let change = incoming(vec![message], "");
                drop(store.commit(vec![change], Millis(7)).unwrap());
            }
            Self::Reopen => {}
            Self::Edit(edits) => {
                let edits = edits.iter().map(Amendment::edit).collect();
                drop(store.edit(edits, Millis(7)).unwrap());
            }
        }
    }
}

impl Amendment {
    fn edit(&self) -> Edit {
        match self {
            Self::Insert(n, peer) => Edit::Insert(Insertion {
                app: app(),
                client_id: client(&format!("i-{n}")),
                conversation: with(&peer_of(*peer)),
                direction: Direction::Received,
                sender: user(&peer_of(*peer)),
                object_name: ObjectName::text(),
                body: Body::new(inserted(*n)),
                sent_at: Millis(time(*n)),
                counted: true,
            }),
            Self::Read(peer, up_to) => Edit::MarkRead {
                conversation: with(&peer_of(*peer)),
                up_to: Millis(time(*up_to)),
            },
            Self::Draft(peer, text) => Edit::SetDraft {
                conversation: with(&peer_of(*peer)),
                text: draft_of(*text).map(Body::new),
            },
            Self::Note(seq, set, clear, text) => Edit::Annotate {
                seq: Seq(u64::from(*seq)),
                set: ReceivedStatus::from_bits(*set),
                clear: ReceivedStatus::from_bits(*clear),
                extra: note_of(*text).map(Body::new),
            },
            Self::Recall(n, peer, trace) => {
                Edit::Recall(recall(&format!("u-{n}"), &peer_of(*peer), *trace))
            }
            Self::Delete(seq) => Edit::Delete(vec![Seq(u64::from(*seq))]),
            Self::Forget(peer) => Edit::Forget(with(&peer_of(*peer))),
        }
    }
}

/// Times are not in the order of the positions.
fn time(n: u8) -> i64 {
    i64::from(n) * 37 % 60
}

fn text(n: u8, named: bool) -> String {
    let mentioned = if named {
        r#","mentionedInfo":{"type":2,"userIdList":["me"]}"#
    } else {
        ""
    };
    format!(r#"{{"content":"{n}"{mentioned}}}"#)
}

fn inserted(n: u8) -> String {
    format!("inserted {n}")
}

fn recalled(n: u8, peer: u8) -> String {
    notice(&peer_of(peer), time(n))
}

fn draft_of(n: u8) -> Option<String> {
    (n > 0).then(|| format!("draft {n}"))
}

/// Nothing is said, nothing is left, or something.
fn note_of(n: u8) -> Option<String> {
    match n {
        0 => None,
        1 => Some(String::new()),
        _ => Some(format!("note {n}")),
    }
}

fn peer_of(n: u8) -> String {
    format!("peer-{n}")
}
