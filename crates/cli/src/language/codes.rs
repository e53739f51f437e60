//! What the codes mean, in Chinese; in English the table of `imlink-model` says it.

mod client;
mod link;
mod local;
mod refusal;
mod sending;
mod storage;

/// Number, cause and cure.
type Words = (i32, &'static str, &'static str);

const TABLES: [&[Words]; 6] = [
    client::ROWS,
    link::ROWS,
    refusal::ROWS,
    sending::ROWS,
    storage::ROWS,
    local::ROWS,
];

/// Cause and cure of a code; `None` if the table does not know it.
pub(super) fn words(number: i32) -> Option<(&'static str, &'static str)> {
    let mut rows = TABLES.into_iter().flatten();
    let (_, cause, cure) = rows.find(|(of, ..)| *of == number)?;
    Some((cause, cure))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use imlink_model::CODES;

    use super::*;

    #[test]
    fn every_code_is_explained_in_both_languages_and_nothing_else_is() {
        let chinese: Vec<i32> = TABLES.into_iter().flatten().map(|(of, ..)| *of).collect();
        let once: BTreeSet<i32> = chinese.iter().copied().collect();
        let english: BTreeSet<i32> = CODES.iter().map(|info| info.number).collect();

        assert_eq!(chinese.len(), once.len(), "a code is in the tables twice");
        assert_eq!(once, english);
    }

    #[test]
    fn every_text_is_a_chinese_sentence() {
        let texts = TABLES.into_iter().flatten();
        for text in texts.flat_map(|(_, cause, cure)| [cause, cure]) {
            assert!(text.ends_with('。'), "{text}");
            assert!(text.contains(is_chinese), "{text}");
            assert!(
                !text.contains([',', ';']),
                "{text}: Chinese has its own stops"
            );
        }
    }

    fn is_chinese(character: char) -> bool {
        ('\u{4e00}'..='\u{9fff}').contains(&character)
    }
}
