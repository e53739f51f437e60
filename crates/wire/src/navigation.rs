//! Navigation: the HTTP question where the gateways are (protocol/cloud-wire.md 1).
//!
//! ```text
//! navigators(token, configuration)  ->  NavigationRequest  ->  POST  ->  outcome(status, body)
//!                                                                        NavigationAnswer | NavigationError
//! ```
//!
//! The older script form is in [`script`].

mod address;
mod answer;
mod lenient;
mod navigator;
mod outcome;
mod received;
mod request;
pub mod script;
mod transports;

pub use address::{GatewayAddress, GatewayForm, GatewayScheme};
pub use answer::{NavigationAnswer, ServerAddress};
pub use navigator::{Navigator, gateway_token, navigators};
pub use outcome::{NavigationError, outcome};
pub use received::{NavigatorScheme, ReceivedRequest, RequestError};
pub use request::NavigationRequest;
pub use transports::{NEGOTIATE, Transports};

/// The largest navigation answer that is read: 64 KiB (F-S31). Real ones have about 2 KiB.
pub const MAX_ANSWER: usize = 64 * 1024;

/// The version of the web SDK whose behaviour this crate reproduces, as it names itself.
pub const SDK_VERSION: &str = "5.38.0";

/// The version of the desktop SDK whose behaviour this crate reproduces, as it names itself.
pub const DESKTOP_SDK_VERSION: &str = "5.46.1";
