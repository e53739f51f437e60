//! Keeps tokens out of what is kept.

/// A query or form with its token replaced, order and encoding kept.
pub(super) fn without_token(query: &str) -> String {
    let parameters = query
        .split('&')
        .map(|parameter| match parameter.split_once('=') {
            Some(("token", _)) => "token=<token>",
            _ => parameter,
        });
    parameters.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    // F-K07
    #[test]
    fn only_the_token_is_replaced() {
        assert_eq!(
            without_token("appId=k&token=a%40b&pid="),
            "appId=k&token=<token>&pid="
        );
        assert_eq!(without_token("token=x"), "token=<token>");
        assert_eq!(without_token(""), "");
    }
}
