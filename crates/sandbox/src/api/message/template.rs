//! One message for many in which every receiver reads something of his own.
//!
//! Placeholders are names of a receiver's values, taken literally, for example `{name}`.

use std::collections::BTreeMap;

use imlink_model::{Millis, UserId};

use super::{
    FROM,
    delivery::MESSAGE_ID,
    draft::{self, CLASS, CONTENT},
};
use crate::{
    App, Draft, SenderCopy, Target,
    api::{
        ApiError,
        call::Call,
        field::{Field, Parameter, optional, required},
        generation::Names,
        kind::{Rows, Texts, Users},
        reply::Reply,
        route::Operation,
    },
};

/// The most receivers.
const MAX_RECEIVERS: usize = 1000;

const TO: Field<Users> = Field::new(
    Names::both("toUserId"),
    Users(MAX_RECEIVERS),
    "Who gets it.",
);
const VALUES: Field<Rows> = Field::new(
    Names::both("values"),
    Rows(MAX_RECEIVERS),
    "For each receiver what the placeholders stand for.",
);
const PUSHES: Field<Texts> = Field::new(
    Names::both("pushContent"),
    Texts {
        items: MAX_RECEIVERS,
        bytes: 16 * 1024,
    },
    "For each receiver what a push shows, with placeholders too.",
);

const PARAMETERS: &[Parameter] = &[
    required(&FROM),
    required(&CLASS),
    required(&CONTENT),
    required(&TO),
    required(&VALUES),
    optional(&PUSHES),
];

pub(super) const DIRECT: Operation = Operation::rongcloud(
    "/message/private/publish_template.json",
    "Sends users, to each in private, a message made from a template.",
    PARAMETERS,
    direct,
)
.in_json();

pub(super) const SYSTEM: Operation = Operation::rongcloud(
    "/message/system/publish_template.json",
    "Sends users a system message made from a template.",
    PARAMETERS,
    system,
)
.in_json();

fn direct(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    publish(app, call, Target::User, now)
}

fn system(app: &mut App, call: &Call, now: Millis) -> Result<Reply, ApiError> {
    publish(app, call, Target::System, now)
}

fn publish(
    app: &mut App,
    call: &Call,
    target: fn(UserId) -> Target,
    now: Millis,
) -> Result<Reply, ApiError> {
    let from = call.required(&FROM)?;
    let class = draft::class(call)?;
    let template = draft::content(call, &class)?;
    let receivers = call.required(&TO)?;
    let values = call.required(&VALUES)?;
    if values.len() != receivers.len() {
        return Err(call.invalid(&VALUES, "has not one entry for each receiver"));
    }
    let pushes = call.optional(&PUSHES)?.unwrap_or_default();
    let pushes = pushes.into_iter().map(Some).chain(std::iter::repeat(None));
    let mut sent = Vec::new();
    for ((receiver, values), push) in receivers.into_iter().zip(values).zip(pushes) {
        let content = filled(&template, &values);
        let mut draft = Draft::new(from.clone(), target(receiver.clone()), &class, &content);
        draft.body.push_text = push.map(|push| filled(&push, &values));
        let uid = app.publish_as(draft, SenderCopy::Excluded, now);
        let row = Reply::new().with(Names::both("userId"), receiver.as_str());
        sent.push(row.with(MESSAGE_ID, uid));
    }
    Ok(Reply::new().rows(Names::both("messageUIDs"), sent))
}

fn filled(template: &str, values: &BTreeMap<String, String>) -> String {
    let fill = |text: String, (name, value): (&String, &String)| match name.is_empty() {
        true => text,
        false => text.replace(name.as_str(), value),
    };
    values.iter().fold(template.to_owned(), fill)
}
