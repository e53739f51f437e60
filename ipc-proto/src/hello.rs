//! The first frame each way, in a layout that never changes.
//!
//! Both are bodies of ordinary frames of at most [`MAX_GREETING`](crate::limits::MAX_GREETING)
//! bytes. Numbers are little-endian, texts are UTF-8. Bytes after the last field are ignored, so
//! that a later build can say more.
//!
//! [`Hello`], app to daemon:
//!
//! | offset | bytes | meaning |
//! |---|---|---|
//! | 0 | 4 | `IMLK` |
//! | 4 | 1 | layout, 1 |
//! | 5 | 1 | kind, 1 |
//! | 6 | 2 | lowest protocol version the app speaks |
//! | 8 | 2 | highest protocol version the app speaks |
//! | 10 | 1 | codec: 0 bincode, 1 JSON |
//! | 11 | 1 | a, length of the app id, 1 to 64 |
//! | 12 | a | app id |
//! | 12 + a | 1 | n, length of the client name, 0 to 255 |
//! | 13 + a | n | client name |
//!
//! [`Welcome`], daemon to app:
//!
//! | offset | bytes | meaning |
//! |---|---|---|
//! | 0 | 4 | `IMLK` |
//! | 4 | 1 | layout, 1 |
//! | 5 | 1 | kind, 2 |
//! | 6 | 2 | protocol version to speak from here on |
//! | 8 | 1 | codec to speak from here on: the one asked for |
//! | 9 | 8 | instance, drawn at random when the daemon starts |
//! | 17 | 4 | largest frame body either side may send |
//! | 21 | 1 | n, length of the daemon's version, 0 to 255 |
//! | 22 | n | the daemon's version |
//!
//! [`Refused`], daemon to app, which then closes:
//!
//! | offset | bytes | meaning |
//! |---|---|---|
//! | 0 | 4 | `IMLK` |
//! | 4 | 1 | layout, 1 |
//! | 5 | 1 | kind, 3 |
//! | 6 | 4 | code, signed |
//! | 10 | 2 | lowest protocol version the daemon speaks |
//! | 12 | 2 | highest protocol version the daemon speaks |
//! | 14 | 2 | n, length of the text, 0 to 512 |
//! | 16 | n | why, in words |

mod answer;
mod error;
mod label;
mod layout;
mod opening;

pub use answer::{Greeting, Refused, Welcome};
pub use error::GreetingError;
pub use label::{Label, LabelError};
pub use opening::{Hello, negotiate};
