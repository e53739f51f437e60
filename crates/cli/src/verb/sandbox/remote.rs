//! The control API of a sandbox that runs, call by call.

use hyper::Method;
use imlink::AppKey;
use imlink_sandbox::control::{Call, PREFIX, Problem, Refusal};
use serde_json::Value;

use super::place::{HOW_TO_FIND, unreachable};
use crate::failure::Failure;
use crate::http::{self, Answer, Server};
use crate::output::Escaped;

/// A sandbox, and the app key in whose world calls act.
#[derive(Debug)]
pub struct Remote {
    server: Server,
    app_key: Option<AppKey>,
}

impl Remote {
    pub fn new(server: Server, app_key: Option<AppKey>) -> Self {
        Self { server, app_key }
    }

    /// Makes one call.
    ///
    /// # Errors
    /// Nothing answers, what answers is no sandbox, or the sandbox refuses.
    pub async fn call<C: Call>(&self, call: &C) -> Result<C::Answer, Failure> {
        let fields = serde_json::to_value(call).map_err(std::io::Error::from)?;
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
        let called = self.server.call(http::Call {
            method: C::METHOD,
            path: &path,
            headers: Vec::new(),
            body,
        });
        let answer = called.await.map_err(|error| unreachable(&error))?;
        if answer.status != 200 {
            return Err(refused(&answer));
        }
        serde_json::from_slice(&answer.body).map_err(|_| stranger(&answer))
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

fn refused(answer: &Answer) -> Failure {
    let Ok(Refusal { problem, error }) = serde_json::from_slice(&answer.body) else {
        return stranger(answer);
    };
    let cure = match problem {
        Problem::UnknownUser => {
            "`imlink sandbox users` lists the users; `imlink sandbox tokens USER` makes one."
        }
        Problem::UnknownApp => {
            "`imlink sandbox apps` lists the app keys; `imlink sandbox apps add KEY` makes one."
        }
        Problem::UnknownCall | Problem::UnknownMethod => {
            "The sandbox is of another version; start one of this `imlink`."
        }
        Problem::UnknownGroup => "`imlink sandbox groups` lists the groups.",
        Problem::UnknownChatroom => "`imlink sandbox chatrooms` lists the chatrooms.",
        Problem::BadFields
        | Problem::ForeignPage
        | Problem::UnknownLink
        | Problem::NoTls
        | Problem::TooSlow
        | Problem::Conflict
        | Problem::TooLarge => "See what the sandbox says on its terminal.",
    };
    let cause = format!("The sandbox refuses: {}.", Escaped(&error));
    Failure::own("SANDBOX", cause, cure)
}

fn stranger(answer: &Answer) -> Failure {
    let status = answer.status;
    let cause = format!("What answers there is no sandbox (HTTP status {status}).");
    Failure::own("SANDBOX", cause, HOW_TO_FIND)
}
