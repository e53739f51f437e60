//! A call whose signature and fields are good, as its handler reads it.

use super::{
    ApiError, Generation,
    field::{AnyField, Field},
    kind::Kind,
    route::Operation,
    source::Source,
};

pub(super) struct Call<'a> {
    pub(super) operation: &'a Operation,
    pub(super) generation: Generation,
    pub(super) source: &'a Source,
}

impl Call<'_> {
    /// The value of a field that must be there.
    pub(super) fn required<K: Kind>(&self, field: &Field<K>) -> Result<K::Value, ApiError> {
        let value = self.optional(field)?;
        let name = field.names().of(self.generation).unwrap_or("a field");
        value.ok_or(ApiError::Missing(name))
    }

    /// The value of a field, if it is there.
    pub(super) fn optional<K: Kind>(&self, field: &Field<K>) -> Result<Option<K::Value>, ApiError> {
        let listed = |names| {
            let parameters = self.operation.parameters;
            parameters
                .iter()
                .any(|parameter| parameter.field.names() == names)
        };
        if !listed(field.names()) {
            // What is read must be documented; the table is at fault, not the caller.
            return Err(ApiError::Internal(
                "a field is read that the table does not list",
            ));
        }
        field.read(self.generation, self.source)
    }

    /// Says in the log that a field names nothing that is there. The vendor's cloud accepts such
    /// calls, its SDKs' own tests make them; an app server that meant something else reads it here.
    pub(super) fn note_absent<K: Kind>(&self, field: &Field<K>) {
        let path = self.operation.path(self.generation);
        let field = field.names().of(self.generation);
        tracing::info!(path, field, "Server API call names what is not there");
    }

    /// A refusal of a value that only this app's state makes wrong.
    pub(super) fn invalid<K: Kind>(&self, field: &Field<K>, problem: &'static str) -> ApiError {
        let field = field.names().of(self.generation).unwrap_or("a field");
        ApiError::Invalid { field, problem }
    }
}
