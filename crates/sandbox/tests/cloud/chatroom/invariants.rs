//! What holds whatever people do in a room, checked on random lives.

use imlink_model::Millis;
use imlink_sandbox::{ChatroomOptions, Destruction, LinkId};
use proptest::prelude::*;

use super::{ROOM, join, leave, make, pull, room, say};
use crate::bench::{Bench, user};

const PEOPLE: [&str; 3] = ["alice", "bob", "carol"];

#[derive(Clone, Debug)]
enum Deed {
    Join(usize),
    Leave(usize),
    Say(usize),
    Pull(usize),
    Lose(usize),
    Return(usize),
    Pass(i64),
}

fn deed() -> impl Strategy<Value = Deed> {
    let who = 0..PEOPLE.len();
    prop_oneof![
        2 => who.clone().prop_map(Deed::Join),
        1 => who.clone().prop_map(Deed::Leave),
        6 => who.clone().prop_map(Deed::Say),
        3 => who.clone().prop_map(Deed::Pull),
        1 => who.clone().prop_map(Deed::Lose),
        2 => who.prop_map(Deed::Return),
        1 => (0_i64..60_000).prop_map(Deed::Pass),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn who_is_in_gets_what_the_others_say_once_in_order_and_no_cursor_falls(
        deeds in prop::collection::vec(deed(), 0..80),
    ) {
        let mut life = Life::new();
        for deed in &deeds {
            life.act(deed);
        }

        for (who, name) in PEOPLE.into_iter().enumerate() {
            life.act(&Deed::Return(who));
            life.pull(who);
            let said = life.bench.app().said_in_chatroom(&room(ROOM));
            let Some(stay) = &life.people[who].stay else {
                continue;
            };
            let expected: Vec<_> = said
                .iter()
                .filter(|message| message.time > stay.since && message.from != user(name))
                .map(|message| message.uid.clone())
                .collect();
            prop_assert_eq!(&stay.seen, &expected, "{}", name);
        }
    }
}

struct Life {
    bench: Bench,
    people: Vec<Person>,
}

struct Person {
    /// `None` while he is offline.
    link: Option<LinkId>,
    stay: Option<Stay>,
}

/// One stay in the room, from joining on.
struct Stay {
    since: Millis,
    cursor: i64,
    seen: Vec<String>,
}

impl Life {
    fn new() -> Self {
        let mut bench = Bench::new();
        let options = ChatroomOptions {
            destruction: Destruction::Never,
            ..ChatroomOptions::default()
        };
        make(&mut bench, options);
        let people = PEOPLE.map(|name| Person {
            link: Some(bench.online(name)),
            stay: None,
        });
        Self {
            people: people.into(),
            bench,
        }
    }

    /// Whoever is offline only returns.
    fn act(&mut self, deed: &Deed) {
        match *deed {
            Deed::Join(who) => self.join(who),
            Deed::Leave(who) => self.leave(who),
            Deed::Say(who) => self.say(who),
            Deed::Pull(who) => self.pull(who),
            Deed::Lose(who) => {
                let now = self.bench.now;
                if let Some(link) = self.people[who].link.take() {
                    self.bench.cloud.closed(link, now);
                }
            }
            Deed::Return(who) => {
                let person = &mut self.people[who];
                let bench = &mut self.bench;
                person.link.get_or_insert_with(|| bench.online(PEOPLE[who]));
            }
            Deed::Pass(millis) => self.bench.pass(millis),
        }
    }

    fn leave(&mut self, who: usize) {
        let person = &mut self.people[who];
        if let Some(link) = person.link {
            assert_eq!(leave(&mut self.bench, link, ROOM), 0);
            person.stay = None;
        }
    }

    fn say(&mut self, who: usize) {
        let Some(link) = self.people[who].link else {
            return;
        };
        let said = say(&mut self.bench, link, "x");
        let is_in = self.people[who].stay.is_some();
        assert_eq!(said.status, if is_in { 0 } else { 23406 });
        self.notice_who_was_taken_out();
    }

    fn join(&mut self, who: usize) {
        let Some(link) = self.people[who].link else {
            return;
        };
        assert_eq!(join(&mut self.bench, link, ROOM).0, 0);
        if self.people[who].stay.is_some() {
            return;
        }
        let (nothing, cursor) = pull(&mut self.bench, link, 0, -1);
        assert_eq!(nothing, []);
        self.people[who].stay = Some(Stay {
            since: Millis(cursor),
            cursor,
            seen: Vec::new(),
        });
    }

    fn pull(&mut self, who: usize) {
        let person = &mut self.people[who];
        let (Some(link), Some(stay)) = (person.link, &mut person.stay) else {
            return;
        };
        let (messages, cursor) = pull(&mut self.bench, link, stay.cursor, 10);
        assert!(cursor >= stay.cursor);
        stay.cursor = cursor;
        let uids = messages.into_iter().map(|message| message.msg_id.unwrap());
        stay.seen.extend(uids);
    }

    fn notice_who_was_taken_out(&mut self) {
        for (person, name) in self.people.iter_mut().zip(PEOPLE) {
            if !self.bench.app().is_in_chatroom(&room(ROOM), &user(name)) {
                person.stay = None;
            }
        }
    }
}
