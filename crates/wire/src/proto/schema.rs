//! What a message type contains, as data: enough to check, mend and print its bytes.

/// One message type.
#[derive(Debug)]
pub struct Schema {
    /// Name in cloud.proto.
    pub name: &'static str,
    /// Fields in the order of cloud.proto.
    pub fields: &'static [Field],
}

/// One field of a message type.
#[derive(Debug)]
pub struct Field {
    /// Field number.
    pub number: u32,
    /// Name in cloud.proto.
    pub name: &'static str,
    /// Whether a message without it is invalid.
    pub presence: Presence,
    /// What it holds.
    pub kind: Kind,
}

/// Whether a field must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The SDK's decoder throws without it.
    Required,
    /// May be absent.
    Optional,
    /// Any number of times.
    Repeated,
}

/// What a field holds.
#[derive(Debug)]
pub enum Kind {
    /// Integer, boolean or enumeration; all travel as varints.
    Number,
    /// An id or a name of a type: text that may be printed.
    Id,
    /// Text a person or an app wrote, or a secret: never printed.
    Text,
    /// Bytes, never printed.
    Bytes,
    /// Another message.
    Message(&'static Schema),
}

impl Schema {
    /// The field of a number and its place in the list.
    pub(super) fn field(&self, number: u32) -> Option<(usize, &'static Field)> {
        self.fields
            .iter()
            .enumerate()
            .find(|(_, field)| field.number == number)
    }
}

/// Connects generated types with their schemas.
macro_rules! bodies {
    ($( $body:ident = $name:literal [
        $( ($number:literal, $field:literal, $presence:ident, $kind:expr) ),* $(,)?
    ] )*) => {
        $(
            impl crate::proto::Body for crate::proto::$body {
                const SCHEMA: &'static crate::proto::Schema = &crate::proto::Schema {
                    name: $name,
                    fields: &[ $( crate::proto::Field {
                        number: $number,
                        name: $field,
                        presence: crate::proto::Presence::$presence,
                        kind: $kind,
                    } ),* ],
                };
            }

            impl std::fmt::Debug for crate::proto::$body {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    crate::proto::debug::fmt(self, f)
                }
            }
        )*

        /// Every type there is, for code that picks one by name or number.
        pub(crate) static BODIES: &[crate::proto::BodyKind] =
            &[ $( crate::proto::BodyKind::of::<crate::proto::$body>() ),* ];
    };
}

pub(super) use bodies;
