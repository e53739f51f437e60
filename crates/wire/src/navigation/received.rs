//! The request as a navigator reads it.

use std::fmt;

use super::Transports;

/// What a client asked, in either version.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceivedRequest {
    /// Public id of the app.
    pub app_key: String,
    /// The whole token, with what follows its `@`.
    pub token: String,
    /// Version of the SDK, empty if unsaid.
    pub sdk_version: String,
    /// `platfrom`, or `p` in version 1: `browser` of the web SDK, empty if unsaid.
    pub platform: String,
    /// What the client says it can open, `None` if unsaid.
    pub transports: Option<Transports>,
    /// The scheme of the navigator's URL, http unless said otherwise.
    pub scheme: NavigatorScheme,
    /// Name of the function the script of version 1 calls; `None` in version 2.
    pub callback: Option<String>,
}

/// How a navigator is asked. Version 1 gateways follow it: ws, or wss where it is https
/// (protocol/cloud-wire.md 1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NavigatorScheme {
    /// In the clear.
    #[default]
    Http,
    /// Over TLS.
    Https,
}

/// Why a request cannot be answered; a 400 for the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// A parameter or header that every SDK sends.
    #[error("the request lacks {0}")]
    Missing(&'static str),
    /// The form is not UTF-8.
    #[error("the form is not text")]
    NotText,
    /// A function name that is no identifier; echoing it would let a link run a script.
    #[error("callBack is not an identifier")]
    Callback,
}

impl ReceivedRequest {
    /// Reads a request of version 2: the `RC-Appkey` header and the form.
    ///
    /// Fields may come in any order and unknown ones are ignored.
    ///
    /// # Errors
    /// App key or token missing, or a body that is no text.
    pub fn parse_v2(app_key: Option<&str>, body: &[u8]) -> Result<Self, RequestError> {
        std::str::from_utf8(body).map_err(|_| RequestError::NotText)?;
        let app_key = app_key.filter(|key| !key.is_empty());
        let mut request = Self {
            app_key: app_key
                .ok_or(RequestError::Missing("RC-Appkey"))?
                .to_owned(),
            token: String::new(),
            sdk_version: String::new(),
            platform: String::new(),
            transports: None,
            scheme: NavigatorScheme::Http,
            callback: None,
        };
        for (name, value) in form_urlencoded::parse(body) {
            match &*name {
                "token" => request.token = value.into_owned(),
                "v" => request.sdk_version = value.into_owned(),
                "platfrom" => request.platform = value.into_owned(),
                _ => {}
            }
        }
        request.complete()
    }

    /// Adds what the [`NEGOTIATE`](super::NEGOTIATE) header says.
    #[must_use]
    pub fn negotiating(mut self, header: Option<&str>) -> Self {
        self.transports = header.and_then(Transports::negotiated);
        self
    }

    /// Reads the query of a version 1 request (protocol/cloud-wire.md 1.2).
    ///
    /// # Errors
    /// App key or token missing, or a callback that is no identifier.
    pub fn parse_v1(query: &str) -> Result<Self, RequestError> {
        let mut request = Self {
            app_key: String::new(),
            token: String::new(),
            sdk_version: String::new(),
            platform: String::new(),
            transports: None,
            scheme: NavigatorScheme::Http,
            callback: Some("getServerEndpoint".to_owned()),
        };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "appId" => request.app_key = value.into_owned(),
                "token" => request.token = value.into_owned(),
                "v" => request.sdk_version = value.into_owned(),
                "p" => request.platform = value.into_owned(),
                "callBack" => request.callback = Some(value.into_owned()),
                _ => {}
            }
        }
        if request.app_key.is_empty() {
            return Err(RequestError::Missing("appId"));
        }
        request.complete()
    }

    fn complete(self) -> Result<Self, RequestError> {
        if self.token.is_empty() {
            return Err(RequestError::Missing("token"));
        }
        if self
            .callback
            .as_deref()
            .is_some_and(|name| !is_identifier(name))
        {
            return Err(RequestError::Callback);
        }
        Ok(self)
    }
}

impl fmt::Debug for ReceivedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceivedRequest")
            .field("app_key", &self.app_key)
            .field("token", &"<hidden>")
            .field("sdk_version", &self.sdk_version)
            .field("platform", &self.platform)
            .field("transports", &self.transports)
            .field("scheme", &self.scheme)
            .field("callback", &self.callback)
            .finish()
    }
}

fn is_identifier(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    name.chars().all(legal) && name.starts_with(|c: char| !c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_in_any_order_and_unknown_ones_are_ignored() {
        let request =
            ReceivedRequest::parse_v2(Some("key"), b"m=0&v=5.28.0&x&token=a%2Bb%40h").unwrap();

        assert_eq!(request.token, "a+b@h");
        assert_eq!(request.sdk_version, "5.28.0");
        assert_eq!((request.platform.as_str(), request.transports), ("", None));
    }

    #[test]
    fn what_every_sdk_sends_must_be_there() {
        let missing = |name| Err(RequestError::Missing(name));
        assert_eq!(
            ReceivedRequest::parse_v2(None, b"token=t"),
            missing("RC-Appkey")
        );
        assert_eq!(
            ReceivedRequest::parse_v2(Some(""), b"token=t"),
            missing("RC-Appkey")
        );
        assert_eq!(
            ReceivedRequest::parse_v2(Some("key"), b"v=1"),
            missing("token")
        );
        assert_eq!(ReceivedRequest::parse_v1("token=t"), missing("appId"));
        assert_eq!(
            ReceivedRequest::parse_v2(Some("key"), b"\xFF"),
            Err(RequestError::NotText)
        );
    }

    #[test]
    fn who_asks_and_what_it_can_open_are_read() {
        let request = ReceivedRequest::parse_v2(Some("key"), b"token=t&platfrom=browser").unwrap();
        assert_eq!(request.platform, "browser");

        let request = request.negotiating(Some("conn=6;rtc=4"));

        assert_eq!(request.transports, Some(Transports::from_iter([6])));
        assert_eq!(request.negotiating(None).transports, None);
    }

    #[test]
    fn a_version_1_query_is_read() {
        let request = ReceivedRequest::parse_v1(
            "appId=key&token=t%40h&callBack=getServerEndpoint&v=5.3.4&r=17",
        )
        .unwrap();

        assert_eq!(request.app_key, "key");
        assert_eq!(request.token, "t@h");
        assert_eq!(request.callback.as_deref(), Some("getServerEndpoint"));
    }

    #[test]
    fn a_callback_cannot_carry_a_script() {
        for name in ["alert(1)//", "", "1a", "a.b", "a b"] {
            let query: String = form_urlencoded::Serializer::new(String::new())
                .extend_pairs([("appId", "k"), ("token", "t"), ("callBack", name)])
                .finish();
            assert_eq!(
                ReceivedRequest::parse_v1(&query),
                Err(RequestError::Callback),
                "{name}"
            );
        }
    }

    #[test]
    fn the_token_is_not_printed() {
        let request = ReceivedRequest::parse_v2(Some("key"), b"token=canary").unwrap();

        assert!(!format!("{request:?}").contains("canary"));
    }
}
