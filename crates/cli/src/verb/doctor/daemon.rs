//! Whether the daemon answers, and what it finds on its way to the cloud.

use imlink::{Client, Code, Error, StatusReport};

use super::account;
use super::finding::{Finding, Step};
use super::socket::Reached;
use crate::account::Daemon;
use crate::language::Language;
use crate::output::moment;

pub async fn look(reached: &Reached, language: Language) -> Vec<Finding> {
    if let Some(pid) = reached.pid.filter(|pid| is_stopped(*pid)) {
        return vec![stopped(pid, language)];
    }
    match ask(reached).await {
        Ok((client, report)) => {
            let mut findings = vec![answers(&report, language)];
            findings.extend(way_to_the_cloud(&client, &report, language).await);
            findings
        }
        Err(error) => {
            let subject = reached.path.display().to_string();
            vec![refusal(Step::Daemon, subject, &error)]
        }
    }
}

async fn ask(reached: &Reached) -> Result<(Client, StatusReport), Error> {
    let client = Daemon::at(reached.path.clone()).observer()?;
    let report = client.daemon_status().await?;
    Ok((client, report))
}

/// What the daemon sees. Of the accounts its status tells more than its diagnosis, also to who may
/// not have it look at anything.
async fn way_to_the_cloud(
    client: &Client,
    report: &StatusReport,
    language: Language,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = match client.diagnose().await {
        Ok(found) => found
            .into_iter()
            .map(|found| Finding::told(found, language))
            .collect(),
        Err(error) => {
            let subject = language.of("the way to the cloud", "通往云端的途径");
            vec![refusal(Step::Daemon, subject.to_owned(), &error)]
        }
    };
    findings.retain(|finding| finding.step != Step::Account);
    findings.extend(account::look(report, language));
    findings
}

fn answers(report: &StatusReport, language: Language) -> Finding {
    let since = moment(report.started_at);
    let (pid, version) = (report.pid, &report.version);
    let seen = match language {
        Language::English => format!("pid {pid}, running since {since}"),
        Language::Chinese => format!("进程 {pid}，自 {since} 起运行"),
    };
    Finding::well(Step::Daemon, format!("imlinkd {version}"), seen)
}

/// What is more exact than the table's words goes beside them.
fn refusal(step: Step, subject: String, error: &Error) -> Finding {
    let code = error.code();
    let seen = match error.cause() {
        cause if cause == code.cause() => "",
        cause => cause,
    };
    Finding::wrong(step, subject, code, seen)
}

fn stopped(pid: i32, language: Language) -> Finding {
    let seen = match language {
        Language::English => format!("process {pid} is stopped, as by SIGSTOP or Ctrl-Z"),
        Language::Chinese => format!("进程 {pid} 已被暂停（SIGSTOP 或 Ctrl-Z）"),
    };
    let cure = match language {
        Language::English => format!("Let it go on with `kill -CONT {pid}`, or restart it."),
        Language::Chinese => format!("用 `kill -CONT {pid}` 让它继续，或重启它。"),
    };
    Finding::wrong(Step::Daemon, "imlinkd", Code::LOCAL_TIMEOUT, seen).with_cure(cure)
}

/// Its state, the third field of `/proc/pid/stat` (proc_pid_stat(5)), is behind a name that may
/// hold any character but ends with the last bracket.
fn is_stopped(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest);
    state.is_some_and(|rest| rest.starts_with(['T', 't']))
}
