//! `imlink explain`: the table of codes, for people.

use std::fmt;

use clap::Args;
use imlink_model::{Area, CODES, Code, CodeInfo, Retry};
use serde::Serialize;

use crate::command::Ending;
use crate::failure::Failure;
use crate::language::Language;
use crate::output::{Output, Paint, Table};
use crate::runtime::DONE;

/// How alike a name must be to be suggested, from 0 to 1.
const ALIKE: f64 = 0.75;

#[derive(Args)]
#[command(after_help = "\
Examples:
  imlink explain 31004
  imlink explain -2
  imlink explain RC_CONN_TOKEN_INCORRECT
  imlink explain --all

With --json: code, name, area, cause, cure, retry (automatic, by-app, never, not-applicable),
retryable and terminal, one object for each code.")]
pub struct Arguments {
    /// A number such as 31004 or -2, or a name such as LOCAL_TIMEOUT.
    #[arg(allow_negative_numbers = true, required_unless_present = "all")]
    code: Option<String>,

    /// List every code.
    #[arg(long, conflicts_with = "code")]
    all: bool,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    let language = output.language();
    match arguments.code {
        Some(wanted) => {
            let info = find(&wanted, language)?;
            output.say(&Explanation { info, language })?;
        }
        None => {
            let each = CODES.iter().map(|info| Explanation { info, language });
            let all: Vec<Explanation> = each.collect();
            output.list(&all, list(&all, language))?;
        }
    }
    DONE
}

fn find(wanted: &str, language: Language) -> Result<&'static CodeInfo, Failure> {
    let wanted = wanted.trim();
    let found = match wanted.parse::<i32>() {
        Ok(number) => CODES.iter().find(|info| info.number == number),
        Err(_) => CODES
            .iter()
            .find(|info| info.name.eq_ignore_ascii_case(wanted)),
    };
    found.ok_or_else(|| unknown(wanted, language))
}

fn unknown(wanted: &str, language: Language) -> Failure {
    let name = wanted.to_ascii_uppercase();
    let nearest = CODES
        .iter()
        .map(|info| (strsim::jaro_winkler(info.name, &name), info.name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name);
    let (cause, cure) = match language {
        Language::English => (
            format!("No code is called {wanted}."),
            match nearest {
                Some(name) => {
                    format!("Did you mean {name}? `imlink explain --all` lists them.")
                }
                None => "`imlink explain --all` lists every code that is known.".to_owned(),
            },
        ),
        Language::Chinese => (
            format!("没有叫做 {wanted} 的错误码。"),
            match nearest {
                Some(name) => {
                    format!("是否想查 {name}？`imlink explain --all` 列出所有错误码。")
                }
                None => "`imlink explain --all` 列出所有已知的错误码。".to_owned(),
            },
        ),
    };
    Failure::own("UNKNOWN_CODE", cause, cure)
}

/// What the table says of one code.
struct Explanation {
    info: &'static CodeInfo,
    language: Language,
}

#[derive(Serialize)]
struct Fields {
    code: i32,
    name: &'static str,
    area: &'static str,
    cause: &'static str,
    cure: &'static str,
    retry: &'static str,
    /// What an app's `is_retryable` says.
    retryable: bool,
    terminal: bool,
}

impl Serialize for Explanation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let info = self.info;
        Fields {
            code: info.number,
            name: info.name,
            area: area(info.area),
            cause: info.cause,
            cure: info.cure,
            retry: retry(info.retry),
            retryable: Code::new(info.number).is_retryable(),
            terminal: info.terminal,
        }
        .serialize(serializer)
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (info, language) = (self.info, self.language);
        let code = Code::new(info.number);
        let trying = match (info.retry, info.terminal) {
            (Retry::Automatic, false) => language.of(
                "yes, by itself: imlink tries again, the app only waits",
                "可以，自动：imlink 会重试，应用只需等待",
            ),
            (Retry::ByApp, false) => language.of(
                "yes, by the app: the same call can succeed later",
                "可以，由应用决定：同样的调用稍后可能成功",
            ),
            (Retry::Automatic | Retry::ByApp, true) => language.of(
                "no, not as it is: after another connect of the app it can succeed",
                "不可以：应用再次调用 connect 之后才可能成功",
            ),
            (Retry::Never, _) => language.of(
                "no, there is no use until something else is changed",
                "不可以：在改变其他条件之前重试没有用",
            ),
            (Retry::NotApplicable, _) => {
                language.of("no, there is nothing to try again", "无需重试")
            }
        };
        let connection = match info.terminal {
            true => language.of(
                "reconnecting stops until an app calls connect again",
                "停止重连，直到应用再次调用 connect",
            ),
            false => language.of(
                "this code does not stop reconnecting",
                "此错误码不会停止重连",
            ),
        };
        writeln!(
            f,
            "{} {}",
            Paint::strong(info.number),
            Paint::strong(info.name)
        )?;
        let mut table = Table::default();
        for (label, text) in [
            (language.of("cause", "原因"), language.cause(code)),
            (language.of("cure", "办法"), language.cure(code)),
            (language.of("retry", "重试"), trying),
            (language.of("connection", "连接"), connection),
            (language.of("area", "范围"), shown_area(info.area, language)),
        ] {
            table.row([format!("  {}", Paint::dim(label)), text.to_owned()]);
        }
        table.fmt(f)
    }
}

fn list(all: &[Explanation], language: Language) -> Table {
    let headings = language.of(
        ["CODE", "NAME", "RETRY", "CAUSE"],
        ["错误码", "名称", "重试", "原因"],
    );
    let mut table = Table::new(&headings);
    for Explanation { info, .. } in all {
        let terminal = match info.terminal {
            true => language.of(", terminal", "，终止"),
            false => "",
        };
        table.row([
            info.number.to_string(),
            info.name.to_owned(),
            format!("{}{terminal}", shown_retry(info.retry, language)),
            language.cause(Code::new(info.number)).to_owned(),
        ]);
    }
    table
}

fn shown_area(of: Area, language: Language) -> &'static str {
    let chinese = match of {
        Area::Connection => "连接",
        Area::Sending => "发送",
        Area::Storage => "存储",
        Area::Local => "本机",
    };
    language.of(area(of), chinese)
}

fn shown_retry(of: Retry, language: Language) -> &'static str {
    let chinese = match of {
        Retry::Automatic => "自动",
        Retry::ByApp => "由应用决定",
        Retry::Never => "没有用",
        Retry::NotApplicable => "无需",
    };
    language.of(retry(of), chinese)
}

fn area(area: Area) -> &'static str {
    match area {
        Area::Connection => "connection",
        Area::Sending => "sending",
        Area::Storage => "storage",
        Area::Local => "local",
    }
}

fn retry(retry: Retry) -> &'static str {
    match retry {
        Retry::Automatic => "automatic",
        Retry::ByApp => "by-app",
        Retry::Never => "never",
        Retry::NotApplicable => "not-applicable",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn a_code_is_found_by_number_and_by_name() {
        for wanted in [
            "31004",
            "RC_CONN_TOKEN_INCORRECT",
            "rc_conn_token_incorrect",
            " 31004 ",
        ] {
            assert_eq!(find(wanted, Language::English).unwrap().number, 31004);
        }
        assert_eq!(
            find("-2", Language::English).unwrap().name,
            "IPC_DISCONNECT"
        );
    }

    #[test]
    fn a_slip_of_the_pen_is_answered_with_the_nearest_name() {
        let failure = find("LOCAL_TIMEOT", Language::English).unwrap_err();

        assert!(failure.to_string().contains("Did you mean LOCAL_TIMEOUT?"));
        assert_eq!(failure.exit(), Exit::Failed);
        assert!(
            !find("999999", Language::English)
                .unwrap_err()
                .to_string()
                .contains("Did you mean")
        );
    }

    #[test]
    fn an_explanation_reads_like_this() {
        let language = Language::English;
        let info = find("90001", language).unwrap();
        let shown = Explanation { info, language }.to_string();

        assert_eq!(
            anstream::adapter::strip_str(&shown).to_string(),
            "\
90001 LOCAL_TIMEOUT
  cause       The daemon is running but did not answer in time, so it is unknown whether the call took effect.
  cure        Find out whether it took effect before repeating the call, and look at the daemon's log if it happens often.
  retry       yes, by the app: the same call can succeed later
  connection  this code does not stop reconnecting
  area        local"
        );
    }

    /// What an app asks of its error and what a person reads must agree.
    #[test]
    fn the_words_about_retrying_are_those_of_the_table_for_every_code() {
        let language = Language::English;
        for info in CODES {
            let retryable = Code::new(info.number).is_retryable();
            let explanation = Explanation { info, language };
            let shown = anstream::adapter::strip_str(&explanation.to_string()).to_string();
            let fields = serde_json::to_value(&explanation).unwrap();

            let says = if retryable {
                "retry       yes, "
            } else {
                "retry       no, "
            };
            assert!(shown.contains(says), "{shown}");
            assert_eq!(fields["retryable"], retryable, "{}", info.number);
        }
    }

    #[test]
    fn an_explanation_reads_like_this_in_chinese() {
        let language = Language::Chinese;
        let info = find("31004", language).unwrap();
        let shown = Explanation { info, language }.to_string();

        assert_eq!(
            anstream::adapter::strip_str(&shown).to_string(),
            "\
31004 RC_CONN_TOKEN_INCORRECT
  原因  云端不接受此 Token，多半是用另一个 App Key 签发的。
  办法  请应用服务器用同一个 App Key 签发 Token，再用它连接。
  重试  不可以：在改变其他条件之前重试没有用
  连接  停止重连，直到应用再次调用 connect
  范围  连接"
        );
    }
}
