//! One armed deadline of an actor.

use std::time::Instant;

use actix::{Actor, AsyncContext, Context, SpawnHandle};

/// Fires once, at the earliest deadline it was armed for.
///
/// A later deadline is not armed: it is found when this one fires, because every turn of the actor
/// ends with arming. Cancelling and arming again on each input would be quadratic
/// (ARCHITECTURE.md, "A turn").
#[derive(Debug, Default)]
pub struct Timer(Option<(Instant, SpawnHandle)>);

impl Timer {
    /// Sees to it that `fire` runs by the deadline; `fire` starts with [`fired`](Self::fired).
    pub fn arm<A: Actor<Context = Context<A>>>(
        &mut self,
        deadline: Option<Instant>,
        ctx: &mut Context<A>,
        fire: impl FnOnce(&mut A, &mut Context<A>) + 'static,
    ) {
        let Some(deadline) = deadline else { return };
        match self.0 {
            Some((armed, _)) if armed <= deadline => return,
            Some((_, handle)) => {
                ctx.cancel_future(handle);
            }
            None => {}
        }
        let wait = deadline.saturating_duration_since(Instant::now());
        self.0 = Some((deadline, ctx.run_later(wait, fire)));
    }

    /// It has run; nothing is armed any more.
    pub fn fired(&mut self) {
        self.0 = None;
    }
}
