//! Random changes, commits and restarts, against a model of a page.
//!
//! The invariants of failures.md that a store can break are those the model cannot: one row a uid
//! (2), positions without holes (3), no acknowledgement beyond the last row (4), one row for every
//! accepted message (5), final states (6), order (7).

use std::collections::BTreeMap;

use imlink_model::{Code, Origin};
use proptest::prelude::*;

use super::*;
use crate::engine::paged::Paged;
use crate::engine::{self, Engine};
use crate::{Limits, Start};

const LIMITS: Limits = Limits {
    open: 6,
    open_bytes: usize::MAX,
    settled: 4,
    recalls: 3,
};

#[derive(Clone, Debug)]
enum Step {
    Commit(Vec<Action>),
    Reopen,
}

#[derive(Clone, Debug)]
enum Action {
    Incoming {
        messages: Vec<(u8, u8, bool)>,
        cursor: u8,
    },
    Submit {
        app: u8,
        client: u8,
    },
    Sending(u8),
    Sent(u8, u8),
    Failed(u8),
    InDoubt(u8),
    Queued(u8),
    Withdraw {
        app: u8,
        client: u8,
    },
    Resend {
        app: u8,
        client: u8,
    },
    Subscribe(u8, bool),
    Acknowledge(u8, u8),
    Unsubscribe(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let message = (0..30_u8, 0..3_u8, any::<bool>());
    let row = 0..14_u8;
    let action = prop_oneof![
        4 => (prop::collection::vec(message, 0..4), any::<u8>())
            .prop_map(|(messages, cursor)| Action::Incoming { messages, cursor }),
        4 => (0..2_u8, 0..12_u8).prop_map(|(app, client)| Action::Submit { app, client }),
        3 => row.clone().prop_map(Action::Sending),
        3 => (row.clone(), 0..30_u8).prop_map(|(row, uid)| Action::Sent(row, uid)),
        1 => row.clone().prop_map(Action::Failed),
        1 => row.clone().prop_map(Action::InDoubt),
        1 => row.prop_map(Action::Queued),
        1 => (0..2_u8, 0..12_u8).prop_map(|(app, client)| Action::Withdraw { app, client }),
        1 => (0..2_u8, 0..12_u8).prop_map(|(app, client)| Action::Resend { app, client }),
        1 => (0..3_u8, any::<bool>()).prop_map(|(name, all)| Action::Subscribe(name, all)),
        2 => (0..3_u8, 0..40_u8).prop_map(|(name, seq)| Action::Acknowledge(name, seq)),
        1 => (0..3_u8).prop_map(Action::Unsubscribe),
    ];
    let step = prop_oneof![
        6 => prop::collection::vec(action, 1..6).prop_map(Step::Commit),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_store_in_memory_does_what_the_model_does(steps in steps()) {
        let rows = Memory::default();
        compare(&|| rows.clone(), &steps)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_store_on_the_disk_does_what_the_model_does(steps in steps()) {
        let directory = tempfile::tempdir().unwrap();
        compare(&|| Paged::over(engine::open(directory.path()).unwrap()), &steps)?;
    }
}

fn compare<E: Engine + 'static>(open: &dyn Fn() -> E, steps: &[Step]) -> Result<(), TestCaseError> {
    let start = || Store::over(open(), &user("me")).with_limits(LIMITS);
    let mut store = Some(start());
    let mut model = Model::default();
    for step in steps {
        match step {
            Step::Commit(actions) => {
                let changes = actions.iter().map(Action::change).collect();
                let applied = store.as_mut().unwrap().commit(changes, Millis(7)).unwrap();
                let expected: Vec<_> = actions.iter().map(|action| model.apply(action)).collect();
                model.retire();
                prop_assert_eq!(applied.iter().map(Told::of).collect::<Vec<_>>(), expected);
            }
            Step::Reopen => {
                // Closed first: the engine is open once.
                drop(store.take());
                store = Some(start());
                model.reopen();
            }
        }
        prop_assert_eq!(Model::seen_in(store.as_ref().unwrap()), model.clone());
    }
    Ok(())
}

/// Uid, conversation and author of a message.
type Entry = (String, String, Option<Author>);

/// App and client id of a message sent here.
type Author = (String, String);

/// What a store should hold.
#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    cursor: Bytes,
    /// In order of position.
    messages: Vec<Entry>,
    /// By outbox id: app and client id, state.
    outbox: BTreeMap<u64, (String, String, OutboxState)>,
    next_outbox: u64,
    /// Rows that were settled before the batch at hand.
    retirable: Vec<u64>,
    subscriptions: BTreeMap<String, u64>,
}

/// What a change is answered, without the rows that are compared anyway.
#[derive(Debug, PartialEq)]
enum Told {
    Stored(Vec<u64>),
    Recorded,
    Settled { entered: Option<u64> },
    Accepted { id: u64, new: bool },
    Subscribed { after: u64 },
    Done,
    Refused(Code),
}

impl Model {
    fn apply(&mut self, action: &Action) -> Told {
        match action {
            Action::Incoming { messages, cursor } => {
                let mut stored = Vec::new();
                for (uid, peer, _) in messages {
                    stored.extend(self.enter(&uid_of(*uid), &peer_of(*peer), None));
                }
                self.cursor = Bytes::from(vec![*cursor]);
                Told::Stored(stored)
            }
            Action::Submit { app, client } => self.submit(app_of(*app), client_of(*client)),
            Action::Sending(row) => match self.outbox.get_mut(&u64::from(*row)) {
                Some((_, _, state)) if !state.is_final() => {
                    *state = OutboxState::Sending;
                    Told::Recorded
                }
                Some(_) => Told::Refused(Code::LOCAL_TOO_LATE),
                None => Told::Refused(Code::RC_DB_DATA_NOT_FOUND),
            },
            Action::Sent(row, uid) => self.settle(*row, sent(&uid_of(*uid))),
            Action::Failed(row) => self.settle(
                *row,
                SendOutcome::Failed {
                    code: Code::new(405),
                },
            ),
            Action::InDoubt(row) => self.settle(*row, SendOutcome::InDoubt),
            Action::Queued(row) => self.settle(*row, SendOutcome::Queued),
            Action::Withdraw { app, client } => {
                let code = Code::LOCAL_WITHDRAWN;
                match self.row_of(*app, *client) {
                    None => Told::Refused(Code::LOCAL_NO_MESSAGE),
                    Some((id, OutboxState::Queued | OutboxState::InDoubt)) => {
                        self.settle(id, SendOutcome::Failed { code })
                    }
                    Some((_, OutboxState::Failed { code: ended })) if ended == code => {
                        Told::Recorded
                    }
                    Some(_) => Told::Refused(Code::LOCAL_TOO_LATE),
                }
            }
            Action::Resend { app, client } => match self.row_of(*app, *client) {
                None => Told::Refused(Code::LOCAL_NO_MESSAGE),
                Some((id, OutboxState::InDoubt)) => self.settle(id, SendOutcome::Queued),
                Some(_) => Told::Refused(Code::LOCAL_TOO_LATE),
            },
            Action::Subscribe(name, all) => {
                let last = if *all { 0 } else { self.messages.len() as u64 };
                let after = *self.subscriptions.entry(name_of(*name)).or_insert(last);
                Told::Subscribed { after }
            }
            Action::Acknowledge(name, seq) => {
                let last = self.messages.len() as u64;
                match self.subscriptions.get_mut(&name_of(*name)) {
                    None => Told::Refused(Code::LOCAL_NO_SUBSCRIPTION),
                    Some(_) if u64::from(*seq) > last => Told::Refused(Code::LOCAL_BAD_REQUEST),
                    Some(position) => {
                        *position = u64::from(*seq).max(*position);
                        Told::Done
                    }
                }
            }
            Action::Unsubscribe(name) => {
                self.subscriptions.remove(&name_of(*name));
                Told::Done
            }
        }
    }

    fn submit(&mut self, app: String, client: String) -> Told {
        let mut rows = self.outbox.iter();
        if let Some((id, _)) = rows.find(|(_, row)| row.0 == app && row.1 == client) {
            return Told::Accepted {
                id: *id,
                new: false,
            };
        }
        if self.outbox.values().filter(|row| !row.2.is_final()).count() >= LIMITS.open {
            return Told::Refused(Code::LOCAL_QUOTA);
        }
        self.next_outbox += 1;
        self.outbox
            .insert(self.next_outbox, (app, client, OutboxState::Queued));
        Told::Accepted {
            id: self.next_outbox,
            new: true,
        }
    }

    fn row_of(&self, app: u8, client: u8) -> Option<(u64, OutboxState)> {
        let (app, client) = (app_of(app), client_of(client));
        let mut rows = self.outbox.iter();
        let (id, row) = rows.find(|(_, row)| row.0 == app && row.1 == client)?;
        Some((*id, row.2.clone()))
    }

    fn settle(&mut self, row: impl Into<u64>, outcome: SendOutcome) -> Told {
        let Some((app, client, state)) = self.outbox.get_mut(&row.into()) else {
            return Told::Refused(Code::RC_DB_DATA_NOT_FOUND);
        };
        if state.is_final() {
            return Told::Recorded;
        }
        *state = outcome.clone().into();
        let SendOutcome::Sent { uid, .. } = outcome else {
            return Told::Settled { entered: None };
        };
        let author = (app.clone(), client.clone());
        Told::Settled {
            entered: self.enter(uid.as_str(), &peer_of(0), Some(author)),
        }
    }

    /// The position of a message, if its uid is new. A copy that is known learns its author, if it
    /// is the user's own and has none.
    fn enter(&mut self, uid: &str, peer: &str, author: Option<Author>) -> Option<u64> {
        if let Some(known) = self.messages.iter_mut().find(|message| message.0 == uid) {
            if is_own(uid) && known.2.is_none() {
                known.2 = author;
            }
            return None;
        }
        self.messages.push((uid.into(), peer.into(), author));
        Some(self.messages.len() as u64)
    }

    fn retire(&mut self) {
        let settled: Vec<_> = self
            .outbox
            .iter()
            .filter(|(_, row)| row.2.is_final())
            .map(|(id, _)| *id)
            .collect();
        let surplus = settled.len().saturating_sub(LIMITS.settled);
        for id in self.retirable.iter().take(surplus) {
            self.outbox.remove(id);
        }
        self.retirable = settled
            .into_iter()
            .filter(|id| self.outbox.contains_key(id))
            .collect();
    }

    fn reopen(&mut self) {
        for (_, _, state) in self.outbox.values_mut() {
            if *state == OutboxState::Sending {
                *state = OutboxState::InDoubt;
            }
        }
    }

    /// The same picture, read from a store.
    fn seen_in(store: &Store) -> Self {
        let messages = store.messages_after(Seq(0), ALL, ALL).unwrap();
        assert_eq!(
            seqs(&messages),
            (1..=store.last_seq().0).collect::<Vec<_>>()
        );
        assert_indexes_agree(store, &messages);

        let mut seen = Self {
            cursor: store.restored().unwrap().cursor.0,
            ..Self::default()
        };
        seen.messages = messages.into_iter().map(picture).collect();
        for app in (0..2).map(app_of) {
            for client_id in (0..12).map(client_of) {
                let app_id = AppId::new(app.as_str()).unwrap().into();
                let found = store.outgoing(&app_id, &client(&client_id)).unwrap();
                if let Some((outgoing, state)) = found {
                    let row = (app.clone(), client_id, state);
                    assert_eq!(
                        seen.outbox.insert(outgoing.id.0, row),
                        None,
                        "two rows of one id"
                    );
                }
            }
        }
        for app in (0..2).map(app_of) {
            let rows = seen.outbox.iter();
            let unsent = rows.filter(|(_, row)| row.0 == app && is_unsent(&row.2));
            let listed = store
                .outbox_page(&AppId::new(app.as_str()).unwrap().into(), None, ALL, ALL)
                .unwrap();
            assert_eq!(
                listed
                    .entries
                    .iter()
                    .map(|(outgoing, state)| (outgoing.id.0, state))
                    .collect::<Vec<_>>(),
                unsent.map(|(id, row)| (*id, &row.2)).collect::<Vec<_>>()
            );
            assert!(!listed.more);
        }
        seen.next_outbox = store.state.head.outbox;
        let settled = seen.outbox.iter().filter(|(_, row)| row.2.is_final());
        seen.retirable = settled.map(|(id, _)| *id).collect();
        seen.subscriptions = store
            .subscriptions()
            .unwrap()
            .into_iter()
            .map(|(key, seq)| (key.name.to_string(), seq.0))
            .collect();
        seen
    }
}

/// Histories, summaries and uids tell what the messages do; the outbox is complete and in order.
fn assert_indexes_agree(store: &Store, messages: &[Message]) {
    let mut conversations: Vec<Conversation> = Vec::new();
    for message in messages.iter().rev() {
        if !conversations.contains(&message.conversation) {
            conversations.push(message.conversation.clone());
        }
        let found = store.message_by_uid(message.uid.as_ref().unwrap()).unwrap();
        assert_eq!(found.as_ref(), Some(message));
    }
    let summaries = store.conversations(ALL).unwrap();
    let listed: Vec<_> = summaries
        .iter()
        .map(|summary| summary.conversation.clone())
        .collect();
    assert_eq!(listed, conversations);
    for summary in summaries {
        let mut page = store
            .history(&summary.conversation, None, ALL, ALL)
            .unwrap();
        page.messages.reverse();
        let own = messages
            .iter()
            .filter(|message| message.conversation == summary.conversation);
        assert_eq!(page.messages, own.cloned().collect::<Vec<_>>());
        assert_eq!(summary.total as usize, page.messages.len());
        assert_eq!(
            Some(summary.last_seq),
            page.messages.last().map(|message| message.seq)
        );
        let unread = page
            .messages
            .iter()
            .filter(|message| message.direction == Direction::Received && message.flags.counted);
        assert_eq!(summary.unread as usize, unread.count());
    }
    let restored = store.restored().unwrap();
    for rows in [restored.queued, restored.in_doubt] {
        assert!(rows.is_sorted_by_key(|row| row.id));
    }
}

/// The cloud does not have it, as far as anybody knows, and the app did not take it back.
fn is_unsent(state: &OutboxState) -> bool {
    match state {
        OutboxState::Queued | OutboxState::Sending | OutboxState::InDoubt => true,
        OutboxState::Failed { code } => *code != Code::LOCAL_WITHDRAWN,
        OutboxState::Sent { .. } => false,
    }
}

fn picture(message: Message) -> Entry {
    let author = match message.origin {
        Origin::App(app) => Some((
            app.to_string(),
            message.client_id.expect("an app's own id").to_string(),
        )),
        Origin::Remote | Origin::OtherDevice => None,
    };
    (
        message.uid.unwrap().to_string(),
        message.conversation.target.to_string(),
        author,
    )
}

impl Action {
    fn change(&self) -> Change {
        let row = |row: &u8| OutboxId(u64::from(*row));
        match self {
            Self::Incoming { messages, cursor } => Change::Record(Record::Incoming {
                messages: messages
                    .iter()
                    .map(|(uid, peer, long)| {
                        let body = if *long {
                            "x".repeat(20_000)
                        } else {
                            "short".into()
                        };
                        let (uid, peer) = (uid_of(*uid), peer_of(*peer));
                        let write = if is_own(&uid) { echoed } else { received };
                        write(&uid, &peer, &body)
                    })
                    .collect(),
                recalls: Vec::new(),
                unreadable: 0,
                cursor: Cursor(Bytes::from(vec![*cursor])),
            }),
            Self::Submit { app, client: id } => Change::Submit(Submission {
                app: AppId::new(app_of(*app)).unwrap().into(),
                conversation: with(&peer_of(0)),
                ..submission(&client_of(*id))
            }),
            Self::Sending(id) => Change::Record(Record::Sending { id: row(id) }),
            Self::Sent(id, uid) => settle(row(id), sent(&uid_of(*uid))),
            Self::Failed(id) => settle(
                row(id),
                SendOutcome::Failed {
                    code: Code::new(405),
                },
            ),
            Self::InDoubt(id) => settle(row(id), SendOutcome::InDoubt),
            Self::Queued(id) => settle(row(id), SendOutcome::Queued),
            Self::Withdraw { app, client: id } => Change::Withdraw {
                app: AppId::new(app_of(*app)).unwrap().into(),
                client_id: client(&client_of(*id)),
            },
            Self::Resend { app, client: id } => Change::Resend {
                app: AppId::new(app_of(*app)).unwrap().into(),
                client_id: client(&client_of(*id)),
            },
            Self::Subscribe(name, all) => Change::Subscribe {
                subscription: subscription(&name_of(*name)),
                start: if *all { Start::Beginning } else { Start::Now },
            },
            Self::Acknowledge(name, seq) => Change::Acknowledge {
                subscription: subscription(&name_of(*name)),
                seq: Seq(u64::from(*seq)),
            },
            Self::Unsubscribe(name) => Change::Unsubscribe(subscription(&name_of(*name))),
        }
    }
}

impl Told {
    fn of(applied: &Applied) -> Self {
        match applied {
            Applied::Stored { new, .. } => Self::Stored(seqs(new)),
            Applied::Recorded | Applied::GapNoted { .. } => Self::Recorded,
            Applied::Settled { message, .. } => Self::Settled {
                entered: message.as_ref().map(|message| message.seq.0),
            },
            Applied::Accepted { outgoing, new, .. } => Self::Accepted {
                id: outgoing.id.0,
                new: *new,
            },
            Applied::Subscribed { after } => Self::Subscribed { after: after.0 },
            Applied::Acknowledged | Applied::Unsubscribed => Self::Done,
            Applied::Refused { code } => Self::Refused(*code),
        }
    }
}

fn uid_of(n: u8) -> String {
    format!("u-{n}")
}

/// Every third message is the user's own.
fn is_own(uid: &str) -> bool {
    uid.trim_start_matches("u-").parse::<u8>().unwrap() % 3 == 0
}

fn peer_of(n: u8) -> String {
    format!("peer-{n}")
}

fn app_of(n: u8) -> String {
    format!("app-{n}")
}

fn client_of(n: u8) -> String {
    format!("c-{n}")
}

fn name_of(n: u8) -> String {
    format!("s-{n}")
}
