//! Long work of the daemon, shown while a verb waits for it.

use std::io::Write;
use std::pin::pin;

use imlink::{Event, Events, Work};

use crate::output::{Output, Progress};

/// Waits for a call, and shows what the daemon says of its work meanwhile.
pub async fn watched<T>(mut events: Events, output: Output, call: impl Future<Output = T>) -> T {
    shown(async || events.next().await, Progress::new(output), call).await
}

/// The same, with events from anywhere.
async fn shown<T, W: Write>(
    mut next: impl AsyncFnMut() -> Option<Event>,
    mut progress: Progress<W>,
    call: impl Future<Output = T>,
) -> T {
    let mut call = pin!(call);
    loop {
        tokio::select! {
            biased;
            ended = &mut call => return ended,
            Some(event) = next() => {
                if let Event::Progress { work, done, total } = event {
                    progress.at(name(work), done, total);
                }
            }
            () = progress.catch_up() => {}
        }
    }
}

fn name(work: Work) -> &'static str {
    match work {
        Work::Migrating => "taking over the rows of an earlier version",
        Work::Recovering => "checking the rows",
        Work::Forgetting => "deleting",
        Work::Compacting => "writing the files anew",
        Work::Importing => "importing",
        Work::Exporting => "exporting",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_behind_one_long_step_shows_a_bar_and_takes_it_away() {
        let bar = bar_of(Duration::from_secs(3), &[event(0)]).await;

        let told = "\r[........................] checking the rows: 0 %, 0 of 9";
        let shown = bar.strip_prefix(told).expect(&bar);
        assert!(shown.trim().is_empty() && shown.ends_with('\r'), "{bar}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_or_work_that_ends_soon_shows_nothing() {
        let soon = Duration::from_millis(400);

        assert_eq!(bar_of(soon, &[event(0)]).await, "");
        assert_eq!(bar_of(2 * soon, &[event(0), event(9)]).await, "");
    }

    /// What stands on a terminal of a call that takes so long, and begins with these events.
    async fn bar_of(call: Duration, events: &[Event]) -> String {
        let mut events = events.iter().cloned();
        let mut terminal = Vec::new();
        let progress = Progress::bar(&mut terminal);
        shown(async || events.next(), progress, sleep(call)).await;
        String::from_utf8(terminal).unwrap()
    }

    fn event(done: u64) -> Event {
        Event::Progress {
            work: Work::Recovering,
            done,
            total: 9,
        }
    }
}
