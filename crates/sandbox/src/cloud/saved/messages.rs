//! The one list of an app's messages, each written once however many share it.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::cloud::message::Message;

/// Messages by the place at which state names them. A uid would not do: all messages of one
/// broadcast have the same.
#[derive(Default)]
pub(in crate::cloud) struct Messages {
    list: Vec<Arc<Message>>,
    /// Where a message is, by its address in memory.
    places: BTreeMap<*const Message, usize>,
}

/// Something names a message that is not in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no message {0}")]
pub(in crate::cloud) struct NoSuchMessage(usize);

impl Messages {
    /// The place of a message, which is added if it is new.
    pub(in crate::cloud) fn place(&mut self, message: Arc<Message>) -> usize {
        let new = self.list.len();
        let place = *self.places.entry(Arc::as_ptr(&message)).or_insert(new);
        if place == new {
            self.list.push(message);
        }
        place
    }

    /// The message at a place.
    pub(in crate::cloud) fn at(&self, place: usize) -> Result<Arc<Message>, NoSuchMessage> {
        self.list.get(place).cloned().ok_or(NoSuchMessage(place))
    }
}

impl Serialize for Messages {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.list.iter().map(|message| &**message))
    }
}

impl<'de> Deserialize<'de> for Messages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = Vec::<Message>::deserialize(deserializer)?;
        Ok(Self {
            list: list.into_iter().map(Arc::new).collect(),
            places: BTreeMap::new(),
        })
    }
}

/// Renames the messages of every value of a map.
pub(in crate::cloud) fn each<K: Ord, V, W, E>(
    map: BTreeMap<K, V>,
    mut rename: impl FnMut(V) -> Result<W, E>,
) -> Result<BTreeMap<K, W>, E> {
    let renamed = map
        .into_iter()
        .map(|(key, value)| Ok((key, rename(value)?)));
    renamed.collect()
}
