//! One report, as people and as programs get it.

use imlink::{
    AccountReport, AnomalyReport, AppId, AppKey, AppReport, Code, LastError, Millis, OutboxReport,
    ProxyKind, ProxyReport, Right, Seq, StatusReport, UserId,
};

use super::report::Report;
use crate::language::Language;
use crate::output::json_line;

const NOW: Millis = Millis(1_000_000_000);

#[test]
fn a_status_reads_like_this() {
    let shown = english(report()).to_string();

    assert_eq!(
        anstream::adapter::strip_str(&shown).to_string(),
        "\
imlinkd 0.1.0, pid 4711, up 1m 5s

alice  CONNECTED for 5s
  app key     imlink-sandbox
  last error  30012 RC_PING_EXCEED_LIMIT: A keep-alive ping could not be sent. (2m 5s ago)
  cure        Nothing; imlink reconnects.
  gateway     127.0.0.1:7341, round trip 3 ms
  slot        web
  token       remembered on this machine
  outbox      empty
  newest      message no. 12

李雷  SUSPEND for 10s
  app key       imlink-sandbox
  offline       for 1m 10s
  because       30011 RC_SOCKET_DISCONNECTED: The connection to the cloud broke.
  cure          Nothing; imlink reconnects.
  next attempt  in 250ms
  rows          1 came with the id of another message and not kept
  outbox        2 queued, 1 in doubt

APP    PID   USER   RIGHT  ATTACHED  CLIENT
notes  4712  alice  admin  1m        imlink-rust 0.1.0
and 3 apps more"
    );
}

#[test]
fn a_status_reads_like_this_in_chinese() {
    let shown = Report::at(report(), NOW, Language::Chinese).to_string();

    assert_eq!(
        anstream::adapter::strip_str(&shown).to_string(),
        "\
imlinkd 0.1.0，进程 4711，已运行 1 分 5 秒

alice  已连接 CONNECTED，已持续 5 秒
  app key   imlink-sandbox
  上次错误  30012 RC_PING_EXCEED_LIMIT: 心跳发送失败。（2 分 5 秒前）
  办法      无需处理，imlink 会重连。
  网关      127.0.0.1:7341，往返 3 毫秒
  名额      Web 端
  Token     已记在本机
  发件箱    空
  最新      第 12 条消息

李雷  连接中断 SUSPEND，已持续 10 秒
  app key   imlink-sandbox
  离线      已 1 分 10 秒
  原因      30011 RC_SOCKET_DISCONNECTED: 与云端的连接中断。
  办法      无需处理，imlink 会重连。
  下次尝试  250 毫秒后
  数据      1 条与已有消息同号，未保存
  发件箱    2 条排队，1 条结果不明

应用   进程  用户   权限  已接入  客户端
notes  4712  alice  管理  1 分    imlink-rust 0.1.0
另有 3 个应用"
    );
}

#[test]
fn what_concerns_all_accounts_is_told_where_it_is_not_as_usual() {
    let report = StatusReport {
        network: Some(false),
        max_accounts: 2,
        proxy: Some(ProxyReport {
            kind: ProxyKind::Socks5,
            host: "proxy.example".to_owned(),
            port: 1080,
            user: None,
            password: None,
        }),
        ..report()
    };

    let shown = english(report).to_string();

    let plain = anstream::adapter::strip_str(&shown).to_string();
    let wanted = "\
network   none on this machine
proxy     socks5://proxy.example:1080
accounts  2, which is all that max_accounts allows
";
    assert!(plain.contains(wanted), "{plain}");
}

#[test]
fn where_apps_are_of_several_users_it_says_whose_each_is() {
    let mut report = report();
    let another = AppReport {
        app: AppId::new("mail").unwrap(),
        uid: 1001,
        right: Right::Read,
        ..report.apps[0].clone()
    };
    report.apps.push(another);

    let shown = english(report).to_string();

    let plain = anstream::adapter::strip_str(&shown).to_string();
    let wanted = "\
APP    PID   UID   USER   RIGHT  ATTACHED  CLIENT
notes  4712  1000  alice  admin  1m        imlink-rust 0.1.0
mail   4712  1001  alice  read   1m        imlink-rust 0.1.0
";
    assert!(plain.contains(wanted), "{plain}");
}

#[test]
fn without_an_account_it_says_what_to_do() {
    let report = StatusReport {
        accounts: Vec::new(),
        apps: Vec::new(),
        more_apps: 0,
        proxy: None,
        network: Some(true),
        max_accounts: 8,
        ..report()
    };

    let shown = english(report).to_string();

    assert!(shown.contains("imlink connect"), "{shown}");
}

// issue 5: `imlink status` tells the whole truth
#[test]
fn why_an_account_ended_is_told_although_nobody_uses_it_any_more() {
    let mut report = report();
    let ended = AccountReport {
        status: 3,
        since: Millis(NOW.0 - 300_000),
        cause: Some(Code::RC_DISCONN_KICK),
        apps: 0,
        ..report.accounts[0].clone()
    };
    report.accounts.clear();
    report.ended.push(ended);

    let shown = english(report.clone()).to_string();
    let json = json_line(&english(report)).unwrap();

    let plain = anstream::adapter::strip_str(&shown).to_string();
    let code = Code::RC_DISCONN_KICK;
    let wanted = format!(
        "\
No account is connected; `imlink connect` connects one.

alice  KICKED_OFFLINE_BY_OTHER_CLIENT for 5m
  app key  imlink-sandbox
  ended    nobody uses it any more
  because  {code} {}: {}
  cure     {}
",
        code.name(),
        code.cause(),
        code.cure()
    );
    assert!(plain.contains(&wanted), "{plain}");
    assert!(
        json.contains(r#""ended":[{"app_key":"imlink-sandbox","user":"alice","status":3,"#),
        "{json}"
    );
}

// issue 4: a damaged or newer store is reported as such (code and status)
#[test]
fn rows_that_cannot_be_used_are_told_with_their_code() {
    let mut report = report();
    report.accounts[0].database = Some(Code::LOCAL_STORE_FULL);

    let shown = english(report).to_string();

    let wanted = format!(
        "  database    90006 LOCAL_STORE_FULL: {}\n",
        Code::LOCAL_STORE_FULL.cause()
    );
    let shown = anstream::adapter::strip_str(&shown).to_string();
    assert!(shown.contains(&wanted), "{shown}");
}

#[test]
fn programs_get_every_field() {
    let mut report = report();
    report.accounts[1].database = None;
    let json = json_line(&english(report)).unwrap();

    assert_eq!(
        json,
        concat!(
            r#"{"daemon":{"version":"0.1.0","pid":4711,"instance":"000000000000beef","#,
            r#""started_at":999935000},"network":true,"proxy":null,"max_accounts":8,"accounts":[{"app_key":"imlink-sandbox","#,
            r#""user":"alice","status":0,"status_name":"CONNECTED","since":999995000,"offline_since":null,"#,
            r#""code":null,"code_name":null,"last_error":{"code":30012,"code_name":"RC_PING_EXCEED_LIMIT","at":999875000},"next_attempt_in_ms":null,"#,
            r#""gateway":"127.0.0.1:7341","slot":"web","round_trip_ms":3,"apps":1,"remembered":true,"queued":0,"#,
            r#""in_doubt":0,"database":0,"database_name":"SUCCESS","last_seq":12,"#,
            r#""anomalies":{"left_out":0,"uid_conflicts":0,"lost_outgoing":0,"gaps":0,"unreadable":0}},{"app_key":"imlink-sandbox","user":"李雷","#,
            r#""status":13,"status_name":"SUSPEND","since":999990000,"offline_since":999930000,"code":30011,"#,
            r#""code_name":"RC_SOCKET_DISCONNECTED","last_error":{"code":30011,"code_name":"RC_SOCKET_DISCONNECTED","at":999990000},"next_attempt_in_ms":250,"gateway":null,"#,
            r#""slot":null,"round_trip_ms":null,"apps":0,"remembered":false,"queued":2,"in_doubt":1,"database":null,"#,
            r#""database_name":null,"last_seq":0,"#,
            r#""anomalies":{"left_out":0,"uid_conflicts":1,"lost_outgoing":0,"gaps":0,"unreadable":0}}],"ended":[],"#,
            r#""apps":[{"app":"notes","pid":4712,"uid":1000,"client":"imlink-rust 0.1.0","#,
            r#""attached_at":999940000,"user":"alice","right":"admin"}],"more_apps":3}"#
        )
    );
}

#[test]
fn numbers_that_always_move_are_no_news() {
    let before = english(report());
    let mut moved = report();
    moved.accounts[0].round_trip_ms = Some(9);
    moved.accounts[1].next_attempt_in_ms = Some(1);
    let mut changed = report();
    changed.accounts[0].status = 13;

    assert!(Report::at(moved, Millis(NOW.0 + 5_000), Language::English).is_like(&before));
    assert!(!english(changed).is_like(&before));
}

fn english(report: StatusReport) -> Report {
    Report::at(report, NOW, Language::English)
}

fn report() -> StatusReport {
    let connected = AccountReport {
        app_key: AppKey::new("imlink-sandbox").unwrap(),
        user: Some(UserId::new("alice").unwrap()),
        status: 0,
        since: Millis(NOW.0 - 5_000),
        offline_since: None,
        cause: None,
        last_error: Some(LastError {
            code: Code::RC_PING_EXCEED_LIMIT,
            at: Millis(NOW.0 - 125_000),
        }),
        next_attempt_in_ms: None,
        remembered: true,
        address: Some("127.0.0.1:7341".to_owned()),
        slot: Some("web".to_owned()),
        round_trip_ms: Some(3),
        apps: 1,
        outbox: OutboxReport::default(),
        database: Some(Code::SUCCESS),
        last_seq: Seq(12),
        anomalies: AnomalyReport::default(),
    };
    let suspended = AccountReport {
        user: Some(UserId::new("李雷").unwrap()),
        status: 13,
        since: Millis(NOW.0 - 10_000),
        offline_since: Some(Millis(NOW.0 - 70_000)),
        cause: Some(Code::RC_SOCKET_DISCONNECTED),
        last_error: Some(LastError {
            code: Code::RC_SOCKET_DISCONNECTED,
            at: Millis(NOW.0 - 10_000),
        }),
        remembered: false,
        next_attempt_in_ms: Some(250),
        address: None,
        slot: None,
        round_trip_ms: None,
        apps: 0,
        outbox: OutboxReport {
            queued: 2,
            in_doubt: 1,
        },
        database: Some(Code::SUCCESS),
        last_seq: Seq(0),
        anomalies: AnomalyReport {
            uid_conflicts: 1,
            ..AnomalyReport::default()
        },
        ..connected.clone()
    };
    StatusReport {
        version: "0.1.0".to_owned(),
        pid: 4711,
        instance: 0xbeef,
        started_at: Millis(NOW.0 - 65_000),
        apps: vec![AppReport {
            app: AppId::new("notes").unwrap(),
            pid: 4712,
            uid: 1000,
            client: "imlink-rust 0.1.0".to_owned(),
            attached_at: Millis(NOW.0 - 60_000),
            user: Some(UserId::new("alice").unwrap()),
            right: Right::Admin,
        }],
        more_apps: 3,
        proxy: None,
        network: Some(true),
        max_accounts: 8,
        accounts: vec![connected, suspended],
        ended: Vec::new(),
    }
}
