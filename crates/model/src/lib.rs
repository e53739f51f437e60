//! The words every part of imlink shares, as plain data.
//!
//! Nothing here acts: no I/O, no clock, no randomness. What messages say, by type, is in
//! [`content`]. What the daemon's Hub says to a driver of an account's link, and what it hears
//! back, is in [`uplink`]; a second driver beside the vendor's would speak the same words.

mod body;
mod causes;
mod class;
mod code;
pub mod content;
mod conversation;
mod expansion;
mod ids;
mod local_app;
mod message;
mod proxy;
mod recall;
mod received;
mod secret;
mod status;
mod time;
mod typing;
pub mod uplink;

pub use body::{Body, MAX_BODY_BYTES};
pub use causes::WithCauses;
pub use class::{CLASSES, Class, RESERVED_PREFIX};
pub use code::{Area, CODES, Code, CodeInfo, Retry};
pub use conversation::{Conversation, ConversationKind};
pub use expansion::{Expansion, ExpansionError};
pub use ids::{
    AppId, AppKey, ChannelId, ClientMessageId, Generation, IdError, IdUnit, MessageUid, ObjectName,
    OutboxId, Seq, SubscriptionName, TargetId, UserId,
};
pub use local_app::LocalApp;
pub use message::{
    Direction, Flags, IncomingMessage, MAX_DIRECTED, MAX_OPEN_BYTES, MAX_OPEN_MESSAGES, Message,
    Origin, OutgoingMessage, Resend, SendOptions,
};
pub use proxy::{Proxy, ProxyError, ProxyFault, ProxyKind, ProxyPassword};
pub use recall::{Recall, Trace};
pub use received::{MAX_BESIDE_BODY_BYTES, MAX_LOCAL_EXTRA_BYTES, ReceivedStatus};
pub use secret::{Token, TokenError};
pub use status::ConnectionStatus;
pub use time::Millis;
pub use typing::Typing;
