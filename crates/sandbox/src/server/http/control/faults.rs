//! Faults and rules.

use std::time::Duration;

use axum::{Json, http::StatusCode};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::call::{Answered, App, Body, Refused, done};
use crate::{
    Fault, Lasting, LinkId, Policy, Scope,
    server::{Ending, Injection, TransportFaults, gateway::Wanted},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewFault {
    fault: Fault,
    #[serde(default)]
    scope: Scope,
    #[serde(default = "once")]
    lasting: Lasting,
}

fn once() -> Lasting {
    Lasting::ONCE
}

/// `POST /faults {fault, scope?, lasting?}`; by default for everyone, once.
pub(super) async fn add(App(sandbox): App, Body(new): Body<NewFault>) -> Answered {
    sandbox.add_fault(new.fault, new.scope, new.lasting);
    done()
}

/// `DELETE /faults`.
pub(super) async fn clear(App(sandbox): App) -> Answered {
    sandbox.clear_faults();
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Transport {
    #[serde(default)]
    scope: Scope,
    faults: TransportFaults,
}

/// `POST /transport {scope?, faults}`.
pub(super) async fn set_transport(App(sandbox): App, Body(new): Body<Transport>) -> Answered {
    sandbox.set_transport(&new.scope, &new.faults);
    done()
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Drop {
    scope: Scope,
    ending: Ending,
}

/// `POST /drop {scope?, ending?}`.
pub(super) async fn drop_links(App(sandbox): App, Body(drop): Body<Drop>) -> Answered {
    Ok(Json(
        json!({ "links": sandbox.drop_links(&drop.scope, drop.ending) }),
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Inject {
    link: LinkId,
    what: Injected,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Injected {
    Binary(String),
    Text(String),
    Raw(String),
}

/// `POST /inject {link, what: {binary | text | raw: ...}}`; bytes as hexadecimal digits.
pub(super) async fn inject(App(sandbox): App, Body(inject): Body<Inject>) -> Answered {
    let injection = match inject.what {
        Injected::Binary(digits) => Injection::Binary(bytes(&digits)?),
        Injected::Text(text) => Injection::Text(text),
        Injected::Raw(digits) => Injection::Raw(bytes(&digits)?),
    };
    if !sandbox.inject(inject.link, injection) {
        return Err(Refused::new(StatusCode::NOT_FOUND, "no such link"));
    }
    done()
}

fn bytes(digits: &str) -> Result<Bytes, Refused> {
    let digit = |digit: &u8| {
        char::from(*digit)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let pair = |pair: &[u8]| {
        let [high, low] = pair else { return None };
        Some(digit(high)? << 4 | digit(low)?)
    };
    let bytes: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(pair).collect();
    let bytes = bytes.ok_or_else(|| Refused::new(StatusCode::BAD_REQUEST, "not hexadecimal"))?;
    Ok(bytes.into())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listen {
    listening: bool,
}

/// `POST /gateway {listening}`.
pub(super) async fn gateway(App(sandbox): App, Body(listen): Body<Listen>) -> Answered {
    let wanted = if listen.listening {
        Wanted::Listening
    } else {
        Wanted::Refusing
    };
    let obeyed = sandbox.order(wanted).await;
    obeyed.map_err(|error| Refused::new(StatusCode::CONFLICT, error.to_string()))?;
    done()
}

/// `PUT /policy` with the whole policy; what is left out takes its default.
pub(super) async fn set_policy(App(sandbox): App, Body(policy): Body<Policy>) -> Answered {
    sandbox.change_policy(|current| *current = policy);
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    advance_seconds: u64,
}

/// `POST /clock {advance_seconds}`.
pub(super) async fn advance_clock(App(sandbox): App, Body(clock): Body<Advance>) -> Answered {
    sandbox.advance_clock(Duration::from_secs(clock.advance_seconds));
    done()
}
