//! Groups and chatrooms.

use imlink_model::{TargetId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Done, calls};

calls! {
    ListGroups: GET "/groups" -> Groups;
    JoinGroup: POST "/groups/join" -> Done;
    DismissGroup: POST "/groups/dismiss" -> Done;
    ListChatrooms: GET "/chatrooms" -> Chatrooms;
    CreateChatroom: POST "/chatrooms" -> Done;
    DestroyChatroom: POST "/chatrooms/destroy" -> Done;
}

/// Lists the groups of an app.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ListGroups {}

/// Every group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Groups {
    /// In the order of the alphabet.
    pub groups: Vec<Gathering>,
}

/// Adds users to a group. Group and users are made if new; members stay members.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinGroup {
    /// Which group.
    #[schemars(with = "String")]
    pub group: TargetId,
    /// Its new name; without one it keeps the name it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who joins.
    #[schemars(with = "Vec<String>")]
    pub users: Vec<UserId>,
}

/// Ends a group.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DismissGroup {
    /// Which group.
    #[schemars(with = "String")]
    pub group: TargetId,
}

/// Makes a chatroom. Clients join it by themselves; one that is there gets the new name.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateChatroom {
    /// Which chatroom.
    #[schemars(with = "String")]
    pub chatroom: TargetId,
    /// Its name.
    #[serde(default)]
    pub name: String,
}

/// Ends a chatroom and tells who is in it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DestroyChatroom {
    /// Which chatroom.
    #[schemars(with = "String")]
    pub chatroom: TargetId,
}

/// Lists the chatrooms of an app.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ListChatrooms {}

/// Every chatroom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Chatrooms {
    /// In the order of the alphabet.
    pub chatrooms: Vec<Gathering>,
}

/// A group or chatroom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gathering {
    /// Its id.
    #[schemars(with = "String")]
    pub id: TargetId,
    /// Its name.
    pub name: String,
    /// Its members, in the order of the alphabet.
    #[schemars(with = "Vec<String>")]
    pub members: Vec<UserId>,
    /// Whether only the exempt may send.
    pub frozen: bool,
}
