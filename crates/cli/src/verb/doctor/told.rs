//! What the daemon has found, in the reader's words.

use imlink::{Check, Code, ConnectionStatus, Distrust, ProxyFault, Seen};

use super::finding::Finding;
use crate::language::Language;

impl Finding {
    /// One of the daemon's, for people who read that language.
    pub fn told(found: imlink::Finding, language: Language) -> Self {
        let seen = match language {
            Language::English => found.seen.to_string(),
            Language::Chinese => in_chinese(&found.seen),
        };
        let subject = match found.check {
            Check::Network => language.of("this machine", "本机").to_owned(),
            _ => found.subject,
        };
        Self {
            step: found.check.into(),
            subject,
            code: found.code,
            seen,
            cure: cure(found.check, found.code, &found.seen, language),
            took_ms: found.took_ms,
        }
    }
}

/// Where what was looked at, or what was seen, says better than its code what to do.
fn cure(check: Check, code: Code, seen: &Seen, language: Language) -> Option<String> {
    match seen {
        // The daemon does nothing but try again, which helps nobody whose address is wrong.
        Seen::Nothing if is_reaching(check) && !code.is_success() => Some(
            language
                .of(
                    "See that the address is right, that what listens there runs, and that no \
                     firewall is in the way; imlink keeps trying.",
                    "检查地址是否正确、对方的服务是否在运行、是否有防火墙阻挡；imlink 会继续尝试。",
                )
                .to_owned(),
        ),
        Seen::NobodyNamed => Some(language.cure(Code::LOCAL_NO_NAVIGATOR).to_owned()),
        Seen::Distrusted { reason } => Some(match language {
            Language::English => sentence(reason.advice()),
            Language::Chinese => advice_in_chinese(*reason).to_owned(),
        }),
        Seen::Proxy { fault } => cure_of_proxy(*fault, language).map(str::to_owned),
        Seen::Nothing
        | Seen::Free { .. }
        | Seen::NotWritable
        | Seen::Hidden { .. }
        | Seen::Route
        | Seen::NoRoute
        | Seen::LetsIn
        | Seen::Addresses { .. }
        | Seen::NoAddress
        | Seen::NoNavigator
        | Seen::Listens
        | Seen::ThroughProxy
        | Seen::Secured { .. }
        | Seen::ClearText
        | Seen::Navigates
        | Seen::SignInPage
        | Seen::Http { .. }
        | Seen::Unreadable
        | Seen::TooSlow
        | Seen::Status { .. } => None,
    }
}

/// Whether it is looked for somebody who listens.
fn is_reaching(check: Check) -> bool {
    match check {
        Check::Open | Check::Gateway => true,
        Check::State
        | Check::Network
        | Check::Proxy
        | Check::Name
        | Check::Secure
        | Check::Navigator
        | Check::Account => false,
    }
}

/// Where there is more to say than to check the proxy.
fn cure_of_proxy(fault: ProxyFault, language: Language) -> Option<&'static str> {
    match fault {
        ProxyFault::WantsLogin | ProxyFault::LoginRefused => Some(language.of(
            "Set the proxy with its user name and password: `imlink proxy set`.",
            "用 `imlink proxy set` 设置代理的用户名和密码。",
        )),
        ProxyFault::Forbidden => Some(language.of(
            "Ask whoever runs the proxy to let it through to the cloud.",
            "请代理的管理员放行通往云端的连接。",
        )),
        ProxyFault::Unresolved
        | ProxyFault::Unreachable
        | ProxyFault::Silent
        | ProxyFault::NoProxy => None,
    }
}

fn in_chinese(seen: &Seen) -> String {
    match seen {
        Seen::Nothing => String::new(),
        Seen::Free { megabytes } => format!("剩余 {megabytes} MB"),
        Seen::NotWritable => "不可写".to_owned(),
        Seen::Hidden { errno } => format!("无法查看（系统错误 {errno}）"),
        Seen::Route => "有路由".to_owned(),
        Seen::NoRoute => "除本机外没有路由".to_owned(),
        Seen::LetsIn => "允许通过".to_owned(),
        Seen::Proxy { fault } => fault_in_chinese(*fault).to_owned(),
        Seen::Addresses { count } => format!("{count} 个地址"),
        Seen::NoAddress => "没有地址".to_owned(),
        Seen::NoNavigator => "不是导航地址".to_owned(),
        Seen::Listens => "有程序在监听".to_owned(),
        Seen::ThroughProxy => "经代理可达".to_owned(),
        Seen::Secured { version } => format!("{version}，证书可信"),
        Seen::ClearText => "会以明文收到 Token，因此不询问".to_owned(),
        Seen::Distrusted { reason } => distrust_in_chinese(*reason).to_owned(),
        Seen::Navigates => "应答正常".to_owned(),
        Seen::NobodyNamed => "配置和正在连接的账号都没有指定".to_owned(),
        Seen::SignInPage => "导航处是登录页面，或跳转到了登录页面".to_owned(),
        Seen::Http { status } => format!("返回 HTTP 状态 {status}"),
        Seen::Unreadable => "应答不是导航的应答".to_owned(),
        Seen::TooSlow => "耗时过长".to_owned(),
        Seen::Status { status } => match ConnectionStatus::from_number(*status) {
            Some(status) => Language::Chinese.status(status),
            None => format!("状态 {status}"),
        },
    }
}

fn fault_in_chinese(fault: ProxyFault) -> &'static str {
    match fault {
        ProxyFault::Unresolved => "代理的域名没有地址",
        ProxyFault::Unreachable => "代理的地址没有应答",
        ProxyFault::Silent => "代理接受连接但不说话",
        ProxyFault::WantsLogin => "代理要求用户名和密码",
        ProxyFault::LoginRefused => "代理拒绝了用户名或密码",
        ProxyFault::Forbidden => "代理的规则禁止连接云端",
        ProxyFault::NoProxy => "代理地址上监听的不是这种代理",
    }
}

fn distrust_in_chinese(reason: Distrust) -> &'static str {
    match reason {
        Distrust::Expired => "证书已过期",
        Distrust::NotYetValid => "证书尚未生效",
        Distrust::OtherHost => "证书属于别的主机",
        Distrust::UnknownIssuer => "证书的签发者不为本机所知",
        Distrust::NotPinned => "证书没有任何一个固定的密钥",
        Distrust::Unacceptable => "证书不可接受",
        Distrust::NoTls => "对方不支持 TLS 1.2 或 1.3",
    }
}

fn advice_in_chinese(reason: Distrust) -> &'static str {
    match reason {
        Distrust::Expired | Distrust::NotYetValid => {
            "检查本机时钟；如果时钟正确，云端需要更新证书。"
        }
        Distrust::OtherHost => {
            "如果所在网络有登录页面，请先登录；否则检查地址，以及是谁在那里应答。"
        }
        Distrust::UnknownIssuer => {
            "如果所在网络有登录页面，请先登录；如果云端有自己的证书颁发机构，用 `ca_file` 指定它的文件。"
        }
        Distrust::NotPinned => "查明是谁在那里应答；如果云端更换了密钥，请修改 `pins`。",
        Distrust::Unacceptable => "证书不可接受，云端的运营者必须更换它。",
        Distrust::NoTls => "检查该地址是否支持 TLS 1.2 或 1.3，以及是谁在那里应答。",
    }
}

/// The same with a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(seen: Seen, code: Code, language: Language) -> Finding {
        let found = imlink::Finding {
            check: Check::Gateway,
            subject: "tls://gate.example:443".to_owned(),
            code,
            seen,
            took_ms: 1,
        };
        Finding::told(found, language)
    }

    // issue 5: with `LANG=zh_CN.UTF-8` the doctor speaks Chinese, also of what the daemon has seen
    #[test]
    fn what_the_daemon_has_seen_is_said_in_the_readers_language() {
        let reason = Distrust::Expired;
        let seen = Seen::Distrusted { reason };

        let english = told(seen.clone(), Code::LOCAL_CLOCK, Language::English);
        let chinese = told(seen, Code::LOCAL_CLOCK, Language::Chinese);

        assert_eq!(english.seen, "its certificate has expired");
        let cure = english.cure(Language::English);
        assert!(cure.starts_with("Check this machine's clock"), "{cure}");
        assert!(cure.ends_with("renewed."), "{cure}");
        assert_eq!(chinese.seen, "证书已过期");
        assert!(chinese.cure(Language::Chinese).starts_with("检查本机时钟"));
    }

    // issue 5: `imlink doctor` says what to do
    #[test]
    fn where_nobody_listens_there_is_something_to_do() {
        for (language, wanted) in [
            (Language::English, "See that the address is right"),
            (Language::Chinese, "检查地址是否正确"),
        ] {
            for code in [Code::new(32061), Code::RC_SOCKET_NOT_CREATED] {
                let found = told(Seen::Nothing, code, language);

                assert!(found.cure(language).starts_with(wanted), "{found:?}");
            }
        }
        let fine = told(Seen::Nothing, Code::SUCCESS, Language::English);
        assert!(fine.is_well());
    }

    #[test]
    fn that_nobody_is_named_is_well_and_has_a_cure() {
        let note = told(Seen::NobodyNamed, Code::SUCCESS, Language::English);

        assert!(note.is_well());
        assert_eq!(
            note.cure(Language::English),
            Code::LOCAL_NO_NAVIGATOR.cure()
        );
    }
}
