//! The groups of users, as the group database says.
//!
//! It may be on another machine, and that machine may not answer. So a lookup has a time limit, a
//! user is looked up once at a time however often he knocks, and nobody waits but who asks.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, Shared};
use tokio::time::timeout;
use tracing::warn;

use crate::aside::aside;
use crate::users;

/// How long the groups of a user are believed before they are looked up again.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// How long an app waits at the door for the group database.
const TIME_LIMIT: Duration = Duration::from_secs(2);

/// How often a lookup that fails is logged at most: a stranger must not fill the disk (F-I22).
const FAILURES_LOGGED_EVERY: Duration = Duration::from_secs(10);

/// Who is in what. Clones are the same one.
#[derive(Clone)]
pub struct Groups(Rc<RefCell<Known>>);

type Lookup = Box<dyn Fn(u32) -> LocalBoxFuture<'static, io::Result<Vec<u32>>>>;

struct Known {
    lookup: Lookup,
    found: BTreeMap<u32, (Instant, Vec<u32>)>,
    /// `None` if the database did not say.
    under_way: BTreeMap<u32, Shared<LocalBoxFuture<'static, Option<Vec<u32>>>>>,
    failure_told: Option<Instant>,
}

impl Groups {
    /// As this machine's group database says. What is found is believed for a minute; a failure is
    /// not remembered.
    pub fn of_this_machine() -> Self {
        Self::new(Box::new(|uid| {
            let lookup = aside("imlink-groups", move || users::groups_of(uid));
            lookup.map(|found| found?).boxed_local()
        }))
    }

    fn new(lookup: Lookup) -> Self {
        Self(Rc::new(RefCell::new(Known {
            lookup,
            found: BTreeMap::new(),
            under_way: BTreeMap::new(),
            failure_told: None,
        })))
    }

    /// The groups of a user; `None` if the database does not say so in time. Needs the time and the
    /// local tasks of an actix system.
    pub fn of(&self, uid: u32) -> LocalBoxFuture<'static, Option<Vec<u32>>> {
        if let Some(groups) = self.found(uid) {
            return std::future::ready(Some(groups)).boxed_local();
        }
        let (groups, asked) = (self.clone(), self.asked(uid));
        async move {
            let in_time = timeout(TIME_LIMIT, asked).await;
            if in_time.is_err() {
                groups.tell_failure(uid, &"the group database does not answer");
            }
            in_time.ok().flatten()
        }
        .boxed_local()
    }

    fn found(&self, uid: u32) -> Option<Vec<u32>> {
        let mut known = self.0.borrow_mut();
        known.found.retain(|_, (at, _)| at.elapsed() < KEPT_FOR);
        known.found.get(&uid).map(|(_, groups)| groups.clone())
    }

    /// The lookup that is under way, or a new one. It goes on when nobody waits for it any more.
    fn asked(&self, uid: u32) -> Shared<LocalBoxFuture<'static, Option<Vec<u32>>>> {
        let mut known = self.0.borrow_mut();
        if let Some(asked) = known.under_way.get(&uid) {
            return asked.clone();
        }
        let (groups, lookup) = (self.clone(), (known.lookup)(uid));
        let asked = actix_rt::spawn(async move {
            let result = lookup.await;
            groups.learn(uid, result)
        });
        let asked = asked
            .map(|found| found.ok().flatten())
            .boxed_local()
            .shared();
        known.under_way.insert(uid, asked.clone());
        asked
    }

    fn learn(&self, uid: u32, result: io::Result<Vec<u32>>) -> Option<Vec<u32>> {
        self.0.borrow_mut().under_way.remove(&uid);
        match result {
            Ok(groups) => {
                let found = (Instant::now(), groups.clone());
                self.0.borrow_mut().found.insert(uid, found);
                Some(groups)
            }
            Err(error) => {
                self.tell_failure(uid, &error);
                None
            }
        }
    }

    fn tell_failure(&self, uid: u32, error: &dyn std::fmt::Display) {
        let told = &mut self.0.borrow_mut().failure_told;
        if told.is_none_or(|told| told.elapsed() >= FAILURES_LOGGED_EVERY) {
            warn!(uid, %error, "The groups of a user cannot be looked up");
            *told = Some(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::pending;

    use super::*;

    const LEI: u32 = 1000;
    const HAN: u32 = 1001;

    /// A database that knows `HAN` and hangs on `LEI`, and how often it was asked.
    fn database() -> (Groups, Rc<Cell<u32>>) {
        let asked = Rc::new(Cell::new(0));
        let count = Rc::clone(&asked);
        let groups = Groups::new(Box::new(move |uid| {
            count.set(count.get() + 1);
            match uid {
                HAN => std::future::ready(Ok(vec![44])).boxed_local(),
                _ => pending().boxed_local(),
            }
        }));
        (groups, asked)
    }

    // issue 5, "Several users"
    #[test]
    fn a_lookup_that_hangs_is_waited_for_by_who_asks_for_a_while_and_by_nobody_else() {
        actix_rt::System::new().block_on(async {
            let (groups, asked) = database();
            let start = Instant::now();
            let knocks: Vec<_> = (0..50).map(|_| actix_rt::spawn(groups.of(LEI))).collect();

            assert_eq!(groups.of(HAN).await, Some(vec![44]));
            assert!(start.elapsed() < TIME_LIMIT / 2, "it waited for another");
            for knock in knocks {
                assert_eq!(knock.await.unwrap(), None);
            }

            assert!(start.elapsed() >= TIME_LIMIT);
            assert!(start.elapsed() < 2 * TIME_LIMIT, "all wait at once");
            assert_eq!(asked.get(), 2, "one lookup for all who knock as one user");
        });
    }

    #[test]
    fn what_is_found_is_believed_for_a_while_and_a_failure_is_not_remembered() {
        actix_rt::System::new().block_on(async {
            let works = Rc::new(Cell::new(false));
            let (asked, answers) = (Rc::new(Cell::new(0)), Rc::clone(&works));
            let count = Rc::clone(&asked);
            let groups = Groups::new(Box::new(move |_| {
                count.set(count.get() + 1);
                let answer = match answers.get() {
                    true => Ok(vec![7]),
                    false => Err(io::Error::other("the database is away")),
                };
                std::future::ready(answer).boxed_local()
            }));
            assert_eq!(groups.of(LEI).await, None);
            assert_eq!(groups.of(LEI).await, None);
            assert_eq!(asked.get(), 2);

            works.set(true);

            for _ in 0..3 {
                assert_eq!(groups.of(LEI).await, Some(vec![7]));
            }
            assert_eq!(asked.get(), 3);
        });
    }
}
