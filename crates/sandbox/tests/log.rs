//! What the sandbox says in its log. A program of its own: the log is the whole process's.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Condvar, Mutex, MutexGuard},
    time::Duration,
};

use imlink_model::AppKey;
use imlink_sandbox::{Config, Sandbox, Tls};
use imlink_wire::{ProtocolVersion, handshake::Handshake};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

/// What should happen at once has this long.
const DEADLINE: Duration = Duration::from_secs(20);

static LINES: Log = Log {
    text: Mutex::new(String::new()),
    grown: Condvar::new(),
};

struct Log {
    text: Mutex<String>,
    grown: Condvar,
}

/// Adds to [`LINES`].
#[derive(Clone, Copy)]
struct Writer;

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut text = LINES.text.lock().unwrap();
        text.push_str(&String::from_utf8_lossy(bytes));
        LINES.grown.notify_all();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Writer {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

/// The only one who may use the log.
struct Reader {
    _alone: MutexGuard<'static, ()>,
}

impl Reader {
    /// An empty log that takes lines from this level on.
    fn new() -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        static START: std::sync::Once = std::sync::Once::new();
        let alone = ALONE.lock().unwrap_or_else(|poison| poison.into_inner());
        START.call_once(|| {
            tracing_subscriber::fmt()
                .with_env_filter(EnvFilter::new("imlink_sandbox=debug"))
                .with_ansi(false)
                .without_time()
                .with_target(false)
                .with_writer(Writer)
                .init();
        });
        LINES.text.lock().unwrap().clear();
        Self { _alone: alone }
    }

    /// The lines of everyday use so far.
    fn info(&self) -> Vec<String> {
        let text = LINES.text.lock().unwrap();
        let info = text.lines().map(str::trim_start);
        info.filter(|line| !line.starts_with("DEBUG"))
            .map(str::to_owned)
            .collect()
    }

    /// Waits until there is a line with all of these.
    fn wait_for(&self, parts: &[&str]) {
        let has = |text: &str| {
            let mut lines = text.lines();
            lines.any(|line| parts.iter().all(|part| line.contains(part)))
        };
        let text = LINES.text.lock().unwrap();
        let waited = LINES
            .grown
            .wait_timeout_while(text, DEADLINE, |text| !has(text));
        let (text, _) = waited.unwrap();
        let found = has(&text);
        assert!(found, "{parts:?} in {text}");
    }

    /// Nothing but this one line was said in everyday use.
    fn assert_one(&self, parts: &[&str]) {
        self.wait_for(parts);
        let info = self.info();
        assert_eq!(info.len(), 1, "{info:#?}");
    }
}

fn impatient() -> Sandbox {
    let config = Config {
        app_key: AppKey::new("log-app").unwrap(),
        handshake_time: Duration::from_millis(50),
        tls: Some(Tls::default()),
        ..Config::default()
    };
    Sandbox::spawn(config).unwrap()
}

fn patient() -> Sandbox {
    let config = Config {
        app_key: AppKey::new("log-app").unwrap(),
        ..Config::default()
    };
    Sandbox::spawn(config).unwrap()
}

/// Sends these bytes and reads until the other side has closed.
fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
        Err(error) => panic!("not closed: {error}"),
    }
    String::from_utf8_lossy(&answer).into_owned()
}

fn ask(sandbox: &Sandbox, method: &str, path: &str, rest: &str) -> String {
    let head =
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{rest}");
    exchange(sandbox.http_address(), head.as_bytes())
}

#[test]
fn a_refused_server_api_call_leaves_one_line_with_app_path_code_and_reason() {
    let log = Reader::new();
    let sandbox = patient();
    let signed = "App-Key: log-app\r\nNonce: 1\r\nTimestamp: 1\r\nSignature: bad\r\n\
                  Content-Length: 12\r\n\r\nuserId=alice";

    let answer = ask(&sandbox, "POST", "/user/getToken.json", signed);

    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    log.assert_one(&[
        "Server API call refused",
        "app=\"log-app\"",
        "path=\"/user/getToken.json\"",
        "code=1004",
        "signature is wrong",
    ]);
    assert!(!log.info()[0].contains("alice"), "bodies stay out");
}

// F-S07
#[test]
fn a_slow_body_is_refused_as_such() {
    let log = Reader::new();
    let sandbox = impatient();

    let answer = ask(
        &sandbox,
        "POST",
        "/user/getToken.json",
        "Content-Length: 12\r\n\r\nuser",
    );

    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("\"code\":408"), "{answer}");
    assert!(answer.contains("body came too slowly"), "{answer}");
    log.assert_one(&["Server API call refused", "code=408", "too slowly"]);
}

// F-S07
#[test]
fn a_connection_without_a_whole_head_is_closed_in_time_with_one_line() {
    for begun in ["", "GET / HTTP/1.1\r\nHost: x\r\n"] {
        let log = Reader::new();
        let sandbox = impatient();

        assert_eq!(exchange(sandbox.http_address(), begun.as_bytes()), "");

        log.assert_one(&["HTTP connection closed: no request came in time"]);
    }
}

// F-S07
#[test]
fn a_connection_that_never_speaks_tls_at_the_http_door_is_closed_in_time_with_one_line() {
    let log = Reader::new();
    let sandbox = impatient();

    assert_eq!(exchange(sandbox.https_address().unwrap(), b""), "");

    log.assert_one(&["TLS for HTTP took too long"]);
}

// F-S07
#[test]
fn a_connection_that_is_kept_but_not_used_is_closed_in_time() {
    let log = Reader::new();
    let sandbox = impatient();
    let asked = "GET /sandbox/v1/info HTTP/1.1\r\nHost: localhost\r\n\r\n";

    let answer = exchange(sandbox.http_address(), asked.as_bytes());

    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    log.wait_for(&["DEBUG", "HTTP connection closed"]);
    assert_eq!(log.info(), [""; 0], "that is no news");
}

#[test]
fn what_is_no_http_leaves_one_line() {
    let log = Reader::new();
    let sandbox = patient();

    let answer = exchange(sandbox.http_address(), b"\x16\x03\x01\r\n\r\n");

    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    log.assert_one(&["HTTP request refused"]);
}

#[test]
fn a_refused_control_call_names_method_and_path_but_no_query() {
    let log = Reader::new();
    let sandbox = patient();

    let answer = ask(&sandbox, "GET", "/sandbox/v1/stored?user=", "\r\n");
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    log.assert_one(&[
        "Control call refused",
        "method=GET",
        "path=\"/sandbox/v1/stored\"",
        "BadFields",
    ]);

    ask(&sandbox, "GET", "/sandbox/v1/nothing", "\r\n");
    log.wait_for(&["path=\"/sandbox/v1/nothing\"", "UnknownCall"]);
}

#[test]
fn navigation_with_another_method_is_refused_in_json_with_one_line() {
    let log = Reader::new();
    let sandbox = patient();

    let answer = ask(&sandbox, "GET", "/v2/navi.json?token=secret", "\r\n");

    assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
    assert!(answer.contains("\"code\":405"), "{answer}");
    assert!(!answer.contains("secret"), "{answer}");
    log.assert_one(&["Call refused", "method=GET", "path=\"/v2/navi.json\""]);
    let text = LINES.text.lock().unwrap();
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn a_refused_upgrade_leaves_one_line() {
    let log = Reader::new();
    let sandbox = patient();
    let asked = "GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                 Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    let answer = exchange(sandbox.gateway_address(), asked.as_bytes());

    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    log.wait_for(&["DEBUG", "Link gone"]);
    log.assert_one(&["Upgrade refused", "status=404", "no such path", "link="]);
}

#[test]
fn a_refused_link_names_its_app_and_not_its_token() {
    let log = Reader::new();
    let sandbox = patient();
    let handshake = Handshake::new("log-app", "stolen-token", "device", ProtocolVersion::V3);
    let asked = format!(
        "GET /websocket?{} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        handshake.query()
    );

    let mut stream = TcpStream::connect(sandbox.gateway_address()).unwrap();
    stream.write_all(asked.as_bytes()).unwrap();

    log.assert_one(&["Link refused", "app=log-app", "status=4", "unknown token"]);
    let text = LINES.text.lock().unwrap();
    assert!(!text.contains("stolen-token"), "{text}");
}
