//! Rows whose files are removed below an open store.

mod support;

use std::fs;

use imlink_model::Millis;
use imlink_store::Store;
use support::{Place, arrival, me, messages, submission};

// F-D24
#[test]
fn nothing_is_acknowledged_into_files_that_were_removed() {
    let place = Place::new();
    let (mut store, _) = Store::open(place.path(), &me()).unwrap();
    store.commit(vec![arrival(1)], Millis(0)).unwrap();

    fs::remove_dir_all(place.path()).unwrap();

    let refused = store.commit(vec![submission(2)], Millis(0)).unwrap_err();
    assert!(refused.is_fatal(), "{refused}");
    drop(store);
    let (mut store, _) = Store::open(place.path(), &me()).unwrap();
    assert!(messages(&store).is_empty());
    store.commit(vec![arrival(1)], Millis(0)).unwrap();
}
