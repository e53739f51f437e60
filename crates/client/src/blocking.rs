//! The same verbs for apps without an async runtime.
//!
//! A [`Client`] here has a small runtime on a thread of its own and waits for each call on the
//! thread that makes it. Use it from any number of threads, but not from inside an async
//! runtime, where waiting would stop everything else: calls refuse that with -3.
//!
//! ```no_run
//! use imlink::{Error, Token, blocking::Client};
//!
//! fn main() -> Result<(), Error> {
//!     let client = Client::new(imlink::Client::builder("my-app-key"))?;
//!     client.init()?;
//!     client.connect(Token::new("the app server's token")?)?;
//!     let mut inbox = client.subscribe("inbox")?;
//!     while let Some(delivery) = inbox.next() {
//!         println!("{}", delivery?.message().body.as_str());
//!     }
//!     Ok(())
//! }
//! ```

mod client;
mod live;
mod outbox;
mod rows;
mod runtime;
mod streams;
mod way;

pub use client::Client;
pub use streams::{Events, SendReceipt, Subscription};
