//! The settings of a client.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use imlink_ipc_proto::{Hello, Label, ProtocolRange};
use imlink_model::{AppId, AppKey, Code, ConnectionStatus, Token};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use tokio::sync::{broadcast, mpsc, watch};

use crate::attachment::{Attachment, Config};
use crate::driver::{Driver, Outlets};
use crate::line::Line;
use crate::listeners::Listeners;
use crate::provider::Provider;
use crate::{Client, Error, TokenRefused, TokenReply, event, socket, transport};

/// Time for a live daemon to answer a request. Ten times what a request may take while the
/// daemon is busy opening large stores (measured.md, "Store"); long before a person gives
/// up on a hung one.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Longest limit of a call; clocks cannot count to the end of [`Duration`].
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What happens to a call while no daemon is attached.
///
/// It concerns calls made in that time. Those under way when the daemon goes always end with -2,
/// because nobody can say how far they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DetachedCalls {
    /// They end with -2 at once. The default.
    #[default]
    FailAtOnce,
    /// They wait for the next attachment, and end with -2 after that long.
    WaitUpTo(Duration),
}

/// Makes a [`Client`]; see [`Client::builder`].
#[derive(Clone, Debug)]
pub struct Builder {
    app_key: Result<AppKey, Error>,
    app_id: Result<AppId, Error>,
    places: Option<Vec<PathBuf>>,
    detached_calls: DetachedCalls,
    request_timeout: Duration,
    provider: Option<Provider>,
}

impl Builder {
    pub(crate) fn new(app_key: String) -> Self {
        let app_key = AppKey::new(app_key)
            .map_err(|error| Error::because(Code::INVALID_ARGUMENT_APP_KEY, error.to_string()));
        Self {
            app_key,
            app_id: Ok(own_name()),
            places: None,
            detached_calls: DetachedCalls::default(),
            request_timeout: REQUEST_TIMEOUT,
            provider: None,
        }
    }

    /// The name of this app, for example `org.example.notes`. Rights and durable subscriptions
    /// belong to it, together with the unix user. Default: the name of the executable, with `-`
    /// for every character that an app id may not have.
    #[must_use]
    pub fn app_id(mut self, app_id: impl Into<String>) -> Self {
        self.app_id = AppId::new(app_id).map_err(Error::from);
        self
    }

    /// The daemon's socket. Default: the first of [`socket::places`] that answers.
    #[must_use]
    pub fn socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.places = Some(vec![path.into()]);
        self
    }

    /// What happens to calls while no daemon is attached. Default: they fail at once.
    #[must_use]
    pub fn detached_calls(mut self, detached_calls: DetachedCalls) -> Self {
        self.detached_calls = detached_calls;
        self
    }

    /// Time for a live daemon to answer a request; then the call ends with 90001, and whether it
    /// took effect is unknown. A connect has its own limit instead. Default: 30 s.
    #[must_use]
    pub fn request_timeout(mut self, request_timeout: Duration) -> Self {
        self.request_timeout = request_timeout;
        self
    }

    /// Where a new token comes from when the cloud refuses the one there is (31004, 31020): at a
    /// connect, which then goes on with the new one, and for an account that was live, which is
    /// connected again for all its apps. The app sees TOKEN_INCORRECT, then CONNECTING.
    ///
    /// It is asked once for each refusal: at once, and after 1, 2 and 4 s, somewhat less by
    /// chance, if what it supplied is refused in turn. The fifth refusal in a row is the last
    /// word, and so is an error of the provider, a panic, or silence for 60 s: the connect ends
    /// with the code of the refusal. A token that was good for 30 s and a connect of the app begin a
    /// new row. Default: none, and every refusal is the last word.
    ///
    /// The future runs as a task of its own beside the client; see
    /// [`token_provider_blocking`](Self::token_provider_blocking) for functions that block.
    ///
    /// ```no_run
    /// # async fn ask_the_app_server() -> std::io::Result<String> { Ok(String::new()) }
    /// use imlink::{Client, Token};
    ///
    /// let builder = Client::builder("my-app-key").token_provider(|_refused| async {
    ///     let token = ask_the_app_server().await?;
    ///     Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Token::new(token)?)
    /// });
    /// ```
    #[must_use]
    pub fn token_provider<F, T, E>(mut self, provide: F) -> Self
    where
        F: Fn(TokenRefused) -> T + Send + Sync + 'static,
        T: Future<Output = Result<Token, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.provider = Some(Provider::asynchronous(provide));
        self
    }

    /// The blocking form of [`token_provider`](Self::token_provider): the function is called on a
    /// thread of its own and may take its time.
    #[must_use]
    pub fn token_provider_blocking<F, E>(mut self, provide: F) -> Self
    where
        F: Fn(TokenRefused) -> Result<Token, E> + Send + Sync + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.provider = Some(Provider::blocking(provide));
        self
    }

    /// The callback form of [`token_provider`](Self::token_provider): the function is called on a
    /// thread of its own, and its reply may be used later and anywhere.
    #[must_use]
    pub fn token_provider_callback<F>(mut self, provide: F) -> Self
    where
        F: Fn(TokenRefused, TokenReply) + Send + Sync + 'static,
    {
        self.provider = Some(Provider::callback(provide));
        self
    }

    /// Makes the client, and nothing else: the daemon is looked for by the first call.
    ///
    /// Must be called inside a tokio runtime with I/O and time enabled, which also carries the
    /// task that owns the client's socket.
    ///
    /// # Errors
    /// 34105 if the app key is none, -3 if the app id is none or there is no tokio runtime.
    pub fn build(self) -> Result<Client, Error> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| {
            let text =
                "a client must be built inside a tokio runtime; without one use imlink::blocking";
            Error::because(Code::PARAMETER_ERROR, text)
        })?;
        let (client, driver) = self.prepare()?;
        runtime.spawn(driver.run());
        Ok(client)
    }

    /// The client, and the driver that has to run for it.
    pub(crate) fn prepare(self) -> Result<(Client, Driver), Error> {
        let app_key = self.app_key?;
        let app = self.app_id?;
        let config = Config {
            app_key,
            detached_calls: match self.detached_calls {
                DetachedCalls::FailAtOnce => DetachedCalls::FailAtOnce,
                DetachedCalls::WaitUpTo(limit) => DetachedCalls::WaitUpTo(limit.min(LONGEST)),
            },
            request_timeout: self.request_timeout.min(LONGEST),
            provides_tokens: self.provider.is_some(),
            seed: SmallRng::from_os_rng().random(),
        };
        let hello = Hello {
            protocols: ProtocolRange::SUPPORTED,
            codec: transport::CODEC,
            app,
            client: Label::new(concat!("imlink-rust ", env!("CARGO_PKG_VERSION")))
                .expect("a version is a label"),
        };
        let (commands, received) = mpsc::unbounded_channel();
        let (events, _) = broadcast::channel(event::KEPT);
        let (status, shown) = watch::channel(ConnectionStatus::Unconnected);
        let listeners = Arc::new(Listeners::default());
        let client = Client::new(
            Line::new(commands),
            events.downgrade(),
            shown,
            Arc::clone(&listeners),
        );
        let outlets = Outlets {
            events,
            status,
            listeners,
        };
        let places = self.places.unwrap_or_else(socket::places);
        let attachment = Attachment::new(config);
        let driver = Driver::new(attachment, received, places, hello, self.provider, outlets);
        Ok((client, driver))
    }
}

/// The name of the executable, made an app id.
fn own_name() -> AppId {
    let executable = std::env::current_exe().ok();
    let name = executable
        .as_deref()
        .and_then(|path| path.file_name())
        .unwrap_or_default();
    sanitised(&name.to_string_lossy())
}

fn sanitised(name: &str) -> AppId {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "._-".contains(c) {
                c
            } else {
                '-'
            }
        })
        .take(AppId::MAX_BYTES)
        .collect();
    AppId::new(plain).unwrap_or_else(|_| AppId::new("app").expect("three letters are an app id"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_any_executable_becomes_an_app_id() {
        assert_eq!(sanitised("my notes (1)").as_str(), "my-notes--1-");
        assert_eq!(sanitised("").as_str(), "app");
        assert_eq!(sanitised(&"é".repeat(100)).as_str().len(), AppId::MAX_BYTES);
        assert!(!own_name().as_str().is_empty());
    }

    #[test]
    fn without_a_runtime_building_says_so() {
        let error = Client::builder("key").build().unwrap_err();

        assert_eq!(error.code(), Code::PARAMETER_ERROR);
        assert!(error.cause().contains("tokio runtime"), "{error}");
    }

    #[tokio::test]
    async fn settings_that_are_none_are_refused_with_their_codes() {
        let no_key = Client::builder("").build().unwrap_err();
        let no_app = Client::builder("key").app_id("a b").build().unwrap_err();

        assert_eq!(no_key.code(), Code::INVALID_ARGUMENT_APP_KEY);
        assert_eq!(no_app.code(), Code::PARAMETER_ERROR);
    }
}
