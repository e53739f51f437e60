//! Faults between the gateway and its clients.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{
    read::{DONE, Outcome, Refused},
    types::{
        ChangeTransport, Done, DropLinks, EndedLinks, Inject, Injected, Problem, SetTransport,
        TransportView,
    },
};
use crate::server::{Injection, Sandbox, TransportFaults};

pub(super) async fn set(sandbox: Sandbox, call: SetTransport) -> Outcome<Done> {
    sandbox.set_transport(&call.scope, &call.faults);
    DONE
}

pub(super) async fn change(sandbox: Sandbox, call: ChangeTransport) -> Outcome<TransportView> {
    let ChangeTransport { scope, faults } = call;
    let changed = sandbox.change_transport(&scope, |current| merge(current, faults));
    let faults = changed.map_err(|error| Refused::new(Problem::BadFields, error.to_string()))?;
    Ok(TransportView { scope, faults })
}

/// `null` puts a field back to nothing. None of the fields has fields of its own that would be
/// merged one by one.
fn merge(
    current: &TransportFaults,
    change: Map<String, Value>,
) -> serde_json::Result<TransportFaults> {
    let mut merged = json!(current);
    for (name, value) in change {
        match (value, merged.as_object_mut()) {
            (Value::Null, Some(fields)) => {
                fields.remove(&name);
            }
            (value, _) => merged[name] = value,
        }
    }
    serde_json::from_value(merged)
}

pub(super) async fn drop_links(sandbox: Sandbox, call: DropLinks) -> Outcome<EndedLinks> {
    let links = sandbox.drop_links(&call.scope, call.ending);
    Ok(EndedLinks { links })
}

pub(super) async fn inject(sandbox: Sandbox, call: Inject) -> Outcome<Done> {
    let injection = match call.what {
        Injected::Binary(digits) => Injection::Binary(bytes(&digits)?),
        Injected::Text(text) => Injection::Text(text),
        Injected::Raw(digits) => Injection::Raw(bytes(&digits)?),
    };
    if !sandbox.inject(call.link, injection) {
        let error = format!("no such link: {}", call.link);
        return Err(Refused::new(Problem::UnknownLink, error));
    }
    DONE
}

fn bytes(digits: &str) -> Outcome<Bytes> {
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
    let bytes = bytes.ok_or_else(|| Refused::new(Problem::BadFields, "not hexadecimal"))?;
    Ok(bytes.into())
}
