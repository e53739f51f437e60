//! Who opens a link, in whatever form it came.

use imlink_wire::{ProtocolVersion, handshake::Handshake, tcp::Connect};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The slot a device takes; under the one-device policy each user has one of each
/// (behaviour.md 4).
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
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
        Self::named(platform).unwrap_or(Self::Web)
    }

    /// The class of CONNECT's client info, whose first part is a platform: `PC--5.46.1`
    /// (protocol/cloud-tcp.md 4). An unknown text is desktop: browsers have no TCP.
    #[must_use]
    pub fn of_client_info(info: &str) -> Self {
        let platform = info.split('-').next().unwrap_or_default();
        Self::named(platform).unwrap_or(Self::Desktop)
    }

    fn named(platform: &str) -> Option<Self> {
        match platform.to_ascii_lowercase().as_str() {
            "miniprogram" => Some(Self::MiniProgram),
            "android" | "ios" => Some(Self::Mobile),
            "windows" | "macos" | "linux" | "pc" | "electron" => Some(Self::Desktop),
            _ => None,
        }
    }
}

/// What a client says about itself when it opens a link: the upgrade URL of the WebSocket form,
/// CONNECT of the TCP form.
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
    /// Under the one-device policy a reconnect that carries it gives way to the device that took
    /// its slot meanwhile (31023, decisions.md P12). Only the TCP form has it.
    pub reconnect_kick: bool,
}

impl std::fmt::Debug for Greeting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Greeting")
            .field("app_key", &self.app_key)
            .field("token", &"..")
            .field("version", &self.version)
            .field("class", &self.class)
            .field("device", &self.device)
            .field("reconnect_kick", &self.reconnect_kick)
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
            reconnect_kick: false,
        }
    }
}

impl From<&Connect> for Greeting {
    fn from(connect: &Connect) -> Self {
        Self {
            app_key: connect.app_key.clone(),
            token: connect.token().to_owned(),
            version: connect.mask.version(),
            class: DeviceClass::of_client_info(&connect.client_info),
            device: connect.device_id.clone(),
            reconnect_kick: connect.reconnect_kick,
        }
    }
}

#[cfg(test)]
mod tests {
    use imlink_wire::tcp::Mask;

    use super::*;

    #[test]
    fn a_client_of_the_tcp_form_is_a_desktop_unless_it_names_a_phone() {
        for (info, class) in [
            ("PC--5.46.1", DeviceClass::Desktop),
            ("", DeviceClass::Desktop),
            ("Amiga-1200", DeviceClass::Desktop),
            ("Android-maker-model-5.46.1", DeviceClass::Mobile),
        ] {
            assert_eq!(DeviceClass::of_client_info(info), class, "{info}");
        }
        assert_eq!(DeviceClass::of_platform("Amiga"), DeviceClass::Web);
    }

    #[test]
    fn connect_says_what_the_upgrade_url_says_and_the_kick() {
        let mut connect = Connect::new("key", "token@host", "device", Mask::Chosen(*b"anything"));
        connect.reconnect_kick = true;

        let greeting = Greeting::from(&connect);

        assert_eq!(greeting.version, ProtocolVersion::V4);
        assert_eq!(greeting.class, DeviceClass::Desktop);
        assert_eq!(greeting.token, "token@");
        assert_eq!(greeting.device, "device");
        assert!(greeting.reconnect_kick);
    }
}
