//! Files that were cut or changed behind a store's back: what is served is what was written, and
//! no damage stops an account for good.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use imlink_model::{Body, Code, Conversation, Millis, Seq, UserId};
use imlink_store::{Edit, GapCause, OpenError, Opening, Store};
use support::{Other, Place, arrival, body, given_directory};
use support::{me, messages, submission};

const MESSAGES: u64 = 200;

/// Places that are damaged in a run.
const TRIALS: usize = 16;

/// Drafts of a store, some hundred pages of them.
const DRAFTS: u32 = 300;

// F-D08, F-D09
#[test]
fn a_log_cut_anywhere_serves_its_beginning_or_is_set_aside() {
    let written = written_store();
    let length = log_of(written.path()).len();
    let mut places = Places::new();

    for _ in 0..TRIALS {
        let cut = places.below(length);
        let said = read_after(written.path(), |log| log.truncate(cut));

        assert!(said.is_ok(), "cut at {cut} of {length}: {said:?}");
    }
    assert_eq!(read_after(written.path(), |_| {}), Ok(MESSAGES));
}

// F-D07, F-D08, F-D09
#[test]
fn a_log_with_a_changed_byte_anywhere_never_serves_wrong_bytes() {
    let written = written_store();
    let length = log_of(written.path()).len();
    let mut places = Places::new();

    for _ in 0..TRIALS {
        let at = places.below(length);
        let said = read_after(written.path(), |log| log[at] ^= 0x10);

        assert!(said.is_ok(), "changed at {at} of {length}: {said:?}");
    }
}

// F-D07, F-D09, F-A13
#[test]
fn rows_that_open_and_cannot_be_read_are_refused_from_the_third_opening_on() {
    let (place, unread) = with_a_damaged_draft();

    for _ in 0..2 {
        let (store, opening) = Store::open(place.path(), &me()).unwrap();
        assert_eq!(opening, Opening::default(), "it opens well");
        assert_eq!(messages(&store).len() as u64, MESSAGES);
        let error = store.conversation(&drafted(unread)).unwrap_err();
        assert!(error.is_of_the_engine());
        assert_eq!(error.code(), Code::RC_DB_CORRUPT);
    }

    for _ in 0..3 {
        let refused = Store::open(place.path(), &me()).unwrap_err();
        assert!(matches!(refused, OpenError::Damaged { .. }));
    }
}

// F-D09
#[test]
fn rows_that_cannot_be_read_are_begun_anew_as_soon_as_an_app_agrees() {
    let (place, unread) = with_a_damaged_draft();
    let anew = || Store::open_or_begin_anew(place.path(), &me(), &mut |_| {}).unwrap();
    let (mut store, opening) = anew();
    assert_eq!(opening, Opening::default(), "it opens well");
    store.commit(vec![submission(1)], Millis(0)).unwrap();
    store.conversation(&drafted(unread)).unwrap_err();
    drop(store);

    let (store, opening) = anew();

    assert!(opening.set_aside.is_some());
    assert_eq!(
        store.restored().unwrap().queued.len(),
        1,
        "other pages are fine"
    );
    assert_eq!(store.conversation(&drafted(unread)).unwrap(), None);
}

// F-D08, F-D23
#[test]
fn rows_of_an_earlier_time_are_noticed_and_no_number_is_given_twice() {
    let home = Place::new();
    let earlier = home.beside("earlier");
    let store_up_to = |last| {
        let (mut store, _) = Store::open(home.path(), &me()).unwrap();
        for n in store.last_seq().0 + 1..=last {
            store
                .commit(vec![arrival(n), submission(n)], Millis(0))
                .unwrap();
        }
    };
    store_up_to(20);
    copy(&home.path().join("rows"), &earlier);
    store_up_to(50);

    fs::remove_dir_all(home.path().join("rows")).unwrap();
    fs::rename(&earlier, home.path().join("rows")).unwrap();
    let (mut store, opening) = Store::open(home.path(), &me()).unwrap();

    let lost = opening.rolled_back.unwrap();
    assert_eq!((lost.messages, lost.outgoing), (30, 30));
    assert_eq!(messages(&store).len(), 20);
    let gaps = store.gaps().unwrap();
    assert_eq!(gaps.len(), 1);
    assert_eq!((gaps[0].first, gaps[0].last), (Seq(21), Seq(50)));
    assert_eq!(gaps[0].cause, GapCause::RolledBack);
    store
        .commit(vec![arrival(51), submission(51)], Millis(0))
        .unwrap();
    assert_eq!(messages(&store).last().unwrap().seq, Seq(51));
    assert_eq!(store.restored().unwrap().queued.last().unwrap().id.0, 51);
    drop(store);
    let (_, opening) = Store::open(home.path(), &me()).unwrap();
    assert_eq!(opening.rolled_back, None);
}

/// Damages a copy of the store and starts readers on it as a supervisor would, with the consent to
/// begin anew. Gives how many messages were served as they were written, or what was wrong. The
/// fourth start at the latest must succeed: after two failures the engine is asked once more, for
/// the outbox.
fn read_after(written: &Path, damage: impl FnOnce(&mut Vec<u8>)) -> Result<u64, String> {
    let place = Place::new();
    copy(written, place.path());
    let mut log = log_of(place.path());
    damage(&mut log);
    fs::write(place.path().join("rows/db"), log).unwrap();

    for _ in 0..4 {
        let (ended, said) = Other::start("reader", place.path()).finish("READ");
        if ended.success() {
            return said[0].parse().map_err(|_| said[0].clone());
        }
    }
    Err("four starts failed".into())
}

/// Reads everything and checks it: what is not served as it was written is in a gap, and what comes
/// again is stored. The daemon's panic hook aborts, and so does this one, installed first as there.
#[test]
#[ignore = "run by the tests above as a process of its own"]
fn reader() {
    std::panic::set_hook(Box::new(|_| std::process::abort()));
    let anew = || Store::open_or_begin_anew(&given_directory(), &me(), &mut |_| {}).unwrap();
    let (mut store, _) = anew();
    let read = match store.messages_after(Seq(0), usize::MAX, usize::MAX) {
        Ok(read) => read,
        Err(error) => {
            // An engine that finds one of its pages damaged says so: never other bytes.
            assert!(error.is_of_the_engine());
            drop(store);
            let opening;
            (store, opening) = anew();
            if opening.set_aside.is_none() {
                println!("READ what cannot be read was opened again");
                return;
            }
            messages(&store)
        }
    };
    let gaps = store.gaps().unwrap();
    let known = |n| {
        let of_it = read.iter().find(|message| message.seq == Seq(n));
        match of_it {
            Some(message) => message.body == body(n),
            None => gaps.iter().any(|gap| gap.first.0 <= n && n <= gap.last.0),
        }
    };
    if let Some(n) = (1..=MESSAGES).find(|n| !known(*n)) {
        println!("READ message {n} is neither served nor missed");
        return;
    }
    store
        .commit((1..=MESSAGES).map(arrival).collect(), Millis(0))
        .unwrap();
    let uids: BTreeSet<_> = messages(&store)
        .into_iter()
        .map(|message| message.uid)
        .collect();
    if uids.len() as u64 != MESSAGES {
        println!("READ {} messages once all came again", uids.len());
        return;
    }
    println!("READ {}", read.len());
}

/// A store with a byte changed in every copy of one of many drafts, which no opening reads; and
/// which one it is.
fn with_a_damaged_draft() -> (Place, u32) {
    let written = Place::new();
    let (mut store, _) = Store::open(written.path(), &me()).unwrap();
    let begun = |n| Edit::SetDraft {
        conversation: drafted(n),
        text: Some(Body::new(draft(n))),
    };
    let drafts = (1..=DRAFTS).map(begun).collect();
    store.edit(drafts, Millis(0)).unwrap();
    for n in 1..=MESSAGES {
        store.commit(vec![arrival(n)], Millis(0)).unwrap();
    }
    drop(store);
    drop(Store::open(written.path(), &me()).unwrap());

    // The engine reads the segment it wrote last, and moves rows into it now and then.
    (1..=DRAFTS)
        .skip(20)
        .step_by(20)
        .find_map(|n| {
            let place = Place::new();
            copy(written.path(), place.path());
            let mut log = log_of(place.path());
            for at in places_of(&draft(n), &log) {
                log[at] ^= 0x10;
            }
            fs::write(place.path().join("rows/db"), log).unwrap();
            Store::open(place.path(), &me())
                .is_ok()
                .then_some((place, n))
        })
        .expect("most of them are in other segments")
}

fn places_of(text: &str, log: &[u8]) -> Vec<usize> {
    let windows = log.windows(text.len()).enumerate();
    let found = windows.filter(|(_, window)| *window == text.as_bytes());
    let found: Vec<usize> = found.map(|(at, _)| at).collect();
    assert!(!found.is_empty());
    found
}

fn draft(n: u32) -> String {
    format!("what was not yet said {n:>1000}")
}

fn drafted(n: u32) -> Conversation {
    Conversation::private(UserId::new(format!("drafted-{n:03}")).unwrap())
}

/// Random places; a run says its seed, and `IMLINK_SEED` repeats it.
struct Places(u64);

impl Places {
    fn new() -> Self {
        let given = std::env::var("IMLINK_SEED").ok();
        let seed = given.map_or_else(getrandom::u64, |seed| Ok(seed.parse().unwrap()));
        let seed = seed.unwrap();
        println!("IMLINK_SEED={seed}");
        Self(seed)
    }

    /// The next place below a length (splitmix64).
    fn below(&mut self, length: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % length as u64).unwrap()
    }
}

fn log_of(directory: &Path) -> Vec<u8> {
    fs::read(directory.join("rows/db")).unwrap()
}

fn written_store() -> Place {
    let home = Place::new();
    let (mut store, _) = Store::open(home.path(), &me()).unwrap();
    for n in 1..=MESSAGES {
        store.commit(vec![arrival(n)], Millis(0)).unwrap();
    }
    assert_eq!(messages(&store).len() as u64, MESSAGES);
    drop(store);
    // An engine that has a snapshot does not read what is before it when it opens.
    drop(Store::open(home.path(), &me()).unwrap());
    home
}

fn copy(from: &Path, to: &Path) {
    use std::os::unix::fs::DirBuilderExt;

    fs::DirBuilder::new().mode(0o700).create(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
