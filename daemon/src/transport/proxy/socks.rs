//! SOCKS 5 (RFC 1928), with a name and a password as in RFC 1929.

use imlink_connection::{LinkError, ProxyFault};
use imlink_model::{Proxy, ProxyPassword};
use tokio_socks::Error;
use tokio_socks::tcp::Socks5Stream;

use super::super::dial::Stream;

/// Asks for the way. A name is sent as a name: the proxy resolves it.
pub(super) async fn connect(
    proxy: &Proxy,
    stream: impl Stream + 'static,
    authority: &str,
) -> Result<Box<dyn Stream>, LinkError> {
    let login = proxy
        .user()
        .zip(proxy.password().map(ProxyPassword::reveal));
    let connected = match login {
        Some((user, password)) => {
            Socks5Stream::connect_with_password_and_socket(stream, authority, user, password).await
        }
        None => Socks5Stream::connect_with_socket(stream, authority).await,
    };
    match connected {
        Ok(way) => Ok(Box::new(way.into_inner())),
        Err(error) => {
            tracing::debug!(%error, "No way through the SOCKS proxy");
            Err(meaning(&error))
        }
    }
}

/// What the proxy says of the host is the host's affair; anything else is its own.
fn meaning(error: &Error) -> LinkError {
    match error {
        // A general failure is also how a name without an address comes back.
        Error::GeneralSocksServerFailure
        | Error::NetworkUnreachable
        | Error::HostUnreachable
        | Error::ConnectionRefused => LinkError::Refused,
        Error::TtlExpired => LinkError::TimedOut,
        Error::InvalidTargetAddress(_) | Error::ParseError(_) => LinkError::Unresolved,
        Error::NoAcceptableAuthMethods | Error::AuthorizationRequired => {
            LinkError::Proxy(ProxyFault::WantsLogin)
        }
        Error::PasswordAuthFailure(_)
        | Error::InvalidAuthValues(_)
        | Error::IdentdAuthFailure
        | Error::InvalidUserIdAuthFailure => LinkError::Proxy(ProxyFault::LoginRefused),
        Error::ConnectionNotAllowedByRuleset => LinkError::Proxy(ProxyFault::Forbidden),
        Error::ProxyServerUnreachable => LinkError::Proxy(ProxyFault::Unreachable),
        Error::Io(_)
        | Error::InvalidResponseVersion
        | Error::UnknownAuthMethod
        | Error::CommandNotSupported
        | Error::AddressTypeNotSupported
        | Error::UnknownError
        | Error::InvalidReservedByte
        | Error::UnknownAddressType => LinkError::Proxy(ProxyFault::NoProxy),
    }
}
