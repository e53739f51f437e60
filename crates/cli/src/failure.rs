//! What the command says when it does not succeed: one clear sentence, and the cure.

use std::fmt;
use std::io;

use imlink::socket::HOW_TO_START;
use imlink_model::Code;
use serde::Serialize;

use crate::exit::Exit;
use crate::language::Language;
use crate::output::{Escaped, Paint};

/// Why a verb did not do what it was asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    exit: Exit,
    code: Option<Code>,
    name: &'static str,
    cause: String,
    cure: String,
}

/// To programs a failure is `{"error":{...}}`, on standard error.
#[derive(Serialize)]
struct Envelope<'a> {
    error: Report<'a>,
}

#[derive(Serialize)]
struct Report<'a> {
    /// The number of the one table; `null` where the command itself failed.
    code: Option<i32>,
    name: &'a str,
    cause: &'a str,
    cure: &'a str,
}

impl Failure {
    /// A code of the table, with a cause that is more exact than the table's if there is one.
    #[must_use]
    pub fn of(code: Code, cause: impl Into<String>) -> Self {
        Self {
            exit: Exit::of(code),
            code: Some(code),
            name: code.name(),
            cause: cause.into(),
            cure: code.cure().to_owned(),
        }
    }

    /// The command line, or a file or text it names, cannot be used.
    #[must_use]
    pub fn usage(cause: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            code: None,
            name: "USAGE",
            cause: cause.into(),
            cure: cure.into(),
        }
    }

    /// Something of this command's own went wrong.
    #[must_use]
    pub fn own(name: &'static str, cause: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failed,
            code: None,
            name,
            cause: cause.into(),
            cure: cure.into(),
        }
    }

    /// Ctrl-C.
    #[must_use]
    pub fn interrupted() -> Self {
        Self {
            exit: Exit::Interrupted,
            code: None,
            name: "INTERRUPTED",
            cause: "Interrupted.".to_owned(),
            cure: String::new(),
        }
    }

    /// The same failure with a cure that fits better than the table's.
    #[must_use]
    pub fn with_cure(mut self, cure: impl Into<String>) -> Self {
        self.cure = cure.into();
        self
    }

    /// The status to exit with.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// The code behind it, if it has one.
    #[cfg(test)]
    pub fn code(&self) -> Option<Code> {
        self.code
    }

    /// The line for programs.
    ///
    /// # Errors
    /// None: every field is a text or a number.
    pub fn json(&self) -> serde_json::Result<String> {
        crate::output::json_line(&Envelope {
            error: Report {
                code: self.code.map(Code::number),
                name: self.name,
                cause: &self.cause,
                cure: &self.cure,
            },
        })
    }
}

/// Who misses the daemon is told how to start one; that is the cure, so it is taken out of the
/// cause.
impl From<imlink::Error> for Failure {
    fn from(error: imlink::Error) -> Self {
        match error.cause().strip_suffix(&format!("; {HOW_TO_START}")) {
            Some(cause) => {
                Self::of(error.code(), sentence(cause)).with_cure(sentence(HOW_TO_START))
            }
            None => Self::of(error.code(), sentence(error.cause())),
        }
    }
}

/// A closed standard output is how `| head` says that it has enough.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let exit = match error.kind() {
            io::ErrorKind::BrokenPipe => Exit::Done,
            _ => Exit::Failed,
        };
        Self {
            exit,
            code: None,
            name: "IO",
            cause: format!("Reading or writing failed: {error}."),
            cure: "See whether what it reads from and writes to is still there.".to_owned(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.in_language(Language::English).fmt(f)
    }
}

/// A failure, to be shown in a language.
pub struct Said<'a> {
    failure: &'a Failure,
    language: Language,
}

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failure = self.failure;
        match (self.language, failure.code) {
            (Language::Chinese, Some(code)) => failure.in_chinese(code, f),
            (Language::English, _) | (Language::Chinese, None) => failure.in_english(f),
        }
    }
}

impl Failure {
    /// To be shown in that language. What has no code is English in each, unless whoever made it
    /// said it otherwise.
    #[must_use]
    pub fn in_language(&self, language: Language) -> Said<'_> {
        Said {
            failure: self,
            language,
        }
    }

    fn in_english(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Paint::bad("error:"), Escaped(&self.cause))?;
        if let Some(code) = self.code {
            write!(f, " {}", Paint::dim(format_args!("({code} {})", self.name)))?;
        }
        if !self.cure.is_empty() {
            write!(f, "\n{} {}", Paint::strong(" cure:"), Escaped(&self.cure))?;
        }
        Ok(())
    }

    /// Cause and cure as the table has them; what is more exact than that is in English only.
    fn in_chinese(&self, code: Code, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (cause, cure) = (Language::Chinese.cause(code), Language::Chinese.cure(code));
        write!(f, "{}{cause}", Paint::bad("错误："))?;
        write!(
            f,
            "{}",
            Paint::dim(format_args!("（{code} {}）", self.name))
        )?;
        if self.cause != code.cause() {
            write!(f, "\n{}{}", Paint::strong("详情："), Escaped(&self.cause))?;
        }
        write!(f, "\n{}{cure}", Paint::strong("办法："))
    }
}

/// The text with a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let end = if text.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_sentence_and_its_cure() {
        let failure = Failure::of(Code::IPC_DISCONNECT, "No daemon answers at /run/x.");

        let plain = anstream::adapter::strip_str(&failure.to_string()).to_string();

        assert_eq!(
            plain,
            format!(
                "error: No daemon answers at /run/x. (-2 IPC_DISCONNECT)\n cure: {}",
                Code::IPC_DISCONNECT.cure()
            )
        );
    }

    #[test]
    fn a_failure_with_a_code_is_told_in_chinese_too() {
        let failure = Failure::of(Code::IPC_DISCONNECT, "No daemon answers at /run/x.");

        let said = failure.in_language(Language::Chinese).to_string();

        let plain = anstream::adapter::strip_str(&said).to_string();
        assert_eq!(
            plain,
            format!(
                "错误：{}（-2 IPC_DISCONNECT）\n详情：No daemon answers at /run/x.\n办法：{}",
                Language::Chinese.cause(Code::IPC_DISCONNECT),
                Language::Chinese.cure(Code::IPC_DISCONNECT)
            )
        );
    }

    #[test]
    fn programs_get_an_error_object() {
        let failure = Failure::usage("no such thing", "another thing");

        assert_eq!(
            failure.json().unwrap(),
            r#"{"error":{"code":null,"name":"USAGE","cause":"no such thing","cure":"another thing"}}"#
        );
    }

    #[test]
    fn a_cause_of_the_library_becomes_a_sentence() {
        assert_eq!(sentence("no daemon answers"), "No daemon answers.");
        assert_eq!(sentence("The token is wrong."), "The token is wrong.");
        assert_eq!(sentence("ähnlich"), "Ähnlich.");
    }

    // F-K09
    #[test]
    fn a_cause_from_outside_cannot_act_on_the_terminal() {
        let failure = Failure::of(Code::LOCAL_DENIED, "\x1b[2J");

        let plain = anstream::adapter::strip_str(&failure.to_string()).to_string();

        assert!(plain.contains(r"\u{1b}[2J"), "{plain}");
    }
}
