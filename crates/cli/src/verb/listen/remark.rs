//! What a listener says between two messages.

use std::borrow::Cow;
use std::io;

use imlink::{AnomalyReport, Event};
use serde::Serialize;

use crate::language::Language;
use crate::output::{GapFields, Output, Paint, json};

/// What programs are told: an object among the messages, with the name of its kind.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Remark {
    Gap(GapFields),
    Anomalies(AnomalyReport),
}

/// Tells people what explains a silence, and everybody what is missing.
///
/// # Errors
/// Standard output is closed.
pub fn remark(event: &Event, output: Output) -> io::Result<()> {
    if output.is_json() {
        return Remark::of(event).map_or(Ok(()), |remark| json(&remark));
    }
    if let Some(words) = words(event, output.language()) {
        output.note(words);
    }
    Ok(())
}

fn words(event: &Event, language: Language) -> Option<Paint<Cow<'static, str>>> {
    match event {
        Event::Detached { .. } => Some(Paint::uneasy(
            "The daemon went away (-2); waiting for it.".into(),
        )),
        Event::Attached {
            reattached: true, ..
        } => Some(Paint::good("The daemon is back.".into())),
        Event::Gap(gap) => Some(Paint::bad(language.gap(gap).into())),
        Event::Anomalies(found) => {
            let told = language.anomalies_come_upon(*found)?;
            Some(Paint::bad(told.into()))
        }
        _ => None,
    }
}

impl Remark {
    fn of(event: &Event) -> Option<Self> {
        match event {
            Event::Gap(gap) => Some(Self::Gap(gap.into())),
            Event::Anomalies(found) => Some(Self::Anomalies(*found)),
            _ => None,
        }
    }
}
