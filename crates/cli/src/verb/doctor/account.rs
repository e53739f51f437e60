//! How the daemon's accounts are, as its status tells.

use imlink::{AccountReport, Code, ConnectionStatus, StatusReport, UserId};

use super::finding::{Finding, Step};
use crate::language::Language;

/// No account is no fault.
pub fn look(report: &StatusReport, language: Language) -> Vec<Finding> {
    if report.accounts.is_empty() && report.ended.is_empty() {
        let none = language.of("none is connected", "没有已连接的账号");
        let cure = language.of(
            "`imlink connect` connects one.",
            "用 `imlink connect` 连接。",
        );
        return vec![Finding::well(Step::Account, "-", none).with_cure(cure)];
    }
    let accounts = report.accounts.iter().chain(&report.ended);
    accounts
        .flat_map(|account| {
            let rows = rows(account, language);
            [Some(describe(account, language)), rows]
                .into_iter()
                .flatten()
        })
        .collect()
}

/// What is not as it should be in the rows of an account; all of it is one finding.
fn rows(account: &AccountReport, language: Language) -> Option<Finding> {
    let seen = language.anomalies(account.anomalies)?;
    let subject = account.user.as_ref().map(UserId::to_string);
    let finding = Finding::wrong(
        Step::Account,
        subject.unwrap_or_default(),
        Code::RC_DB_CORRUPT,
        seen,
    );
    Some(finding.with_cure(language.anomalies_cure()))
}

fn describe(account: &AccountReport, language: Language) -> Finding {
    let subject = match &account.user {
        Some(user) => UserId::to_string(user),
        None => language.of("not named yet", "用户未知").to_owned(),
    };
    let status = ConnectionStatus::from_number(account.status);
    let seen = status.map_or_else(
        || account.status.to_string(),
        |status| language.status(status),
    );
    let seen = match (is_left(status, account), &account.slot) {
        (true, _) => language.of("left", "已离开").to_owned(),
        (false, None) => seen,
        // decisions.md P20
        (false, Some(slot)) => match (language, language.slot(slot)) {
            (Language::English, slot) => format!("{seen}, slot {slot}"),
            (Language::Chinese, slot) => format!("{seen}，名额 {slot}"),
        },
    };
    Finding::wrong(Step::Account, subject, code(status, account), seen)
}

/// Whether the last app went by its own wish. What went wrong before that is no matter any more.
fn is_left(status: Option<ConnectionStatus>, account: &AccountReport) -> bool {
    let is_away = match status {
        Some(ConnectionStatus::Unconnected | ConnectionStatus::SignOut) => true,
        Some(
            ConnectionStatus::NetworkUnavailable
            | ConnectionStatus::Connected
            | ConnectionStatus::Connecting
            | ConnectionStatus::KickedOffline
            | ConnectionStatus::TokenIncorrect
            | ConnectionStatus::UserBlocked
            | ConnectionStatus::Suspend
            | ConnectionStatus::Timeout
            | ConnectionStatus::ProxyUnavailable
            | ConnectionStatus::UserAbandon,
        )
        | None => false,
    };
    is_away && account.cause.is_none_or(Code::is_success)
}

/// 0 if the account is as somebody wants it.
fn code(status: Option<ConnectionStatus>, account: &AccountReport) -> Code {
    if is_left(status, account) {
        return Code::SUCCESS;
    }
    let unknown = Code::RC_NET_CHANNEL_INVALID;
    match status {
        Some(ConnectionStatus::Connected) => account.database.unwrap_or(Code::SUCCESS),
        Some(ConnectionStatus::NetworkUnavailable) => Code::RC_NETWORK_DOWN,
        // It is tried again, because of what went wrong last.
        Some(
            ConnectionStatus::Suspend
            | ConnectionStatus::Connecting
            | ConnectionStatus::ProxyUnavailable,
        ) => {
            let last = account.last_error.map(|error| error.code);
            account.cause.or(last).unwrap_or(unknown)
        }
        Some(
            ConnectionStatus::Unconnected
            | ConnectionStatus::SignOut
            | ConnectionStatus::KickedOffline
            | ConnectionStatus::TokenIncorrect
            | ConnectionStatus::UserBlocked
            | ConnectionStatus::Timeout
            | ConnectionStatus::UserAbandon,
        )
        | None => account.cause.unwrap_or(unknown),
    }
}
