//! Rows whose files are removed below an open store.

mod support;

use std::fs;

use imlink_model::uplink::{Record, SendOutcome};
use imlink_model::{AppId, ClientMessageId, Code, Millis, OutboxId, Seq, SubscriptionName};
use imlink_store::{Change, GapCause, OutboxState, Salvaged, Start, Store, SubscriptionKey};
use support::{Place, arrival, me, messages, submission};

// F-D24
#[test]
fn nothing_is_acknowledged_into_files_that_were_removed() {
    let place = Place::new();
    let (mut store, _) = Store::open(place.path(), &me()).unwrap();
    store.commit(vec![arrival(1)], Millis(0)).unwrap();

    fs::remove_dir_all(place.path()).unwrap();

    let refused = store.commit(vec![submission(2)], Millis(0)).unwrap_err();
    assert!(refused.is_fatal(), "{refused}");
    assert!(refused.is_removal());
    drop(store);
    let (mut store, _) = Store::open(place.path(), &me()).unwrap();
    assert!(messages(&store).is_empty());
    store.commit(vec![arrival(1)], Millis(0)).unwrap();
}

// F-D24
#[test]
fn what_waits_to_be_sent_and_where_apps_are_survive_the_removal_of_their_store() {
    let place = Place::new();
    let (mut store, _) = Store::open(place.path(), &me()).unwrap();
    let settle = |id, outcome| {
        let id = OutboxId(id);
        Change::Record(Record::Outcome { id, outcome })
    };
    let code = Code::RC_MSG_CONTENT_EXCEED_LIMIT;
    store
        .commit(
            vec![
                arrival(1),
                arrival(2),
                submission(1),
                submission(2),
                submission(3),
                Change::Record(Record::Sending { id: OutboxId(2) }),
                settle(3, SendOutcome::Failed { code }),
                Change::Subscribe {
                    subscription: inbox(),
                    start: Start::Beginning,
                },
                Change::Acknowledge {
                    subscription: inbox(),
                    seq: Seq(1),
                },
            ],
            Millis(0),
        )
        .unwrap();
    assert!(!store.is_removed());

    fs::remove_dir_all(place.path()).unwrap();

    assert!(store.is_removed());
    let salvaged = store.rescue().unwrap();
    let expected = Salvaged {
        outgoing: 3,
        subscriptions: 1,
        incomplete: false,
    };
    assert_eq!(salvaged, expected);
    let (mut store, opening) = Store::open(place.path(), &me()).unwrap();
    assert_eq!(
        opening.rolled_back.unwrap().messages,
        2,
        "nothing is silent"
    );
    let states = [1, 2, 3].map(|n| state(&store, n));
    assert_eq!(
        states,
        [
            OutboxState::Queued,
            OutboxState::InDoubt,
            OutboxState::Failed { code }
        ]
    );
    assert_eq!(store.subscription(&inbox()).unwrap(), Some(Seq(1)));
    let gaps = store.gaps().unwrap();
    let [gap] = gaps[..] else {
        panic!("{gaps:?}");
    };
    assert_eq!((gap.first, gap.last), (Seq(1), Seq(2)));
    assert_eq!(gap.cause, GapCause::RolledBack);
    store.commit(vec![arrival(1)], Millis(0)).unwrap();
    assert_eq!(messages(&store)[0].seq, Seq(3), "no number is given twice");
}

#[test]
fn a_store_that_was_moved_is_not_removed() {
    let place = Place::new();
    let (store, _) = Store::open(place.path(), &me()).unwrap();

    fs::rename(place.path(), place.beside("elsewhere")).unwrap();

    assert!(!store.is_removed());
}

#[test]
fn a_store_that_somebody_else_made_meanwhile_is_not_written_to() {
    let place = Place::new();
    let (mut store, _) = Store::open(place.path(), &me()).unwrap();
    store.commit(vec![submission(1)], Millis(0)).unwrap();
    fs::remove_dir_all(place.path()).unwrap();
    let (other, _) = Store::open(place.path(), &me()).unwrap();

    assert!(store.rescue().is_err());

    assert_eq!(other.restored().unwrap().queued, []);
}

fn state(store: &Store, n: u64) -> OutboxState {
    let app = AppId::new("notes").unwrap().into();
    let id = ClientMessageId::new(format!("c-{n}")).unwrap();
    store.outgoing(&app, &id).unwrap().unwrap().1
}

fn inbox() -> SubscriptionKey {
    SubscriptionKey {
        uid: 1000,
        app: AppId::new("notes").unwrap(),
        name: SubscriptionName::new("inbox").unwrap(),
    }
}
