//! A run of rows that opened well: what the engine dies of from then on is noted as well.
//!
//! Files may open and be damaged all the same, in pages that nobody asked for. An engine that panics
//! over one ends the process, whose apps come back and ask again; so such ends are counted over the
//! processes as those of openings are. What the engine says of its files counts the same, and is
//! believed at once where an app has agreed to begin anew: another opening would show nothing.
//!
//! The count ends when the rows are closed in order, or were served for [`SETTLED`].

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::watch::Watch;
use crate::directory::{self, Stroke};
use crate::engine::{Batch, Engine, EngineError, Order, Pair, Scan};

/// How long rows are served until earlier deaths of the engine count as chance. Apps that come back
/// to a daemon that died of them ask the same things within seconds.
const SETTLED: Duration = Duration::from_secs(600);

/// From a good opening to the closing.
#[derive(Debug)]
pub(crate) struct Run {
    failed: PathBuf,
    watch: Arc<Watch>,
    began: Instant,
    /// There are strokes of earlier runs, which this one has not outlived.
    earlier: AtomicBool,
    /// The engine found its files damaged, and that is noted.
    blamed: AtomicBool,
}

impl Run {
    /// Begins a run of the rows in a directory; `earlier` if there are strokes of others.
    pub(super) fn begin(failed: &Path, earlier: bool) -> Arc<Self> {
        Arc::new(Self {
            failed: failed.into(),
            watch: Watch::new(failed.into(), Stroke::InUse),
            began: Instant::now(),
            earlier: AtomicBool::new(earlier),
            blamed: AtomicBool::new(false),
        })
    }

    /// Asks the engine something.
    fn ask<T>(&self, work: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
        let answer = self.watch.during(work);
        match &answer {
            Ok(_) if self.earlier.load(Ordering::Relaxed) => self.outlive(),
            Err(error) if error.blames_files() => self.blame(error),
            Ok(_) | Err(_) => {}
        }
        answer
    }

    /// Notes what the engine says of its files, once: many reads may come to one page.
    fn blame(&self, error: &EngineError) {
        if self.blamed.swap(true, Ordering::Relaxed) {
            return;
        }
        tracing::error!(%error, "The engine cannot read what it had opened");
        if let Err(error) = directory::add_stroke(&self.failed, Stroke::Unreadable) {
            tracing::warn!(%error, "That rows are damaged was not noted");
        }
    }

    fn outlive(&self) {
        if self.began.elapsed() >= SETTLED {
            self.forgive();
        }
    }

    fn forgive(&self) {
        let is_clean = !self.blamed.load(Ordering::Relaxed) && !self.watch.has_struck();
        if !is_clean || !self.earlier.swap(false, Ordering::Relaxed) {
            return;
        }
        if let Err(error) = directory::remove(&self.failed) {
            tracing::warn!(%error, "Earlier failures of the rows still count");
        }
    }
}

impl Drop for Run {
    /// The rows are closed in order, unless this is the unwinding of a panic.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.forgive();
        }
    }
}

/// An engine in a run.
#[derive(Debug)]
pub(crate) struct Served {
    engine: Box<dyn Engine>,
    run: Arc<Run>,
}

impl Served {
    pub(crate) fn new(engine: Box<dyn Engine>, run: &Arc<Run>) -> Self {
        let run = Arc::clone(run);
        Self { engine, run }
    }
}

impl Engine for Served {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        self.run.ask(|| self.engine.get(key))
    }

    fn scan(&self, range: Range<&[u8]>, order: Order) -> Scan<'_> {
        let pairs = self.run.watch.during(|| self.engine.scan(range, order));
        let run = &self.run;
        Box::new(Asked { pairs, run })
    }

    fn apply(&self, batch: &Batch) -> Result<(), EngineError> {
        self.run.ask(|| self.engine.apply(batch))
    }
}

/// Pairs of an engine in a run.
struct Asked<'a> {
    pairs: Scan<'a>,
    run: &'a Run,
}

impl Iterator for Asked<'_> {
    type Item = Result<Pair, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.run.ask(|| self.pairs.next().transpose()).transpose()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::OpenError;
    use crate::engine::memory::{Memory, Trouble};
    use crate::opening::{Attempt, is_deadly, is_unreadable};

    // F-D09, F-A13
    #[test]
    fn rows_whose_reads_panic_the_engine_twice_are_refused_though_they_open() {
        let home = tempfile::tempdir().unwrap();

        for _ in 0..2 {
            let died = catch_unwind(AssertUnwindSafe(|| read(home.path(), Trouble::Panic)));
            assert!(died.is_err());
        }

        assert!(is_damaged(&Attempt::begin(home.path())));
        assert!(
            !is_deadly(home.path()).unwrap(),
            "what is in other pages can be taken over"
        );
    }

    // F-D09, F-A13
    #[test]
    fn rows_whose_scans_or_writes_panic_the_engine_count_too() {
        let home = tempfile::tempdir().unwrap();
        let run = serve(home.path());
        let engine = faulty(&run, Trouble::Panic);
        let scan = || engine.scan(&[]..&[9], Order::Forward).count();
        let write = || engine.apply(&Batch::from([(vec![1], None)]));

        assert!(catch_unwind(AssertUnwindSafe(scan)).is_err());
        assert!(catch_unwind(AssertUnwindSafe(write)).is_err());

        assert!(is_damaged(&Attempt::begin(home.path())));
    }

    // F-D07, F-D09
    #[test]
    fn rows_that_cannot_be_read_once_they_are_open_are_known_to_be_damaged() {
        let home = tempfile::tempdir().unwrap();

        for runs in 1..=2 {
            let torn = read(home.path(), Trouble::Damaged);
            assert!(torn.unwrap_err().blames_files());
            assert!(is_unreadable(home.path()).unwrap(), "after {runs}");
        }

        assert!(is_damaged(&Attempt::begin(home.path())));
    }

    #[test]
    fn many_reads_of_one_damaged_page_are_one_failure() {
        let home = tempfile::tempdir().unwrap();
        let run = serve(home.path());
        let engine = faulty(&run, Trouble::Damaged);

        for _ in 0..5 {
            engine.get(&[1]).unwrap_err();
        }

        drop((engine, run));
        Attempt::begin(home.path()).unwrap();
    }

    // F-D03
    #[test]
    fn an_error_of_the_system_says_nothing_of_the_rows() {
        let home = tempfile::tempdir().unwrap();

        for _ in 0..5 {
            read(home.path(), Trouble::Io).unwrap_err();
        }

        assert!(!is_unreadable(home.path()).unwrap());
        Attempt::begin(home.path()).unwrap();
    }

    #[test]
    fn one_death_is_forgotten_when_the_rows_are_closed_in_order() {
        let home = tempfile::tempdir().unwrap();

        for _ in 0..3 {
            let died = catch_unwind(AssertUnwindSafe(|| read(home.path(), Trouble::Panic)));
            assert!(died.is_err());
            read(home.path(), Trouble::None).unwrap();
        }
    }

    #[test]
    fn one_death_is_forgotten_after_a_long_time_of_service_only() {
        let home = tempfile::tempdir().unwrap();
        let died = catch_unwind(AssertUnwindSafe(|| read(home.path(), Trouble::Panic)));
        assert!(died.is_err());
        let mut run = serve(home.path());

        faulty(&run, Trouble::None).get(&[1]).unwrap();
        assert!(home.path().join("failed").exists());
        let long_ago = Instant::now().checked_sub(SETTLED).unwrap();
        Arc::get_mut(&mut run).unwrap().began = long_ago;
        faulty(&run, Trouble::None).get(&[1]).unwrap();

        assert!(!home.path().join("failed").exists());
    }

    #[test]
    fn a_panic_of_somebody_else_is_none_of_the_rows() {
        let home = tempfile::tempdir().unwrap();
        let run = serve(home.path());
        faulty(&run, Trouble::None).get(&[1]).unwrap();

        let panicked = catch_unwind(|| panic!("an assertion, after the engine has answered"));

        assert!(panicked.is_err());
        assert!(!home.path().join("failed").exists());
    }

    fn serve(home: &Path) -> Arc<Run> {
        Attempt::begin(home).unwrap().passed().unwrap()
    }

    /// One run of the rows, in which one is read.
    fn read(home: &Path, trouble: Trouble) -> Result<Option<Vec<u8>>, EngineError> {
        faulty(&serve(home), trouble).get(&[1])
    }

    fn faulty(run: &Arc<Run>, trouble: Trouble) -> Served {
        let memory = Memory::default();
        memory.set_trouble(trouble);
        Served::new(Box::new(memory), run)
    }

    fn is_damaged<T>(result: &Result<T, OpenError>) -> bool {
        matches!(result, Err(OpenError::Damaged { .. }))
    }
}
