//! The timings that a file may set, in seconds.

use std::fmt;
use std::time::Duration;

use imlink_connection::Timings;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// The shortest time that may be set: a shorter one would only turn in circles.
const SHORTEST: Duration = Duration::from_millis(1);

/// The longest: a day. Whatever waits longer than that waits for ever.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// A time as it is written: a number of seconds, whole or not.
#[derive(Clone, Copy, Debug)]
struct Seconds(Duration);

/// The steps of the ladder as they are written.
#[derive(Debug)]
struct Ladder(Vec<Duration>);

/// Each of them once: its key in a file is its name in [`Timings`], where its meaning is.
macro_rules! public {
    ($($name:ident)*) => {
        /// The keys that `[timings]` may have.
        pub(super) const KEYS: [&str; [$(stringify!($name)),*].len() + 1] =
            ["ladder", $(stringify!($name)),*];

        /// `[timings]` as it is written; what it leaves out stays as it is.
        #[derive(Debug, Default, Deserialize)]
        pub(super) struct Written {
            ladder: Option<Ladder>,
            $($name: Option<Seconds>,)*
        }

        impl Written {
            pub(super) fn over(self, mut timings: Timings) -> Timings {
                if let Some(Ladder(steps)) = self.ladder {
                    timings.ladder = steps;
                }
                $(if let Some(Seconds(time)) = self.$name {
                    timings.$name = time;
                })*
                timings
            }
        }

        fn named(timings: &Timings) -> Vec<Timing> {
            let one = |name, time| Timing { name, times: vec![time] };
            let ladder = Timing { name: "ladder", times: timings.ladder.clone() };
            vec![ladder, $(one(stringify!($name), timings.$name)),*]
        }
    };
}

public! {
    navigation navigation_lifetime open connack write ping pong probe stable hints unknown_refusal
    longest_rest network_poll acknowledgement
}

/// One timing with its key; several times are steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Its key.
    pub name: &'static str,
    /// Its value, or its values.
    pub times: Vec<Duration>,
}

/// Those that are not what they are by default.
#[must_use]
pub fn changed_timings(timings: &Timings) -> Vec<Timing> {
    let defaults = named(&Timings::default());
    let changed = named(timings).into_iter().zip(defaults);
    changed
        .filter(|(timing, default)| timing != default)
        .map(|(timing, _)| timing)
        .collect()
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.times.iter().map(|time| time.as_secs_f64().to_string());
        let seconds = seconds.collect::<Vec<_>>().join(", ");
        write!(f, "{} {seconds} s", self.name)
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(written)
            .ok()
            .filter(|time| (SHORTEST..=LONGEST).contains(time))
            .map(Self)
            .ok_or_else(|| {
                let (shortest, longest) = (SHORTEST.as_secs_f64(), LONGEST.as_secs());
                let problem = format!(
                    "{written} is no timing; those from {shortest} to {longest} seconds are"
                );
                D::Error::custom(problem)
            })
    }
}

impl<'de> Deserialize<'de> for Ladder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let steps: Vec<Seconds> = Vec::deserialize(deserializer)?;
        let steps: Vec<Duration> = steps.into_iter().map(|Seconds(step)| step).collect();
        if steps.is_empty() {
            return Err(D::Error::custom("a ladder has a step at least"));
        }
        if !steps.is_sorted() {
            let problem = "no step of a ladder is shorter than the one before it";
            return Err(D::Error::custom(problem));
        }
        Ok(Self(steps))
    }
}
