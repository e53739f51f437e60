//! The request of version 2, as the SDK sends it (protocol/cloud-wire.md 1.1).

use std::fmt;

use super::{DESKTOP_SDK_VERSION, NEGOTIATE, Navigator, SDK_VERSION, Transports};
use crate::escape;

/// Where to ask and what to say.
#[derive(Clone, PartialEq, Eq)]
pub struct NavigationRequest {
    /// Whom to ask.
    pub navigator: Navigator,
    /// Public id of the app.
    pub app_key: String,
    /// The whole token, with what follows its `@`.
    pub token: String,
    /// Default [`SDK_VERSION`].
    pub sdk_version: String,
    /// Default `browser`.
    pub platform: String,
    /// What we can open. Default the one WebSocket that goes with the navigator's scheme: a page
    /// loaded over https may open no other.
    pub transports: Transports,
}

impl NavigationRequest {
    /// A request with the web SDK's own values for the rest.
    pub fn new(navigator: Navigator, app_key: impl Into<String>, token: impl Into<String>) -> Self {
        let web_socket = if navigator.is_https() { 6 } else { 5 };
        Self {
            transports: Transports::from_iter([web_socket]),
            navigator,
            app_key: app_key.into(),
            token: token.into(),
            sdk_version: SDK_VERSION.to_owned(),
            platform: "browser".to_owned(),
        }
    }

    /// The same as the desktop SDK puts it: another version and platform, and the TCP form, plain
    /// or over TLS, as what can be opened (npm @rongcloud/electron 5.46.1).
    pub fn of_desktop(
        navigator: Navigator,
        app_key: impl Into<String>,
        token: impl Into<String>,
    ) -> Self {
        Self {
            sdk_version: DESKTOP_SDK_VERSION.to_owned(),
            platform: "electron".to_owned(),
            transports: Transports::from_iter([1, 2]),
            ..Self::new(navigator, app_key, token)
        }
    }

    /// Method of the request.
    pub const METHOD: &'static str = "POST";
    /// Path and query below the navigator's base URL.
    pub const PATH: &'static str = "/v2/navi.json?cloud=0";

    /// The whole URL. No secret is in it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}{}", self.navigator, Self::PATH)
    }

    /// The headers in the order the SDK sets them.
    #[must_use]
    pub fn headers(&self) -> [(&'static str, String); 3] {
        [
            ("RC-Appkey", self.app_key.clone()),
            (
                "Content-Type",
                "Application/x-www-form-urlencoded".to_owned(),
            ),
            (
                NEGOTIATE,
                format!("conn={};rtc=4;log=2;iptype=v4,v6", self.transports),
            ),
        ]
    }

    /// The form. Holds the token: not for logs.
    ///
    /// `platfrom` is how the SDK spells it.
    #[must_use]
    pub fn body(&self) -> String {
        let token = escape::component(&self.token);
        format!(
            "token={token}&v={}&platfrom={}",
            self.sdk_version, self.platform
        )
    }
}

impl fmt::Debug for NavigationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NavigationRequest")
            .field("navigator", &self.navigator)
            .field("app_key", &self.app_key)
            .field("token", &"<hidden>")
            .field("sdk_version", &self.sdk_version)
            .field("platform", &self.platform)
            .field("transports", &self.transports)
            .finish()
    }
}
