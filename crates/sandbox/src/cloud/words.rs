//! Words that may not be said (server-api.md 7, behaviour.md 12.2).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{App, Draft, publish::Refusal};

/// PUBACK status: the content has a word that may not be said.
const FORBIDDEN: u16 = 21501;
/// PUBACK status: accepted, with words replaced.
const REPLACED: u16 = 21502;

/// Words and what is put in their place; `None` has the message refused.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Words(BTreeMap<String, Option<String>>);

impl App {
    /// Has messages of clients refused (21501) that have a word in their content, or the word
    /// replaced (21502). An empty word does nothing.
    pub fn forbid_word(&mut self, word: &str, replacement: Option<&str>) {
        if !word.is_empty() {
            let replacement = replacement.map(str::to_owned);
            self.words.0.insert(word.to_owned(), replacement);
        }
    }

    /// Lets a word be said again.
    pub fn permit_word(&mut self, word: &str) {
        self.words.0.remove(word);
    }

    /// The words that may not be said, with their replacements.
    pub fn forbidden_words(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let words = self.words.0.iter();
        words.map(|(word, replacement)| (word.as_str(), replacement.as_deref()))
    }

    /// Replaces words in a message. Says the status to accept it with.
    pub(super) fn screen(&self, draft: &mut Draft) -> Result<u16, Refusal> {
        let content = &mut draft.body.content;
        let said: Vec<_> = self
            .words
            .0
            .iter()
            .filter(|(word, _)| content.contains(word.as_str()))
            .collect();
        if said.iter().any(|(_, replacement)| replacement.is_none()) {
            return Err(Refusal::new(FORBIDDEN, "a word that may not be said"));
        }
        let status = if said.is_empty() { 0 } else { REPLACED };
        for (word, replacement) in said {
            *content = content.replace(word, replacement.as_deref().unwrap_or_default());
        }
        Ok(status)
    }
}
