//! Streams of the TCP form.
//!
//! The first byte of the input says how to read the rest:
//!
//! ```text
//! bit 0       0 = the constant mask, 1 = a chosen one, all zeros
//! bit 1       0 = the rest is a stream as it comes, 1 = the rest is packets still to be dressed, after
//!             a CONNECT, under the mask of zeros
//! bits 2..7   the stream is also pushed in chunks of one byte more than this
//! ```
//!
//! A packet to be dressed is a header, a length byte and a body; it gets check byte and signature, which a
//! fuzzer does not find.

use md5::{Digest, Md5};

use crate::tcp::{ClientCodec, Connect, MAX_BODY, Mask, Received, ServerCodec, StreamError};

/// What a client sends.
pub fn tcp_client_stream(data: &[u8]) -> bool {
    let Some(input) = Input::read(data) else {
        return false;
    };
    let mut stream = Vec::new();
    if input.dressed {
        stream.extend_from_slice(&begin(input.mask).1);
    }
    let skipped = usize::from(input.dressed);
    stream.extend_from_slice(&input.stream);
    let run = |chunk| {
        let mut server = ServerCodec::new(MAX_BODY);
        drain(&stream, chunk, |bytes| match bytes {
            Some(bytes) => {
                server.push(bytes);
                Ok(None)
            }
            None => server.next_packet(),
        })
    };
    let outcomes = run(stream.len().max(1));
    assert_eq!(run(input.chunk), outcomes, "cut into {}", input.chunk);

    let mut understood = 0;
    for received in outcomes.into_iter().flatten() {
        assert_eq!(resent(&received), Ok(Some(received.clone())));
        let _ = format!("{received:?}");
        understood += 1;
    }
    understood > skipped
}

/// What a server sends.
pub fn tcp_server_stream(data: &[u8]) -> bool {
    let Some(input) = Input::read(data) else {
        return false;
    };
    let run = |chunk| {
        let (mut client, _) = begin(input.mask);
        drain(&input.stream, chunk, |bytes| match bytes {
            Some(bytes) => {
                client.push(bytes);
                Ok(None)
            }
            None => client.next_packet(),
        })
    };
    let outcomes = run(input.stream.len().max(1));
    assert_eq!(run(input.chunk), outcomes, "cut into {}", input.chunk);

    let mut understood = false;
    for packet in outcomes.into_iter().flatten() {
        let (mut client, connect) = begin(input.mask);
        let mut server = ServerCodec::new(MAX_BODY);
        server.push(&connect);
        assert!(matches!(server.next_packet(), Ok(Some(_))));
        let bytes = server
            .encode(&packet)
            .expect("UTF-8 is never longer than what was read");
        client.push(&bytes);
        assert_eq!(client.next_packet().as_ref(), Ok(&Some(packet.clone())));
        let _ = format!("{packet:?}");
        understood = true;
    }
    understood
}

/// Writes it again and reads that.
fn resent(received: &Received) -> Result<Option<Received>, StreamError> {
    let mut server = ServerCodec::new(MAX_BODY);
    match received {
        Received::Connect(connect) => {
            let (_, bytes) = ClientCodec::connect(connect).expect("it is no longer than it was");
            server.push(&bytes);
        }
        Received::Packet(packet) => {
            let (client, connect) = begin(Mask::Constant);
            server.push(&connect);
            assert!(matches!(server.next_packet(), Ok(Some(_))));
            let bytes = client
                .encode(packet)
                .expect("UTF-8 is never longer than what was read");
            server.push(&bytes);
        }
    }
    server.next_packet()
}

fn begin(mask: Mask) -> (ClientCodec, bytes::Bytes) {
    ClientCodec::connect(&Connect::new("key", "token", "device", mask)).expect("a short CONNECT")
}

struct Input {
    mask: Mask,
    dressed: bool,
    chunk: usize,
    stream: Vec<u8>,
}

impl Input {
    fn read(data: &[u8]) -> Option<Self> {
        let (first, rest) = data.split_first()?;
        let dressed = first & 2 != 0;
        Some(Self {
            mask: match (first & 1, dressed) {
                (0, false) => Mask::Constant,
                _ => Mask::Chosen([0; 8]),
            },
            dressed,
            chunk: usize::from(first >> 2) + 1,
            stream: if dressed { dress(rest) } else { rest.to_vec() },
        })
    }
}

/// Frames and signs packets; the mask of zeros needs no masking.
fn dress(mut data: &[u8]) -> Vec<u8> {
    let mut stream = Vec::new();
    while let Some(([header, length], rest)) = data.split_first_chunk::<2>() {
        let (fields, rest) = rest.split_at(rest.len().min(usize::from(*length)));
        data = rest;
        let mut body = Vec::new();
        if matches!(header >> 4, 3 | 5) {
            body.extend(Md5::digest(fields).into_iter().skip(4).take(8));
        }
        body.extend_from_slice(fields);
        let length = [0x80 | (body.len() & 0x7F) as u8, (body.len() >> 7) as u8];
        stream.extend([*header, header ^ length[0] ^ length[1]]);
        stream.extend(length);
        stream.extend(body);
    }
    stream
}

/// Pushes the stream in chunks and takes what there is after each, up to the error that ends it.
fn drain<T>(
    stream: &[u8],
    chunk: usize,
    mut codec: impl FnMut(Option<&[u8]>) -> Result<Option<T>, StreamError>,
) -> Vec<Result<T, StreamError>> {
    let mut outcomes = Vec::new();
    for piece in stream.chunks(chunk) {
        let _ = codec(Some(piece));
        while let Some(outcome) = codec(None).transpose() {
            let ended = matches!(&outcome, Err(error) if error.ends_stream());
            outcomes.push(outcome);
            if ended {
                return outcomes;
            }
        }
    }
    outcomes
}
