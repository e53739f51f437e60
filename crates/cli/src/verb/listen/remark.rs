//! What a listener says between two messages.

use std::borrow::Cow;
use std::io;

use imlink::{AnomalyReport, Event, Gap, GapCause};
use serde::Serialize;

use crate::language::Language;
use crate::output::{Output, Paint, json};

/// What programs are told: an object among the messages, with the name of its kind.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Remark {
    Gap(GapFields),
    Anomalies(AnomalyReport),
}

#[derive(Serialize)]
struct GapFields {
    /// The first place of the stretch.
    first: u64,
    /// The last place of it.
    last: u64,
    /// How many messages of it are missing; `null` if nobody knows.
    lost: Option<u64>,
    /// `rolled-back`, `damaged` or `expired`.
    cause: &'static str,
    /// Between which times of the cloud, in milliseconds since 1970; of what is expired only.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
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

impl From<&Gap> for GapFields {
    fn from(gap: &Gap) -> Self {
        let (cause, between) = match gap.cause {
            GapCause::RolledBack => ("rolled-back", None),
            GapCause::Damaged => ("damaged", None),
            GapCause::Expired { from, until } => ("expired", Some((from.0, until.0))),
        };
        let (from, until) = between.unzip();
        Self {
            first: gap.first.0,
            last: gap.last.0,
            lost: gap.lost,
            cause,
            from,
            until,
        }
    }
}
