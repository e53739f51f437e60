//! App servers are called back.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::Duration,
};

use imlink_sandbox::{
    Policy, Sandbox, Webhook, WebhookBody,
    api::{self, Generation},
};
use imlink_wire::ProtocolVersion;
use serde_json::Value;

use crate::client::{Client, DEADLINE, sandbox, user};

/// What an app server was told: the path with its query, and the body.
type Told = (String, Value);

/// An app server that answers each of its calls with the next of these statuses, and 200 after
/// them; it never answers a 0.
struct AppServer {
    url: String,
    told: mpsc::Receiver<Told>,
}

impl AppServer {
    fn start(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!(
            "http://{}/presence?from=cloud",
            listener.local_addr().unwrap()
        );
        let (sender, told) = mpsc::channel();
        // Ends with the test, which nobody calls any more.
        thread::spawn(move || {
            let mut statuses = statuses.iter().copied();
            let mut silent = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                let mut stream = BufReader::new(stream);
                let told = read(&mut stream);
                match statuses.next().unwrap_or(200) {
                    0 => silent.push(stream),
                    status => answer(stream.into_inner(), status),
                }
                if sender.send(told).is_err() {
                    return;
                }
            }
        });
        Self { url, told }
    }

    fn told(&self) -> Told {
        self.told.recv_timeout(DEADLINE).expect("in time")
    }
}

fn read(stream: &mut BufReader<TcpStream>) -> Told {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        match line.trim() {
            "" => break,
            line => head.push(line.to_ascii_lowercase()),
        }
    }
    assert!(
        head.iter()
            .any(|line| line == "content-type: application/json"),
        "{head:?}"
    );
    let length = head
        .iter()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.unwrap().parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    let mut request = head[0].split(' ');
    assert_eq!(request.next(), Some("post"));
    (
        request.next().unwrap().to_owned(),
        serde_json::from_slice(&body).unwrap(),
    )
}

fn answer(mut stream: TcpStream, status: u16) {
    let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    // A caller that is gone hears nothing.
    let _ = stream.write_all(answer.as_bytes());
}

fn calling(server: &AppServer, change: impl FnOnce(&mut Webhook)) -> Sandbox {
    let sandbox = sandbox();
    let mut webhook = Webhook::new(&server.url);
    change(&mut webhook);
    sandbox.change_policy(|policy: &mut Policy| policy.presence = Some(webhook));
    sandbox
}

// server-api.md 6
#[tokio::test]
async fn an_app_server_is_told_who_comes_and_who_goes_with_a_signature() {
    let server = AppServer::start(&[]);
    let sandbox = calling(&server, |_| {});

    let client = Client::online(&sandbox, "alice").await;
    let (path, come) = server.told();
    drop(client);
    let (_, gone) = server.told();

    let [come, gone] = [&come[0], &gone[0]];
    assert_eq!(
        (&come["userid"], &come["status"]),
        (&"alice".into(), &"0".into())
    );
    assert_eq!(come["os"], "Websocket");
    assert_eq!(
        (&gone["userid"], &gone["status"]),
        (&"alice".into(), &"1".into())
    );
    assert_eq!(come["sessionId"], gone["sessionId"]);
    assert!(
        come["clientIp"].as_str().unwrap().starts_with("127.0.0.1:"),
        "{come}"
    );
    assert_eq!(come["clientIp"], gone["clientIp"]);
    assert!(come["time"].is_i64(), "{come}");
    let query = path.strip_prefix("/presence?from=cloud&").unwrap();
    let parameters: Vec<_> = query.split('&').filter_map(|p| p.split_once('=')).collect();
    let [
        ("nonce", nonce),
        ("signtimestamp", timestamp),
        ("signature", signature),
    ] = parameters[..]
    else {
        panic!("{path}");
    };
    assert_eq!(
        signature,
        api::sign(sandbox.secret().reveal(), nonce, timestamp)
    );
}

#[tokio::test]
async fn the_body_has_the_form_that_is_asked_for() {
    let server = AppServer::start(&[]);
    let object = calling(&server, |webhook| webhook.body = WebhookBody::Object);
    let client = Client::online(&object, "alice").await;
    assert_eq!(server.told().1["userid"], "alice");
    drop(client);
    assert_eq!(server.told().1["status"], "1");

    let envelope = calling(&server, |webhook| webhook.generation = Generation::Nexconn);
    let _client = Client::online(&envelope, "bob").await;
    let (path, told) = server.told();
    assert_eq!(path, "/presence?from=cloud");
    assert_eq!(told["type"], "user:connection_status");
    assert_eq!(told["data"][0]["userId"], "bob");
    assert!(told["id"].is_string() && told["time"].is_i64(), "{told}");
}

#[tokio::test]
async fn a_callback_is_tried_three_times_then_the_next_comes() {
    let server = AppServer::start(&[500, 0, 404]);
    let sandbox = calling(&server, |webhook| {
        webhook.patience = Duration::from_millis(200);
    });

    let client = Client::online(&sandbox, "alice").await;
    let tries = [server.told(), server.told(), server.told()];
    drop(client);
    let (_, next) = server.told();

    assert!(
        tries.iter().all(|(_, told)| told[0]["status"] == "0"),
        "{tries:?}"
    );
    assert_eq!(tries[0], tries[2]);
    assert_eq!(next[0]["status"], "1");
}

#[tokio::test]
async fn nobody_beyond_this_machine_is_called_and_a_dead_address_disturbs_nobody() {
    let server = AppServer::start(&[]);
    let sandbox = calling(&server, |webhook| {
        webhook.url = "http://192.0.2.1/".to_owned();
    });
    let mut alice = Client::online(&sandbox, "alice").await;
    alice.ping().await;

    let vacant = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    sandbox.change_policy(|policy| {
        policy.presence = Some(Webhook::new(format!("http://{vacant}/")));
    });
    let mut bob = Client::online(&sandbox, "bob").await;
    bob.ping().await;

    sandbox.change_policy(|policy| policy.presence = Some(Webhook::new(&server.url)));
    let token = sandbox.issue_token(&user("carol"));
    let _carol = Client::open(&sandbox, &token, ProtocolVersion::V3)
        .await
        .unwrap();
    assert_eq!(server.told().1[0]["userid"], "carol");
}
