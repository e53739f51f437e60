//! What was found, as people and as programs get it.

use anstream::adapter::strip_str;
use imlink::Code;

use super::finding::{Finding, Step};
use super::shown::shown;
use super::socket;
use crate::language::Language;
use crate::output::json_line;

#[test]
fn findings_read_like_this() {
    let plain = strip_str(&shown(&findings(), Language::English)).to_string();

    assert_eq!(
        plain,
        "\
ok    socket     /run/imlinkd.sock  answers
FAIL  navigator  127.0.0.1:7340     nobody listens there
      cause  30005 RC_HTTP_REQ_FAIL: The navigation server could not be reached in time.
      cure   Check that this machine reaches the navigation address; imlink keeps trying.
One thing is wrong."
    );
}

#[test]
fn findings_read_like_this_in_chinese() {
    let plain = strip_str(&shown(&findings(), Language::Chinese)).to_string();

    assert_eq!(
        plain,
        "\
正常  套接字  /run/imlinkd.sock  answers
异常  导航    127.0.0.1:7340     nobody listens there
      原因  30005 RC_HTTP_REQ_FAIL: 在时限内无法访问导航服务器。
      办法  检查本机能否访问导航地址；imlink 会继续尝试。
有 1 处异常。"
    );
}

#[test]
fn programs_get_every_field() {
    let [_, wrong] = findings();

    assert_eq!(
        json_line(&wrong).unwrap(),
        concat!(
            r#"{"check":"navigator","subject":"127.0.0.1:7340","ok":false,"code":30005,"#,
            r#""code_name":"RC_HTTP_REQ_FAIL","#,
            r#""cause":"The navigation server could not be reached in time.","#,
            r#""seen":"nobody listens there","#,
            r#""cure":"Check that this machine reaches the navigation address; imlink keeps trying.","#,
            r#""took_ms":0}"#
        )
    );
}

#[tokio::test]
async fn what_is_in_the_place_of_a_socket_is_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let place = |name: &str| directory.path().join(name);
    std::fs::write(place("file"), "").unwrap();
    drop(std::os::unix::net::UnixListener::bind(place("left")).unwrap());
    let _live = tokio::net::UnixListener::bind(place("live")).unwrap();

    let look = async |names: &[&str]| {
        let places: Vec<_> = names.iter().map(|name| place(name)).collect();
        let (mut found, reached) = socket::look(&places, Language::English).await;
        let first = found.remove(0);
        (first.code, first.seen, reached.map(|reached| reached.path))
    };

    let gone = Code::IPC_DISCONNECT;
    let (code, seen, _) = look(&["missing", "absent"]).await;
    assert_eq!((code, seen.as_str()), (gone, "there is no daemon's socket"));
    let (code, seen, _) = look(&["missing", "file"]).await;
    assert_eq!(code, gone);
    assert!(seen.contains("no socket"), "{seen}");
    let (code, seen, _) = look(&["left"]).await;
    assert_eq!(code, gone);
    assert!(seen.contains("left behind"), "{seen}");
    let (code, _, reached) = look(&["left", "live"]).await;
    assert_eq!((code, reached), (Code::SUCCESS, Some(place("live"))));
}

fn findings() -> [Finding; 2] {
    [
        Finding::well(Step::Socket, "/run/imlinkd.sock", "answers"),
        Finding::wrong(
            Step::Navigator,
            "127.0.0.1:7340",
            Code::RC_HTTP_REQ_FAIL,
            "nobody listens there",
        ),
    ]
}
