//! Replays the committed fuzz corpus through the functions the fuzz targets call.

use std::fs;
use std::path::Path;

use imlink_ipc_proto::fuzzing;

#[test]
fn hello() {
    replay("hello", fuzzing::hello);
}

#[test]
fn client_frame_bincode() {
    replay("client_frame_bincode", fuzzing::client_frame_bincode);
}

#[test]
fn client_frame_json() {
    replay("client_frame_json", fuzzing::client_frame_json);
}

#[test]
fn server_frame_bincode() {
    replay("server_frame_bincode", fuzzing::server_frame_bincode);
}

#[test]
fn server_frame_json() {
    replay("server_frame_json", fuzzing::server_frame_json);
}

#[test]
fn deframer() {
    replay("deframer", fuzzing::deframer);
}

/// A file whose name begins with `bad` must be refused, any other understood.
fn replay(target: &str, run: fn(&[u8]) -> bool) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut seen = [0, 0];
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
        seen[usize::from(is_bad)] += 1;
    }
    assert!(
        seen.iter().all(|count| *count > 0),
        "{target} has {seen:?} good and bad files"
    );
}
