//! The beginning of a run that goes on from another.

use super::addresses::Public;
use crate::{
    Cloud,
    server::{clock::Clock, data::Snapshot},
};

/// A cloud and its clock as they were kept, at the addresses of this run; or as new.
pub(super) fn restored(
    mut cloud: Cloud,
    kept: Option<Snapshot>,
    public: &Public,
) -> (Cloud, Clock) {
    let mut clock = Clock::default();
    let Some(kept) = kept else {
        return (cloud, clock);
    };
    clock.advance(kept.ahead);
    cloud.restore(kept.cloud, clock.now());
    // The first app has its addresses, perhaps other ones, from the configuration.
    let first = cloud.default_key().clone();
    for (key, app) in cloud.apps_mut() {
        if *key != first {
            public.put_in(app.policy_mut());
        }
    }
    (cloud, clock)
}
