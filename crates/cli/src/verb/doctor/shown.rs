//! What was found, for people.

use std::fmt::Write as _;

use super::finding::Finding;
use crate::language::Language;
use crate::output::{Escaped, Paint, Table};

/// A line for each finding; below those that are not well what they mean and what to do.
pub fn shown(findings: &[Finding], language: Language) -> String {
    let mut table = Table::default();
    for finding in findings {
        let mark = match finding.is_well() {
            true => Paint::good(language.of("ok", "正常")),
            false => Paint::bad(language.of("FAIL", "异常")),
        };
        table.row([
            mark.to_string(),
            finding.step.words(language).to_owned(),
            Escaped(&finding.subject).to_string(),
            Escaped(&finding.seen).to_string(),
        ]);
    }
    let mut text = String::new();
    for (line, finding) in table.to_string().lines().zip(findings) {
        let _ = writeln!(text, "{line}");
        if !finding.is_well() {
            let (code, label) = (finding.code, Paint::strong(language.of("cause", "原因")));
            let (name, cause) = (code.name(), language.cause(code));
            let _ = writeln!(text, "      {label}  {code} {name}: {cause}");
        }
        let cure = finding.cure(language);
        if !cure.is_empty() {
            let label = Paint::strong(language.of("cure ", "办法"));
            let _ = writeln!(text, "      {label}  {}", Escaped(cure));
        }
    }
    text.push_str(&verdict(findings, language));
    text
}

fn verdict(findings: &[Finding], language: Language) -> String {
    let wrong = findings.iter().filter(|finding| !finding.is_well()).count();
    match (wrong, language) {
        (0, Language::English) => "All is well.".to_owned(),
        (0, Language::Chinese) => "一切正常。".to_owned(),
        (1, Language::English) => "One thing is wrong.".to_owned(),
        (wrong, Language::English) => format!("{wrong} things are wrong."),
        (wrong, Language::Chinese) => format!("有 {wrong} 处异常。"),
    }
}
