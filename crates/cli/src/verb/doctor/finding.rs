//! One thing that was looked at.

use imlink::{Check, Code};
use serde::{Serialize, Serializer};

use crate::language::Language;

/// What was looked at, and how it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub step: Step,
    /// At whom: a path, a host and port, a user.
    pub subject: String,
    /// 0 if it is as it should be.
    pub code: Code,
    /// What was seen.
    pub seen: String,
    /// What to do about it, where that is known better than by the code.
    pub cure: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: u32,
}

/// The steps on the way from this command to the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Socket,
    Daemon,
    State,
    Network,
    Proxy,
    Name,
    Open,
    Secure,
    Navigator,
    Gateway,
    Account,
}

#[derive(Serialize)]
struct Fields<'a> {
    check: &'static str,
    subject: &'a str,
    ok: bool,
    code: i32,
    code_name: &'static str,
    cause: &'static str,
    seen: &'a str,
    cure: &'a str,
    took_ms: u32,
}

impl Finding {
    /// As it should be.
    pub fn well(step: Step, subject: impl Into<String>, seen: impl Into<String>) -> Self {
        Self::wrong(step, subject, Code::SUCCESS, seen)
    }

    /// Not as it should be, unless the code says otherwise.
    pub fn wrong(
        step: Step,
        subject: impl Into<String>,
        code: Code,
        seen: impl Into<String>,
    ) -> Self {
        Self {
            step,
            subject: subject.into(),
            code,
            seen: seen.into(),
            cure: None,
            took_ms: 0,
        }
    }

    /// The same with a cure that fits better than the table's.
    pub fn with_cure(self, cure: impl Into<String>) -> Self {
        Self {
            cure: Some(cure.into()),
            ..self
        }
    }

    pub fn is_well(&self) -> bool {
        self.code.is_success()
    }

    /// What to do; nothing if all is well.
    pub fn cure(&self, language: Language) -> &str {
        match &self.cure {
            Some(cure) => cure,
            None if self.is_well() => "",
            None => language.cure(self.code),
        }
    }
}

/// To programs an object, in English.
impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Fields {
            check: self.step.name(),
            subject: &self.subject,
            ok: self.is_well(),
            code: self.code.number(),
            code_name: self.code.name(),
            cause: self.code.cause(),
            seen: &self.seen,
            cure: self.cure(Language::English),
            took_ms: self.took_ms,
        }
        .serialize(serializer)
    }
}

impl From<Check> for Step {
    fn from(check: Check) -> Self {
        match check {
            Check::State => Self::State,
            Check::Network => Self::Network,
            Check::Proxy => Self::Proxy,
            Check::Name => Self::Name,
            Check::Open => Self::Open,
            Check::Secure => Self::Secure,
            Check::Navigator => Self::Navigator,
            Check::Gateway => Self::Gateway,
            Check::Account => Self::Account,
        }
    }
}

impl Step {
    pub fn name(self) -> &'static str {
        match self {
            Self::Socket => "socket",
            Self::Daemon => "daemon",
            Self::State => "state",
            Self::Network => "network",
            Self::Proxy => "proxy",
            Self::Name => "name",
            Self::Open => "open",
            Self::Secure => "secure",
            Self::Navigator => "navigator",
            Self::Gateway => "gateway",
            Self::Account => "account",
        }
    }

    /// For people.
    pub fn words(self, language: Language) -> &'static str {
        let chinese = match self {
            Self::Socket => "套接字",
            Self::Daemon => "守护进程",
            Self::State => "状态目录",
            Self::Network => "网络",
            Self::Proxy => "代理",
            Self::Name => "域名",
            Self::Open => "端口",
            Self::Secure => "安全连接",
            Self::Navigator => "导航",
            Self::Gateway => "网关",
            Self::Account => "账号",
        };
        language.of(self.name(), chinese)
    }
}
