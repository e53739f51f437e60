//! Long work of the daemon, shown while a verb waits for it.

use std::pin::pin;

use imlink::{Event, Events, Work};

use crate::output::{Output, Progress};

/// Waits for a call, and shows what the daemon says of its work meanwhile.
pub async fn watched<T>(mut events: Events, output: Output, call: impl Future<Output = T>) -> T {
    let mut call = pin!(call);
    let mut progress = Progress::new(output);
    loop {
        tokio::select! {
            biased;
            ended = &mut call => return ended,
            Some(event) = events.next() => {
                if let Event::Progress { work, done, total } = event {
                    progress.at(name(work), done, total);
                }
            }
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
