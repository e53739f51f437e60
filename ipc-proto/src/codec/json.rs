//! Reading JSON, and saying what is wrong with it.

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use super::error::Fault;
use super::wording::{Wording, name_or_mark, wording};

pub(super) fn read<T: DeserializeOwned>(frame: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(frame).map_err(|error| match error.classify() {
        Category::Eof | Category::Io => Fault::Truncated,
        Category::Syntax => Fault::NotJson {
            line: error.line(),
            column: error.column(),
        },
        Category::Data => explain::<T>(frame, &error),
    })
}

/// Reads the frame once more to say where it went wrong; keeping track of the place costs time
/// that good frames need not pay.
#[cold]
fn explain<T: DeserializeOwned>(frame: &[u8], error: &serde_json::Error) -> Fault {
    let mut reader = serde_json::Deserializer::from_slice(frame);
    let place = match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Ok(_) => String::from("?"),
        Err(error) => place(error.path()),
    };
    match wording(&error.to_string()) {
        Wording::UnknownVariant(name) => Fault::UnknownVariant { place, name },
        Wording::Problem(problem) => Fault::Value { place, problem },
    }
}

fn place(path: &Path) -> String {
    let names: Vec<String> = path
        .iter()
        .map(|segment| match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => name_or_mark(key).to_owned(),
            Segment::Enum { variant } => name_or_mark(variant).to_owned(),
            Segment::Unknown => String::from("?"),
        })
        .collect();
    if names.is_empty() {
        String::from("frame")
    } else {
        names.join(".")
    }
}
