//! What travels in the control API: one type for each call, and one for its answer.

mod apps;
mod faults;
mod people;
mod rules;
mod transport;
mod watch;

pub use apps::*;
pub use faults::*;
pub use people::*;
pub use rules::*;
pub use transport::*;
pub use watch::*;

use axum::http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Where the calls begin, below the address of navigation.
pub const PREFIX: &str = "/sandbox/v1";

/// One call. What the type says of itself is what the OpenAPI document says of the call.
pub trait Call: Serialize + DeserializeOwned + JsonSchema + Send + 'static {
    /// `GET` takes its fields from the query, every other method from a JSON body.
    const METHOD: Method;
    /// Below [`PREFIX`].
    const PATH: &'static str;
    /// What a call that succeeds is answered with.
    type Answer: Serialize + DeserializeOwned + JsonSchema + 'static;
}

/// It is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Done {}

/// Why it is not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// One sentence.
    pub error: String,
}

/// Says where a call is found and what answers it.
macro_rules! calls {
    ($($call:ident: $method:ident $path:literal -> $answer:ty;)*) => {
        $(impl super::Call for $call {
            const METHOD: axum::http::Method = axum::http::Method::$method;
            const PATH: &'static str = $path;
            type Answer = $answer;
        })*
    };
}
use calls;
