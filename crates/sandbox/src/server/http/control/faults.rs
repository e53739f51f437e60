//! Faults of the cloud's behaviour.

use super::{
    read::{DONE, Outcome},
    types::{AddFault, ClearFaults, Done, Faults, ListFaults, TransportView},
};
use crate::server::Sandbox;

pub(super) async fn list(sandbox: Sandbox, _: ListFaults) -> Outcome<Faults> {
    let faults = sandbox.with_app(|app| {
        let waiting = app.faults().map(|(fault, scope, lasting)| AddFault {
            fault: fault.clone(),
            scope: scope.clone(),
            lasting,
        });
        waiting.collect()
    });
    let transport = sandbox.transport_faults().into_iter();
    let transport = transport.map(|(scope, faults)| TransportView { scope, faults });
    Ok(Faults {
        faults,
        transport: transport.collect(),
    })
}

pub(super) async fn add(sandbox: Sandbox, new: AddFault) -> Outcome<Done> {
    sandbox.add_fault(new.fault, new.scope, new.lasting);
    DONE
}

pub(super) async fn clear(sandbox: Sandbox, _: ClearFaults) -> Outcome<Done> {
    sandbox.clear_faults();
    DONE
}
