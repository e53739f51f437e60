//! Texts cut for an index of SQLite, whose own tokenizers find no two characters in a sentence that
//! has no spaces.

/// The first character of the scripts whose words have no spaces between them.
const FIRST_WIDE: char = '\u{2e80}';

/// The words of a text: what stands between spaces and marks, in small letters; of wide scripts
/// every two characters that stand together, and the last one.
pub(crate) fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len() * 3);
    let mut wide = None;
    for c in text.chars().flat_map(char::to_lowercase) {
        if let Some(before) = wide.take() {
            words.push(before);
            if is_wide(c) {
                words.push(c);
            }
            words.push(' ');
        }
        if is_wide(c) {
            wide = Some(c);
        } else {
            words.push(c);
        }
    }
    words.extend(wide);
    words
}

/// What the index is asked for a keyword: every two characters of wide scripts, and whole words.
/// Whatever it finds is still to be read, whether the keyword is in there.
pub(crate) fn question(keyword: &str) -> String {
    let words = words(keyword);
    let mut terms: Vec<_> = words.split_whitespace().collect();
    let ends_wide = keyword.chars().last().is_some_and(is_wide);
    if ends_wide && terms.len() == 1 {
        return format!("\"{}\" *", terms[0]);
    }
    if ends_wide {
        // The last character stands alone for the end of a text, and this may be the middle of one.
        terms.pop();
    }
    let terms: Vec<_> = terms.iter().map(|term| format!("\"{term}\"")).collect();
    terms.join(" AND ")
}

fn is_wide(c: char) -> bool {
    c >= FIRST_WIDE && c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_characters_are_a_word() {
        assert_eq!(words("网络连接失败"), "网络 络连 连接 接失 失败 败");
        assert_eq!(words("Okay 连接,是"), "okay 连接 接 ,是");
    }

    #[test]
    fn a_keyword_is_asked_for_by_its_words() {
        assert_eq!(question("连接"), r#""连接""#);
        assert_eq!(question("连接失败"), r#""连接" AND "接失" AND "失败""#);
        assert_eq!(question("连"), r#""连" *"#);
        assert_eq!(question("Word1"), r#""word1""#);
    }
}
