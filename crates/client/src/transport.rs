//! The socket to the daemon: opened, framed, written in batches. The one place that names
//! interprocess.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use bytes::BytesMut;
use imlink_ipc_proto::{
    ClientFrame, Codec, Deframer, Failure, Greeting, Hello, Received, Request, decode_server,
    encode_client,
};
use imlink_model::Code;
use interprocess::local_socket::tokio::Stream;
use interprocess::local_socket::tokio::prelude::*;
use interprocess::local_socket::{GenericFilePath, ToFsName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zeroize::Zeroize;

use crate::attachment::DialFailure;
use crate::socket;

/// Bytes read at once: a window of small messages, or a good part of a page.
const READ: usize = 16 * 1024;

/// Bytes that wait for a daemon that takes nothing, as one that is stopped; more calls are
/// refused then. Room for hundreds of the largest messages at once.
const BACKLOG: usize = 64 * 1024 * 1024;

/// What the output keeps allocated between batches: one large batch is not paid for ever.
const RETAINED: usize = 64 * 1024;

/// The codec of this client.
pub(crate) const CODEC: Codec = Codec::Bincode;

/// The socket, open or not.
pub(crate) struct Transport {
    places: Vec<PathBuf>,
    hello: Hello,
    state: State,
}

enum State {
    Closed,
    Dialing(Dialing),
    Open(Box<Open>),
}

type Dialing = Pin<Box<dyn Future<Output = Result<(Stream, PathBuf), DialFailure>> + Send>>;

struct Open {
    stream: Stream,
    deframer: Deframer,
    greeted: bool,
    input: BytesMut,
    output: Output,
}

/// What waits to be written, from `written` on.
#[derive(Default)]
struct Output {
    bytes: BytesMut,
    written: usize,
    /// There is a token in it.
    secret: bool,
    /// The daemon reads no more; what it still says is read to the end.
    broken: bool,
}

/// What the socket did.
#[derive(Debug)]
pub(crate) enum Happened {
    Dialled(Result<(), DialFailure>),
    /// There may be frames.
    Read,
    Wrote,
    /// It is closed, for this reason.
    Closed(String),
}

/// What came in one frame.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all that arrives is a frame, and is passed on at once"
)]
pub(crate) enum Arrived {
    Greeting(Greeting),
    Frame(Received),
    /// The answer to this request, which cannot be read.
    Unreadable {
        request: u64,
        failure: Failure,
    },
    /// Nothing that follows can be believed; the socket is closed.
    Nonsense(String),
}

impl Transport {
    pub(crate) fn new(places: Vec<PathBuf>, hello: Hello) -> Self {
        Self {
            places,
            hello,
            state: State::Closed,
        }
    }

    /// Begins to open the socket.
    pub(crate) fn dial(&mut self) {
        self.state = State::Dialing(Box::pin(dial(self.places.clone())));
    }

    /// Says Hello.
    pub(crate) fn greet(&mut self) {
        if let State::Open(open) = &mut self.state {
            open.output.bytes.extend_from_slice(&self.hello.encode());
        }
    }

    /// Puts a frame into the next write.
    ///
    /// # Errors
    /// The id of its request and why it cannot be sent: it does not fit into a frame, or the
    /// daemon has taken nothing for too long.
    pub(crate) fn write(&mut self, frame: &ClientFrame) -> Result<(), (u64, Failure)> {
        let State::Open(open) = &mut self.state else {
            return Ok(());
        };
        let ClientFrame::Request { id, request } = frame;
        if open.output.bytes.len() > BACKLOG {
            let text = "the daemon takes no requests, and too many are waiting for it";
            return Err((*id, Failure::new(Code::LOCAL_QUOTA, text)));
        }
        open.output.secret |= matches!(request, Request::Connect { .. });
        encode_client(CODEC, frame, &mut open.output.bytes).map_err(|error| {
            (
                *id,
                Failure::new(Code::LOCAL_BAD_REQUEST, error.to_string()),
            )
        })
    }

    pub(crate) fn close(&mut self) {
        self.state = State::Closed;
    }

    /// Waits until the socket does something; for ever while it is closed.
    ///
    /// # Cancel safety
    /// Nothing is lost if the future is dropped.
    pub(crate) async fn next(&mut self) -> Happened {
        let happened = match &mut self.state {
            State::Closed => std::future::pending().await,
            State::Dialing(dialing) => match dialing.await {
                Ok((stream, path)) => {
                    self.state = State::Open(Box::new(Open::new(stream)));
                    // From now on this is the daemon of this client.
                    self.places = vec![path];
                    return Happened::Dialled(Ok(()));
                }
                Err(failure) => Happened::Dialled(Err(failure)),
            },
            State::Open(open) => open.next().await,
        };
        if matches!(happened, Happened::Closed(_) | Happened::Dialled(Err(_))) {
            self.state = State::Closed;
        }
        happened
    }

    /// The next frame of what has been read.
    pub(crate) fn next_frame(&mut self) -> Option<Arrived> {
        let State::Open(open) = &mut self.state else {
            return None;
        };
        let arrived = open.next_frame()?;
        if matches!(arrived, Arrived::Nonsense(_)) {
            self.state = State::Closed;
        }
        Some(arrived)
    }

    /// Writes everything that waits.
    pub(crate) async fn flush(&mut self) {
        if let State::Open(open) = &mut self.state {
            while !open.output.is_empty() {
                open.output.write(&open.stream).await;
            }
        }
    }
}

impl Open {
    fn new(stream: Stream) -> Self {
        Self {
            stream,
            deframer: Deframer::for_greeting(),
            greeted: false,
            input: BytesMut::with_capacity(READ),
            output: Output::default(),
        }
    }

    async fn next(&mut self) -> Happened {
        let Self {
            stream,
            input,
            output,
            ..
        } = self;
        let mut reader = &*stream;
        tokio::select! {
            read = reader.read_buf(input) => match read {
                Ok(0) => Happened::Closed(self.end_of_file()),
                Ok(_) => {
                    self.deframer.push(input);
                    input.clear();
                    Happened::Read
                }
                Err(error) => Happened::Closed(error.to_string()),
            },
            () = output.write(stream), if !output.is_empty() => Happened::Wrote,
        }
    }

    fn end_of_file(&self) -> String {
        match self.deframer.pending() {
            0 => "it closed the socket".into(),
            bytes => format!("it closed the socket {bytes} bytes into a frame"),
        }
    }

    fn next_frame(&mut self) -> Option<Arrived> {
        let frame = match self.deframer.next_frame() {
            Ok(frame) => frame?,
            Err(error) => return Some(nonsense(&error)),
        };
        if !self.greeted {
            self.greeted = true;
            self.deframer.greeted();
            return Some(match Greeting::decode(&frame) {
                Ok(greeting) => Arrived::Greeting(greeting),
                Err(error) => nonsense(&error),
            });
        }
        Some(match decode_server(CODEC, &frame) {
            Ok(received) => Arrived::Frame(received),
            Err(error) => match error.request {
                Some(request) => Arrived::Unreadable {
                    request,
                    failure: error.failure(),
                },
                None => nonsense(&error),
            },
        })
    }
}

impl Output {
    fn is_empty(&self) -> bool {
        self.broken || self.bytes.len() == self.written
    }

    /// Writes once. A token is wiped as soon as all of it is out.
    async fn write(&mut self, mut stream: &Stream) {
        let rest = self.bytes.get(self.written..).unwrap_or_default();
        match stream.write(rest).await {
            Ok(bytes) if bytes > 0 => self.written += bytes,
            // The reader will see the end of the socket, and what the daemon said before it.
            Ok(_) | Err(_) => self.broken = true,
        }
        if self.is_empty() {
            if std::mem::take(&mut self.secret) {
                self.bytes.as_mut().zeroize();
            }
            self.written = 0;
            self.bytes.clear();
            if self.bytes.capacity() > RETAINED {
                self.bytes = BytesMut::new();
            }
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if self.secret {
            self.bytes.as_mut().zeroize();
        }
    }
}

fn nonsense(error: &dyn std::error::Error) -> Arrived {
    Arrived::Nonsense(format!("what it said cannot be read: {error}"))
}

/// The first place that answers.
async fn dial(places: Vec<PathBuf>) -> Result<(Stream, PathBuf), DialFailure> {
    let mut tried = Vec::new();
    for path in places {
        match open(&path).await {
            Ok(stream) => return Ok((stream, path)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(DialFailure::Busy);
            }
            Err(error) => tried.push((path, error)),
        }
    }
    Err(DialFailure::Nobody(socket::nobody(&tried)))
}

async fn open(path: &Path) -> io::Result<Stream> {
    Stream::connect(path.to_fs_name::<GenericFilePath>()?).await
}

#[cfg(test)]
mod tests {
    use imlink_ipc_proto::{Label, ProtocolRange};
    use imlink_model::AppId;
    use tokio::net::UnixListener;

    use super::*;

    fn transport(places: Vec<PathBuf>) -> Transport {
        let hello = Hello {
            protocols: ProtocolRange::SUPPORTED,
            codec: CODEC,
            app: AppId::new("test").unwrap(),
            client: Label::new("test").unwrap(),
        };
        Transport::new(places, hello)
    }

    // decisions.md P25
    #[tokio::test]
    async fn the_first_place_that_answers_is_the_daemon_from_then_on() {
        let directory = tempfile::tempdir().unwrap();
        let place = |name| directory.path().join(name);
        let deaf = std::os::unix::net::UnixListener::bind(place("deaf")).unwrap();
        drop(deaf);
        let _users = UnixListener::bind(place("users")).unwrap();
        let _systems = UnixListener::bind(place("systems")).unwrap();
        let mut transport = transport(vec![
            place("missing"),
            place("deaf"),
            place("users"),
            place("systems"),
        ]);

        transport.dial();
        assert!(matches!(transport.next().await, Happened::Dialled(Ok(()))));
        std::fs::remove_file(place("users")).unwrap();
        transport.dial();

        let Happened::Dialled(Err(DialFailure::Nobody(text))) = transport.next().await else {
            panic!("the system's daemon is another one");
        };
        assert!(
            text.contains("users") && !text.contains("systems"),
            "{text}"
        );
    }

    // F-I28
    #[tokio::test]
    async fn what_waits_for_a_daemon_that_takes_nothing_is_bounded() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s");
        let _listener = UnixListener::bind(&path).unwrap();
        let mut transport = transport(vec![path]);
        transport.dial();
        assert!(matches!(transport.next().await, Happened::Dialled(Ok(()))));
        let request = Request::Connect {
            token: imlink_ipc_proto::SecretText::from(
                &imlink_model::Token::new("x".repeat(2048)).unwrap(),
            ),
            time_limit: None,
            replay: false,
            was_connected: false,
            set_aside: false,
        };
        let frame = ClientFrame::Request { id: 7, request };

        let written = (0..)
            .take_while(|_| transport.write(&frame).is_ok())
            .count();

        assert!(
            (BACKLOG / 2048 - 500..=BACKLOG / 2048).contains(&written),
            "{written}"
        );
        let (id, failure) = transport.write(&frame).unwrap_err();
        assert_eq!((id, failure.code), (7, Code::LOCAL_QUOTA));
    }

    // F-I21
    #[tokio::test]
    async fn a_path_that_is_too_long_for_a_socket_is_an_error_that_names_it() {
        let long = PathBuf::from(format!("/tmp/{}", "x".repeat(200)));
        let mut transport = transport(vec![long.clone()]);

        transport.dial();

        let Happened::Dialled(Err(DialFailure::Nobody(text))) = transport.next().await else {
            panic!("there is no such socket");
        };
        assert!(text.contains(long.to_str().unwrap()), "{text}");
    }
}
