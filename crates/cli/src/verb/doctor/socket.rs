//! Whether a daemon can be reached at all.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use imlink::Code;
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::finding::{Finding, Step};
use crate::language::Language;

/// Time for a local socket to open; longer only if its daemon takes nobody in.
const PATIENCE: Duration = Duration::from_secs(2);

/// A socket behind which somebody listens.
#[derive(Debug)]
pub struct Reached {
    pub path: PathBuf,
    /// Who listens, if the system says so; under socket activation it may be systemd.
    pub pid: Option<i32>,
}

/// Looks at the places in the order in which clients do.
pub async fn look(places: &[PathBuf], language: Language) -> (Vec<Finding>, Option<Reached>) {
    let mut wrong = Vec::new();
    for path in places {
        match open(path).await {
            Ok(pid) => {
                let seen = language.of("answers", "有应答");
                let finding = Finding::well(Step::Socket, path.display().to_string(), seen);
                let path = path.clone();
                return (vec![finding], Some(Reached { path, pid }));
            }
            // Nothing there is no news where there is something at another place.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => wrong.push(unreachable(path, &error, language)),
        }
    }
    if wrong.is_empty() {
        wrong.push(nobody(places, language));
    }
    (wrong, None)
}

async fn open(path: &Path) -> io::Result<Option<i32>> {
    let opening = timeout(PATIENCE, UnixStream::connect(path)).await;
    let stream = opening.unwrap_or_else(|_| Err(ErrorKind::WouldBlock.into()))?;
    Ok(stream.peer_cred().ok().and_then(|found| found.pid()))
}

fn nobody(places: &[PathBuf], language: Language) -> Finding {
    let looked: Vec<String> = places
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let seen = language.of("there is no daemon's socket", "没有守护进程的套接字");
    Finding::wrong(
        Step::Socket,
        looked.join(language.of(" or ", " 或 ")),
        Code::IPC_DISCONNECT,
        seen,
    )
    .with_cure(how_to_start(language))
}

fn unreachable(path: &Path, error: &io::Error, language: Language) -> Finding {
    let (seen, cure) = match error.kind() {
        ErrorKind::ConnectionRefused if !is_socket(path) => (
            language.of("something that is no socket is in its place", "该位置不是套接字"),
            language.of(
                "Move it away, then start the daemon.",
                "移走它，然后启动守护进程。",
            ),
        ),
        ErrorKind::ConnectionRefused => (
            language.of(
                "a socket was left behind and nobody listens",
                "套接字是遗留的，没有进程在监听",
            ),
            how_to_start(language),
        ),
        ErrorKind::PermissionDenied => (
            language.of("this user may not open it", "当前用户无权打开"),
            language.of(
                "Run this as the user the daemon serves, or have this user added to the group of the socket.",
                "用守护进程所服务的用户运行，或将当前用户加入套接字所属的组。",
            ),
        ),
        ErrorKind::WouldBlock => (
            language.of(
                "the daemon is there, but takes nobody in",
                "守护进程存在，但不接受新连接",
            ),
            language.of(
                "See whether it is stopped or hangs, and restart it.",
                "查看它是否被暂停或卡住，并重启它。",
            ),
        ),
        _ => ("", language.cure(Code::IPC_DISCONNECT)),
    };
    let seen = match seen {
        "" => error.to_string(),
        words => words.to_owned(),
    };
    Finding::wrong(
        Step::Socket,
        path.display().to_string(),
        Code::IPC_DISCONNECT,
        seen,
    )
    .with_cure(cure)
}

fn is_socket(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    path.metadata()
        .is_ok_and(|found| found.file_type().is_socket())
}

fn how_to_start(language: Language) -> &'static str {
    language.of(
        "Start one with `systemctl --user start imlinkd.socket` or `imlink daemon`.",
        "用 `systemctl --user start imlinkd.socket` 或 `imlink daemon` 启动。",
    )
}
