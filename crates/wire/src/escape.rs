//! Percent-encoding as JavaScript's `encodeURIComponent` does it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// Everything but letters, digits and `-_.!~*'()`.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

pub(crate) fn component(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, COMPONENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_what_the_browser_encodes() {
        assert_eq!(
            component("a+b/c=@h;x y|!~*'()-_.").to_string(),
            "a%2Bb%2Fc%3D%40h%3Bx%20y%7C!~*'()-_."
        );
        assert_eq!(component("张😀").to_string(), "%E5%BC%A0%F0%9F%98%80");
    }
}
