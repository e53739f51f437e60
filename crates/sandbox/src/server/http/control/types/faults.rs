//! Faults of the cloud's behaviour.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Done, TransportView, calls};
use crate::{Fault, Lasting, Scope};

calls! {
    ListFaults: GET "/faults" -> Faults;
    AddFault: POST "/faults" -> Done;
    ClearFaults: DELETE "/faults" -> Done;
}

/// Lists the faults that wait to strike, and what is wrong with the transport.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ListFaults {}

/// Everything that is to go wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Faults {
    /// Faults of the cloud's behaviour, in the order in which those of a kind strike.
    pub faults: Vec<AddFault>,
    /// Faults of the transport, where there are any.
    pub transport: Vec<TransportView>,
}

/// Arms a fault of the cloud's behaviour; by default for everyone, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddFault {
    /// What goes wrong.
    pub fault: Fault,
    /// For whom.
    #[serde(default)]
    pub scope: Scope,
    /// How often.
    #[serde(default = "once")]
    pub lasting: Lasting,
}

fn once() -> Lasting {
    Lasting::ONCE
}

/// Disarms all faults of the cloud's behaviour and of the transport.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ClearFaults {}
