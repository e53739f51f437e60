//! Reading only the outside of a frame whose inside cannot be read.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Deserializer, IgnoredAny};

use super::decode::UnknownFrame;
use super::variants::variants;
use super::{Codec, Fault, read_bincode_prefix};
use crate::{Event, Response, ServerFrame, wide};

/// The id of the request in a frame that cannot be read as a whole, if it can be believed.
pub(super) fn request_id(codec: Codec, frame: &[u8], fault: &Fault) -> Option<u64> {
    match codec {
        // The JSON is whole and balanced, or the envelope would not be read to its end.
        Codec::Json => {
            let ClientEnvelope::Request { id } = serde_json::from_slice(frame).ok()?;
            Some(id)
        }
        // Lengths hold bincode together: once one is wrong, so may everything else be.
        Codec::Bincode if is_about_a_value(fault) => match read_bincode_prefix(frame)? {
            (0u32, id) => Some(id),
            _ => None,
        },
        Codec::Bincode => None,
    }
}

/// What a frame from the daemon is at least, if it was made by a newer one.
pub(super) fn unknown_frame(codec: Codec, frame: &[u8]) -> Option<UnknownFrame> {
    match codec {
        Codec::Json => unknown_json(frame),
        Codec::Bincode => unknown_bincode(frame),
    }
}

/// The id of the request that a frame from the daemon answers, whatever the answer is.
pub(super) fn response_id(codec: Codec, frame: &[u8], fault: &Fault) -> Option<u64> {
    match codec {
        Codec::Json => match serde_json::from_slice(frame).ok()? {
            ServerEnvelope::Response { id, .. } => Some(id),
            ServerEnvelope::Event { .. } | ServerEnvelope::Delivery(_) => None,
        },
        Codec::Bincode if is_about_a_value(fault) => match read_bincode_prefix(frame)? {
            (0u32, id) => Some(id),
            _ => None,
        },
        Codec::Bincode => None,
    }
}

fn is_about_a_value(fault: &Fault) -> bool {
    match fault {
        Fault::UnknownVariant { .. } | Fault::Value { .. } => true,
        Fault::TooLong { .. }
        | Fault::Truncated
        | Fault::Trailing { .. }
        | Fault::NotJson { .. } => false,
    }
}

fn unknown_json(frame: &[u8]) -> Option<UnknownFrame> {
    let Ok(envelope) = serde_json::from_slice::<ServerEnvelope>(frame) else {
        let Named(name) = serde_json::from_slice(frame).ok()?;
        return is_unknown::<ServerFrame>(&name).then_some(UnknownFrame::Frame);
    };
    match envelope {
        ServerEnvelope::Response { id, result } => {
            let unknown = match result {
                ResultEnvelope::Ok(Named(name)) => is_unknown::<Response>(&name),
                ResultEnvelope::Failed(_) => false,
            };
            unknown.then_some(UnknownFrame::Response { id })
        }
        ServerEnvelope::Event {
            sequence,
            event: Named(name),
        } => is_unknown::<Event>(&name).then_some(UnknownFrame::Event { sequence }),
        ServerEnvelope::Delivery(_) => None,
    }
}

fn unknown_bincode(frame: &[u8]) -> Option<UnknownFrame> {
    let index: u32 = read_bincode_prefix(frame)?;
    match index {
        0 => {
            let (_, id, outcome, response): (u32, u64, u32, u32) = read_bincode_prefix(frame)?;
            let unknown = outcome == 0 && is_beyond::<Response>(response);
            unknown.then_some(UnknownFrame::Response { id })
        }
        1 => {
            let (_, sequence, event): (u32, u64, u32) = read_bincode_prefix(frame)?;
            is_beyond::<Event>(event).then_some(UnknownFrame::Event { sequence })
        }
        beyond => is_beyond::<ServerFrame>(beyond).then_some(UnknownFrame::Frame),
    }
}

fn is_unknown<T: DeserializeOwned>(name: &str) -> bool {
    !variants::<T>().contains(&name)
}

fn is_beyond<T: DeserializeOwned>(index: u32) -> bool {
    usize::try_from(index).is_ok_and(|index| index >= variants::<T>().len())
}

#[derive(Deserialize)]
enum ClientEnvelope {
    Request {
        #[serde(with = "wide")]
        id: u64,
    },
}

#[derive(Deserialize)]
enum ServerEnvelope {
    Response {
        #[serde(with = "wide")]
        id: u64,
        result: ResultEnvelope,
    },
    Event {
        #[serde(with = "wide")]
        sequence: u64,
        event: Named,
    },
    Delivery(IgnoredAny),
}

#[derive(Deserialize)]
enum ResultEnvelope {
    Ok(Named),
    Failed(IgnoredAny),
}

/// The name of any variant, with whatever it carries: `"Name"` or `{"Name": ...}`.
struct Named(String);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(NamedVisitor)
    }
}

struct NamedVisitor;

impl<'de> de::Visitor<'de> for NamedVisitor {
    type Value = Named;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a variant")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Named, E> {
        Ok(Named(name.to_owned()))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Named, A::Error> {
        let Some((name, IgnoredAny)) = map.next_entry()? else {
            return Err(de::Error::invalid_length(0, &self));
        };
        if map.next_key::<IgnoredAny>()?.is_some() {
            return Err(de::Error::invalid_length(2, &self));
        }
        Ok(Named(name))
    }
}
