//! The control API of a sandbox that runs, call by call.

use hyper::Method;
use imlink::AppKey;
use imlink_sandbox::control::{Call, PREFIX, Problem, Refusal};
use serde_json::Value;

use crate::failure::Failure;
use crate::http::{self, Answer, HttpError, Server};
use crate::verb::sandbox::{HOW_TO_FIND, unreachable};

/// A sandbox, and the app key in whose world calls act.
#[derive(Debug)]
pub struct Remote {
    server: Server,
    app_key: Option<AppKey>,
}

/// Why a call was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// There is no answer.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The sandbox refuses.
    #[error("the sandbox refuses: {}", .0.error)]
    Refused(Refusal),
    /// What answers is no sandbox.
    #[error("what answers there is no sandbox (HTTP status {status})")]
    Stranger {
        /// With what it answers.
        status: u16,
    },
}

impl Remote {
    /// Without an app key calls act in the world of the sandbox's first one.
    pub fn new(server: Server, app_key: Option<AppKey>) -> Self {
        Self { server, app_key }
    }

    /// Makes one call.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn call<C: Call>(&self, call: &C) -> Result<C::Answer, CallError> {
        let fields = serde_json::to_value(call).expect("calls have names for fields");
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(key) = &self.app_key {
            query.append_pair("app", key.as_str());
        }
        let body = if C::METHOD == Method::GET {
            append(&mut query, &fields);
            String::new()
        } else {
            fields.to_string()
        };
        let path = format!("{PREFIX}{}?{}", C::PATH, query.finish());
        let answer = self.server.call(http::Call {
            method: C::METHOD,
            path: &path,
            headers: Vec::new(),
            body,
        });
        read(&answer.await?)
    }
}

/// Fields of a query are texts and numbers.
fn append(query: &mut form_urlencoded::Serializer<'_, String>, fields: &Value) {
    for (name, value) in fields.as_object().into_iter().flatten() {
        match value {
            Value::Null => {}
            Value::String(text) => {
                query.append_pair(name, text);
            }
            other => {
                query.append_pair(name, &other.to_string());
            }
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(answer: &Answer) -> Result<T, CallError> {
    let status = answer.status;
    let stranger = |_| CallError::Stranger { status };
    if status == 200 {
        return serde_json::from_slice(&answer.body).map_err(stranger);
    }
    let refusal = serde_json::from_slice(&answer.body).map_err(stranger)?;
    Err(CallError::Refused(refusal))
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        match &error {
            CallError::Http(error) => unreachable(error),
            CallError::Refused(refusal) => {
                let cause = format!("The sandbox refuses: {}.", refusal.error);
                Self::own("SANDBOX", cause, cure(refusal.problem))
            }
            CallError::Stranger { status } => {
                let cause = format!("What answers there is no sandbox (HTTP status {status}).");
                Self::own("SANDBOX", cause, HOW_TO_FIND)
            }
        }
    }
}

fn cure(problem: Problem) -> &'static str {
    match problem {
        Problem::UnknownUser => {
            "`imlink sandbox users` lists the users; `imlink sandbox tokens USER` makes one."
        }
        Problem::UnknownApp => {
            "`imlink sandbox apps` lists the app keys; `imlink sandbox apps add KEY` makes one."
        }
        Problem::UnknownGroup => "`imlink sandbox groups` lists the groups.",
        Problem::UnknownChatroom => "`imlink sandbox chatrooms` lists the chatrooms.",
        Problem::UnknownCall | Problem::UnknownMethod => {
            "The sandbox is of another version; start one of this `imlink`."
        }
        Problem::BadFields
        | Problem::ForeignPage
        | Problem::UnknownLink
        | Problem::NoTls
        | Problem::TooSlow
        | Problem::Conflict
        | Problem::TooLarge => "See what the sandbox says on its terminal.",
    }
}
