//! Users, their tokens and what is sent in their names.

use imlink_model::{Millis, ObjectName, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Done, calls};

calls! {
    ListUsers: GET "/users" -> Users;
    IssueToken: POST "/tokens" -> IssuedToken;
    ExpireTokens: POST "/tokens/expire" -> Done;
    Block: POST "/block" -> Done;
    Unblock: POST "/unblock" -> Done;
    Kick: POST "/kick" -> EndedLinks;
    Disconnect: POST "/disconnect" -> EndedLinks;
    DeleteUser: POST "/users/delete" -> Done;
    RestoreUser: POST "/users/restore" -> Done;
    Publish: POST "/publish" -> Published;
}

/// Lists the users of an app.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ListUsers {}

/// Every user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Users {
    /// In the order of the alphabet.
    pub users: Vec<UserView>,
}

/// What the sandbox knows of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserView {
    /// The id.
    #[schemars(with = "String")]
    pub user: UserId,
    /// As pushes show it; empty if the app server gave none.
    pub name: String,
    /// Address of a picture; empty if the app server gave none.
    pub portrait: String,
    /// Whether a link is open.
    pub online: bool,
    /// Until when no link is accepted, in ms since the epoch; `null` if the user is not blocked.
    #[schemars(with = "Option<i64>")]
    pub blocked_until: Option<Millis>,
}

/// Issues one more token. A user whom nobody has mentioned before is made.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueToken {
    /// Whose token.
    #[schemars(with = "String")]
    pub user: UserId,
}

/// A token.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct IssuedToken {
    /// Whose it is.
    #[schemars(with = "String")]
    pub user: UserId,
    /// The token, to be given to the client as it is.
    pub token: String,
}

/// Lets all tokens of a user expire. Open links stay, the next handshake gets 31020.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpireTokens {
    /// Whose tokens.
    #[schemars(with = "String")]
    pub user: UserId,
}

/// Blocks a user. Open links end with 31011, new ones get 31009 until the time is over.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// Whom.
    #[schemars(with = "String")]
    pub user: UserId,
    /// For how long.
    pub minutes: u32,
}

/// Ends a block. Does nothing if there is none.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unblock {
    /// Whose block.
    #[schemars(with = "String")]
    pub user: UserId,
}

/// Ends a user's links as if he had signed in elsewhere (31010).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Kick {
    /// Whom.
    #[schemars(with = "String")]
    pub user: UserId,
}

/// Ends a user's links with a DISCONNECT of any status.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Disconnect {
    /// Whom.
    #[schemars(with = "String")]
    pub user: UserId,
    /// The packet's status: 1 is another sign-in, 2 a block.
    pub status: u8,
}

/// How many links that was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndedLinks {
    /// 0 if nobody was online.
    pub links: usize,
}

/// Takes a user's account away. Open links end with 31029, new ones are refused with it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteUser {
    /// Whose.
    #[schemars(with = "String")]
    pub user: UserId,
}

/// Gives a user the account back. Does nothing if it was not taken.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreUser {
    /// Whose.
    #[schemars(with = "String")]
    pub user: UserId,
}

/// Sends a private message in a user's name.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// In whose name.
    #[schemars(with = "String")]
    pub from: UserId,
    /// To whom.
    #[schemars(with = "String")]
    pub to: UserId,
    /// The message's class.
    #[serde(default = "ObjectName::text")]
    #[schemars(with = "String")]
    pub object_name: ObjectName,
    /// As clients get it; a JSON object as text for the vendor's own classes.
    pub content: String,
    /// Whether the sender's devices get it too.
    #[serde(default)]
    pub include_sender: bool,
}

/// The message is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Published {
    /// The cloud's id of it.
    pub uid: String,
}
