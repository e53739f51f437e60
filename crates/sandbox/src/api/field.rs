//! The fields of calls: one row says what a field is called, how it is read and what it means, and
//! the same row is what the documentation shows.

use super::{ApiError, FieldType, Generation, generation::Names, kind::Kind, source::Source};

/// A field that one or more operations have.
pub(super) struct Field<K> {
    names: Names,
    kind: K,
    meaning: &'static str,
}

/// A field as one operation has it.
#[derive(Clone, Copy)]
pub(super) struct Parameter {
    pub(super) field: &'static dyn AnyField,
    pub(super) need: Need,
}

/// Whether a call must have a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Optional,
}

/// A field, whatever its values are.
pub(super) trait AnyField: Sync {
    fn names(&self) -> Names;
    fn meaning(&self) -> &'static str;
    fn field_type(&self) -> FieldType;
    /// Whether the field is there; an error if it has a value it cannot have.
    fn check(&self, generation: Generation, source: &Source) -> Result<bool, ApiError>;
}

pub(super) const fn required(field: &'static dyn AnyField) -> Parameter {
    let need = Need::Required;
    Parameter { field, need }
}

pub(super) const fn optional(field: &'static dyn AnyField) -> Parameter {
    let need = Need::Optional;
    Parameter { field, need }
}

impl<K: Kind> Field<K> {
    pub(super) const fn new(names: Names, kind: K, meaning: &'static str) -> Self {
        Self {
            names,
            kind,
            meaning,
        }
    }

    /// The value, `None` if there is none, also where the generation has no such field.
    pub(super) fn read(
        &self,
        generation: Generation,
        source: &Source,
    ) -> Result<Option<K::Value>, ApiError> {
        let Some(name) = self.names.of(generation) else {
            return Ok(None);
        };
        self.kind.read(name, source)
    }
}

impl<K: Kind> AnyField for Field<K> {
    fn names(&self) -> Names {
        self.names
    }

    fn meaning(&self) -> &'static str {
        self.meaning
    }

    fn field_type(&self) -> FieldType {
        self.kind.field_type()
    }

    fn check(&self, generation: Generation, source: &Source) -> Result<bool, ApiError> {
        Ok(self.read(generation, source)?.is_some())
    }
}

impl Parameter {
    /// Refuses a call whose field is missing or wrong.
    pub(super) fn check(&self, generation: Generation, source: &Source) -> Result<(), ApiError> {
        let Some(name) = self.field.names().of(generation) else {
            return Ok(());
        };
        let present = self.field.check(generation, source)?;
        match self.need {
            Need::Required if !present => Err(ApiError::Missing(name)),
            Need::Required | Need::Optional => Ok(()),
        }
    }
}
