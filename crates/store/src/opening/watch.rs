//! Notes panics of the engine on the disk before the process ends of them.
//!
//! A panic hook that aborts leaves no chance to unwind, so the note is taken by a hook too: one for
//! the process, put before those installed so far at the first opening, and silent while no engine
//! is asked anything. A hook installed later that does not call ours hides panics from it; then only
//! the slow way of [`super`] is left.

use std::cell::RefCell;
use std::panic;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};
use std::thread::{self, Thread};

use crate::deadly;
use crate::directory::{self, Stroke};
use crate::engine;

/// Every watch of the process; some may have ended.
static WATCHES: Mutex<Vec<Weak<Watch>>> = Mutex::new(Vec::new());

thread_local! {
    /// The watch over what this thread is at.
    static ASKING: RefCell<Option<Arc<Watch>>> = const { RefCell::new(None) };
}

/// A file that gets a stroke when the engine panics over the rows it is about.
#[derive(Debug)]
pub(crate) struct Watch {
    file: PathBuf,
    stroke: Stroke,
    /// Threads that are asking the engine.
    asked: AtomicUsize,
    struck: AtomicBool,
}

impl Watch {
    /// A watch that adds `stroke` to `file`.
    pub(crate) fn new(file: PathBuf, stroke: Stroke) -> Arc<Self> {
        static INSTALL: Once = Once::new();
        INSTALL.call_once(install);

        let watch = Arc::new(Self {
            file,
            stroke,
            asked: AtomicUsize::new(0),
            struck: AtomicBool::new(false),
        });
        let mut watches = WATCHES.lock().unwrap_or_else(PoisonError::into_inner);
        watches.retain(|watch| watch.strong_count() > 0);
        watches.push(Arc::downgrade(&watch));
        watch
    }

    /// Runs `work` under this watch, unless it is under another one: the outer one knows what is
    /// being done.
    pub(crate) fn during<T>(self: &Arc<Self>, work: impl FnOnce() -> T) -> T {
        let _asking = Asking::begin(self);
        work()
    }

    /// It has added a stroke.
    pub(crate) fn has_struck(&self) -> bool {
        self.struck.load(Ordering::Relaxed)
    }

    fn strike(&self) {
        self.struck.store(true, Ordering::Relaxed);
        // The process is about to end; there is nobody to tell.
        let _ = directory::add_stroke(&self.file, self.stroke);
    }
}

/// While this lives its thread is under a watch.
struct Asking<'a>(Option<&'a Watch>);

impl<'a> Asking<'a> {
    fn begin(watch: &'a Arc<Watch>) -> Self {
        let is_outermost = ASKING.with_borrow_mut(|asking| {
            let is_outermost = asking.is_none();
            asking.get_or_insert_with(|| Arc::clone(watch));
            is_outermost
        });
        if is_outermost {
            watch.asked.fetch_add(1, Ordering::Relaxed);
        }
        Self(is_outermost.then_some(watch))
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if let Some(watch) = self.0 {
            watch.asked.fetch_sub(1, Ordering::Relaxed);
            ASKING.set(None);
        }
    }
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
    let own = ASKING.try_with(|asking| asking.try_borrow().ok()?.clone());
    if let Ok(Some(watch)) = own {
        return watch.strike();
    }
    let of_engine = panicking
        .name()
        .is_some_and(|name| name.starts_with(engine::THREAD_NAMES));
    if !of_engine {
        return;
    }
    // The engine's own threads work for whoever waits for it. One that panics while nobody does
    // says nothing of any rows.
    let watches = WATCHES.lock().unwrap_or_else(PoisonError::into_inner);
    watches
        .iter()
        .filter_map(Weak::upgrade)
        .filter(|watch| watch.asked.load(Ordering::Relaxed) > 0)
        .for_each(|watch| watch.strike());
}
