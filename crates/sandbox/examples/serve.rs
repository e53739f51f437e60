//! Serves a sandbox until Ctrl-C and prints, as one line of JSON, what a client needs.

use imlink_model::UserId;
use imlink_sandbox::{Config, run};

fn main() -> std::io::Result<()> {
    run(Config::default(), |sandbox| {
        let token = |user| sandbox.issue_token(&UserId::new(user).expect("the name is a user id"));
        let needed = serde_json::json!({
            "appkey": sandbox.app_key(),
            "navigators": [sandbox.navigator()],
            "alice": token("alice"),
            "bob": token("bob"),
        });
        println!("{needed}");
    })
}
