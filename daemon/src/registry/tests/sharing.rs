//! What the apps of one account share, and that one of them cannot take it all.

use super::bench::*;
use super::live::signal;

// F-I32
#[test]
fn an_app_that_floods_with_signals_is_refused_and_a_sibling_is_heard() {
    let mut house = House::new();
    let (flood, typing) = (house.attach("flood"), house.attach("typing"));
    house.connect_both(flood, typing);

    assert_eq!(house.said(flood, 200), 32, "half of what the account has");
    assert_eq!(house.said(typing, 1), 1);
    house.now += Duration::from_secs(1);
    assert_eq!(house.said(flood, 200), 20, "the steady pace");
    assert_eq!(house.said(typing, 1), 1);
}

#[test]
fn the_sockets_of_one_app_share_what_it_may_signal() {
    let mut house = House::new();
    let (one, two) = (house.attach("flood"), house.attach("flood"));
    house.connect_both(one, two);

    assert_eq!(house.said(one, 200), 32);
    assert_eq!(house.said(two, 200), 0);
}

impl House {
    /// How many of that many signals went to the link; the others were refused for their number.
    fn said(&mut self, app: PeerId, signals: u32) -> usize {
        let asked = (0..signals).map(|_| self.ask(app, signal("RC:TypSts", "{}")));
        let asked: Vec<u64> = asked.collect();
        let refusals = asked.iter().filter_map(|id| self.failure(app, *id));
        let refusals: Vec<Code> = refusals.collect();
        assert!(refusals.iter().all(|code| *code == Code::LOCAL_QUOTA));
        let said = self.seen.iter().filter(|effect| {
            matches!(
                effect,
                Effect::Uplink {
                    command: Command::Signal { .. },
                    ..
                }
            )
        });
        let said = said.count();
        self.seen.clear();
        assert_eq!(said + refusals.len(), asked.len());
        said
    }
}
