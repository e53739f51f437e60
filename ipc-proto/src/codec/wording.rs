//! Says what serde found wrong without repeating what it found.
//!
//! serde's messages quote the offending value, which may be a token or a message body.

/// What may be said of an error.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wording {
    /// An enum has no such variant; its name if it looks like one, else `?`.
    UnknownVariant(String),
    /// What is missing or was expected.
    Problem(String),
}

/// Takes from an error's text what comes from the types, and drops what comes from the data.
///
/// After the last `, expected ` stands what the type asked for, a text of ours or serde's; before
/// it, the value. Texts that serde did not word are worded by the ids of `imlink-model`, which do
/// not quote.
pub(super) fn wording(text: &str) -> Wording {
    let text = strip_position(text);

    if let Some(found) = text.strip_prefix("unknown variant `") {
        return Wording::UnknownVariant(name_before_backtick(found));
    }
    if let Some(found) = text.strip_prefix("invalid value: integer `")
        && text.contains(", expected variant index ")
    {
        return Wording::UnknownVariant(name_before_backtick(found));
    }
    let quotes = ["invalid ", "unknown "]
        .iter()
        .any(|start| text.starts_with(start));
    if !quotes {
        return Wording::Problem(text.to_owned());
    }
    match text.rsplit_once(", expected ") {
        Some((_, expected)) => Wording::Problem(format!("expected {expected}")),
        None => Wording::Problem("the value is not possible here".to_owned()),
    }
}

/// A name as our types have them; anything else might be content in the wrong place.
pub(super) fn name_or_mark(text: &str) -> &str {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain && (1..=32).contains(&text.len()) {
        text
    } else {
        "?"
    }
}

fn name_before_backtick(found: &str) -> String {
    name_or_mark(found.split('`').next().unwrap_or_default()).to_owned()
}

/// serde_json ends its messages with ` at line 1 column 17`.
fn strip_position(text: &str) -> &str {
    match text.rsplit_once(" at line ") {
        Some((before, position))
            if position
                .bytes()
                .all(|byte| byte.is_ascii_digit() || b"column ".contains(&byte)) =>
        {
            before
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // F-K02
    #[test]
    fn nothing_of_the_value_is_repeated() {
        let expected = |text: &str| Wording::Problem(text.to_owned());
        let table = [
            (
                "invalid type: string \"canary\", expected u32 at line 1 column 9",
                expected("expected u32"),
            ),
            (
                "invalid type: string \"canary, expected canary\", expected u32",
                expected("expected u32"),
            ),
            (
                "invalid value: string \"canary at line 1\", expected a bool",
                expected("expected a bool"),
            ),
            (
                "invalid length 3, expected struct X with 4 elements",
                expected("expected struct X with 4 elements"),
            ),
            (
                "unknown field `canary`",
                expected("the value is not possible here"),
            ),
            (
                "missing field `token` at line 1 column 40",
                expected("missing field `token`"),
            ),
            ("user id is empty", expected("user id is empty")),
        ];

        for (text, said) in table {
            assert_eq!(wording(text), said, "{text}");
        }
    }

    #[test]
    fn an_unknown_variant_is_named_if_it_looks_like_a_name() {
        let named = |name: &str| Wording::UnknownVariant(name.to_owned());

        assert_eq!(
            wording("unknown variant `Recall`, expected `Init`"),
            named("Recall")
        );
        assert_eq!(
            wording("unknown variant `a secret/=`, expected `Init`"),
            named("?")
        );
        assert_eq!(
            wording(&format!("unknown variant `{}`", "x".repeat(33))),
            named("?")
        );
        assert_eq!(
            wording("invalid value: integer `99`, expected variant index 0 <= i < 15"),
            named("99")
        );
    }
}
