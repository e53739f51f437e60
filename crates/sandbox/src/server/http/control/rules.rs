//! Standing rules, the gateway's listeners and the clock.

use std::time::Duration;

use super::{
    read::{DONE, Outcome, Refused},
    types::{AdvanceClock, Done, GetPolicy, Problem, SetGateway, SetPolicy},
};
use crate::{
    Policy,
    server::{Sandbox, gateway::Wanted},
};

pub(super) async fn set_gateway(sandbox: Sandbox, call: SetGateway) -> Outcome<Done> {
    let wanted = match (call.listening, call.address) {
        (true, _) => Wanted::Listening,
        (false, None) => Wanted::Refusing,
        (false, Some(address)) => Wanted::RefusingAt(address),
    };
    let obeyed = sandbox.order(wanted).await;
    obeyed.map_err(|error| Refused::new(Problem::Conflict, error.to_string()))?;
    DONE
}

pub(super) async fn policy(sandbox: Sandbox, _: GetPolicy) -> Outcome<Policy> {
    Ok(sandbox.with_app(|app| app.policy().clone()))
}

pub(super) async fn set_policy(sandbox: Sandbox, SetPolicy(policy): SetPolicy) -> Outcome<Done> {
    sandbox.change_policy(|current| *current = policy);
    DONE
}

pub(super) async fn advance_clock(sandbox: Sandbox, clock: AdvanceClock) -> Outcome<Done> {
    sandbox.advance_clock(Duration::from_secs(clock.advance_seconds));
    DONE
}
