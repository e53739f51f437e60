//! Notes panics on the disk before the process ends of them.
//!
//! A panic hook that aborts leaves no chance to unwind, so the note is taken by a hook too: one for
//! the process, put before those installed so far at the first opening, and silent while nothing is
//! being opened. A hook installed later that does not call ours hides panics from it; then only
//! the slow way of [`super`] is left.

use std::collections::BTreeMap;
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};
use std::thread::{self, Thread, ThreadId};

use crate::deadly;
use crate::directory::{self, Stroke};
use crate::engine::sled;

/// Files that get a stroke if the thread beside them panics, or a thread of the engine.
static WATCHED: Mutex<BTreeMap<PathBuf, ThreadId>> = Mutex::new(BTreeMap::new());

/// Runs `work`; a panic of it adds a stroke to `failed`.
pub(crate) fn panics<T>(failed: &Path, work: impl FnOnce() -> T) -> T {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(install);

    let _watch = Watch::begin(failed);
    work()
}

fn install() {
    let earlier = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        note(&thread::current());
        deadly::note();
        earlier(panic);
    }));
}

fn note(panicking: &Thread) {
    let of_engine = panicking
        .name()
        .is_some_and(|name| name.starts_with(sled::THREAD_NAMES));
    let watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
    for (failed, thread) in &*watched {
        if of_engine || *thread == panicking.id() {
            // The process is about to end; there is nobody to tell.
            let _ = directory::add_stroke(failed, Stroke::Panic);
        }
    }
}

struct Watch<'a>(&'a Path);

impl<'a> Watch<'a> {
    fn begin(failed: &'a Path) -> Self {
        WATCHED
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(failed.to_owned(), thread::current().id());
        Self(failed)
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        WATCHED
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(self.0);
    }
}
