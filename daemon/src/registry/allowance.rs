//! How many signals the apps of an account may say, and what each of them gets of that.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::peer::App;

/// Signals that the apps of an account may say at once. A typing notice is said every few seconds;
/// a link holds 256 packets that are not written.
const PLACES: usize = 64;

/// The time from one to the next after that.
const EVERY: Duration = Duration::from_millis(50);

/// Places that signals take and let go of one by one, at a steady pace.
///
/// Nobody acknowledges a signal, so nothing else bounds them: without this one app could fill the
/// link for all. An app gets a place as long as more are free than it has. So an app alone fills
/// half of them, two a third each, and whoever comes late still finds some. Nothing is set aside
/// for apps that say nothing: the pace is always everybody's.
#[derive(Debug, Default)]
pub(super) struct Allowance {
    /// Whose places these are, the oldest first.
    taken: VecDeque<App>,
    /// When the oldest is let go of; `None` while there is none.
    next: Option<Instant>,
}

impl Allowance {
    /// Takes a place for a signal of that app; false if it has to be quiet for a while.
    pub(super) fn take(&mut self, app: &App, now: Instant) -> bool {
        self.let_go(now);
        let own = self.taken.iter().filter(|other| *other == app).count();
        if own >= PLACES.saturating_sub(self.taken.len()) {
            return false;
        }
        self.taken.push_back(app.clone());
        self.next.get_or_insert(now + EVERY);
        true
    }

    fn let_go(&mut self, now: Instant) {
        while let Some(next) = self.next.filter(|next| *next <= now) {
            self.taken.pop_front();
            self.next = (!self.taken.is_empty()).then_some(next + EVERY);
        }
    }
}

#[cfg(test)]
mod tests {
    use imlink_model::AppId;

    use super::*;

    #[test]
    fn one_app_alone_has_half_of_the_places_and_all_of_the_pace() {
        let (mut allowance, start) = (Allowance::default(), Instant::now());
        let flood = app("flood");

        assert_eq!(said(&mut allowance, &flood, start), 32);
        assert_eq!(said(&mut allowance, &flood, start + EVERY / 2), 0);
        assert_eq!(said(&mut allowance, &flood, start + EVERY), 1);
        assert_eq!(said(&mut allowance, &flood, start + EVERY * 3), 2);
        let rested = start + EVERY * 1_000;
        assert_eq!(said(&mut allowance, &flood, rested), 32, "the rest is lost");
    }

    #[test]
    fn whoever_comes_while_others_flood_is_heard_at_once_and_gets_as_much_as_they() {
        let (mut allowance, start) = (Allowance::default(), Instant::now());
        let floods = [app("a"), app("b"), app("c")];
        let mut now = start;
        for _ in 0..500 {
            now += EVERY;
            for flood in &floods {
                said(&mut allowance, flood, now);
            }
        }

        let late = app("late");
        assert!(said(&mut allowance, &late, now) >= 8);

        let mut heard = [0; 4];
        for turn in 0..1_000 {
            now += EVERY;
            for n in 0..4 {
                // Whose turn is first differs, as it does among apps.
                let n = (n + turn) % 4;
                heard[n] += said(&mut allowance, floods.get(n).unwrap_or(&late), now);
            }
        }
        assert!(
            heard.iter().all(|each| (230..270).contains(each)),
            "{heard:?}"
        );
    }

    #[test]
    fn typing_beside_any_number_of_floods_is_never_refused() {
        for floods in 1..=20 {
            let floods: Vec<App> = (0..floods).map(|n| app(&format!("flood-{n}"))).collect();
            let (mut allowance, mut now) = (Allowance::default(), Instant::now());
            let typing = app("typing");
            for turn in 0..1_000 {
                now += EVERY;
                for flood in &floods {
                    said(&mut allowance, flood, now);
                }
                // Once the burst of the first moments has settled.
                if turn >= 200 && turn % 40 == 0 {
                    assert!(allowance.take(&typing, now), "beside {}", floods.len());
                }
            }
        }
    }

    /// How many signals are let through before one is refused.
    fn said(allowance: &mut Allowance, app: &App, now: Instant) -> usize {
        (0..PLACES).take_while(|_| allowance.take(app, now)).count()
    }

    fn app(name: &str) -> App {
        App {
            uid: 1_000,
            id: AppId::new(name).unwrap(),
        }
    }
}
