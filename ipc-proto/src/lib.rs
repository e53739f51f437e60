//! The contract between app and daemon.
//!
//! A connection is a stream of frames ([`Deframer`], [`frame()`]). The first frame each way is a
//! [`Hello`] and a [`Greeting`] in a layout that never changes; what follows is a
//! [`ClientFrame`] or a [`ServerFrame`] in the codec the app chose. No sockets here: functions
//! over bytes, and the numbers both sides keep to ([`limits`]).
//!
//! `PROTOCOL.md` beside this crate describes the same for those who write a client in another
//! language.

#![forbid(unsafe_code)]

pub mod limits;

mod codec;
mod conversation;
mod delivery;
mod diagnosis;
mod event;
mod frame;
mod frames;
#[doc(hidden)]
pub mod fuzzing;
mod hello;
mod list;
mod message;
mod outgoing;
mod page;
mod private;
mod proxy;
mod report;
mod request;
mod response;
mod version;
mod wide;

pub use codec::{
    Codec, DecodeError, EncodeError, Fault, Received, UnknownFrame, decode_client, decode_server,
    encode_client, encode_server,
};
pub use conversation::{Conversation, ConversationSummary, Filter, Place, Side, UnknownKind};
pub use delivery::{Delivery, EncodedMessage, SharedFrame};
pub use diagnosis::{Check, Distrust, Finding, Seen};
pub use event::{ChatroomChange, Event, GapCause, Work};
pub use frame::{Deframer, FrameError, append_frame, frame};
pub use frames::{ClientFrame, Failure, Outcome, ServerFrame};
pub use hello::{Greeting, GreetingError, Hello, Label, LabelError, Refused, Welcome, negotiate};
pub use imlink_model::{ProxyFault, ProxyKind};
pub use message::{Direction, Flags, Message, Origin};
pub use outgoing::{OutboxEntry, Resend, SendOptions, SendResult, SendState};
pub use page::{
    conversation_cost, conversations_length, entries_length, message_cost, page_length,
};
pub use private::{PrivateText, SecretText};
pub use proxy::Proxy;
pub use report::{
    AccountReport, AnomalyReport, AppReport, LastError, OutboxReport, Right, StatusReport,
};
pub use request::{Hint, MessageKey, Request, Start};
pub use response::Response;
pub use version::{Protocol, ProtocolRange};
