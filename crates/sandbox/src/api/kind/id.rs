//! Ids of users, groups and rooms.

use imlink_model::{TargetId, UserId};

use super::{FieldType, Kind, check_count, list, target_id, user_id, wrong_type};
use crate::api::{ApiError, source::Source};

/// The id of a user.
pub(in crate::api) struct User;

impl Kind for User {
    type Value = UserId;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<UserId>, ApiError> {
        let id = source.one(name).map_err(|_| wrong_type(name))?;
        id.map(|id| user_id(name, &id)).transpose()
    }

    fn field_type(&self) -> FieldType {
        let max_length = UserId::MAX_BYTES;
        FieldType::Text { max_length }
    }
}

/// The ids of so many users at most.
pub(in crate::api) struct Users(pub(in crate::api) usize);

impl Kind for Users {
    type Value = Vec<UserId>;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<Vec<UserId>>, ApiError> {
        let users = list(name, source, self.0, |id| user_id(name, id))?;
        Ok(users.filter(|users| !users.is_empty()))
    }

    fn field_type(&self) -> FieldType {
        FieldType::List {
            max_items: self.0,
            max_length: UserId::MAX_BYTES,
        }
    }
}

/// As [`Users`], and one text may hold several with commas between them.
pub(in crate::api) struct JoinedUsers(pub(in crate::api) usize);

impl Kind for JoinedUsers {
    type Value = Vec<UserId>;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<Vec<UserId>>, ApiError> {
        let Some(texts) = source.many(name).map_err(|_| wrong_type(name))? else {
            return Ok(None);
        };
        let ids = texts.iter().flat_map(|text| text.split(','));
        let ids = ids.map(str::trim).filter(|id| !id.is_empty());
        let users: Vec<_> = ids.map(|id| user_id(name, id)).collect::<Result<_, _>>()?;
        check_count(name, users.len(), self.0)?;
        Ok(Some(users).filter(|users| !users.is_empty()))
    }

    fn field_type(&self) -> FieldType {
        Users(self.0).field_type()
    }
}

/// The id of a group or room.
pub(in crate::api) struct Target;

impl Kind for Target {
    type Value = TargetId;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<TargetId>, ApiError> {
        let id = source.one(name).map_err(|_| wrong_type(name))?;
        id.map(|id| target_id(name, &id)).transpose()
    }

    fn field_type(&self) -> FieldType {
        let max_length = TargetId::MAX_LENGTH;
        FieldType::Text { max_length }
    }
}

/// The ids of so many groups or rooms at most.
pub(in crate::api) struct Targets(pub(in crate::api) usize);

impl Kind for Targets {
    type Value = Vec<TargetId>;

    fn read(&self, name: &'static str, source: &Source) -> Result<Option<Vec<TargetId>>, ApiError> {
        let ids = list(name, source, self.0, |id| target_id(name, id))?;
        Ok(ids.filter(|ids| !ids.is_empty()))
    }

    fn field_type(&self) -> FieldType {
        FieldType::List {
            max_items: self.0,
            max_length: TargetId::MAX_LENGTH,
        }
    }
}
