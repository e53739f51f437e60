//! The results of changes to an account's rows, in the order in which the changes were made.
//!
//! That is the order of an app's messages; an actor's own futures complete in any.

use std::path::PathBuf;

use futures_util::Stream;
use futures_util::future::LocalBoxFuture;
use futures_util::stream;
use imlink_model::{Code, Conversation};
use imlink_store::{Applied, Edited};
use tokio::sync::mpsc;

use crate::registry::{AccountId, Then};

/// A change on its way into the rows.
pub struct Committing {
    /// Whose rows.
    pub account: AccountId,
    /// Who waits for the result.
    pub then: Then,
    /// Completes when it is durable, or cannot be.
    pub result: LocalBoxFuture<'static, Outcome>,
}

/// What came of one.
pub enum Outcome {
    /// A change.
    Applied(Box<Result<Applied, Code>>),
    /// Edits.
    Edited(Result<Vec<Edited>, Code>),
    /// The end of a conversation.
    Forgotten(Conversation, Result<Vec<PathBuf>, Code>),
}

/// What came of a change.
pub struct Committed {
    /// Whose rows.
    pub account: AccountId,
    /// Who waits for the result.
    pub then: Then,
    /// The result.
    pub result: Outcome,
}

/// The results of changes, each after those that were made before it.
pub fn one_by_one(
    committing: mpsc::UnboundedReceiver<Committing>,
) -> impl Stream<Item = Committed> {
    stream::unfold(committing, |mut committing| async move {
        let Committing {
            account,
            then,
            result,
        } = committing.recv().await?;
        let committed = Committed {
            account,
            then,
            result: result.await,
        };
        Some((committed, committing))
    })
}
