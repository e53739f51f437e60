//! The core stays pure: no sockets, no clock, no runtime, no randomness but from its seed.

use std::fs;
use std::path::{Path, PathBuf};

/// What only the server may name.
const IMPURE: [&str; 9] = [
    "tokio",
    "std::net",
    "std::fs",
    "std::thread",
    "SystemTime",
    "Instant",
    "rand::rng",
    "rand::random",
    "from_os_rng",
];

#[test]
fn the_core_and_the_server_api_name_nothing_of_the_outside_world() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut looked_at = 0;

    for file in ["cloud", "api"]
        .into_iter()
        .flat_map(|directory| files(&source.join(directory)))
        .chain([source.join("cloud.rs"), source.join("api.rs")])
    {
        looked_at += 1;
        for (line, number) in fs::read_to_string(&file).unwrap().lines().zip(1..) {
            let code = line.split("//").next().unwrap_or_default();
            let found = IMPURE.into_iter().find(|word| code.contains(word));
            assert_eq!(found, None, "{}:{number}", file.display());
        }
    }

    assert!(looked_at > 50, "only {looked_at} files");
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}
