//! The little of HTTP that talking to a sandbox takes.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Time for one call, from dialling to the end of the answer. A sandbox answers in milliseconds;
/// ten seconds are for a machine that is compiling something beside it.
const LIMIT: Duration = Duration::from_secs(10);

/// Largest answer that is read.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// Where a sandbox can be called: `http://host:port`.
#[derive(Clone, Debug)]
pub struct Server {
    authority: String,
}

/// One call.
#[derive(Debug)]
pub struct Call<'a> {
    pub method: Method,
    /// Path and query.
    pub path: &'a str,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address is not of the form that is wanted.
    #[error("{0:?} is not an address like http://127.0.0.1:4000")]
    Address(String),
    /// Nobody listens there.
    #[error("nothing answers at {authority}: {source}")]
    Dial {
        /// Host and port.
        authority: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Whoever listens there does not speak HTTP, or not to the end.
    #[error("{authority} does not answer as a sandbox would: {problem}")]
    Talk {
        /// Host and port.
        authority: String,
        /// What went wrong.
        problem: String,
    },
    /// It took too long.
    #[error("{authority} did not answer within {} s", LIMIT.as_secs())]
    Silent {
        /// Host and port.
        authority: String,
    },
}

impl Server {
    /// The server at an address like `http://127.0.0.1:4000`.
    ///
    /// # Errors
    /// [`HttpError::Address`]; other schemes, paths and passwords are none.
    pub fn at(address: &str) -> Result<Self, HttpError> {
        let wrong = || HttpError::Address(address.to_owned());
        let uri: Uri = address.parse().map_err(|_| wrong())?;
        let authority = uri.authority().ok_or_else(wrong)?;
        let plain = uri.scheme_str() == Some("http")
            && matches!(uri.path(), "" | "/")
            && uri.query().is_none()
            && !authority.as_str().contains('@');
        if !plain {
            return Err(wrong());
        }
        let port = authority.port_u16().unwrap_or(80);
        Ok(Self {
            authority: format!("{}:{port}", authority.host()),
        })
    }

    /// The server at this port of this machine.
    #[must_use]
    pub fn on_loopback(port: u16) -> Self {
        Self {
            authority: format!("127.0.0.1:{port}"),
        }
    }

    /// Whether anybody listens there. Meant for this machine: elsewhere it may take its time.
    #[must_use]
    pub fn is_there(&self) -> bool {
        std::net::TcpStream::connect(&self.authority).is_ok()
    }

    /// Makes one call on a connection of its own.
    ///
    /// # Errors
    /// [`HttpError`] if there is no answer; an answer with a bad status is one.
    pub async fn call(&self, call: Call<'_>) -> Result<Answer, HttpError> {
        let authority = self.authority.clone();
        match tokio::time::timeout(LIMIT, self.talk(call)).await {
            Ok(result) => result,
            Err(_) => Err(HttpError::Silent { authority }),
        }
    }

    async fn talk(&self, call: Call<'_>) -> Result<Answer, HttpError> {
        let talk = |problem: String| HttpError::Talk {
            authority: self.authority.clone(),
            problem,
        };
        let stream = TcpStream::connect(&self.authority)
            .await
            .map_err(|source| HttpError::Dial {
                authority: self.authority.clone(),
                source,
            })?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| talk(error.to_string()))?;
        // Ends by itself with the sender; what it ends with, the answer tells as well.
        tokio::spawn(connection);

        let mut request = Request::builder()
            .method(call.method)
            .uri(call.path)
            .header("Host", &self.authority)
            .header("Connection", "close");
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Full::new(Bytes::from(call.body)))
            .map_err(|error| talk(error.to_string()))?;
        let response = sender
            .send_request(request)
            .await
            .map_err(|error| talk(error.to_string()))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), MAX_ANSWER)
            .collect()
            .await
            .map_err(|error| talk(error.to_string()))?;
        Ok(Answer {
            status,
            body: body.to_bytes(),
        })
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_host_and_port_and_nothing_else() {
        assert_eq!(
            Server::at("http://127.0.0.1:4000/").unwrap().authority,
            "127.0.0.1:4000"
        );
        assert_eq!(
            Server::at("http://localhost").unwrap().authority,
            "localhost:80"
        );
        for wrong in [
            "",
            "localhost:4000",
            "https://x",
            "http://x/y",
            "http://a@x",
            "http://x?y=1",
            "/x",
        ] {
            assert!(
                matches!(Server::at(wrong), Err(HttpError::Address(_))),
                "{wrong}"
            );
        }
    }
}
