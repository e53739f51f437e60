//! A daemon that does what the test says, frame by frame, and nothing else.

use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use bytes::BytesMut;
use imlink::{Builder, Client, Code, ConnectionStatus, Conversation, Seq, Token, UserId};
use imlink_ipc_proto::{
    self as proto, ClientFrame, Codec, Deframer, Event, Failure, Greeting, Hello, Label, Outcome,
    Protocol, ProtocolRange, Refused, Request, Response, ServerFrame, Welcome,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

const CODEC: Codec = Codec::Bincode;

/// Whatever a test waits for has come by then, on any machine.
const DEADLINE: Duration = Duration::from_secs(20);

/// Waits for something that has to happen.
pub async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future)
        .await
        .expect("it happens before the deadline")
}

/// A socket in a directory of its own.
pub struct Daemon {
    directory: tempfile::TempDir,
    listener: UnixListener,
    instance: u64,
}

/// One attachment, daemon side. Dropping it is the daemon's death, as far as the client sees.
pub struct Peer {
    stream: UnixStream,
    deframer: Deframer,
    sequence: u64,
}

impl Daemon {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join("s")).unwrap();
        Self {
            directory,
            listener,
            instance: 1,
        }
    }

    pub fn path(&self) -> PathBuf {
        self.directory.path().join("s")
    }

    pub fn builder(&self) -> Builder {
        Client::builder("key")
            .app_id("org.example.test")
            .socket(self.path())
    }

    pub fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// A client that is attached and initialised.
    pub async fn initialised(&mut self) -> (Client, Peer) {
        let client = self.client();
        let peer = self.initialise(&client).await;
        (client, peer)
    }

    pub async fn initialise(&mut self, client: &Client) -> Peer {
        let (result, peer) = tokio::join!(client.init(), async {
            let mut peer = self.accept().await;
            peer.answer_next(Response::Ready {}).await;
            peer
        });
        result.unwrap();
        peer
    }

    /// A client that is connected as `lei`.
    pub async fn connected(&mut self) -> (Client, Peer) {
        let (client, mut peer) = self.initialised().await;
        let (result, ()) = tokio::join!(client.connect(token()), peer.connect());
        assert_eq!(result.unwrap(), lei());
        (client, peer)
    }

    /// Takes in whoever comes next.
    pub async fn accept(&mut self) -> Peer {
        let (mut peer, _) = self.hello().await;
        let instance = self.instance;
        self.instance += 1;
        let welcome = Welcome {
            protocol: Protocol::V1,
            codec: CODEC,
            instance,
            max_frame: 1024 * 1024,
            daemon: Label::new("scripted").unwrap(),
        };
        peer.write(&Greeting::Welcome(welcome).encode()).await;
        peer
    }

    pub async fn refuse(&mut self, code: Code) {
        let (mut peer, _) = self.hello().await;
        let supported = ProtocolRange {
            lowest: 7,
            highest: 9,
        };
        let refused = Refused {
            code,
            supported,
            text: "this daemon speaks 7 to 9".into(),
        };
        peer.write(&Greeting::Refused(refused).encode()).await;
    }

    /// Reads the Hello of whoever comes next.
    pub async fn hello(&mut self) -> (Peer, Hello) {
        let (stream, _) = soon(self.listener.accept()).await.unwrap();
        let mut peer = Peer {
            stream,
            deframer: Deframer::for_greeting(),
            sequence: 0,
        };
        let hello = Hello::decode(&peer.frame().await.expect("a client says Hello")).unwrap();
        peer.deframer.greeted();
        (peer, hello)
    }
}

impl Peer {
    /// The next request.
    pub async fn request(&mut self) -> (u64, Request) {
        let frame = self.frame().await.expect("the client is still there");
        let ClientFrame::Request { id, request } = proto::decode_client(CODEC, &frame).unwrap();
        (id, request)
    }

    /// Waits until the client closes the socket; it must not ask anything before.
    pub async fn end(mut self) {
        assert_eq!(self.frame().await, None, "nothing but the end comes");
    }

    pub async fn answer_next(&mut self, response: Response) -> Request {
        let (id, request) = self.request().await;
        self.answer(id, response).await;
        request
    }

    pub async fn fail_next(&mut self, code: Code) -> Request {
        let (id, request) = self.request().await;
        let result = Outcome::Failed(Failure::of(code));
        self.send(&ServerFrame::Response { id, result }).await;
        request
    }

    pub async fn answer(&mut self, id: u64, response: Response) {
        self.send(&ServerFrame::Response {
            id,
            result: Outcome::Ok(response),
        })
        .await;
    }

    /// Lets a connect succeed, with all that is told on the way.
    pub async fn connect(&mut self) {
        let (id, request) = self.request().await;
        assert!(matches!(request, Request::Connect { .. }), "{request:?}");
        self.status(ConnectionStatus::Connecting, None).await;
        self.event(Event::DatabaseOpened {
            code: Code::SUCCESS,
        })
        .await;
        self.status(ConnectionStatus::Connected, None).await;
        self.answer(id, Response::Connected { user: lei() }).await;
    }

    pub async fn status(&mut self, status: ConnectionStatus, code: Option<Code>) {
        let status = status.number().into();
        self.event(Event::Status {
            status,
            code,
            retry_in_ms: None,
        })
        .await;
    }

    pub async fn event(&mut self, event: Event) {
        self.sequence += 1;
        self.send(&ServerFrame::Event {
            sequence: self.sequence,
            event,
        })
        .await;
    }

    pub async fn deliver(&mut self, subscription: u32, seq: u64) {
        let message = message(seq);
        let delivery = proto::Delivery {
            subscription,
            left: 0,
            message,
        };
        self.send(&ServerFrame::Delivery(delivery)).await;
    }

    pub async fn send(&mut self, frame: &ServerFrame) {
        self.write(&encoded(frame)).await;
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        soon(self.stream.write_all(bytes)).await.unwrap();
    }

    async fn frame(&mut self) -> Option<Vec<u8>> {
        let mut chunk = [0; 4096];
        loop {
            if let Some(frame) = self.deframer.next_frame().unwrap() {
                return Some(frame.to_vec());
            }
            // A client that closes with something unread resets the socket.
            match soon(self.stream.read(&mut chunk)).await.unwrap_or(0) {
                0 => return None,
                bytes => self.deframer.push(&chunk[..bytes]),
            }
        }
    }
}

pub fn encoded(frame: &ServerFrame) -> Vec<u8> {
    let mut bytes = BytesMut::new();
    proto::encode_server(CODEC, frame, &mut bytes).unwrap();
    bytes.to_vec()
}

pub fn lei() -> UserId {
    UserId::new("lei").unwrap()
}

pub fn token() -> Token {
    Token::new("canary-token").unwrap()
}

pub fn to_han() -> Conversation {
    Conversation::private(UserId::new("han").unwrap())
}

fn message(seq: u64) -> proto::Message {
    proto::Message {
        seq: Seq(seq),
        uid: None,
        conversation: to_han().into(),
        direction: proto::Direction::Received,
        origin: proto::Origin::Remote,
        sender: UserId::new("han").unwrap(),
        object_name: imlink::ObjectName::text(),
        body: imlink::Body::new("{}"),
        sent_at: imlink::Millis(0),
        received_at: imlink::Millis(0),
        flags: proto::Flags::default(),
        client_id: None,
        expansion: None,
        offline: false,
        received: 0,
        local_extra: None,
    }
}
