//! What can be wrong with the first frame.

use imlink_model::{Code, IdError};

use super::{LabelError, Refused};
use crate::ProtocolRange;

/// Why the first frame is not a greeting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GreetingError {
    /// It does not begin as one: the other side speaks something else.
    #[error("the first frame does not begin with IMLK")]
    Magic,
    /// Its layout is not known here. The layout never changes, so the frame is damaged or made by
    /// something else.
    #[error("the first frame has layout {0}, only 1 is known")]
    Layout(u8),
    /// It is a greeting, but not one that this side receives.
    #[error("the first frame has kind {0}, which is not expected here")]
    Kind(u8),
    /// It ends in the middle of a field.
    #[error("the first frame ends before its {field} does")]
    Truncated {
        /// Which field.
        field: &'static str,
    },
    /// It asks for a codec that is not known here.
    #[error("there is no codec {0}, only 0 (bincode) and 1 (JSON)")]
    Codec(u8),
    /// It chooses a protocol version that is not known here.
    #[error("protocol version {0} is not known")]
    Protocol(u16),
    /// A text is not UTF-8.
    #[error("the {field} is not UTF-8")]
    NotUtf8 {
        /// Which field.
        field: &'static str,
    },
    /// The app's name is not acceptable.
    #[error("the app's name is not acceptable")]
    App(#[source] IdError),
    /// A short text is not acceptable.
    #[error("the {field} is not acceptable")]
    Label {
        /// Which field.
        field: &'static str,
        /// What is wrong with it.
        #[source]
        error: LabelError,
    },
}

impl GreetingError {
    /// What the daemon answers before it closes; `None` if the other side would not understand
    /// even that.
    #[must_use]
    pub fn refusal(&self, supported: ProtocolRange) -> Option<Refused> {
        let (code, text) = match self {
            Self::Magic => return None,
            Self::Layout(_) | Self::Protocol(_) => (Code::LOCAL_VERSION, self.to_string()),
            Self::Kind(_) | Self::Truncated { .. } | Self::Codec(_) | Self::NotUtf8 { .. } => {
                (Code::LOCAL_BAD_REQUEST, self.to_string())
            }
            Self::App(error) => (Code::LOCAL_BAD_REQUEST, error.to_string()),
            Self::Label { field, error } => {
                (Code::LOCAL_BAD_REQUEST, format!("the {field} {error}"))
            }
        };
        Some(Refused {
            code,
            supported,
            text,
        })
    }
}
