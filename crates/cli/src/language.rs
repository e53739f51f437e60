//! The language in which people are spoken to. Programs (`--json`) get the same in every one.

mod anomalies;
mod codes;
mod gap;

use std::ffi::OsString;
use std::time::Duration;

use imlink_model::{Code, ConnectionStatus};

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// For every locale without one of its own.
    #[default]
    English,
    /// Simplified Chinese: `zh_CN.UTF-8`.
    Chinese,
}

impl Language {
    /// As the locale of this process says.
    #[must_use]
    pub fn of_environment() -> Self {
        Self::by(&|name| std::env::var_os(name))
    }

    /// The first of these that is set and not empty decides (POSIX, "Environment Variables").
    fn by(variable: &impl Fn(&str) -> Option<OsString>) -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(variable)
            .find(|value| !value.is_empty());
        let locale = locale.unwrap_or_default();
        let locale = locale.to_string_lossy();
        // Without a charset it is glibc's old default, which a terminal would show as nonsense.
        let (place, charset) = locale.split_once('.').unwrap_or_default();
        let charset = charset.split('@').next().unwrap_or_default();
        let is_utf8 = ["UTF-8", "utf8", "UTF8", "utf-8"].contains(&charset);
        match place {
            "zh_CN" | "zh_SG" if is_utf8 => Self::Chinese,
            _ => Self::English,
        }
    }

    /// One of two texts.
    #[must_use]
    pub fn of<T>(self, english: T, chinese: T) -> T {
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }

    /// What happened, in one sentence.
    #[must_use]
    pub fn cause(self, code: Code) -> &'static str {
        match (self, codes::words(code.number())) {
            (Self::English, _) => code.cause(),
            (Self::Chinese, Some((cause, _))) => cause,
            (Self::Chinese, None) => "云端返回了 imlink 不认识的错误码。",
        }
    }

    /// What to do about it, in one sentence.
    #[must_use]
    pub fn cure(self, code: Code) -> &'static str {
        match (self, codes::words(code.number())) {
            (Self::English, _) => code.cure(),
            (Self::Chinese, Some((_, cure))) => cure,
            (Self::Chinese, None) => "请在云端的错误码列表中查找这个数字。",
        }
    }

    /// A status; its documented name is there in every language.
    #[must_use]
    pub fn status(self, status: ConnectionStatus) -> String {
        let name = status.name();
        let meaning = match (self, status) {
            (Self::English, _) => return name.to_owned(),
            (Self::Chinese, ConnectionStatus::NetworkUnavailable) => "网络不可用",
            (Self::Chinese, ConnectionStatus::Connected) => "已连接",
            (Self::Chinese, ConnectionStatus::Connecting) => "连接中",
            (Self::Chinese, ConnectionStatus::Unconnected) => "未连接",
            (Self::Chinese, ConnectionStatus::KickedOffline) => "被踢下线",
            (Self::Chinese, ConnectionStatus::TokenIncorrect) => "Token 无效",
            (Self::Chinese, ConnectionStatus::UserBlocked) => "用户被封禁",
            (Self::Chinese, ConnectionStatus::SignOut) => "已登出",
            (Self::Chinese, ConnectionStatus::Suspend) => "连接中断",
            (Self::Chinese, ConnectionStatus::Timeout) => "连接超时",
            (Self::Chinese, ConnectionStatus::ProxyUnavailable) => "代理不可用",
            (Self::Chinese, ConnectionStatus::UserAbandon) => "账号已注销",
        };
        format!("{meaning} {name}")
    }

    /// A device slot at the cloud, as the daemon names it (PROTOCOL.md, "The daemon itself").
    #[must_use]
    pub fn slot(self, slot: &str) -> &str {
        match (self, slot) {
            (Self::Chinese, "desktop") => "桌面端",
            (Self::Chinese, "desktop, reconnects yield") => "桌面端，重连时让位",
            (Self::Chinese, "web") => "Web 端",
            (Self::Chinese, "web, reconnect_kick cannot be sent") => {
                "Web 端，无法发送 reconnect_kick"
            }
            (Self::English | Self::Chinese, _) => slot,
        }
    }

    /// What an app may do: `read`, `send` or `admin`.
    #[must_use]
    pub fn right(self, right: &str) -> &str {
        match (self, right) {
            (Self::Chinese, "read") => "只读",
            (Self::Chinese, "send") => "收发",
            (Self::Chinese, "admin") => "管理",
            (Self::English | Self::Chinese, _) => right,
        }
    }

    /// A span of time, for example `2m 5s` or `2 分 5 秒`.
    #[must_use]
    pub fn time(self, time: Duration) -> String {
        match self {
            Self::English => humantime::format_duration(time).to_string(),
            Self::Chinese => in_chinese(time),
        }
    }
}

/// The two largest units that are not zero: nobody asks for the seconds of a day.
fn in_chinese(time: Duration) -> String {
    let seconds = time.as_secs();
    let units = [
        (seconds / 86_400, "天"),
        (seconds / 3600 % 24, "小时"),
        (seconds / 60 % 60, "分"),
        (seconds % 60, "秒"),
        (u64::from(time.subsec_millis()), "毫秒"),
    ];
    let shown: Vec<String> = units
        .into_iter()
        .skip_while(|(number, _)| *number == 0)
        .take(2)
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number} {unit}"))
        .collect();
    if shown.is_empty() {
        return "0 秒".to_owned();
    }
    shown.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(variables: &[(&str, &str)]) -> Language {
        Language::by(&|name| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| value.into())
        })
    }

    #[test]
    fn a_chinese_locale_in_utf_8_is_spoken_to_in_chinese() {
        for locale in [
            "zh_CN.UTF-8",
            "zh_CN.utf8",
            "zh_SG.UTF-8",
            "zh_CN.UTF-8@pinyin",
        ] {
            assert_eq!(by(&[("LANG", locale)]), Language::Chinese, "{locale}");
        }
        for locale in [
            "C",
            "POSIX",
            "C.UTF-8",
            "en_GB.UTF-8",
            "zh_TW.UTF-8",
            "zh_CN",
            "zh_CN.GBK",
            "",
        ] {
            assert_eq!(by(&[("LANG", locale)]), Language::English, "{locale}");
        }
        assert_eq!(by(&[]), Language::English);
    }

    #[test]
    fn the_variable_for_all_comes_before_that_for_messages_and_that_for_everything_else() {
        let chinese = "zh_CN.UTF-8";

        assert_eq!(by(&[("LC_ALL", "C"), ("LANG", chinese)]), Language::English);
        assert_eq!(
            by(&[("LC_MESSAGES", chinese), ("LANG", "C")]),
            Language::Chinese
        );
        assert_eq!(by(&[("LC_ALL", ""), ("LANG", chinese)]), Language::Chinese);
        assert_eq!(
            by(&[("LC_ALL", chinese), ("LC_MESSAGES", "C")]),
            Language::Chinese
        );
    }

    #[test]
    fn a_time_has_its_two_largest_units() {
        let seconds = |seconds| in_chinese(Duration::from_secs(seconds));

        assert_eq!(seconds(0), "0 秒");
        assert_eq!(seconds(125), "2 分 5 秒");
        assert_eq!(seconds(3600), "1 小时");
        assert_eq!(seconds(90_061), "1 天 1 小时");
        assert_eq!(in_chinese(Duration::from_millis(250)), "250 毫秒");
    }

    #[test]
    fn a_code_that_nobody_knows_is_said_to_be_unknown_in_both_languages() {
        let code = Code::new(424_242);

        assert_eq!(Language::English.cause(code), code.cause());
        assert!(Language::Chinese.cause(code).contains("不认识"));
        assert!(Language::Chinese.cure(code).ends_with('。'));
    }
}
