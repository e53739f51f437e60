//! How values are read from forms and from JSON.

use serde_json::json;

use super::{call, call_v4, code, form, result};
use crate::bench::{Bench, user};

const ISSUE: &str = "/v4/auth/access-token/issue";

#[test]
fn json_that_is_no_object_is_refused() {
    let mut bench = Bench::new();

    for body in [
        "[]",
        "5",
        "null",
        "{",
        "{\"userId\":",
        "\u{feff}{}",
        "userId=u&name=n",
    ] {
        assert_eq!(code(&call(&mut bench, ISSUE, body)), (400, 1002), "{body}");
    }
    for body in ["", "  \n", "{}"] {
        assert_eq!(code(&call(&mut bench, ISSUE, body)), (400, 1003), "{body}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(code(&call(&mut bench, ISSUE, &deep)), (400, 1002));
}

#[test]
fn a_list_or_an_object_is_no_single_value_and_an_object_no_list() {
    let mut bench = Bench::new();

    let list = json!({ "userId": ["u"], "name": "n" });
    assert_eq!(code(&call_v4(&mut bench, ISSUE, &list)), (400, 1501));
    let object = json!({ "userId": {}, "name": "n" });
    assert_eq!(code(&call_v4(&mut bench, ISSUE, &object)), (400, 1501));
    let object = json!({ "userIds": { "a": 1 } });
    assert_eq!(
        code(&call_v4(&mut bench, "/v4/user/unban", &object)),
        (400, 1501)
    );
    let text = json!({ "channelId": "c", "metadataOwnerId": "u", "metadata": "not json" });
    let path = "/v4/open-channel/create";
    assert_eq!(code(&call_v4(&mut bench, path, &text)), (400, 1501));
}

#[test]
fn one_value_is_a_list_of_one_and_null_is_nothing() {
    let mut bench = Bench::new();

    let one = json!({ "userIds": "alice", "durationMinutes": 5, "page": null });
    result(&mut bench, "/v4/user/ban", &one);
    let now = bench.now;
    assert_eq!(bench.app().blocked_users(now).len(), 1);
    let nobody = json!({ "userIds": null });
    assert_eq!(
        code(&call_v4(&mut bench, "/v4/user/unban", &nobody)),
        (400, 1002)
    );
}

#[test]
fn of_a_value_given_twice_a_form_takes_the_first_and_json_the_last() {
    let mut bench = Bench::new();

    let both = "userId=u&name=first&name=second";
    form(&mut bench, "/user/getToken.json", both);
    let shown = form(&mut bench, "/user/info.json", "userId=u");
    assert_eq!(shown["userName"], "first");
    let both = r#"{"userId":"u","name":"first","name":"second"}"#;
    assert_eq!(code(&call(&mut bench, ISSUE, both)), (200, 0));
    let shown = form(&mut bench, "/user/info.json", "userId=u");
    assert_eq!(shown["userName"], "second");
}

#[test]
fn entries_come_in_brackets_as_an_object_or_as_its_text() {
    let mut bench = Bench::new();
    let base = "entryOwnerId=alice&chatroomId=";
    let info = "entryInfo=%7B%22k%22%3A%22v%22%7D";

    form(
        &mut bench,
        "/chatroom/create_new.json",
        &format!("{base}a&{info}"),
    );
    form(
        &mut bench,
        "/chatroom/create_new.json",
        &format!("{base}b&entryInfo%5Bk%5D=v"),
    );

    for id in ["a", "b"] {
        let view = bench.app().chatroom(&super::target(id)).unwrap();
        assert_eq!(view.entries["k"].value, "v");
    }
}

#[test]
fn ids_are_counted_in_bytes_and_may_be_in_any_script() {
    let mut bench = Bench::new();
    let name = "é".repeat(32);

    let issued = result(&mut bench, ISSUE, &json!({ "userId": name, "name": "n" }));

    assert_eq!(issued["userId"], json!(name));
    assert!(bench.app().registered_user(&user(&name)).is_some());
    let longer = json!({ "userId": format!("{name}x"), "name": "n" });
    assert_eq!(code(&call_v4(&mut bench, ISSUE, &longer)), (400, 1005));
}
