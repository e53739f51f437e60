//! Replays the committed fuzz corpus through the function the fuzz target calls.

use std::{fs, path::Path};

use imlink_sandbox::fuzzing;

/// A file whose name begins with `bad` must be refused, any other understood.
#[test]
fn server_api() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/server_api");
    let mut understood = 0;
    for entry in fs::read_dir(&corpus).unwrap() {
        let path = entry.unwrap().path();
        let is_bad = path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with("bad");

        let answered = fuzzing::server_api(&fs::read(&path).unwrap());

        assert_eq!(answered, !is_bad, "{}", path.display());
        understood += usize::from(!is_bad);
    }
    assert!(understood > 0, "{} is empty", corpus.display());
}
