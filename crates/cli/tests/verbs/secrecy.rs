//! That these tests would notice a token where none may be.

use std::fs;

use crate::stage::Home;

// F-K01
#[test]
fn a_token_that_a_daemon_logs_or_keeps_is_found() {
    let home = Home::new();
    let token = "t".repeat(48);
    home.run_with(&["explain", "0"], &format!("{token}@http://127.0.0.1:1\n"));
    let state = home.path(".local/state/imlink/accounts");
    fs::create_dir_all(&state).unwrap();
    assert_eq!(home.told(), None);

    for place in [home.path("daemon.log"), state.join("rows")] {
        fs::write(&place, format!("before {token} after")).unwrap();
        assert_eq!(home.told().as_ref(), Some(&place));
        fs::remove_file(place).unwrap();
    }
}
