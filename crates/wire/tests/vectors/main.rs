//! Every recorded frame and navigation of the real SDK, taken apart and put together again.
//!
//! vectors.json was recorded at the SDK's socket; NOTICE has its licence. What is recorded about a frame
//! is struck off as it is checked, and what remains fails the test.

mod frames;
mod json;
mod navigations;

use std::collections::BTreeMap;

use serde_json::Value;

const FRAMES: usize = 136;
const NAVIGATIONS: usize = 12;

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

/// A JSON object from which keys are struck off.
struct Unchecked {
    of: String,
    left: BTreeMap<String, Value>,
}

impl Unchecked {
    fn new(of: &str, object: &Value) -> Self {
        let left = object.as_object().unwrap().clone().into_iter().collect();
        Self {
            of: of.to_owned(),
            left,
        }
    }

    fn take(&mut self, key: &str) -> Value {
        self.left
            .remove(key)
            .unwrap_or_else(|| panic!("{}: no {key}", self.of))
    }

    fn try_take(&mut self, key: &str) -> Option<Value> {
        self.left.remove(key)
    }

    #[track_caller]
    fn expect(&mut self, key: &str, decoded: impl Into<Value>) {
        let stated = self.take(key);
        assert_eq!(decoded.into(), stated, "{}: {key}", self.of);
    }

    fn assert_nothing_left(self) {
        assert!(
            self.left.is_empty(),
            "{}: not looked at: {:?}",
            self.of,
            self.left
        );
    }
}

#[test]
fn the_file_holds_the_frames_and_navigations_that_are_looked_at() {
    let vectors = vectors();

    assert_eq!(vectors["frames"].as_array().unwrap().len(), FRAMES);
    assert_eq!(vectors["navigation"].as_array().unwrap().len(), NAVIGATIONS);
}
