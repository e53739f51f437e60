//! Where a new token comes from when the cloud refuses the one there is (decisions.md P3).

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::thread;

use imlink_model::{Code, Token, UserId};
use tokio::sync::oneshot;
use tracing::error;

/// Why a token provider is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRefused {
    /// 31004 or 31020.
    pub code: Code,
    /// The user this client was connected as last; `None` if it never was.
    pub user: Option<UserId>,
    /// Counts the refusals in a row, from 1; see [`Builder::token_provider`](crate::Builder::token_provider).
    pub attempt: u32,
}

/// The answer a token provider owes. Dropping it is to have none.
pub struct TokenReply(oneshot::Sender<Result<Token, String>>);

/// What comes of asking; an error if the provider let go of its reply.
pub(crate) type Promised = oneshot::Receiver<Result<Token, String>>;

/// An app's provider. It is called on the client's task and does its work elsewhere.
#[derive(Clone)]
pub(crate) struct Provider(Arc<dyn Fn(TokenRefused, TokenReply) + Send + Sync>);

impl TokenReply {
    /// Here is a token; the client connects with it.
    pub fn supply(self, token: Token) {
        // The client may have gone, or have waited long enough.
        let _ = self.0.send(Ok(token));
    }

    /// There is none, and why; the text goes into the error of the connect that waits.
    pub fn refuse(self, why: impl Into<String>) {
        let _ = self.0.send(Err(why.into()));
    }

    fn answer<E>(self, result: Result<Token, E>)
    where
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        match result {
            Ok(token) => self.supply(token),
            Err(error) => self.refuse(error.into().to_string()),
        }
    }
}

impl fmt::Debug for TokenReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenReply(..)")
    }
}

impl Provider {
    /// A function that returns a future, which runs beside the client.
    pub(crate) fn asynchronous<F, T, E>(provide: F) -> Self
    where
        F: Fn(TokenRefused) -> T + Send + Sync + 'static,
        T: Future<Output = Result<Token, E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let provide = Arc::new(provide);
        Self(Arc::new(move |refused, reply| {
            let provide = Arc::clone(&provide);
            tokio::spawn(async move { reply.answer(provide(refused).await) });
        }))
    }

    /// A function that is called on a thread of its own.
    pub(crate) fn callback<F>(provide: F) -> Self
    where
        F: Fn(TokenRefused, TokenReply) + Send + Sync + 'static,
    {
        let provide = Arc::new(provide);
        Self(Arc::new(move |refused, reply| {
            let provide = Arc::clone(&provide);
            let thread = thread::Builder::new().name("imlink-token".into());
            if let Err(error) = thread.spawn(move || provide(refused, reply)) {
                error!(%error, "No thread for the token provider can be started");
            }
        }))
    }

    /// A function that returns when it has a token, called on a thread of its own.
    pub(crate) fn blocking<F, E>(provide: F) -> Self
    where
        F: Fn(TokenRefused) -> Result<Token, E> + Send + Sync + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self::callback(move |refused, reply| reply.answer(provide(refused)))
    }

    pub(crate) fn ask(&self, refused: TokenRefused) -> Promised {
        let (reply, promised) = oneshot::channel();
        (self.0)(refused, TokenReply(reply));
        promised
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Provider(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused() -> TokenRefused {
        TokenRefused {
            code: Code::RC_CONN_TOKEN_EXPIRE,
            user: None,
            attempt: 1,
        }
    }

    fn fresh() -> Token {
        Token::new("fresh").unwrap()
    }

    // decisions.md P1, P3
    #[tokio::test]
    async fn a_provider_has_an_async_a_blocking_and_a_callback_form() {
        let forms = [
            Provider::asynchronous(|_| async { Ok::<_, &str>(fresh()) }),
            Provider::blocking(|_| Ok::<_, &str>(fresh())),
            Provider::callback(|_, reply| reply.supply(fresh())),
        ];

        for form in forms {
            assert_eq!(form.ask(refused()).await.unwrap(), Ok(fresh()));
        }
    }

    #[tokio::test]
    async fn a_provider_without_a_token_says_why() {
        let forms = [
            Provider::asynchronous(|_| async { Err::<Token, _>("no session") }),
            Provider::blocking(|_| Err::<Token, _>("no session")),
            Provider::callback(|_, reply| reply.refuse("no session")),
        ];

        for form in forms {
            let answer = form.ask(refused()).await.unwrap();
            assert_eq!(answer, Err("no session".to_owned()));
        }
    }

    #[tokio::test]
    async fn a_provider_that_panics_or_forgets_its_reply_has_no_token() {
        let forms = [
            Provider::asynchronous(|_| async {
                panic!("the app's fault") as Result<Token, String>
            }),
            Provider::blocking(|_| panic!("the app's fault") as Result<Token, String>),
            Provider::callback(|_, _| {}),
        ];

        for form in forms {
            assert!(form.ask(refused()).await.is_err());
        }
    }
}
