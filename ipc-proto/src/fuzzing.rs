//! What must hold for any bytes: run by the fuzz targets, and by a test over their corpus.
//!
//! Each function panics where it does not hold, and returns whether the bytes were understood, so
//! that a test can tell a corpus that reaches the far side from one that does not.

use bytes::BytesMut;

use crate::limits::{MAX_FRAME, MAX_GREETING};
use crate::{
    Codec, Deframer, Greeting, Hello, Received, decode_client, decode_server, encode_client,
    encode_server,
};

const PREFIX: usize = size_of::<u32>();

/// A greeting either way: one that reads says the same when written again.
pub fn hello(bytes: &[u8]) -> bool {
    if let Ok(hello) = Hello::decode(bytes) {
        assert_eq!(Hello::decode(body(&hello.encode())), Ok(hello));
        return true;
    }
    let Ok(greeting) = Greeting::decode(bytes) else {
        return false;
    };
    // A text that is longer than what is written comes back shorter, once.
    let once = Greeting::decode(body(&greeting.encode())).expect("it was just written");
    assert_eq!(Greeting::decode(body(&once.encode())), Ok(once));
    true
}

/// A frame from an app in bincode.
pub fn client_frame_bincode(bytes: &[u8]) -> bool {
    client_frame(Codec::Bincode, bytes)
}

/// A frame from an app in JSON.
pub fn client_frame_json(bytes: &[u8]) -> bool {
    client_frame(Codec::Json, bytes)
}

/// A frame from the daemon in bincode.
pub fn server_frame_bincode(bytes: &[u8]) -> bool {
    server_frame(Codec::Bincode, bytes)
}

/// A frame from the daemon in JSON.
pub fn server_frame_json(bytes: &[u8]) -> bool {
    server_frame(Codec::Json, bytes)
}

/// A stream gives the same frames, and ends in the same error, however it is cut. The first byte
/// says how long the pieces are. Understood if nothing is left over.
pub fn deframer(bytes: &[u8]) -> bool {
    let Some((size, stream)) = bytes.split_first() else {
        return false;
    };
    let whole = frames(stream, stream.len().max(1));

    assert_eq!(frames(stream, usize::from(*size).max(1)), whole);
    whole.end == End::Clean
}

/// One that reads is the same after writing it again.
fn client_frame(codec: Codec, bytes: &[u8]) -> bool {
    let Ok(frame) = decode_client(codec, bytes) else {
        return false;
    };
    let mut out = BytesMut::new();
    // Written again, a frame near the limit may pass it: JSON can be shorter than ours.
    if encode_client(codec, &frame, &mut out).is_ok() {
        assert_eq!(decode_client(codec, body(&out)), Ok(frame));
    }
    true
}

/// One that reads is the same after writing it again.
fn server_frame(codec: Codec, bytes: &[u8]) -> bool {
    let frame = match decode_server(codec, bytes) {
        Ok(Received::Frame(frame)) => frame,
        Ok(Received::Unknown(_)) => return true,
        Err(_) => return false,
    };
    let mut out = BytesMut::new();
    if encode_server(codec, &frame, &mut out).is_ok() {
        assert_eq!(decode_server(codec, body(&out)), Ok(Received::Frame(frame)));
    }
    true
}

/// What came out of a stream.
#[derive(Debug, PartialEq)]
struct Frames {
    bodies: Vec<Vec<u8>>,
    end: End,
}

#[derive(Debug, PartialEq)]
enum End {
    Clean,
    Inside,
    Error(crate::FrameError),
}

fn frames(stream: &[u8], size: usize) -> Frames {
    let mut deframer = Deframer::for_greeting();
    let mut limit = MAX_GREETING;
    let mut bodies = Vec::new();
    for piece in stream.chunks(size) {
        deframer.push(piece);
        loop {
            match deframer.next_frame() {
                Ok(Some(body)) => {
                    bodies.push(body.to_vec());
                    deframer.greeted();
                    limit = MAX_FRAME;
                }
                Ok(None) => break,
                Err(error) => {
                    return Frames {
                        bodies,
                        end: End::Error(error),
                    };
                }
            }
        }
        assert!(
            deframer.pending() < PREFIX + limit,
            "a whole frame is still in there"
        );
    }
    let end = if deframer.pending() == 0 {
        End::Clean
    } else {
        End::Inside
    };
    Frames { bodies, end }
}

fn body(framed: &[u8]) -> &[u8] {
    framed.get(PREFIX..).expect("every frame has a prefix")
}
