//! Notices an actor that ends though nobody stopped it.
//!
//! A panic ends the process by its hook. What is left is an actor that stops, or whose thread ends,
//! without one: the daemon would go on without it, half alive. So every actor that the house cannot
//! do without holds a [`Vital`] for as long as it lives, and [`serve`](crate::serve()) ends when one
//! of them is dropped (F-A07, F-A10).

use tokio::sync::mpsc;

/// Hands out [`Vital`]s; clones tell the same house.
#[derive(Clone, Debug)]
pub struct Vitals(mpsc::UnboundedSender<&'static str>);

/// Held by an actor. Dropping it without [`release`](Self::release) is the end of the house.
#[derive(Debug)]
pub struct Vital {
    actor: &'static str,
    house: Option<Vitals>,
}

/// Hears of ends that nobody ordered.
#[derive(Debug)]
pub struct Ends(mpsc::UnboundedReceiver<&'static str>);

/// Both sides for one house.
pub fn vitals() -> (Vitals, Ends) {
    let (vitals, ends) = mpsc::unbounded_channel();
    (Vitals(vitals), Ends(ends))
}

impl Vitals {
    /// For an actor of that name.
    pub fn of(&self, actor: &'static str) -> Vital {
        Vital {
            actor,
            house: Some(self.clone()),
        }
    }
}

impl Vital {
    /// The actor was told to stop.
    pub fn release(&mut self) {
        self.house = None;
    }
}

impl Drop for Vital {
    fn drop(&mut self) {
        if let Some(Vitals(house)) = self.house.take() {
            // A house that is gone has nothing left to end.
            let _ = house.send(self.actor);
        }
    }
}

impl Ends {
    /// Completes with the name of the first actor that ended by itself.
    pub async fn first(&mut self) -> &'static str {
        match self.0.recv().await {
            Some(actor) => actor,
            // Everybody was released.
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use actix::{Actor, ActorContext, Arbiter, AsyncContext, Context};

    use super::*;
    use crate::messages::Stop;
    use crate::store::StoreActor;

    struct Deaf;

    impl Actor for Deaf {
        type Context = Context<Self>;
    }

    impl<M: actix::Message<Result = ()>> actix::Handler<M> for Deaf {
        type Result = ();

        fn handle(&mut self, _: M, _: &mut Self::Context) {}
    }

    fn store_on(thread: &Arbiter, vitals: &Vitals) -> actix::Addr<StoreActor> {
        let hub = Deaf.start();
        let vital = vitals.of("store");
        StoreActor::start_in_arbiter(&thread.handle(), move |_| {
            let nowhere = std::path::PathBuf::from("not opened");
            StoreActor::new(nowhere, &hub, vital)
        })
    }

    // F-A07
    #[test]
    fn a_thread_that_ends_under_its_actor_is_the_end_of_the_house() {
        actix_rt::System::new().block_on(async {
            let (vitals, mut ends) = vitals();
            let thread = Arbiter::new();
            let _store = store_on(&thread, &vitals);

            thread.stop();

            assert_eq!(ends.first().await, "store");
        });
    }

    // F-A10
    #[test]
    fn an_actor_that_ends_by_itself_is_the_end_of_the_house() {
        actix_rt::System::new().block_on(async {
            struct Quitter(#[expect(dead_code, reason = "held, as actors do")] Vital);

            impl Actor for Quitter {
                type Context = Context<Self>;

                fn started(&mut self, ctx: &mut Self::Context) {
                    ctx.notify(Stop);
                }
            }

            impl actix::Handler<Stop> for Quitter {
                type Result = ();

                fn handle(&mut self, Stop: Stop, ctx: &mut Self::Context) {
                    ctx.stop();
                }
            }

            let (vitals, mut ends) = vitals();
            let quitter = Quitter(vitals.of("quitter")).start();

            assert_eq!(ends.first().await, "quitter");
            assert!(quitter.send(Stop).await.is_err(), "nobody answers");
        });
    }

    #[test]
    fn an_actor_that_was_told_to_stop_ends_alone() {
        actix_rt::System::new().block_on(async {
            let (vitals, mut ends) = vitals();
            let thread = Arbiter::new();
            let store = store_on(&thread, &vitals);

            store.send(Stop).await.unwrap();
            thread.stop();
            tokio::task::spawn_blocking(|| thread.join())
                .await
                .unwrap()
                .unwrap();
            let witness = vitals.of("witness");
            drop(witness);

            assert_eq!(ends.first().await, "witness");
        });
    }
}
