//! Names with texts.

use std::collections::BTreeMap;

use imlink_model::TargetId;
use serde_json::Value;

use super::{FieldType, Kind, check_count, target_id, wrong_type};
use crate::api::{
    ApiError,
    source::{Source, entries_of},
};

/// Groups or rooms with a name each: `group[<id>]=<name>`.
pub(in crate::api) struct NamedTargets(pub(in crate::api) usize);

impl Kind for NamedTargets {
    type Value = BTreeMap<TargetId, String>;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<Self::Value>, ApiError> {
        let Some(pairs) = source.pairs(name).map_err(|_| wrong_type(name))? else {
            return Ok(None);
        };
        check_count(name, pairs.len(), self.0)?;
        let named = pairs
            .into_iter()
            .map(|(id, text)| Ok((target_id(name, &id)?, text)));
        named.collect::<Result<_, _>>().map(Some)
    }

    fn field_type(&self) -> FieldType {
        FieldType::Map { max_items: self.0 }
    }
}

/// Names with values.
pub(in crate::api) struct Map(pub(in crate::api) usize);

impl Kind for Map {
    type Value = BTreeMap<String, String>;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<Self::Value>, ApiError> {
        let Some(pairs) = source.pairs(name).map_err(|_| wrong_type(name))? else {
            return Ok(None);
        };
        check_count(name, pairs.len(), self.0)?;
        Ok(Some(pairs.into_iter().collect()))
    }

    fn field_type(&self) -> FieldType {
        FieldType::Map { max_items: self.0 }
    }
}

/// A list of objects, each with texts by name.
pub(in crate::api) struct Rows(pub(in crate::api) usize);

impl Kind for Rows {
    type Value = Vec<BTreeMap<String, String>>;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<Self::Value>, ApiError> {
        let Some(texts) = source.many(name).map_err(|_| wrong_type(name))? else {
            return Ok(None);
        };
        check_count(name, texts.len(), self.0)?;
        let rows = texts.iter().map(|text| match serde_json::from_str(text) {
            Ok(Value::Object(row)) => Ok(entries_of(&row).into_iter().collect()),
            Ok(_) | Err(_) => Err(wrong_type(name)),
        });
        rows.collect::<Result<_, _>>().map(Some)
    }

    fn field_type(&self) -> FieldType {
        FieldType::Rows { max_items: self.0 }
    }
}
