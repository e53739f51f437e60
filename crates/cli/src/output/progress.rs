//! How far long work is: a bar on a terminal, now and then a line elsewhere.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::{Output, json_line};

/// Work that ends before that is not worth a word, whoever reads.
const PATIENCE: Duration = Duration::from_millis(500);

/// Cells of the bar.
const CELLS: u64 = 24;

/// Shows one piece of work on standard error until it is dropped.
#[derive(Debug)]
pub struct Progress(Meter);

/// What is to be shown when; the clock and the stream are the owner's.
#[derive(Debug)]
struct Meter {
    style: Style,
    since: Instant,
    /// When something was shown last.
    shown: Option<Instant>,
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
struct Envelope<'a> {
    progress: Report<'a>,
}

#[derive(Serialize)]
struct Report<'a> {
    /// Which work, in words.
    work: &'a str,
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
        Self(Meter::new(style, Instant::now()))
    }

    /// So much of the work is done; shown if it is time to.
    pub fn at(&mut self, work: &str, done: u64, total: u64) {
        if let Some(text) = self.0.at(work, done, total, Instant::now()) {
            write(&text);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        write(&self.0.clear());
    }
}

impl Meter {
    fn new(style: Style, since: Instant) -> Self {
        Self {
            style,
            since,
            shown: None,
            columns: 0,
        }
    }

    fn at(&mut self, work: &str, done: u64, total: u64, now: Instant) -> Option<String> {
        let due = self
            .shown
            .map_or(self.since + PATIENCE, |shown| shown + self.style.pause());
        if now < due {
            return None;
        }
        self.shown = Some(now);
        Some(match self.style {
            Style::Bar => self.drawn(work, done, total),
            Style::Line => format!("{}\n", words(work, done, total)),
            Style::Json => {
                let progress = Report { work, done, total };
                // A text and two numbers are always JSON.
                json_line(&Envelope { progress }).unwrap_or_default() + "\n"
            }
        })
    }

    /// Over the one before, which may have been longer.
    fn drawn(&mut self, work: &str, done: u64, total: u64) -> String {
        let full = (CELLS * done.min(total)).checked_div(total).unwrap_or(0);
        let bar = "#".repeat(usize::try_from(full).unwrap_or_default());
        let cells = usize::try_from(CELLS).unwrap_or_default();
        let text = format!("[{bar:.<cells$}] {}", words(work, done, total));
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

/// For example `writing messages: 45 %, 900 of 2000`.
fn words(work: &str, done: u64, total: u64) -> String {
    let mut text = format!("{work}: ");
    // Writing to a text cannot fail.
    let _ = match (100 * u128::from(done.min(total))).checked_div(u128::from(total)) {
        Some(percent) => write!(text, "{percent} %, {done} of {total}"),
        None => write!(text, "{done}"),
    };
    text
}

fn write(text: &str) {
    let mut stderr = io::stderr().lock();
    // Nothing can be done about a closed standard error.
    let _ = stderr
        .write_all(text.as_bytes())
        .and_then(|()| stderr.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_work_is_not_worth_a_word() {
        for style in [Style::Bar, Style::Line, Style::Json] {
            let (mut meter, start) = meter(style);

            assert_eq!(meter.at("w", 1, 2, start + PATIENCE / 2), None);
            assert_eq!(meter.clear(), "");
        }
    }

    #[test]
    fn a_bar_is_drawn_over_itself_and_leaves_nothing() {
        let (mut meter, start) = meter(Style::Bar);
        let later = start + PATIENCE;

        let first = meter.at("writing", 600, 1200, later).unwrap();
        let at_once = meter.at("writing", 601, 1200, later);
        let next = meter.at("w", 1200, 1200, later + Duration::from_millis(100));
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
    fn without_a_terminal_there_is_a_line_every_few_seconds() {
        let (mut meter, start) = meter(Style::Line);
        let later = start + PATIENCE;

        let lines: Vec<String> = (0..100)
            .filter_map(|step| {
                let now = later + Duration::from_millis(100) * u32::try_from(step).unwrap();
                meter.at("reading", step, 100, now)
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
            meter.at("reading", 7, 5, start + PATIENCE).unwrap(),
            "{\"progress\":{\"work\":\"reading\",\"done\":7,\"total\":5}}\n"
        );
    }

    #[test]
    fn an_estimate_that_was_too_low_ends_at_the_whole() {
        assert_eq!(words("w", 7, 5), "w: 100 %, 7 of 5");
        assert_eq!(
            words("w", u64::MAX, u64::MAX).split(',').next(),
            Some("w: 100 %")
        );
        assert_eq!(words("w", 7, 0), "w: 7");
    }

    fn meter(style: Style) -> (Meter, Instant) {
        let start = Instant::now();
        (Meter::new(style, start), start)
    }
}
