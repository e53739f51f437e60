//! Times for people.

use imlink_model::Millis;
use jiff::{Timestamp, tz::TimeZone};

/// A moment on the clock of this machine, for example `2026-07-31 14:02:11`; the number itself if
/// no calendar has it.
#[must_use]
pub fn moment(at: Millis) -> String {
    moment_in(at, TimeZone::system())
}

fn moment_in(at: Millis, zone: TimeZone) -> String {
    match Timestamp::from_millisecond(at.0) {
        Ok(timestamp) => timestamp
            .to_zoned(zone)
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string(),
        Err(_) => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_shown_in_the_given_zone() {
        let at = Millis(1_785_506_531_123);

        assert_eq!(moment_in(at, TimeZone::UTC), "2026-07-31 14:02:11");
        let east = TimeZone::fixed(jiff::tz::offset(8));
        assert_eq!(moment_in(at, east), "2026-07-31 22:02:11");
    }

    #[test]
    fn a_time_beyond_any_calendar_is_shown_as_its_number() {
        assert_eq!(
            moment_in(Millis(i64::MAX), TimeZone::UTC),
            "9223372036854775807 ms"
        );
    }
}
