//! Durable subscriptions: how far an app has acknowledged.

use imlink_model::{AppId, SubscriptionName};

/// Whose subscription it is, and which. Never seen by another user or app (F-I37).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionKey {
    /// The Unix user the app runs as.
    pub uid: u32,
    /// The app.
    pub app: AppId,
    /// The app's name for it.
    pub name: SubscriptionName,
}

/// Where a new subscription begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// After the last message stored.
    Now,
    /// Before the first message stored.
    Beginning,
}
