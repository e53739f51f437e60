//! The store.

use std::path::Path;

use anyhow::Result;
use imlink_model::uplink::{Cursor, Record};
use imlink_model::{Conversation, IncomingMessage, Millis, UserId};
use imlink_store::{Change, SearchQuery, Store};

use crate::subject::Subject;

/// No bound by bytes.
const ALL: usize = usize::MAX;

pub(crate) struct Imlink(Store);

impl Imlink {
    pub(crate) fn open(place: &Path) -> Result<Self> {
        let (store, _) = Store::open(place, &UserId::new("me")?)?;
        Ok(Self(store))
    }
}

impl Subject for Imlink {
    fn insert(&mut self, messages: Vec<IncomingMessage>) -> Result<()> {
        let cursor = Cursor(messages.len().to_string().into());
        let change = Change::Record(Record::Incoming {
            messages: messages.to_vec(),
            recalls: Vec::new(),
            unreadable: 0,
            cursor,
        });
        self.0.commit(vec![change], Millis(1_700_000_000_000))?;
        Ok(())
    }

    fn newest(&self, conversation: &Conversation, count: usize) -> Result<usize> {
        let page = self.0.history(conversation, None, count, ALL)?;
        Ok(page.messages.len())
    }

    fn search(&self, keyword: &str, count: usize) -> Result<usize> {
        let (mut found, mut before) = (0, None);
        loop {
            let page = self.0.search(&SearchQuery {
                keyword,
                conversation: None,
                before,
                limit: count - found,
                max_bytes: ALL,
            })?;
            found += page.messages.len();
            before = page.next;
            if found >= count || before.is_none() {
                return Ok(found);
            }
        }
    }
}
