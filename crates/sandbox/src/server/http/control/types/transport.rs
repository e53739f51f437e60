//! Faults between the gateway and its clients.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Done, EndedLinks, calls};
use crate::{
    LinkId, Scope,
    server::{Ending, TransportFaults},
};

calls! {
    SetTransport: POST "/transport" -> Done;
    ChangeTransport: PATCH "/transport" -> TransportView;
    DropLinks: POST "/drop" -> EndedLinks;
    Inject: POST "/inject" -> Done;
}

/// Sets all transport faults of a user's links, or of every connection, now and to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetTransport {
    /// Whose connections; everyone's are those of this app, and for the default app those that have named none.
    #[serde(default)]
    pub scope: Scope,
    /// What is wrong from now on; what is left out is not.
    pub faults: TransportFaults,
}

/// Changes some of the transport faults and keeps the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeTransport {
    /// Whose connections; everyone's are those of this app, and for the default app those that have named none.
    #[serde(default)]
    pub scope: Scope,
    /// Fields of the transport faults, merged into what is set (RFC 7396).
    pub faults: Map<String, Value>,
}

/// What is wrong with some connections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TransportView {
    /// Whose.
    pub scope: Scope,
    /// What.
    pub faults: TransportFaults,
}

/// Ends connections without a word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DropLinks {
    /// Whose; everyone's are those of this app, and for the default app those that have named none.
    pub scope: Scope,
    /// How.
    pub ending: Ending,
}

/// Sends a client what no cloud would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inject {
    /// On which link.
    pub link: LinkId,
    /// What.
    pub what: Injected,
}

/// What is injected; bytes as hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Injected {
    /// The bytes of one packet: a binary WebSocket message.
    Binary(String),
    /// A text WebSocket message.
    Text(String),
    /// Bytes of the stream, below packets.
    Raw(String),
}
