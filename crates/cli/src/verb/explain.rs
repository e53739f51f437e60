//! `imlink explain`: the table of codes, for people.

use std::fmt;

use clap::Args;
use imlink_model::{Area, CODES, CodeInfo, Retry};
use serde::Serialize;

use crate::command::Ending;
use crate::failure::Failure;
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

With --json: code, name, area, cause, cure, retry (automatic, by-app, never, not-applicable) and
terminal, one object for each code.")]
pub struct Arguments {
    /// A number such as 31004 or -2, or a name such as LOCAL_TIMEOUT.
    #[arg(allow_negative_numbers = true, required_unless_present = "all")]
    code: Option<String>,

    /// List every code.
    #[arg(long, conflicts_with = "code")]
    all: bool,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    match arguments.code {
        Some(wanted) => output.say(&Explanation(find(&wanted)?))?,
        None => {
            let all: Vec<Explanation> = CODES.iter().map(Explanation).collect();
            output.list(&all, list(&all))?;
        }
    }
    DONE
}

fn find(wanted: &str) -> Result<&'static CodeInfo, Failure> {
    let wanted = wanted.trim();
    let found = match wanted.parse::<i32>() {
        Ok(number) => CODES.iter().find(|info| info.number == number),
        Err(_) => CODES
            .iter()
            .find(|info| info.name.eq_ignore_ascii_case(wanted)),
    };
    found.ok_or_else(|| unknown(wanted))
}

fn unknown(wanted: &str) -> Failure {
    let cause = format!("No code is called {wanted}.");
    let name = wanted.to_ascii_uppercase();
    let nearest = CODES
        .iter()
        .map(|info| (strsim::jaro_winkler(info.name, &name), info))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    let cure = match nearest {
        Some((_, info)) => format!(
            "Did you mean {}? `imlink explain --all` lists them.",
            info.name
        ),
        None => "`imlink explain --all` lists every code that is known.".to_owned(),
    };
    Failure::own("UNKNOWN_CODE", cause, cure)
}

/// What the table says of one code.
struct Explanation(&'static CodeInfo);

#[derive(Serialize)]
struct Fields {
    code: i32,
    name: &'static str,
    area: &'static str,
    cause: &'static str,
    cure: &'static str,
    retry: &'static str,
    terminal: bool,
}

impl Serialize for Explanation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let info = self.0;
        Fields {
            code: info.number,
            name: info.name,
            area: area(info.area),
            cause: info.cause,
            cure: info.cure,
            retry: retry(info.retry),
            terminal: info.terminal,
        }
        .serialize(serializer)
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let info = self.0;
        let trying = match info.retry {
            Retry::Automatic => "by itself: imlink tries again, the app only waits",
            Retry::ByApp => "by the app: the same call can succeed later",
            Retry::Never => "no use until something else is changed",
            Retry::NotApplicable => "nothing to try again",
        };
        let connection = match info.terminal {
            true => "reconnecting stops until an app calls connect again",
            false => "this code does not stop reconnecting",
        };
        writeln!(
            f,
            "{} {}",
            Paint::strong(info.number),
            Paint::strong(info.name)
        )?;
        let mut table = Table::default();
        for (label, text) in [
            ("cause", info.cause),
            ("cure", info.cure),
            ("retry", trying),
            ("connection", connection),
            ("area", area(info.area)),
        ] {
            table.row([format!("  {}", Paint::dim(label)), text.to_owned()]);
        }
        table.fmt(f)
    }
}

fn list(all: &[Explanation]) -> Table {
    let mut table = Table::new(&["CODE", "NAME", "RETRY", "CAUSE"]);
    for Explanation(info) in all {
        let terminal = if info.terminal { ", terminal" } else { "" };
        table.row([
            info.number.to_string(),
            info.name.to_owned(),
            format!("{}{terminal}", retry(info.retry)),
            info.cause.to_owned(),
        ]);
    }
    table
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
            assert_eq!(find(wanted).unwrap().number, 31004);
        }
        assert_eq!(find("-2").unwrap().name, "IPC_DISCONNECT");
    }

    #[test]
    fn a_slip_of_the_pen_is_answered_with_the_nearest_name() {
        let failure = find("LOCAL_TIMEOT").unwrap_err();

        assert!(failure.to_string().contains("Did you mean LOCAL_TIMEOUT?"));
        assert_eq!(failure.exit(), Exit::Failed);
        assert!(
            !find("999999")
                .unwrap_err()
                .to_string()
                .contains("Did you mean")
        );
    }

    #[test]
    fn an_explanation_reads_like_this() {
        let shown = Explanation(find("90001").unwrap()).to_string();

        assert_eq!(
            anstream::adapter::strip_str(&shown).to_string(),
            "\
90001 LOCAL_TIMEOUT
  cause       The daemon is running but did not answer in time, so it is unknown whether the call took effect.
  cure        Find out whether it took effect before repeating the call, and look at the daemon's log if it happens often.
  retry       by the app: the same call can succeed later
  connection  this code does not stop reconnecting
  area        local"
        );
    }
}
