//! Who calls, and whether he knows the secret (server-api.md 1).
//!
//! Lenient about what the vendor's SDKs really send: timestamps in seconds or milliseconds, old
//! ones too, nonces of any length that are used again.

use std::fmt::Write;

use http::HeaderMap;
use imlink_model::AppKey;
use sha1::{Digest, Sha1};

use super::ApiError;

/// The prefix of the second family of header names.
const PREFIX: &str = "RC-";

/// The signature of a call: lower-case hexadecimal SHA-1 of the three texts, one after the other.
#[must_use]
pub fn sign(secret: &str, nonce: &str, timestamp: &str) -> String {
    let digest = Sha1::new()
        .chain_update(secret)
        .chain_update(nonce)
        .chain_update(timestamp)
        .finalize();
    digest
        .iter()
        .fold(String::with_capacity(40), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a String grows as needed");
            text
        })
}

/// The app key of a call with a good signature.
pub(super) fn check<'a>(
    headers: &HeaderMap,
    secret_of: impl FnOnce(&AppKey) -> Option<&'a str>,
) -> Result<AppKey, ApiError> {
    let key = header(headers, "App-Key")?;
    let nonce = header(headers, "Nonce")?;
    let timestamp = header(headers, "Timestamp")?;
    let signature = header(headers, "Signature")?;
    if !timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ApiError::Invalid {
            field: "Timestamp",
            problem: "is not a number",
        });
    }
    let key = AppKey::new(key).map_err(|_| ApiError::AppKey)?;
    let secret = secret_of(&key).ok_or(ApiError::AppKey)?;
    if !sign(secret, nonce, timestamp).eq_ignore_ascii_case(signature) {
        return Err(ApiError::Signature);
    }
    Ok(key)
}

/// The app key that a call names, signed or not.
pub(super) fn app_key(headers: &HeaderMap) -> Option<&str> {
    let key = header(headers, "App-Key").ok()?;
    AppKey::new(key).ok().map(|_| key)
}

/// A header of either family; names are compared without case.
fn header<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<&'h str, ApiError> {
    let value = headers
        .get(name)
        .or_else(|| headers.get(format!("{PREFIX}{name}")));
    let value = value
        .and_then(|value| value.to_str().ok())
        .filter(|value| !value.is_empty());
    value.ok_or(ApiError::Unsigned(name))
}
