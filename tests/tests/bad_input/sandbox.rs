//! `imlink sandbox` as a process, with a port that is taken and app servers that call it wrong.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};

use imlink::Token;
use imlink_sandbox::api::sign;
use imlink_tests::{App, DEADLINE, Setup, within};
use serde_json::Value;

use crate::IMLINK;

#[test]
fn a_port_in_use_is_one_sentence_with_the_cure() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let port = address.port().to_string();
    for flags in [
        vec!["--port", &port],
        vec!["--port", "0", "--gateway-port", &port],
    ] {
        let mut sandbox = Setup::new(IMLINK).imlink();
        let output = sandbox.arg("sandbox").args(&flags).output().unwrap();

        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{flags:?}: {said}");
        assert!(
            said.contains(&format!("cannot listen on {address}")),
            "{flags:?}: {said}"
        );
        assert!(
            said.contains("choose another port, as with --port 0"),
            "{flags:?}: {said}"
        );
        assert_eq!(output.stdout, b"", "{flags:?}");
    }
}

// server-api.md 1 and 2; issue 2: "wrong signature", and it serves the others
#[tokio::test]
async fn a_call_that_is_signed_or_filled_in_wrong_gets_its_code_and_disturbs_nobody() {
    let setup = Setup::new(IMLINK);
    let cloud = Cloud::start(&setup);
    let daemon = setup.start();
    let mut app = App::of_key(&setup, &cloud.fact("app_key"), "notes");
    within("init", app.client.init()).await.unwrap();
    let alice = Token::new(cloud.facts["tokens"]["alice"].as_str().unwrap()).unwrap();
    within("connect", app.client.connect(alice)).await.unwrap();
    app.rest().await;

    let token = "/user/getToken.json";
    let send = "/message/private/publish.json";
    let right = cloud.signed_by(&cloud.fact("app_secret"));
    let wrong = cloud.signed_by("another secret");
    let table: [(&str, &str, &str, &str, u16); 8] = [
        (
            "a wrong signature",
            token,
            &wrong,
            "userId=lei&name=Lei",
            1004,
        ),
        ("no signature", token, "", "userId=lei&name=Lei", 1004),
        (
            "a wrong app key",
            token,
            &right.replace("App-Key: ", "App-Key: x"),
            "userId=lei",
            1001,
        ),
        ("no form", token, &right, "", 1003),
        ("no user", token, &right, "name=Lei", 1002),
        (
            "no receiver",
            send,
            &right,
            "fromUserId=a&objectName=RC:TxtMsg&content={}",
            1002,
        ),
        (
            "a user id too long",
            token,
            &right,
            &format!("userId={}", "x".repeat(65)),
            1005,
        ),
        (
            "a path nobody serves",
            "/user/teleport.json",
            &right,
            "userId=lei",
            404,
        ),
    ];
    for (what, path, headers, form, code) in table {
        let answer = cloud.post(path, headers, form);

        assert_ne!(answer["code"], 200, "{what}: {answer}");
        if code != 404 {
            assert_eq!(answer["code"], code, "{what}: {answer}");
        }
    }

    let good = cloud.post(token, &right, "userId=lei&name=Lei&portraitUri=");
    assert_eq!(good["code"], 200, "{good}");
    within("the daemon answers", app.client.ping())
        .await
        .unwrap();
    assert_eq!(app.statuses().await, [], "the link is as it was");
    drop(daemon);
}

#[test]
fn what_is_no_http_is_closed_and_the_next_one_is_served() {
    let setup = Setup::new(IMLINK);
    let cloud = Cloud::start(&setup);
    let huge = [b'x'; 1 << 20];
    for garbage in [&b"\x16\x03\x01\0\0"[..], b"\r\n\r\n", b"GET\r\n\r\n", &huge] {
        let mut stream = cloud.connect();
        // It may have closed before everything is written.
        let _ = stream.write_all(garbage);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(!answer.starts_with(b"HTTP/1.1 200"), "{garbage:?}");
    }

    let right = cloud.signed_by(&cloud.fact("app_secret"));
    let good = cloud.post("/user/getToken.json", &right, "userId=lei&name=Lei");
    assert_eq!(good["code"], 200, "{good}");
}

/// A sandbox as a process; ended when dropped.
struct Cloud {
    child: Child,
    facts: Value,
}

impl Cloud {
    fn start(setup: &Setup) -> Self {
        let mut child = setup
            .imlink()
            .args(["sandbox", "--port", "0", "--json", "--log", "warn"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let facts = serde_json::from_str(&line).unwrap();
        Self { child, facts }
    }

    fn fact(&self, name: &str) -> String {
        self.facts[name].as_str().unwrap().to_owned()
    }

    /// The headers of a call that is signed with this secret.
    fn signed_by(&self, secret: &str) -> String {
        let (nonce, timestamp) = ("14314", "1408710653000");
        format!(
            "App-Key: {}\r\nNonce: {nonce}\r\nTimestamp: {timestamp}\r\nSignature: {}\r\n",
            self.fact("app_key"),
            sign(secret, nonce, timestamp)
        )
    }

    fn post(&self, path: &str, headers: &str, form: &str) -> Value {
        let mut stream = self.connect();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n{headers}\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON: {head}\n{body}"))
    }

    fn connect(&self) -> TcpStream {
        let navigation = self.fact("navigation");
        let stream = TcpStream::connect(navigation.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        stream
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
