//! What browsers want to hear before they let a page talk to us (protocol/cloud-wire.md 1.1).

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

/// Says that any page may ask. No credentials are involved.
pub(super) const ANY_ORIGIN: (HeaderName, HeaderValue) = (
    header::ACCESS_CONTROL_ALLOW_ORIGIN,
    HeaderValue::from_static("*"),
);

/// Answers the preflight of a navigation request.
pub(super) async fn preflight() -> (StatusCode, HeaderMap) {
    let (name, any) = ANY_ORIGIN;
    let headers = HeaderMap::from_iter([
        (name, any),
        (
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("POST"),
        ),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("RC-Appkey, RC-Negotiate, Content-Type"),
        ),
        (
            header::ACCESS_CONTROL_MAX_AGE,
            HeaderValue::from_static("600"),
        ),
    ]);
    (StatusCode::NO_CONTENT, headers)
}
