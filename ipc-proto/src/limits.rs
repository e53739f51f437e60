//! The numbers app and daemon keep to. Those that this crate does not enforce itself are the
//! daemon's to enforce, and a client may rely on them.

use std::time::Duration;

/// Largest frame body, in bytes, either way; the length prefix is not counted.
///
/// Room for one message of the largest body in the wordier codec: 128 KiB of control characters
/// are 768 KiB of JSON text (decisions.md P28).
pub const MAX_FRAME: usize = 1024 * 1024;

/// Largest frame body before the connection is greeted, in bytes. A [`Hello`](crate::Hello) is at
/// most 332 bytes long, a [`Welcome`](crate::Welcome) 277 and a [`Refused`](crate::Refused) 528;
/// the rest is room to grow. Small, so that a stranger is found out by its first four bytes
/// (failures.md I10).
pub const MAX_GREETING: usize = 1024;

/// Largest encoded message, in bytes: what a frame leaves when it also has to carry the id,
/// subscription and names around a message.
pub const MAX_MESSAGE: usize = MAX_FRAME - 256;

/// Longest key-value data and local extra of a message together, in bytes, that surely fit beside
/// the largest body in either codec. More key-value data is delivered as long as the whole message
/// stays below [`MAX_MESSAGE`]; a local extra is refused if there would be more.
pub const BESIDE_BODY: usize = imlink_model::MAX_BESIDE_BODY_BYTES;

/// Longest local extra of a message, in bytes; the daemon refuses more with `LOCAL_BAD_REQUEST`.
pub const MAX_LOCAL_EXTRA: usize = imlink_model::MAX_LOCAL_EXTRA_BYTES;

/// Longest push text and longest push data of one send, in bytes each; the daemon refuses more
/// with `LOCAL_BAD_REQUEST`. Both fit beside the largest body in either codec.
pub const MAX_PUSH_TEXT: usize = 16 * 1024;

/// Longest key-value data that one send carries, in bytes of its JSON text; the daemon refuses
/// more with `LOCAL_BAD_REQUEST`. What is sent can be delivered beside the largest body.
pub const MAX_EXPANSION: usize = imlink_model::Expansion::MAX_BYTES;
const _: () = assert!(MAX_EXPANSION <= BESIDE_BODY);

/// A page is cut at this many bytes of [`message_cost`](crate::message_cost), but never before
/// its first message. Half a frame, so that a page of ordinary messages does not hold up the
/// deliveries behind it.
pub const PAGE_BYTES: usize = MAX_FRAME / 2;

/// Most messages or conversations on one page; a request for more is answered with this many.
pub const PAGE_ENTRIES: u16 = 200;

/// Most messages that were said in a chatroom before an app entered it.
pub const RECENT_MESSAGES: u16 = 50;

/// Chatrooms one connection may be in; entering another one is refused with `LOCAL_QUOTA`.
pub const CHATROOMS: usize = 64;

/// Most conversations of a subscription's filter.
pub const FILTERED_CONVERSATIONS: usize = 64;

/// Most types of a filter.
pub const FILTERED_NAMES: usize = 32;

/// Most attached apps listed in one [`StatusReport`](crate::StatusReport); the rest is counted.
pub const REPORTED_APPS: usize = 512;

/// Most accounts listed there; many times the default of `max_accounts` (decisions.md P7).
pub const REPORTED_ACCOUNTS: usize = 64;

/// Most accounts that have ended listed there; the oldest make room.
pub const REPORTED_ENDED: usize = 8;

/// Most findings of one diagnosis.
pub const FINDINGS: usize = 256;

/// Most places of set-aside rows named in one answer.
pub const SET_ASIDE: usize = 16;

/// Messages on their way to one subscription that are not acknowledged yet; then the daemon waits
/// (failures.md I33).
pub const WINDOW_MESSAGES: u32 = 64;

/// The same in encoded bytes. Whichever is reached first; one message may always be on its way.
pub const WINDOW_BYTES: usize = 1024 * 1024;

/// Subscriptions of one connection; another one is refused with `LOCAL_QUOTA`.
pub const SUBSCRIPTIONS: usize = 64;

/// Requests of one connection without an answer yet. Then the daemon stops reading from it, which
/// costs the app nothing but time (failures.md I04).
pub const PENDING_REQUESTS: usize = 256;

/// Messages of an account without a final state; another one is refused with `LOCAL_QUOTA` before
/// it is accepted.
pub const OPEN_MESSAGES: usize = imlink_model::MAX_OPEN_MESSAGES;

/// Bytes of their bodies, push texts, expansions and members together; beyond that, refused alike.
pub const OPEN_BYTES: usize = imlink_model::MAX_OPEN_BYTES;

/// Bytes waiting to be written to one connection. A client that lets more pile up, or takes
/// nothing for [`WRITE_DEADLINE`], is detached with `LOCAL_SLOW` (failures.md I02, I03).
///
/// Two full windows and one largest frame.
pub const OUTBOX_BYTES: usize = 2 * WINDOW_BYTES + MAX_FRAME;

/// How long a client may take nothing of what is waiting for it.
pub const WRITE_DEADLINE: Duration = Duration::from_secs(10);

/// How long a new connection may take to send its [`Hello`](crate::Hello) (failures.md I16).
pub const HELLO_DEADLINE: Duration = Duration::from_secs(2);

/// Connections of one user that have not sent their `Hello` yet; one more is closed at once
/// (failures.md I16).
pub const PENDING_HELLOS: usize = 64;
