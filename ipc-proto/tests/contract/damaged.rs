//! Frames that were cut, and streams that are none.

use bytes::BytesMut;
use imlink_ipc_proto::{Codec, decode_client, decode_server, encode_client, encode_server};

use crate::samples::{client_frames, server_frames};

// F-I12
#[test]
fn a_frame_cut_at_any_byte_is_refused() {
    for codec in Codec::ALL {
        for (name, frame) in client_frames() {
            let mut out = BytesMut::new();
            encode_client(codec, &frame, &mut out).unwrap();
            let body = &out[4..];
            for cut in 0..body.len() {
                assert!(
                    decode_client(codec, &body[..cut]).is_err(),
                    "{name} cut at {cut}"
                );
            }
        }
        for (name, frame) in server_frames() {
            let mut out = BytesMut::new();
            encode_server(codec, &frame, &mut out).unwrap();
            let body = &out[4..];
            for cut in 0..body.len() {
                assert!(
                    decode_server(codec, &body[..cut]).is_err(),
                    "{name} cut at {cut}"
                );
            }
        }
    }
}
