//! What all messages have in common.

use std::collections::BTreeMap;

use imlink_model::{CLASSES, Class, RESERVED_PREFIX, UserId};
use imlink_wire::{
    flags::{option, session},
    proto::UpStreamMessage,
};
use serde_json::{Value, json};

use super::FROM;
use crate::{
    Draft, MAX_CONTENT, SenderCopy, Target,
    api::{
        ApiError,
        call::Call,
        field::{Field, Parameter, optional, required},
        generation::Names,
        kind::{self, Flag, Json, Map, Number, Text},
    },
};

/// The longest text that only pushes show.
const MAX_PUSH: usize = 16 * 1024;
/// The most entries of an expansion, and their longest keys and values (server-api.md 4.1).
const MAX_EXPANSION: usize = 300;
const MAX_EXPANSION_KEY: usize = 32;
const MAX_EXPANSION_VALUE: usize = 4096;

pub(super) const CLASS: Field<kind::Class> = Field::new(
    Names::new("objectName", "messageType"),
    kind::Class,
    "Its class, for example RC:TxtMsg.",
);
pub(super) const CONTENT: Field<Json> = Field::new(
    Names::both("content"),
    Json(MAX_CONTENT),
    "A JSON object as text; of an app's own class any text.",
);
const ECHO: Field<Flag> = Field::new(
    Names::new("isIncludeSender", "isEchoToSender"),
    Flag,
    "Whether the sender's own devices get it too.",
);
const PERSISTED: Field<Flag> = Field::new(
    Names::new("isPersisted", "shouldPersist"),
    Flag,
    "Whether it is kept; the class says so if left out.",
);
const COUNTED: Field<Flag> = Field::new(
    Names::both("isCounted"),
    Flag,
    "Whether it counts as unread; the class says so if left out.",
);
const MENTIONS: Field<Flag> = Field::new(
    Names::new("isMentioned", "hasMention"),
    Flag,
    "Whether its content mentions someone.",
);
const EXPANDABLE: Field<Flag> = Field::new(
    Names::new("expansion", "hasMetadata"),
    Flag,
    "Whether it can be expanded later.",
);
const EXPANSION: Field<Map> = Field::new(
    Names::new("extraContent", "metadata"),
    Map(MAX_EXPANSION),
    "Its first expansion.",
);
const PUSH_CONTENT: Field<Text> = Field::new(
    Names::both("pushContent"),
    Text(MAX_PUSH),
    "What a push shows.",
);
const PUSH_DATA: Field<Text> = Field::new(
    Names::both("pushData"),
    Text(MAX_PUSH),
    "What a push carries.",
);
const PUSH_EXT: Field<Json> = Field::new(
    Names::both("pushExt"),
    Json(MAX_PUSH),
    "Settings of the push; checked, without effect here.",
);
const SILENT: Field<Flag> = Field::new(
    Names::both("disablePush"),
    Flag,
    "Whether it comes without a notification.",
);
const CONTENT_AVAILABLE: Field<Flag> = Field::new(
    Names::both("contentAvailable"),
    Flag,
    "Silent push on iOS; checked, without effect here.",
);
const BADGE: Field<Number> = Field::new(
    Names::both("count"),
    Number(i32::MIN as i64..=i32::MAX as i64),
    "Badge of the push; checked, without effect here.",
);
const BUS_CHANNEL: Field<Text> = Field::new(
    Names::rongcloud("busChannel"),
    Text(20),
    "The channel in the conversation.",
);
const KEEP_LAST: Field<Flag> = Field::new(
    Names::both("disableUpdateLastMsg"),
    Flag,
    "Whether the conversation's last message stays.",
);
const NEEDS_RECEIPT: Field<Flag> = Field::new(
    Names::nexconn("needReadReceipt"),
    Flag,
    "Whether a read receipt is wanted.",
);

/// What an operation that sends takes beside its receivers: these, in this order.
pub(super) const PARAMETERS: [Parameter; 17] = [
    required(&FROM),
    required(&CLASS),
    required(&CONTENT),
    optional(&ECHO),
    optional(&PERSISTED),
    optional(&COUNTED),
    optional(&MENTIONS),
    optional(&EXPANDABLE),
    optional(&EXPANSION),
    optional(&PUSH_CONTENT),
    optional(&PUSH_DATA),
    optional(&PUSH_EXT),
    optional(&SILENT),
    optional(&CONTENT_AVAILABLE),
    optional(&BADGE),
    optional(&BUS_CHANNEL),
    optional(&KEEP_LAST),
];

/// The parameters of all messages, and some of one operation's own.
pub(super) const fn with<const N: usize, const M: usize>(own: [Parameter; N]) -> [Parameter; M] {
    assert!(M == N + PARAMETERS.len() + 1, "every parameter has a place");
    let mut all = [optional(&NEEDS_RECEIPT); M];
    let mut place = 0;
    while place < PARAMETERS.len() {
        all[place] = PARAMETERS[place];
        place += 1;
    }
    while place < PARAMETERS.len() + N {
        all[place] = own[place - PARAMETERS.len()];
        place += 1;
    }
    all
}

/// A message without its receiver.
pub(super) struct Letter {
    draft: Draft,
    pub(super) copy: SenderCopy,
}

impl Letter {
    pub(super) fn read(call: &Call) -> Result<Self, ApiError> {
        let from = call.required(&FROM)?;
        let class = class(call)?;
        let content = content(call, &class)?;
        // The receiver is put in later; whoever sends may always write to himself.
        let mut draft = Draft::new(from.clone(), from, &class, &content);
        let flag = |field| Ok::<_, ApiError>(call.optional(field)?.unwrap_or_default());
        let body = &mut draft.body;
        body.session_id = session_bits(call, &class)?;
        body.push_text = call.optional(&PUSH_CONTENT)?;
        body.app_data = call.optional(&PUSH_DATA)?;
        body.bus_channel = call.optional(&BUS_CHANNEL)?;
        body.extra_content = expansion(call)?;
        let options = [
            (flag(&KEEP_LAST)?, option::KEEP_LAST_MESSAGE),
            (flag(&NEEDS_RECEIPT)?, option::NEEDS_RECEIPT),
        ];
        let bits = options
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, bit)| bit);
        body.option_bits = bits.reduce(|all, bit| all | bit);
        let copy = match flag(&ECHO)? {
            true => SenderCopy::Included,
            false => SenderCopy::Excluded,
        };
        Ok(Self { draft, copy })
    }

    pub(super) fn from(&self) -> &UserId {
        &self.draft.from
    }

    pub(super) fn body(&self) -> &UpStreamMessage {
        &self.draft.body
    }

    /// Only for these members of a group.
    pub(super) fn direct_at(&mut self, users: &[UserId]) {
        self.draft.body.to_user_ids = users.iter().map(ToString::to_string).collect();
    }

    pub(super) fn to(&self, target: impl Into<Target>) -> Draft {
        Draft {
            to: target.into(),
            ..self.draft.clone()
        }
    }
}

/// The vendor's own prefix is kept for its own classes.
pub(super) fn class(call: &Call) -> Result<String, ApiError> {
    let class = call.required(&CLASS)?;
    let is_known = || CLASSES.iter().any(|(known, _)| *known == class);
    if class.starts_with(RESERVED_PREFIX) && !is_known() {
        return Err(call.invalid(
            &CLASS,
            "begins with RC: and is none of the vendor's classes",
        ));
    }
    Ok(class)
}

/// The content of a class of the vendor's is a JSON object as text; an app's own may be anything.
pub(super) fn content(call: &Call, class: &str) -> Result<String, ApiError> {
    let content = call.required(&CONTENT)?;
    let is_object =
        || serde_json::from_str::<Value>(&content).is_ok_and(|content| content.is_object());
    if class.starts_with(RESERVED_PREFIX) && !is_object() {
        return Err(call.invalid(&CONTENT, "is not a JSON object"));
    }
    Ok(content)
}

/// What the caller says of keeping and counting; else the class, where an app's own is kept and
/// counted like a text.
fn session_bits(call: &Call, class: &str) -> Result<i32, ApiError> {
    let class = Class::of(class);
    let mut bits = session::kept(class.is_stored(), class.is_counted());
    for (field, bit) in [
        (&PERSISTED, session::PERSISTED),
        (&COUNTED, session::COUNTED),
        (&MENTIONS, session::MENTION),
        (&SILENT, session::SILENT),
        (&EXPANDABLE, session::EXPANDABLE),
    ] {
        match call.optional(field)? {
            Some(true) => bits |= bit,
            Some(false) => bits &= !bit,
            None => {}
        }
    }
    Ok(bits)
}

/// The expansion as it travels (protocol/cloud-wire.md 5.4).
fn expansion(call: &Call) -> Result<Option<String>, ApiError> {
    let Some(entries) = call.optional(&EXPANSION)? else {
        return Ok(None);
    };
    check_expansion(call, &EXPANSION, &entries)?;
    let entries = entries.into_iter();
    let entries: serde_json::Map<_, _> = entries
        .map(|(key, value)| (key, json!({ "v": value })))
        .collect();
    Ok(Some(Value::Object(entries).to_string()))
}

/// Keys and values have a longest length.
pub(super) fn check_expansion(
    call: &Call,
    field: &Field<Map>,
    entries: &BTreeMap<String, String>,
) -> Result<(), ApiError> {
    let fits = |(key, value): (&String, &String)| {
        (1..=MAX_EXPANSION_KEY).contains(&key.chars().count())
            && value.chars().count() <= MAX_EXPANSION_VALUE
    };
    if !entries.iter().all(fits) {
        return Err(call.invalid(field, "has a key or a value that is too long"));
    }
    Ok(())
}
