//! The state file.
//!
//! ```text
//! imlink-sandbox-state <format> <SHA-1 of the rest, hex>\n
//! JSON
//! ```
//!
//! A field that an older version would lose, or one without which a newer version cannot do, is a
//! new format. The digest tells a file that the disk or an editor changed.

use std::{cmp::Ordering, time::Duration};

use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use crate::Saved;

/// The format written, and the newest that is read. 1 is the first.
pub(super) const FORMAT: u32 = 1;

const NAME: &str = "imlink-sandbox-state";

/// The state of a sandbox at one moment.
#[derive(Serialize, Deserialize)]
pub(in crate::server) struct Snapshot {
    /// How far the clock was put forward.
    pub(in crate::server) ahead: Duration,
    pub(in crate::server) cloud: Saved,
}

/// Why bytes are no snapshot.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// They have this format.
    Newer(u32),
    /// They are not what was written.
    Damaged(String),
}

/// The bytes of a file.
pub(super) fn encode(snapshot: &Snapshot) -> Vec<u8> {
    let json = serde_json::to_vec(snapshot).expect("keys of maps are texts and numbers");
    let mut bytes = format!("{NAME} {FORMAT} {}\n", digest(&json)).into_bytes();
    bytes.extend(json);
    bytes
}

/// Reads the bytes of a file.
pub(super) fn decode(bytes: &[u8]) -> Result<Snapshot, Unreadable> {
    let damaged = |what: &str| Unreadable::Damaged(what.to_owned());
    let head_end = bytes.iter().take(200).position(|byte| *byte == b'\n');
    let (head, rest) = bytes.split_at(head_end.ok_or(damaged("it has no first line"))?);
    let json = rest.get(1..).unwrap_or_default();
    let head = std::str::from_utf8(head).unwrap_or_default();
    let mut words = head.split(' ');
    if words.next() != Some(NAME) {
        return Err(damaged("it is no state of a sandbox"));
    }
    let format = words.next().and_then(|word| word.parse().ok());
    let format: u32 = format.ok_or(damaged("its first line names no format"))?;
    match format.cmp(&FORMAT) {
        Ordering::Greater => return Err(Unreadable::Newer(format)),
        Ordering::Less => return Err(damaged("its first line names no format that ever was")),
        Ordering::Equal => {}
    }
    if words.next() != Some(&digest(json)) {
        return Err(damaged("its content and its checksum differ"));
    }
    // The error's own text would show what it found, which may be a message.
    serde_json::from_slice(json).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Unreadable::Damaged(format!("nothing fits at line {line}, column {column}"))
    })
}

fn digest(json: &[u8]) -> String {
    let digest = Sha1::digest(json);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AppSettings, Cloud, Policy, Secret};
    use imlink_model::{AppKey, Millis, UserId};

    #[test]
    fn what_was_written_is_read() {
        let bytes = encode(&snapshot());

        let read = decode(&bytes).ok().unwrap();

        assert_eq!(read.ahead, Duration::from_millis(1500));
        assert_eq!(encode(&read), bytes);
    }

    #[test]
    fn every_changed_or_missing_byte_is_noticed() {
        let bytes = encode(&snapshot());

        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[place] ^= 1 << bit;
                assert!(decode(&changed).is_err(), "bit {bit} of {place}");
            }
            assert!(decode(&bytes[..place]).is_err(), "the first {place}");
        }
    }

    fn snapshot() -> Snapshot {
        let settings = AppSettings {
            key: AppKey::new("key").unwrap(),
            secret: Secret::new("secret"),
            policy: Policy::default(),
        };
        let mut cloud = Cloud::new(settings, 7);
        let alice = UserId::new("alice").unwrap();
        cloud.default_app_mut().issue_token(&alice, Millis(1));
        Snapshot {
            ahead: Duration::from_millis(1500),
            cloud: cloud.save(),
        }
    }
}
