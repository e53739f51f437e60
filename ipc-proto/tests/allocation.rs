//! Memory is bounded by the frame limit, whatever lengths are announced.
//!
//! A binary of its own with one test, because the peak is counted for the whole process.

use bytes::BytesMut;
use imlink_ipc_proto::limits::{MAX_FRAME, PAGE_ENTRIES};
use imlink_ipc_proto::{Codec, Deframer, Received, decode_client, decode_server, encode_server};
use peak_alloc::PeakAlloc;

#[path = "contract/samples.rs"]
mod samples;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What reading may cost beside the texts of a value, which are at most a frame: the value's own
/// structure (132 KiB for the longest list of messages), error texts and the odd buffer.
const SLACK: usize = 160 * 1024;

#[test]
fn no_announced_length_takes_more_memory_than_a_frame() {
    lengths_of_frames();
    lengths_inside_frames();
    nesting();
    lists();
}

// F-I11
fn lengths_of_frames() {
    for announced in [u32::try_from(MAX_FRAME).unwrap(), u32::MAX] {
        let peak = peak_of(|| {
            let mut deframer = Deframer::for_greeting();
            deframer.greeted();
            deframer.push(&announced.to_le_bytes());
            deframer.push(b"little");
            let _ = deframer.next_frame();
        });
        assert!(peak < 1024, "{peak} bytes for ten that arrived");
    }
}

// F-I12 F-I13
fn lengths_inside_frames() {
    // bincode's mark of a 64-bit number, and the largest, in place of every byte in turn: one of
    // them is the length of each text and list.
    let bomb: Vec<u8> = [0xfd].into_iter().chain(u64::MAX.to_le_bytes()).collect();
    let mebibyte: Vec<u8> = [0xfc]
        .into_iter()
        .chain((1u32 << 20).to_le_bytes())
        .collect();
    let mut bombs = 0;
    for body in bincode_bodies() {
        for place in 0..body.len() {
            for length in [&bomb, &mebibyte] {
                let mut armed = body.clone();
                armed.splice(place..=place, length.iter().copied());
                let peak = peak_of(|| {
                    let _ = decode_client(Codec::Bincode, &armed);
                    let _ = decode_server(Codec::Bincode, &armed);
                });
                assert!(
                    peak < MAX_FRAME + SLACK,
                    "{peak} bytes for one of {}",
                    armed.len()
                );
                bombs += 1;
            }
        }
    }
    assert!(bombs > 1000, "only {bombs} bombs");
}

// F-I14
fn nesting() {
    let deep = |open: &str| open.repeat(MAX_FRAME / open.len()).into_bytes();
    let inside = |open: &str| {
        let start = r#"{"Request":{"id":1,"more":"#;
        format!(
            "{start}{}",
            open.repeat((MAX_FRAME - start.len()) / open.len())
        )
        .into_bytes()
    };
    let frames = [
        vec![0; MAX_FRAME],
        deep("["),
        deep(r#"{"a":"#),
        inside("["),
        inside(r#"{"a":"#),
    ];
    for frame in frames {
        for codec in Codec::ALL {
            let peak = peak_of(|| {
                assert!(decode_client(codec, &frame).is_err());
                assert!(!matches!(
                    decode_server(codec, &frame),
                    Ok(Received::Frame(_))
                ));
            });
            // serde_json remembers every open bracket in a byte, and doubles that buffer.
            assert!(peak < 2 * MAX_FRAME + SLACK, "{peak} bytes");
        }
    }
}

// F-I12
fn lists() {
    // The shortest entry there can be, as often as a frame holds it: a list must end at its
    // bound, or memory is a multiple of the frame.
    let page = [&[0u8, 7, 0, 10, 0xfc][..], &(1u32 << 17).to_le_bytes()].concat();
    let entry = [1u8, 1, b'x', 0, 1, 0, 1, 0, 0, 0, 0, 0, 0];
    let mut frame = page;
    while frame.len() + entry.len() <= MAX_FRAME {
        frame.extend_from_slice(&entry);
    }

    let peak = peak_of(|| {
        let error = decode_server(Codec::Bincode, &frame).unwrap_err();
        assert!(
            error.to_string().contains(&PAGE_ENTRIES.to_string()),
            "{error}"
        );
    });

    assert!(peak < SLACK, "{peak} bytes for a list");
}

fn bincode_bodies() -> Vec<Vec<u8>> {
    let client = samples::client_frames().into_iter().map(|(_, frame)| {
        let mut out = BytesMut::new();
        imlink_ipc_proto::encode_client(Codec::Bincode, &frame, &mut out).unwrap();
        out
    });
    let server = samples::server_frames().into_iter().map(|(_, frame)| {
        let mut out = BytesMut::new();
        encode_server(Codec::Bincode, &frame, &mut out).unwrap();
        out
    });
    client.chain(server).map(|out| out[4..].to_vec()).collect()
}

/// The most memory in use at once while this ran, beyond what was in use before.
fn peak_of(run: impl FnOnce()) -> usize {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    run();
    ALLOCATOR.peak_usage().saturating_sub(before)
}
