//! What travels in the control API: one type for each call, and one for its answer.

mod apps;
mod conversations;
mod faults;
mod people;
mod rules;
mod transport;
mod watch;

pub use apps::*;
pub use conversations::*;
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

/// Where the authority behind the sandbox's certificate is, below [`PREFIX`]: a file, no JSON.
pub const AUTHORITY: &str = "/ca.pem";

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
    /// What is wrong.
    pub problem: Problem,
    /// The same in words, with the name of the thing.
    pub error: String,
}

/// What is wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Problem {
    /// The fields are not those of the call (400).
    BadFields,
    /// It comes from a page of another site (403).
    ForeignPage,
    /// There is no such path (404).
    UnknownCall,
    /// There is no such app key (404).
    UnknownApp,
    /// Nobody has mentioned that user yet (404).
    UnknownUser,
    /// There is no such group (404).
    UnknownGroup,
    /// There is no such chatroom (404).
    UnknownChatroom,
    /// There is no such link (404).
    UnknownLink,
    /// The sandbox does not speak TLS (404).
    NoTls,
    /// The path is there, but not with that method (405).
    UnknownMethod,
    /// The body took too long (408).
    TooSlow,
    /// It cannot be done at present (409).
    Conflict,
    /// The body is too large (413).
    TooLarge,
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
