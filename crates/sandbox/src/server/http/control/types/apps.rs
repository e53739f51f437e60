//! The sandbox itself and its app keys.

use imlink_model::AppKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Done, calls};

calls! {
    GetInfo: GET "/info" -> Info;
    ListApps: GET "/apps" -> Apps;
    AddApp: POST "/apps" -> AppSecret;
    ShutApp: POST "/apps/shut" -> Done;
    OpenApp: POST "/apps/open" -> Done;
}

/// Says where the sandbox is, and the secret of an app.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GetInfo {}

/// Addresses and keys.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Info {
    /// The app key.
    #[schemars(with = "String")]
    pub app_key: AppKey,
    /// The secret its app server signs with.
    pub secret: String,
    /// Base address of navigation and the Server API.
    pub navigator: String,
    /// Host and port of the gateway's WebSocket form.
    pub gateway: String,
    /// Host and port of the gateway's TCP form.
    pub tcp: String,
    /// The same over TLS; `null` if the sandbox does not speak it.
    pub secure: Option<SecureInfo>,
    /// How many links of the app are online.
    pub links: usize,
}

/// Addresses over TLS. `GET /ca.pem` is the authority to trust.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecureInfo {
    /// Base address of navigation and the Server API.
    pub navigator: String,
    /// Host and port of the gateway's WebSocket form.
    pub gateway: String,
    /// Host and port of the gateway's TCP form.
    pub tcp: String,
}

/// Lists the app keys. Each is a world of its own.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ListApps {}

/// Every app key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Apps {
    /// In the order of the alphabet.
    #[schemars(with = "Vec<String>")]
    pub apps: Vec<AppKey>,
}

/// Makes an app key. One that is there keeps its secret.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddApp {
    /// The new app key.
    #[schemars(with = "String")]
    pub key: AppKey,
    /// Its secret; without one a secret is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// An app key and its secret.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct AppSecret {
    /// The app key.
    #[schemars(with = "String")]
    pub key: AppKey,
    /// The secret it has.
    pub secret: String,
}

/// Shuts the app key, as a block or its deletion does. Links close without a word, and new ones get
/// 31008.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShutApp {}

/// Opens the app key again. Does nothing if it is open.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenApp {}
