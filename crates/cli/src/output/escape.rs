//! Text from outside, made harmless for terminals (failures.md F-K09).

use std::fmt::{self, Write as _};

use serde::Serialize;

/// A text with its control characters shown instead of obeyed.
///
/// Also covers the characters that change the direction of text: with them a name can make a line
/// read differently from what it says.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '\n' => f.write_str("\\n"),
            '\r' => f.write_str("\\r"),
            '\t' => f.write_str("\\t"),
            c if is_active(c) => write!(f, "\\u{{{:x}}}", u32::from(c)),
            c => f.write_char(c),
        })
    }
}

/// One line of JSON in which no character is active, inside strings either.
///
/// # Errors
/// The value cannot be JSON, for example a map whose keys are not texts.
pub fn json_line(value: &impl Serialize) -> serde_json::Result<String> {
    let text = serde_json::to_string(value)?;
    if !text.chars().any(is_active) {
        return Ok(text);
    }
    // Below 0x20 JSON escapes by itself, so what is left is inside a string and has four digits.
    let escape = |line: String, c: char| match c {
        c if is_active(c) => line + &format!("\\u{:04x}", u32::from(c)),
        c => line + c.encode_utf8(&mut [0; 4]),
    };
    Ok(text.chars().fold(String::new(), escape))
}

/// C0, DEL and C1 controls, line and paragraph separators, and the marks, embeddings and isolates
/// of bidirectional text.
fn is_active(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    // F-K09
    #[test]
    fn a_terminal_never_gets_a_control_character() {
        let hostile = "a\x1b[2Jb\u{9b}31mc\x07\r\n\t\u{202e}gpj\x7f";

        let shown = Escaped(hostile).to_string();

        assert_eq!(shown, r"a\u{1b}[2Jb\u{9b}31mc\u{7}\r\n\t\u{202e}gpj\u{7f}");
    }

    #[test]
    fn ordinary_text_of_any_language_stays_as_it_is() {
        let text = "李雷 said: ça va? 👍";

        assert_eq!(Escaped(text).to_string(), text);
    }

    // F-K09
    #[test]
    fn json_means_the_same_without_active_characters() {
        let hostile = "a\x1b\u{9b}\x7f\u{2028}\u{202e}\"\\ 李";

        let line = json_line(&hostile).unwrap();

        assert!(!line.chars().any(is_active), "{line}");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), hostile);
    }
}
