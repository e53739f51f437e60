//! How far long work is: a bar on a terminal, now and then a line elsewhere.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Stderr, Write};
use std::time::Duration;

use serde::Serialize;
use tokio::time::{Instant, sleep_until};

use super::{Output, json_line};

/// Work that ends before that is not worth a word, whoever reads.
const PATIENCE: Duration = Duration::from_millis(500);

/// Cells of the bar.
const CELLS: u64 = 24;

/// Shows one piece of work, on standard error, until it is dropped.
#[derive(Debug)]
pub struct Progress<W: Write = Stderr> {
    meter: Meter,
    to: W,
}

/// What is to be shown when; the clock and the stream are the owner's.
#[derive(Debug)]
struct Meter {
    style: Style,
    since: Instant,
    /// When something was shown last.
    shown: Option<Instant>,
    /// The newest step, where it came too early to be drawn.
    kept: Option<Step>,
    /// Columns of the bar that stands on the terminal.
    columns: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// Drawn over and over in one line of a terminal.
    Bar,
    /// A line of text.
    Line,
    /// A line of JSON.
    Json,
}

/// To programs an object `{"progress":{...}}` on standard error.
#[derive(Serialize)]
struct Envelope {
    progress: Step,
}

/// How far work is.
#[derive(Clone, Copy, Debug, Serialize)]
struct Step {
    /// Which work, in words.
    work: &'static str,
    /// How much of it is done.
    done: u64,
    /// How much there is; an estimate, which `done` may pass.
    total: u64,
}

impl Progress {
    /// Work that begins at this moment.
    #[must_use]
    pub fn new(output: Output) -> Self {
        let style = match (output.is_json(), io::stderr().is_terminal()) {
            (true, _) => Style::Json,
            (false, true) => Style::Bar,
            (false, false) => Style::Line,
        };
        Self {
            meter: Meter::new(style, Instant::now()),
            to: io::stderr(),
        }
    }
}

impl<W: Write> Progress<W> {
    /// The same as on a terminal, wherever it goes to.
    #[cfg(test)]
    pub fn bar(to: W) -> Self {
        let meter = Meter::new(Style::Bar, Instant::now());
        Self { meter, to }
    }

    /// So much of the work is done; shown if it is time to.
    pub fn at(&mut self, work: &'static str, done: u64, total: u64) {
        let step = Step { work, done, total };
        let text = self.meter.at(step, Instant::now());
        self.write(text);
    }

    /// Waits until it is time for a step that came too early, and shows it; for ever, if there is
    /// none. A step may take long, and nobody hears of it before the next.
    ///
    /// # Cancel safety
    /// Nothing is lost if the future is dropped.
    pub async fn catch_up(&mut self) {
        let Some(due) = self.meter.kept_until() else {
            return std::future::pending().await;
        };
        sleep_until(due).await;
        let text = self.meter.catch_up(Instant::now());
        self.write(text);
    }

    fn write(&mut self, text: Option<String>) {
        let Some(text) = text else { return };
        let written = self.to.write_all(text.as_bytes());
        // Nothing can be done about a closed standard error.
        let _ = written.and_then(|()| self.to.flush());
    }
}

impl<W: Write> Drop for Progress<W> {
    fn drop(&mut self) {
        let text = self.meter.clear();
        self.write(Some(text));
    }
}

impl Meter {
    fn new(style: Style, since: Instant) -> Self {
        Self {
            style,
            since,
            shown: None,
            kept: None,
            columns: 0,
        }
    }

    /// What is to be written of a step that work came to.
    fn at(&mut self, step: Step, now: Instant) -> Option<String> {
        if now >= self.due() {
            return Some(self.show(step, now));
        }
        self.kept = Some(step).filter(|step| self.is_worth_keeping(*step));
        None
    }

    /// When [`catch_up`](Self::catch_up) has something to write.
    fn kept_until(&self) -> Option<Instant> {
        self.kept.map(|_| self.due())
    }

    /// What is to be written of the step that came too early.
    fn catch_up(&mut self, now: Instant) -> Option<String> {
        let due = self.due();
        let step = self.kept.take_if(|_| now >= due)?;
        Some(self.show(step, now))
    }

    fn due(&self) -> Instant {
        match self.shown {
            None => self.since + PATIENCE,
            Some(shown) => shown + self.style.pause(),
        }
    }

    /// Somebody sits before a bar and sees it stand; a line is read as the time at which it was
    /// written. Work that came to its end before it was worth a word stays without one, though the
    /// call it was done for goes on.
    fn is_worth_keeping(&self, step: Step) -> bool {
        let goes_on = step.done < step.total;
        self.style == Style::Bar && (goes_on || self.shown.is_some())
    }

    fn show(&mut self, step: Step, now: Instant) -> String {
        self.shown = Some(now);
        self.kept = None;
        match self.style {
            Style::Bar => self.drawn(step),
            Style::Line => format!("{}\n", step.words()),
            Style::Json => {
                // A text and two numbers are always JSON.
                json_line(&Envelope { progress: step }).unwrap_or_default() + "\n"
            }
        }
    }

    /// Over the one before, which may have been longer.
    fn drawn(&mut self, step: Step) -> String {
        let Step { done, total, .. } = step;
        let full = (CELLS * done.min(total)).checked_div(total).unwrap_or(0);
        let bar = "#".repeat(usize::try_from(full).unwrap_or_default());
        let cells = usize::try_from(CELLS).unwrap_or_default();
        let text = format!("[{bar:.<cells$}] {}", step.words());
        let before = std::mem::replace(&mut self.columns, text.chars().count());
        format!("\r{text:<before$}")
    }

    fn clear(&mut self) -> String {
        match std::mem::take(&mut self.columns) {
            0 => String::new(),
            columns => format!("\r{:columns$}\r", ""),
        }
    }
}

impl Style {
    /// Time between two of them.
    fn pause(self) -> Duration {
        match self {
            Self::Bar => Duration::from_millis(100),
            Self::Line => Duration::from_secs(5),
            Self::Json => Duration::from_secs(1),
        }
    }
}

impl Step {
    /// For example `writing messages: 45 %, 900 of 2000`.
    fn words(self) -> String {
        let Self { work, done, total } = self;
        let mut text = format!("{work}: ");
        // Writing to a text cannot fail.
        let _ = match (100 * u128::from(done.min(total))).checked_div(u128::from(total)) {
            Some(percent) => write!(text, "{percent} %, {done} of {total}"),
            None => write!(text, "{done}"),
        };
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_work_is_not_worth_a_word() {
        for style in [Style::Bar, Style::Line, Style::Json] {
            let (mut meter, start) = meter(style);

            assert_eq!(meter.at(step("w", 1, 2), start + PATIENCE / 2), None);
            assert_eq!(meter.clear(), "");
        }
    }

    #[test]
    fn a_bar_is_drawn_over_itself_and_leaves_nothing() {
        let (mut meter, start) = meter(Style::Bar);
        let later = start + PATIENCE;

        let first = meter.at(step("writing", 600, 1200), later).unwrap();
        let at_once = meter.at(step("writing", 601, 1200), later);
        let next = meter.at(step("w", 1200, 1200), later + Style::Bar.pause());
        let cleared = meter.clear();

        assert_eq!(
            first,
            "\r[############............] writing: 50 %, 600 of 1200"
        );
        assert_eq!(at_once, None, "not more often than the eye can follow");
        let next = next.unwrap();
        assert!(next.starts_with("\r[########################] w: 100 %"));
        assert_eq!(next.len(), first.len(), "nothing of the first is left");
        assert!(cleared.trim().is_empty() && cleared.ends_with('\r'));
        assert_eq!(meter.clear(), "");
    }

    #[test]
    fn a_step_that_takes_long_is_drawn_though_nothing_follows() {
        let (mut meter, start) = meter(Style::Bar);
        let due = start + PATIENCE;

        assert_eq!(meter.kept_until(), None);
        assert_eq!(meter.at(step("opening", 0, 9), start), None);
        assert_eq!(meter.kept_until(), Some(due));
        assert_eq!(meter.catch_up(due - Duration::from_millis(1)), None);
        let drawn = meter.catch_up(due).unwrap();
        let again = meter.catch_up(due + PATIENCE);

        assert_eq!(drawn, "\r[........................] opening: 0 %, 0 of 9");
        assert_eq!((again, meter.kept_until()), (None, None), "once");
    }

    #[test]
    fn a_bar_comes_to_the_newest_step_however_soon_that_followed() {
        let (mut meter, start) = meter(Style::Bar);
        let shown = start + PATIENCE;
        meter.at(step("opening", 0, 9), shown).unwrap();

        for done in [3, 9] {
            assert_eq!(meter.at(step("opening", done, 9), shown), None);
        }
        let due = meter.kept_until().unwrap();
        let drawn = meter.catch_up(due).unwrap();

        assert_eq!(due, shown + Style::Bar.pause());
        assert!(drawn.ends_with("opening: 100 %, 9 of 9"), "{drawn}");
    }

    #[test]
    fn work_that_ended_early_is_not_drawn_while_something_else_is_waited_for() {
        let (mut meter, start) = meter(Style::Bar);

        meter.at(step("opening", 0, 9), start);
        meter.at(step("opening", 9, 9), start + PATIENCE / 2);

        assert_eq!(meter.kept_until(), None);
        assert_eq!(meter.catch_up(start + 2 * PATIENCE), None);
    }

    #[test]
    fn nothing_is_kept_for_lines() {
        for style in [Style::Line, Style::Json] {
            let (mut meter, start) = meter(style);

            meter.at(step("opening", 0, 9), start);

            assert_eq!(meter.kept_until(), None);
            assert_eq!(meter.catch_up(start + PATIENCE), None);
        }
    }

    #[test]
    fn without_a_terminal_there_is_a_line_every_few_seconds() {
        let (mut meter, start) = meter(Style::Line);
        let later = start + PATIENCE;

        let lines: Vec<String> = (0..100)
            .filter_map(|done| {
                let now = later + Duration::from_millis(100) * u32::try_from(done).unwrap();
                meter.at(step("reading", done, 100), now)
            })
            .collect();

        assert_eq!(
            lines,
            ["reading: 0 %, 0 of 100\n", "reading: 50 %, 50 of 100\n"]
        );
    }

    #[test]
    fn programs_get_objects() {
        let (mut meter, start) = meter(Style::Json);

        assert_eq!(
            meter.at(step("reading", 7, 5), start + PATIENCE).unwrap(),
            "{\"progress\":{\"work\":\"reading\",\"done\":7,\"total\":5}}\n"
        );
    }

    #[test]
    fn an_estimate_that_was_too_low_ends_at_the_whole() {
        assert_eq!(step("w", 7, 5).words(), "w: 100 %, 7 of 5");
        let most = step("w", u64::MAX, u64::MAX).words();
        assert_eq!(most.split(',').next(), Some("w: 100 %"));
        assert_eq!(step("w", 7, 0).words(), "w: 7");
    }

    fn meter(style: Style) -> (Meter, Instant) {
        let start = Instant::now();
        (Meter::new(style, start), start)
    }

    fn step(work: &'static str, done: u64, total: u64) -> Step {
        Step { work, done, total }
    }
}
