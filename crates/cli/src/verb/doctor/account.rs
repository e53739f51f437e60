//! How the daemon's accounts are, as its status tells.

use imlink::{AccountReport, Code, ConnectionStatus, StatusReport, UserId};

use super::finding::{Finding, Step};
use crate::language::Language;

/// No account is no fault.
pub fn look(report: &StatusReport, language: Language) -> Vec<Finding> {
    if report.accounts.is_empty() {
        let none = language.of("none is connected", "没有已连接的账号");
        let cure = language.of(
            "`imlink connect` connects one.",
            "用 `imlink connect` 连接。",
        );
        return vec![Finding::well(Step::Account, "-", none).with_cure(cure)];
    }
    let accounts = report.accounts.iter();
    accounts
        .map(|account| describe(account, language))
        .collect()
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
    let code = match (status, account.database) {
        (Some(ConnectionStatus::Connected), Some(database)) => database,
        (Some(ConnectionStatus::Connected), None) => Code::SUCCESS,
        (Some(ConnectionStatus::NetworkUnavailable), _) => Code::RC_NETWORK_DOWN,
        (Some(_) | None, _) => {
            let error = account.last_error.map(|error| error.code);
            account
                .cause
                .or(error)
                .unwrap_or(Code::RC_NET_CHANNEL_INVALID)
        }
    };
    Finding::wrong(Step::Account, subject, code, seen)
}
