//! The outermost value of a frame, either way.

use imlink_model::Code;
use serde::{Deserialize, Serialize};

use crate::{Delivery, Event, Request, Response, wide};

/// From app to daemon. Variants are only appended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientFrame {
    /// Something to be done, and answered once.
    Request {
        /// Chosen by the client, repeated in the answer; must differ from every id still without
        /// one.
        #[serde(with = "wide")]
        id: u64,
        /// What is asked.
        request: Request,
    },
}

/// From daemon to app. Variants are only appended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServerFrame {
    /// The one answer to a request.
    Response {
        /// The id of the request.
        #[serde(with = "wide")]
        id: u64,
        /// What came of it.
        result: Outcome,
    },
    /// Something nobody asked for at this moment.
    Event {
        /// Counts the events of this connection, from 1 on.
        #[serde(with = "wide")]
        sequence: u64,
        /// What happened.
        event: Event,
    },
    /// A message of a subscription.
    Delivery(Delivery),
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It was done.
    Ok(Response),
    /// It was not done, or nobody can say.
    Failed(Failure),
}

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Failure {
    /// A number of the one table of codes ([`Code::info`]).
    pub code: Code,
    /// What went wrong this time, in one sentence for a developer.
    pub message: String,
}

impl Failure {
    /// The failure with this code, worded as the table does.
    #[must_use]
    pub fn of(code: Code) -> Self {
        Self {
            code,
            message: code.cause().to_owned(),
        }
    }

    /// The failure with this code, and what went wrong this time.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

impl From<Result<Response, Failure>> for Outcome {
    fn from(result: Result<Response, Failure>) -> Self {
        match result {
            Ok(response) => Self::Ok(response),
            Err(failure) => Self::Failed(failure),
        }
    }
}

impl From<Outcome> for Result<Response, Failure> {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Ok(response) => Ok(response),
            Outcome::Failed(failure) => Err(failure),
        }
    }
}
