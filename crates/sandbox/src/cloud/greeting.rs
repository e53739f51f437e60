//! Who opens a link, in whatever form it came.

use imlink_wire::{ProtocolVersion, handshake::Handshake};
use serde::{Deserialize, Serialize};

/// The slot a device takes; under the one-device policy each user has one of each
/// (behaviour.md 4).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceClass {
    /// A browser page, and whatever does not say what it is: browsers do not.
    #[default]
    Web,
    /// A mini program.
    MiniProgram,
    /// A phone or tablet.
    Mobile,
    /// A desktop computer.
    Desktop,
}

impl DeviceClass {
    /// The class of a `platform` parameter (protocol/cloud-wire.md 2); an unknown text is web.
    #[must_use]
    pub fn of_platform(platform: &str) -> Self {
        match platform.to_ascii_lowercase().as_str() {
            "miniprogram" => Self::MiniProgram,
            "android" | "ios" => Self::Mobile,
            "windows" | "macos" | "linux" | "pc" | "electron" => Self::Desktop,
            _ => Self::Web,
        }
    }
}

/// What a client says about itself when it opens a link: the upgrade URL of the WebSocket form.
#[derive(Clone, PartialEq, Eq)]
pub struct Greeting {
    /// As sent, not checked yet.
    pub app_key: String,
    /// As sent: `abc@` or `abc`.
    pub token: String,
    /// The CONNACK layout the client reads.
    pub version: ProtocolVersion,
    /// The slot it takes.
    pub class: DeviceClass,
    /// Chosen by the client; empty if it sent none.
    pub device: String,
}

impl std::fmt::Debug for Greeting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Greeting")
            .field("app_key", &self.app_key)
            .field("token", &"..")
            .field("version", &self.version)
            .field("class", &self.class)
            .field("device", &self.device)
            .finish()
    }
}

impl From<&Handshake> for Greeting {
    fn from(handshake: &Handshake) -> Self {
        Self {
            app_key: handshake.app_key.clone(),
            token: handshake.token.clone(),
            version: handshake.protocol_version,
            class: DeviceClass::of_platform(handshake.platform.as_deref().unwrap_or_default()),
            device: handshake.device_id.clone().unwrap_or_default(),
        }
    }
}
