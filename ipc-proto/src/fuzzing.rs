//! What must hold for any bytes: run by the fuzz targets, and by a test over their corpus.
//!
//! Each function panics where it does not hold.

use bytes::BytesMut;

use crate::limits::{MAX_FRAME, MAX_GREETING};
use crate::{
    Codec, Deframer, Greeting, Hello, Received, decode_client, decode_server, encode_client,
    encode_server,
};

const PREFIX: usize = size_of::<u32>();

/// A greeting either way reads, or not; one that reads says the same when written again.
pub fn hello(bytes: &[u8]) {
    if let Ok(hello) = Hello::decode(bytes) {
        assert_eq!(Hello::decode(body(&hello.encode())), Ok(hello));
    }
    // A text that is longer than what is written comes back shorter.
    if let Ok(greeting) = Greeting::decode(bytes) {
        let once = Greeting::decode(body(&greeting.encode())).expect("it was just written");
        assert_eq!(Greeting::decode(body(&once.encode())), Ok(once));
    }
}

/// A frame from an app reads, or not; one that reads is the same after writing it again.
pub fn client_frame(codec: Codec, bytes: &[u8]) {
    let Ok(frame) = decode_client(codec, bytes) else {
        return;
    };
    let mut out = BytesMut::new();
    // Written again, a frame near the limit may pass it: JSON can be shorter than ours.
    if encode_client(codec, &frame, &mut out).is_ok() {
        assert_eq!(decode_client(codec, body(&out)), Ok(frame));
    }
}

/// A frame from the daemon reads, or not; one that reads is the same after writing it again.
pub fn server_frame(codec: Codec, bytes: &[u8]) {
    let Ok(Received::Frame(frame)) = decode_server(codec, bytes) else {
        return;
    };
    let mut out = BytesMut::new();
    if encode_server(codec, &frame, &mut out).is_ok() {
        assert_eq!(decode_server(codec, body(&out)), Ok(Received::Frame(frame)));
    }
}

/// A stream gives the same frames, and ends in the same error, however it is cut. The first byte
/// says where to cut.
pub fn deframer(bytes: &[u8]) {
    let Some((size, stream)) = bytes.split_first() else {
        return;
    };
    let whole = frames(stream, stream.len().max(1));

    assert_eq!(frames(stream, usize::from(*size).max(1)), whole);
}

fn frames(stream: &[u8], size: usize) -> (Vec<Vec<u8>>, Option<String>) {
    let mut deframer = Deframer::for_greeting();
    let mut limit = MAX_GREETING;
    let mut frames = Vec::new();
    for piece in stream.chunks(size) {
        deframer.push(piece);
        loop {
            match deframer.next_frame() {
                Ok(Some(frame)) => {
                    frames.push(frame.to_vec());
                    deframer.greeted();
                    limit = MAX_FRAME;
                }
                Ok(None) => break,
                Err(error) => return (frames, Some(error.to_string())),
            }
        }
        assert!(deframer.pending() < PREFIX + limit);
    }
    (frames, None)
}

fn body(framed: &[u8]) -> &[u8] {
    framed.get(PREFIX..).expect("every frame has a prefix")
}
