//! Messages that processes die of (F-D25).
//!
//! Whoever does something with a stored message has it [in hand](in_hand). A panic meanwhile is noted
//! beside the rows before the process ends of it, and a message that was in hand at [`DEATHS`] ends
//! is left out from then on, like one that is damaged: without it the others are served, with it
//! none are. Notes are those of one version of this program; the next one tries again.
//!
//! Whoever hands a message to apps has it in hand: there its words are turned into what every codec
//! says of them. What is done to messages elsewhere has no notes. Pages are made of the same pieces,
//! but many messages at a time, so that a note would name a page of innocents. Before a message has a
//! place there is nothing to leave out; what looks into its words by then (who is mentioned, and the
//! words for searching) gives an answer for any bytes, which tests with arbitrary ones show.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use imlink_model::Seq;

use crate::{OpenError, directory};

/// How often a message may be in hand when a process dies: twice may be chance.
const DEATHS: u32 = 3;

/// A line of notes begins with it.
const VERSION: &str = env!("CARGO_PKG_VERSION");

thread_local! {
    static IN_HAND: RefCell<Option<(PathBuf, Seq)>> = const { RefCell::new(None) };
}

/// Runs `work` on the message at that position of the store in that directory.
///
/// # Panics
/// If `work` does; that is noted, if a store was opened by this process before.
pub fn in_hand<T>(store: &Path, seq: Seq, work: impl FnOnce() -> T) -> T {
    IN_HAND.set(Some((store.into(), seq)));
    // Not put down by a panic: the hook looks at it, and then the process is over.
    let done = work();
    IN_HAND.set(None);
    done
}

/// Notes what this thread has in hand, for the panic hook.
pub(crate) fn note() {
    let in_hand = IN_HAND.try_with(|in_hand| in_hand.try_borrow_mut().ok()?.take());
    if let Ok(Some((store, Seq(seq)))) = in_hand {
        // The process is about to end; there is nobody to tell.
        let _ = directory::append(&file(&store), format!("{VERSION} {seq}\n").as_bytes());
    }
}

/// The messages of a store that are left out.
pub(crate) fn messages(store: &Path) -> Result<Vec<Seq>, OpenError> {
    let notes = directory::read_private(&file(store))?.unwrap_or_default();
    let mut deaths: BTreeMap<Seq, u32> = BTreeMap::new();
    for line in String::from_utf8_lossy(&notes).lines() {
        if let Some((VERSION, seq)) = line.split_once(' ')
            && let Ok(seq) = seq.parse()
        {
            *deaths.entry(Seq(seq)).or_default() += 1;
        }
    }
    deaths.retain(|_, deaths| *deaths >= DEATHS);
    Ok(deaths.into_keys().collect())
}

/// The file of the notes.
pub(crate) const FILE: &str = "deadly";

fn file(store: &Path) -> PathBuf {
    store.join(FILE)
}
