//! An app without our client library: frames over a socket, and bytes that are none.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use bytes::BytesMut;
use imlink::{AppId, StatusReport};
use imlink_ipc_proto::{
    ClientFrame, Codec, Deframer, Failure, Greeting, Hello, Label, Outcome, ProtocolRange,
    Received, Request, Response, ServerFrame, decode_server, encode_client, frame,
};

use crate::DEADLINE;

/// One socket to the daemon. Every wait in here ends after [`DEADLINE`] with a panic.
#[derive(Debug)]
pub struct RawApp {
    socket: UnixStream,
    codec: Codec,
    deframer: Deframer,
    last_id: u64,
}

impl RawApp {
    /// A socket on which nothing has been said yet.
    ///
    /// # Panics
    /// If nobody listens there.
    #[must_use]
    pub fn open(socket: &Path) -> Self {
        Self::try_open(socket).unwrap()
    }

    /// A socket on which nothing has been said yet.
    ///
    /// # Errors
    /// If nobody listens there, or only others may come.
    pub fn try_open(socket: &Path) -> io::Result<Self> {
        let socket = UnixStream::connect(socket)?;
        socket.set_read_timeout(Some(DEADLINE))?;
        socket.set_write_timeout(Some(DEADLINE))?;
        Ok(Self {
            socket,
            codec: Codec::Json,
            deframer: Deframer::for_greeting(),
            last_id: 0,
        })
    }

    /// Says Hello under that name and in JSON; `None` if the daemon closes without a word.
    ///
    /// # Panics
    /// If the name is none.
    pub fn greet_as(&mut self, app: &str) -> Option<Greeting> {
        let hello = Hello {
            app: AppId::new(app).unwrap(),
            ..hello(self.codec)
        };
        self.write(&hello.encode());
        self.greeting()
    }

    /// An app that the daemon has welcomed.
    ///
    /// # Panics
    /// If it is not welcome.
    #[must_use]
    pub fn attached(socket: &Path, codec: Codec) -> Self {
        let mut app = Self::open(socket);
        app.write(&hello(codec).encode());
        let greeting = app.greeting();
        assert!(
            matches!(greeting, Some(Greeting::Welcome(_))),
            "{greeting:?}"
        );
        app.codec = codec;
        app
    }

    /// Sends bytes as they are. A daemon that has closed already is no error here: the test looks
    /// at what comes back.
    pub fn write(&mut self, bytes: &[u8]) {
        let _ = self.socket.write_all(bytes);
    }

    /// Sends bytes as they are; false once the daemon takes no more.
    pub fn try_write(&mut self, bytes: &[u8]) -> bool {
        self.socket.write_all(bytes).is_ok()
    }

    /// Waits no longer than that for the daemon to take what is written.
    ///
    /// # Panics
    /// If the limit is zero.
    pub fn gives_up_writing_after(&mut self, limit: Duration) {
        self.socket.set_write_timeout(Some(limit)).unwrap();
    }

    /// Sends a body with its length before it.
    ///
    /// # Panics
    /// If it is empty or too long for a frame.
    pub fn write_body(&mut self, body: &[u8]) {
        self.write(&frame(body).unwrap());
    }

    /// The socket itself, for what only a system call can do to it.
    #[must_use]
    pub fn socket(&self) -> &UnixStream {
        &self.socket
    }

    /// Says that nothing more will be sent.
    pub fn finish(&mut self) {
        let _ = self.socket.shutdown(Shutdown::Write);
    }

    /// What the daemon says first; `None` if it closes without a word.
    ///
    /// # Panics
    /// If it says something that is no greeting.
    pub fn greeting(&mut self) -> Option<Greeting> {
        let body = self.body()?;
        Some(Greeting::decode(&body).unwrap())
    }

    /// The next frame; `None` if the daemon closes.
    ///
    /// # Panics
    /// If it sends something unknown.
    pub fn frame(&mut self) -> Option<ServerFrame> {
        let body = self.body()?;
        match decode_server(self.codec, &body).unwrap() {
            Received::Frame(frame) => Some(frame),
            Received::Unknown(unknown) => panic!("an unknown frame: {unknown:?}"),
        }
    }

    /// The answer to the request with that number; events before it are passed over. `None` if
    /// the daemon closes.
    ///
    /// # Panics
    /// If another request is answered.
    pub fn answer(&mut self, wanted: u64) -> Option<Result<Response, Failure>> {
        loop {
            match self.frame()? {
                ServerFrame::Response { id, result } => {
                    assert_eq!(id, wanted);
                    return Some(match result {
                        Outcome::Ok(response) => Ok(response),
                        Outcome::Failed(failure) => Err(failure),
                    });
                }
                ServerFrame::Event { .. } | ServerFrame::Delivery(_) => {}
            }
        }
    }

    /// Asks, and waits for the answer.
    ///
    /// # Panics
    /// If the daemon closes instead.
    pub fn ask(&mut self, request: Request) -> Result<Response, Failure> {
        self.try_ask(request).expect("the daemon answers")
    }

    /// Asks, and waits for the answer; `None` if the daemon closes instead.
    ///
    /// # Panics
    /// If the request does not fit into a frame.
    pub fn try_ask(&mut self, request: Request) -> Option<Result<Response, Failure>> {
        self.last_id += 1;
        let id = self.last_id;
        self.write(&encoded(self.codec, id, request));
        self.answer(id)
    }

    /// How the daemon is.
    ///
    /// # Panics
    /// If it does not say.
    pub fn status(&mut self) -> StatusReport {
        match self.ask(Request::Status {}) {
            Ok(Response::Status(report)) => report,
            other => panic!("no status: {other:?}"),
        }
    }

    /// Whether the daemon closes without another frame.
    pub fn is_closed(&mut self) -> bool {
        self.body().is_none()
    }

    /// Reads whatever the daemon sends until it closes.
    pub fn read_to_end(&mut self) {
        while self.body().is_some() {}
    }

    fn body(&mut self) -> Option<Vec<u8>> {
        loop {
            let next = self.deframer.next_frame().expect("the daemon sends frames");
            if let Some(body) = next {
                self.deframer.greeted();
                return Some(body.to_vec());
            }
            let mut chunk = [0; 4096];
            match self.socket.read(&mut chunk) {
                Ok(0) => return None,
                Ok(read) => self.deframer.push(&chunk[..read]),
                // Bytes it did not read when it closed reset the connection.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("not within {DEADLINE:?}: the daemon's word: {error}"),
            }
        }
    }
}

/// A greeting like that of any app.
///
/// # Panics
/// Never: the names in it are good ones.
#[must_use]
pub fn hello(codec: Codec) -> Hello {
    Hello {
        protocols: ProtocolRange::SUPPORTED,
        codec,
        app: AppId::new("raw").unwrap(),
        client: Label::new("raw 1").unwrap(),
    }
}

/// The whole frame of a request.
///
/// # Panics
/// If it does not fit into a frame.
#[must_use]
pub fn encoded(codec: Codec, id: u64, request: Request) -> BytesMut {
    let mut out = BytesMut::new();
    encode_client(codec, &ClientFrame::Request { id, request }, &mut out).unwrap();
    out
}
