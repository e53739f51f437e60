//! Subscriptions.

use imlink_model::{AppId, Seq, SubscriptionName};
use serde::{Deserialize, Serialize};

use super::{Row, read, write};
use crate::SubscriptionKey;

/// A subscription and the position it has acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SubscriptionRow {
    pub(crate) subscription: SubscriptionKey,
    pub(crate) acknowledged: Seq,
}

#[derive(Serialize, Deserialize)]
struct Fields<'a> {
    uid: u32,
    app: &'a str,
    name: &'a str,
    acknowledged: u64,
}

impl Row for SubscriptionRow {
    fn encode(&self) -> Vec<u8> {
        let SubscriptionKey { uid, app, name } = &self.subscription;
        write(&Fields {
            uid: *uid,
            app: app.as_str(),
            name: name.as_str(),
            acknowledged: self.acknowledged.0,
        })
    }

    fn decode(form: u8, payload: &[u8]) -> Option<Self> {
        let row: Fields<'_> = read(form, payload)?;
        Some(Self {
            subscription: SubscriptionKey {
                uid: row.uid,
                app: AppId::new(row.app).ok()?,
                name: SubscriptionName::new(row.name).ok()?,
            },
            acknowledged: Seq(row.acknowledged),
        })
    }
}
