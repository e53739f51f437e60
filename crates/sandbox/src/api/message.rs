//! Messages of app servers (server-api.md 4.1).

use imlink_model::{Millis, ObjectName};
use imlink_wire::flags::{Class, option, session};
use serde_json::{Value, json};

use super::{ApiError, form::Form};
use crate::{App, Draft, MAX_CONTENT, SenderCopy};

/// The most receivers of one private message.
const MAX_RECEIVERS: usize = 1000;
/// What the names of the vendor's own classes begin with.
const BUILT_IN: &str = "RC:";

pub(super) fn publish_private(app: &mut App, form: &Form, now: Millis) -> Result<Value, ApiError> {
    let from = form.user("fromUserId")?;
    let receivers = form.users("toUserId", MAX_RECEIVERS)?;
    let object_name = object_name(form)?;
    let content = content(form, object_name)?;
    let copy = match form.flag("isIncludeSender")? {
        Some(true) => SenderCopy::Included,
        Some(false) | None => SenderCopy::Excluded,
    };
    let session_id = session_bits(form, object_name)?;
    let keep_last = form.flag("disableUpdateLastMsg")?.unwrap_or_default();
    let owned = |name| form.optional(name).map(str::to_owned);

    let uids: Vec<Value> = receivers
        .into_iter()
        .map(|to| {
            let mut draft = Draft::new(from.clone(), to.clone(), object_name, content);
            draft.body.session_id = session_id;
            draft.body.push_text = owned("pushContent");
            draft.body.app_data = owned("pushData");
            draft.body.extra_content = owned("extraContent");
            draft.body.bus_channel = owned("busChannel");
            draft.body.option_bits = keep_last.then_some(option::KEEP_LAST_MESSAGE);
            json!({ "userId": to, "messageUID": app.publish_as(draft, copy, now) })
        })
        .collect();
    Ok(json!({ "code": 200, "messageUIDs": uids }))
}

fn object_name(form: &Form) -> Result<&str, ApiError> {
    let name = form.text("objectName", ObjectName::MAX_BYTES)?;
    let problem = "is not an object name";
    ObjectName::new(name).map_err(|_| ApiError::Invalid {
        field: "objectName",
        problem,
    })?;
    Ok(name)
}

/// The content of a class of the vendor's is a JSON object as text; an app's own may be anything.
fn content<'f>(form: &'f Form, object_name: &str) -> Result<&'f str, ApiError> {
    let content = form.text("content", MAX_CONTENT)?;
    let is_object =
        || serde_json::from_str::<Value>(content).is_ok_and(|content| content.is_object());
    if object_name.starts_with(BUILT_IN) && !is_object() {
        return Err(ApiError::Invalid {
            field: "content",
            problem: "is not a JSON object",
        });
    }
    Ok(content)
}

/// What the caller says of keeping and counting; else the class, where an app's own is kept and
/// counted like a text.
fn session_bits(form: &Form, object_name: &str) -> Result<i32, ApiError> {
    let own = !object_name.starts_with(BUILT_IN);
    let class = if own {
        Class::Counted
    } else {
        Class::of(object_name)
    };
    let mut bits = class.session_bits();
    for (name, bit) in [
        ("isPersisted", session::PERSISTED),
        ("isCounted", session::COUNTED),
    ] {
        match form.flag(name)? {
            Some(true) => bits |= bit,
            Some(false) => bits &= !bit,
            None => {}
        }
    }
    if form.flag("expansion")?.unwrap_or_default() {
        bits |= session::EXPANDABLE;
    }
    Ok(bits)
}
