//! The WebSocket upgrade URL, which plays the role of a CONNECT packet (protocol/cloud-wire.md 2).

use std::fmt::{self, Write};

use crate::{
    ProtocolVersion, escape,
    navigation::{GatewayAddress, SDK_VERSION},
};

/// What the SDK says of itself in `apiVer` where it found Chrome: platform, browser, version.
pub const API_VERSION: &str = "browser|Chrome|120.0.0.0";

/// Path of the upgrade request.
pub const PATH: &str = "/websocket";

/// The parameters of the upgrade URL, in the order they are written.
#[derive(Clone, PartialEq, Eq)]
pub struct Handshake {
    /// `appId`: public id of the app.
    pub app_key: String,
    /// `token`, cut by [`crate::navigation::gateway_token`].
    pub token: String,
    /// `sdkVer`, default [`SDK_VERSION`].
    pub sdk_version: String,
    /// `pid`: empty.
    pub pid: String,
    /// `deviceId`: random, 22 characters in browsers. Older SDKs send none.
    pub device_id: Option<String>,
    /// `baggage`, only if navigation asked for it.
    pub baggage: Option<String>,
    /// `apiVer`, default [`API_VERSION`].
    pub api_version: String,
    /// `platform`: `MiniProgram`, `android` or `ios`; absent in browsers, the default.
    pub platform: Option<String>,
    /// `protocolVer`.
    pub protocol_version: ProtocolVersion,
    /// `appIdentifier`: of one framework only, default absent.
    pub app_identifier: Option<String>,
}

/// Why an upgrade URL is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// A parameter every SDK sends.
    #[error("the upgrade URL lacks {0}")]
    Missing(&'static str),
    /// A `protocolVer` other than 3 and 4; CONNACK status 1.
    #[error("unknown protocol version")]
    ProtocolVersion,
}

impl Handshake {
    /// A handshake with the SDK's own values for the rest.
    pub fn new(
        app_key: impl Into<String>,
        token: impl Into<String>,
        device_id: impl Into<String>,
        protocol_version: ProtocolVersion,
    ) -> Self {
        Self {
            app_key: app_key.into(),
            token: token.into(),
            sdk_version: SDK_VERSION.to_owned(),
            pid: String::new(),
            device_id: Some(device_id.into()),
            baggage: None,
            api_version: API_VERSION.to_owned(),
            platform: None,
            protocol_version,
            app_identifier: None,
        }
    }

    /// The query without its question mark. Holds the token: not for logs.
    #[must_use]
    pub fn query(&self) -> String {
        let mut query = format!("appId={}", escape::component(&self.app_key));
        let mut add = |name: &str, value: &str| {
            write!(query, "&{name}={}", escape::component(value))
                .expect("a String grows as needed");
        };
        add("token", &self.token);
        add("sdkVer", &self.sdk_version);
        add("pid", &self.pid);
        if let Some(device_id) = &self.device_id {
            add("deviceId", device_id);
        }
        if let Some(baggage) = &self.baggage {
            add("baggage", baggage);
        }
        add("apiVer", &self.api_version);
        if let Some(platform) = &self.platform {
            add("platform", platform);
        }
        add("protocolVer", &self.protocol_version.number().to_string());
        if let Some(app_identifier) = &self.app_identifier {
            add("appIdentifier", app_identifier);
        }
        query
    }

    /// The whole URL. Holds the token: not for logs.
    #[must_use]
    pub fn url(&self, gateway: &GatewayAddress) -> String {
        format!("{gateway}{PATH}?{}", self.query())
    }

    /// Reads the query as a gateway does: any order, unknown parameters ignored.
    ///
    /// # Errors
    /// A missing app key, token or protocol version, or a protocol version nobody knows.
    pub fn parse(query: &str) -> Result<Self, HandshakeError> {
        let mut handshake = Self {
            sdk_version: String::new(),
            device_id: None,
            api_version: String::new(),
            ..Self::new("", "", "", ProtocolVersion::V3)
        };
        let mut protocol_version = None;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.into_owned();
            match &*name {
                "appId" => handshake.app_key = value,
                "token" => handshake.token = value,
                "sdkVer" => handshake.sdk_version = value,
                "pid" => handshake.pid = value,
                "deviceId" => handshake.device_id = Some(value),
                "baggage" => handshake.baggage = Some(value),
                "apiVer" => handshake.api_version = value,
                "platform" => handshake.platform = Some(value),
                "protocolVer" => protocol_version = Some(value),
                "appIdentifier" => handshake.app_identifier = Some(value),
                _ => {}
            }
        }
        if handshake.app_key.is_empty() {
            return Err(HandshakeError::Missing("appId"));
        }
        if handshake.token.is_empty() {
            return Err(HandshakeError::Missing("token"));
        }
        let number = protocol_version.ok_or(HandshakeError::Missing("protocolVer"))?;
        handshake.protocol_version = number
            .parse()
            .ok()
            .and_then(ProtocolVersion::from_number)
            .ok_or(HandshakeError::ProtocolVersion)?;
        Ok(handshake)
    }
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("app_key", &self.app_key)
            .field("token", &"<hidden>")
            .field("sdk_version", &self.sdk_version)
            .field("device_id", &self.device_id)
            .field("api_version", &self.api_version)
            .field("platform", &self.platform)
            .field("protocol_version", &self.protocol_version)
            .finish_non_exhaustive()
    }
}
