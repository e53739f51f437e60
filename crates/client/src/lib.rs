//! The client library of imlink: what an app links to share the one connection that the daemon
//! holds.
//!
//! The daemon (`imlinkd`, or `imlink daemon`) owns a user's connection to the chat cloud, stores
//! the messages and reconnects; an app attaches to it over a local socket. The daemon may be
//! restarted or replaced at any time: calls under way end with -2, the client attaches again and
//! repeats init, connect and subscriptions, and the app need do nothing.
//!
//! ```no_run
//! use imlink::{Client, Conversation, Error, Outgoing, Token, UserId};
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Error> {
//!     let client = Client::builder("my-app-key").app_id("org.example.notes").build()?;
//!     client.init().await?;
//!     let token = Token::new(std::fs::read_to_string("token").unwrap_or_default().trim())?;
//!     let user = client.connect(token).await?;
//!     println!("connected as {user}");
//!
//!     let to = Conversation::private(UserId::new("lei")?);
//!     let receipt = client.send(Outgoing::text(to, "hello")).await?;
//!     println!("{:?}", receipt.outcome().await?);
//!
//!     let mut inbox = client.subscribe("inbox").await?;
//!     while let Some(delivery) = inbox.next().await {
//!         let delivery = delivery?;
//!         println!("{}", delivery.message().body.as_str());
//!         delivery.acknowledge();
//!     }
//!     Ok(())
//! }
//! ```
//!
//! Where no daemon is, the first call says so, where it looked, and how to start one:
//!
//! ```
//! use imlink::{Client, Code};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), imlink::Error> {
//! let client = Client::builder("my-app-key").socket("/nowhere/imlinkd.sock").build()?;
//!
//! let error = client.init().await.unwrap_err();
//!
//! assert_eq!(error.code(), Code::IPC_DISCONNECT);
//! assert!(error.to_string().contains("/nowhere/imlinkd.sock"));
//! # Ok(())
//! # }
//! ```
//!
//! Where tokens expire, the app says once where a new one comes from
//! ([`Builder::token_provider`]), and is connected again without doing anything.
//!
//! Every error is a number of one table with its name, cause and cure ([`Error::code`]). The
//! same verbs exist without `async` in [`blocking`], and connecting also with callbacks
//! ([`Client::connect_with`]).

#![forbid(unsafe_code)]

pub mod blocking;
pub mod socket;

mod annotation;
mod answer;
mod attachment;
mod builder;
mod client;
mod driver;
mod error;
mod event;
mod line;
mod listeners;
mod live;
mod outbox;
mod outgoing;
mod pending;
mod provider;
mod receipt;
mod rows;
mod subscription;
mod transport;
mod way;

pub use annotation::Annotation;
pub use answer::{ConversationSummary, Found, Page, Unread};
pub use builder::{Builder, DetachedCalls};
pub use client::Client;
pub use error::Error;
pub use event::{Event, Events, Gap, SendState, StatusChange};
pub use imlink_ipc_proto::{
    AccountReport, AnomalyReport, AppReport, ChatroomChange, Check, Distrust, Finding, GapCause,
    Hint, LastError, OutboxReport, Proxy as ProxyReport, ProxyFault, Right, Seen, Start,
    StatusReport, Work,
};
pub use imlink_model::content;
pub use imlink_model::{
    AppId, AppKey, Area, Body, ChannelId, ClientMessageId, Code, CodeInfo, ConnectionStatus,
    Conversation, ConversationKind, Direction, Expansion, ExpansionError, Flags, Generation,
    IdError, IdUnit, MAX_BODY_BYTES, MAX_DIRECTED, MAX_LOCAL_EXTRA_BYTES, Message, MessageUid,
    Millis, ObjectName, Origin, OutboxId, Proxy, ProxyError, ProxyKind, ProxyPassword,
    ReceivedStatus, Resend, Retry, SendOptions, Seq, SubscriptionName, TargetId, Token, TokenError,
    Typing, UserId,
};
pub use listeners::{ConnectCallback, ListenerId};
pub use outbox::OutboxEntry;
pub use outgoing::Outgoing;
pub use provider::{TokenRefused, TokenReply};
pub use receipt::{Outcome, SendReceipt};
pub use rows::{Filter, HistoryQuery, Insertion};
pub use subscription::{Acknowledgement, Delivery, Subscription};
pub use way::ProxyInUse;
