//! Why a body is not what it should be.

/// Why a body cannot be read as content of its type, or content not be made. It names fields and
/// never repeats what they say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// The body is not the text of a JSON object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// A field is not there.
    #[error("the body has no field {field}")]
    Missing {
        /// Its name; inside of another field, with a point between.
        field: String,
    },
    /// A field has a value of another kind.
    #[error("the field {field} is not {expected}")]
    Wrong {
        /// Its name, as above.
        field: String,
        /// What it should be, in words.
        expected: &'static str,
    },
    /// The object name of custom content is one of the vendor's.
    #[error("object names of an app's own may not begin with RC:")]
    Reserved,
    /// Custom content does not fit the type that it is to be read as, or has no form in JSON.
    #[error("the content does not fit its type (line {line}, column {column})")]
    Unlike {
        /// Line of the body, from 1 on; 0 if it is not about a place.
        line: usize,
        /// Column of that line, from 1 on; 0 if it is not about a place.
        column: usize,
    },
}
