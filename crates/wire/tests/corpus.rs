//! Replays the committed fuzz corpus through the functions the fuzz targets call.

use std::{fs, path::Path};

use imlink_wire::fuzzing;

#[test]
fn client_packet() {
    replay("client_packet", fuzzing::client_packet);
}

#[test]
fn server_packet() {
    replay("server_packet", fuzzing::server_packet);
}

#[test]
fn navigation_answer() {
    replay("navigation_answer", fuzzing::navigation_answer);
}

#[test]
fn handshake() {
    replay("handshake", fuzzing::handshake);
}

#[test]
fn bodies() {
    replay("bodies", fuzzing::bodies);
}

#[test]
fn tcp_client_stream() {
    replay("tcp_client_stream", fuzzing::tcp_client_stream);
}

#[test]
fn tcp_server_stream() {
    replay("tcp_server_stream", fuzzing::tcp_server_stream);
}

/// A file whose name begins with `bad` must be refused, any other understood.
fn replay(target: &str, run: fn(&[u8]) -> bool) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut understood = 0;
    for entry in fs::read_dir(&corpus).unwrap() {
        let path = entry.unwrap().path();
        let is_bad = path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with("bad");

        assert_eq!(
            run(&fs::read(&path).unwrap()),
            !is_bad,
            "{}",
            path.display()
        );

        understood += usize::from(!is_bad);
    }
    assert!(understood > 0, "{} is empty", corpus.display());
}
