//! What a talk shows.

use std::borrow::Cow;
use std::fmt;

use imlink::{Code, Gap, Message, Millis};
use serde::{Serialize, Serializer};

use crate::language::Language;
use crate::output::{Escaped, GapFields, MessageLine, Paint, moment};

/// Longest part of an own text that its fate is told with, in characters.
const QUOTED: usize = 60;

/// One thing to show: to people a line, to programs an object with the field `event`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Said {
    /// What follows has not been read yet.
    Unread {
        /// How many messages.
        unread: u32,
        /// Those of them that are not shown.
        hidden: u32,
    },
    /// A message, with the fields of `imlink listen --json`.
    Message(Shown),
    /// An own message waits for the link.
    Waiting(Own),
    /// The cloud has an own message.
    Sent {
        #[serde(flatten)]
        own: Own,
        /// The server's id of it.
        uid: String,
        /// The server's time of it, in milliseconds since 1970.
        sent_at: i64,
    },
    /// An own message was not delivered.
    Failed {
        #[serde(flatten)]
        own: Own,
        /// Why.
        code: i32,
        /// The same by name.
        code_name: &'static str,
        /// The same in words.
        cause: String,
    },
    /// Nobody can say whether an own message arrived.
    InDoubt(Own),
    /// Somebody is writing.
    Typing {
        /// Who.
        user: String,
    },
    /// A message was taken back.
    Recalled {
        /// Its place.
        seq: u64,
        /// Who wrote it.
        sender: String,
        /// When it was sent, in milliseconds since 1970.
        sent_at: i64,
    },
    /// There is no link, or no daemon.
    Reconnecting {
        /// Why, if that is known.
        code: Option<i32>,
        /// The same by name.
        code_name: Option<&'static str>,
    },
    /// The link is back.
    Connected,
    /// The chatroom was entered again; what was said meanwhile may be missing.
    Rejoined,
    /// Messages of the account are missing before those that follow, perhaps some of this talk.
    Gap {
        #[serde(flatten)]
        fields: GapFields,
        /// The same in words.
        #[serde(skip)]
        words: String,
    },
}

/// A message as the other verbs show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown(pub Box<Message>);

/// An own message, as what becomes of it is told.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Own {
    /// Our own id of it.
    pub client_id: String,
    /// What it says.
    pub text: String,
}

impl Said {
    /// Whether it is about the talk and not part of it.
    pub fn is_remark(&self) -> bool {
        match self {
            Self::Typing { .. }
            | Self::Reconnecting { .. }
            | Self::Connected
            | Self::Rejoined
            | Self::Gap { .. } => true,
            Self::Unread { .. }
            | Self::Message(_)
            | Self::Waiting(_)
            | Self::Sent { .. }
            | Self::Failed { .. }
            | Self::InDoubt(_)
            | Self::Recalled { .. } => false,
        }
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        MessageLine::from(&*self.0).serialize(to)
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unread { unread, hidden: 0 } => {
                write!(
                    f,
                    "{}",
                    Paint::uneasy(format_args!("-- {unread} unread --"))
                )
            }
            Self::Unread { unread, hidden } => {
                let text = format_args!("-- {unread} unread, {hidden} of them further back --");
                write!(f, "{}", Paint::uneasy(text))
            }
            Self::Message(Shown(message)) => MessageLine::from(&**message).fmt(f),
            Self::Waiting(own) => write!(f, "{}  {own}", Paint::uneasy("waiting")),
            Self::Sent {
                own,
                uid: _,
                sent_at,
            } => {
                let at = moment(Millis(*sent_at));
                write!(f, "{}  {}  {own}", Paint::dim(at), Paint::good("sent"))
            }
            Self::Failed {
                own,
                code,
                code_name,
                cause,
            } => {
                let code = Paint::dim(format!("({code} {code_name})"));
                let cause = Escaped(cause);
                write!(f, "{}  {own}: {cause} {code}", Paint::bad("failed"))
            }
            Self::InDoubt(own) => write!(
                f,
                "{}  {own}: the link went before the cloud answered, so it may have arrived",
                Paint::uneasy("in doubt")
            ),
            Self::Typing { user } => {
                write!(
                    f,
                    "{}",
                    Paint::dim(format_args!("{} is typing…", Escaped(user)))
                )
            }
            Self::Recalled {
                seq: _,
                sender,
                sent_at,
            } => {
                let at = moment(Millis(*sent_at));
                let text = format_args!("{} took back the message of {at}", Escaped(sender));
                write!(f, "{}", Paint::dim(text))
            }
            Self::Reconnecting { code, code_name } => {
                write!(f, "{}", Paint::uneasy("reconnecting…"))?;
                match code.zip(*code_name) {
                    Some((code, name)) => {
                        write!(f, " {}", Paint::dim(format_args!("({code} {name})")))
                    }
                    None => Ok(()),
                }
            }
            Self::Connected => write!(f, "{}", Paint::good("connected again")),
            Self::Rejoined => write!(
                f,
                "{}",
                Paint::good("in the room again; what was said meanwhile may be missing")
            ),
            Self::Gap { fields: _, words } => write!(f, "{}", Paint::bad(words)),
        }
    }
}

impl Said {
    /// A stretch of the account of which something is missing.
    pub fn gap(gap: &Gap, language: Language) -> Self {
        Self::Gap {
            fields: gap.into(),
            words: language.gap(gap),
        }
    }

    /// An own message that was not delivered.
    pub fn failed(own: Own, code: Code) -> Self {
        Self::Failed {
            own,
            code: code.number(),
            code_name: code.name(),
            cause: code.cause().to_owned(),
        }
    }
}

/// The beginning of the text.
impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: Cow<'_, str> = match self.text.char_indices().nth(QUOTED) {
            None => (&*self.text).into(),
            Some((end, _)) => format!("{}…", &self.text[..end]).into(),
        };
        Escaped(&text).fmt(f)
    }
}

impl fmt::Debug for Own {
    /// Shows nothing of what it says.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Own")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
