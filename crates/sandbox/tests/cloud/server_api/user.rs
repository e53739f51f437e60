//! Users and their tokens.

use serde_json::json;

use super::{call, call_v4, code, form, result};
use crate::bench::{Bench, user};

#[test]
fn a_token_of_the_api_connects() {
    let mut bench = Bench::new();

    let response = call(
        &mut bench,
        "/user/getToken.json",
        "userId=jlk&name=Jill&portraitUri=http%3A%2F%2Fx",
    );

    assert_eq!(code(&response), (200, 200));
    assert_eq!(response.body["userId"], "jlk");
    let link = bench.open(response.body["token"].as_str().unwrap());
    assert!(!bench.is_closed(link));
    assert_eq!(
        bench.app().users().collect::<Vec<_>>(),
        [(&user("jlk"), "Jill", "http://x")]
    );
}

#[test]
fn tokens_issued_before_a_time_expire() {
    let mut bench = Bench::new();
    let token = bench.token("alice");
    let time = bench.now.0 + 1;

    let body = format!("userId=alice&userId=bob&time={time}");
    assert_eq!(
        code(&call(&mut bench, "/user/token/expire.json", &body)),
        (200, 200)
    );

    assert_eq!(bench.refused(&token), 10);
    let too_many = "userId=u&".repeat(21) + "time=1";
    assert_eq!(
        code(&call(&mut bench, "/user/token/expire.json", &too_many)),
        (400, 1502)
    );
    assert_eq!(
        code(&call(
            &mut bench,
            "/user/token/expire.json",
            "userId=u&time=soon"
        )),
        (400, 1002)
    );
}

#[test]
fn a_user_is_blocked_for_minutes_and_unblocked() {
    let mut bench = Bench::new();
    let token = bench.token("alice");

    assert_eq!(
        code(&call(
            &mut bench,
            "/user/block.json",
            "userId=alice&minute=10"
        )),
        (200, 200)
    );
    assert_eq!(bench.refused(&token), 9);
    assert_eq!(
        code(&call(&mut bench, "/user/unblock.json", "userId=alice")),
        (200, 200)
    );
    let link = bench.open(&token);
    assert!(!bench.is_closed(link));

    for minute in ["0", "-1", "43201", "543200", "9999999999999999999999", ""] {
        let body = format!("userId=alice&minute={minute}");
        assert_eq!(
            code(&call(&mut bench, "/user/block.json", &body)),
            (400, 1002),
            "{minute}"
        );
    }
}

#[test]
fn both_generations_register_the_same_users() {
    let mut bench = Bench::new();

    let issued = result(
        &mut bench,
        "/v4/auth/access-token/issue",
        &json!({ "userId": 7, "name": "Seven", "avatarUrl": "http://a" }),
    );

    let link = bench.open(issued["accessToken"].as_str().unwrap());
    assert!(!bench.is_closed(link));
    assert_eq!(issued["userId"], "7", "numbers are taken for texts");
    let shown = form(&mut bench, "/user/info.json", "userId=7");
    assert_eq!(shown["userName"], "Seven");
    assert_eq!(shown["userPortrait"], "http://a");
    assert_eq!(shown["createTime"], "2027-01-15 08:00:00");
    form(&mut bench, "/user/refresh.json", "userId=7&name=Neo");
    assert_eq!(
        result(&mut bench, "/v4/user/get", &json!({ "userId": "7" })),
        json!({ "name": "Neo", "avatarUrl": "http://a", "createdAt": "2027-01-15 08:00:00" })
    );
    assert_eq!(
        code(&call(&mut bench, "/user/info.json", "userId=8")),
        (400, 1002)
    );
}

#[test]
fn registered_users_are_listed_in_pages() {
    let mut bench = Bench::new();
    for name in ["carol", "alice", "bob"] {
        let body = format!("userId={name}&name={name}");
        form(&mut bench, "/user/getToken.json", &body);
        bench.pass(1000);
    }
    form(
        &mut bench,
        "/user/tag/set.json",
        r#"{"userId":"x","tags":[]}"#,
    );
    let mut listed = |body: &str| {
        let answer = form(&mut bench, "/user/query.json", body);
        assert_eq!(
            answer["total"], 3,
            "who never had a token is not registered"
        );
        let users = answer["users"].as_array().unwrap().iter();
        users
            .map(|user| user["userId"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };

    assert_eq!(listed(""), ["carol", "alice", "bob"]);
    assert_eq!(listed("order=1"), ["bob", "alice", "carol"]);
    assert_eq!(listed("page=2&pageSize=2"), ["bob"]);
}

// server-api.md 2: an SDK reads the status as a text.
#[test]
fn being_online_is_a_text() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let status = |bench: &mut Bench| {
        let old = form(bench, "/user/checkOnline.json", "userId=alice")["status"].take();
        let path = "/v4/user/connection-status/get";
        let new = result(bench, path, &json!({ "userId": "alice" }));
        assert_eq!(new["status"], old);
        old
    };

    assert_eq!(status(&mut bench), "1");
    let now = bench.now;
    bench.cloud.closed(alice, now);
    assert_eq!(status(&mut bench), "0");
}

#[test]
fn blocked_users_are_listed_until_their_time_is_over() {
    let mut bench = Bench::new();
    let body = json!({ "userIds": ["alice", "bob"], "durationMinutes": "10" });
    assert_eq!(result(&mut bench, "/v4/user/ban", &body), json!(null));
    form(&mut bench, "/user/block.json", "userId=carol&minute=20");

    let listed = form(&mut bench, "/user/block/query.json", "");
    assert_eq!(
        listed["users"][0],
        json!({ "userId": "carol", "blockEndTime": "2027-01-15 08:20:00" })
    );
    assert_eq!(listed["users"].as_array().unwrap().len(), 3);
    let path = "/v4/user/ban/list";
    let second = result(&mut bench, path, &json!({ "page": 2, "pageSize": 1 }));
    assert_eq!(
        second["bannedUsers"],
        json!([{ "userId": "alice", "banExpiresAt": "2027-01-15 08:10:00" }])
    );

    result(
        &mut bench,
        "/v4/user/unban",
        &json!({ "userIds": ["alice"] }),
    );
    bench.pass(10 * 60 * 1000);
    let listed = result(&mut bench, path, &json!({}));
    assert_eq!(listed["bannedUsers"].as_array().unwrap().len(), 1);
}

#[test]
fn a_blacklisted_user_is_refused_and_both_generations_show_the_list() {
    let mut bench = Bench::new();
    let bob = bench.online("bob");
    let add = "userId=alice&blackUserId=bob&blackUserId=carol";
    form(&mut bench, "/user/blacklist/add.json", add);

    assert_eq!(bench.say_acked(bob, "alice", "hi").status, 405);
    assert_eq!(
        form(&mut bench, "/user/blacklist/query.json", "userId=alice")["users"],
        json!(["bob", "carol"])
    );
    let path = "/v4/user/blocklist/get";
    let first = result(
        &mut bench,
        path,
        &json!({ "userId": "alice", "pageSize": 1 }),
    );
    assert_eq!(
        first,
        json!({ "blockedUserIds": ["bob"], "pageToken": "1" })
    );
    let next = json!({ "userId": "alice", "pageSize": 1, "pageToken": "1" });
    assert_eq!(
        result(&mut bench, path, &next),
        json!({ "blockedUserIds": ["carol"], "pageToken": "" })
    );

    let remove = json!({ "userId": "alice", "blockedUserIds": ["bob"] });
    result(&mut bench, "/v4/user/blocklist/remove", &remove);
    assert_eq!(bench.say_acked(bob, "alice", "hi").status, 0);
}

#[test]
fn an_allow_list_is_kept() {
    let mut bench = Bench::new();
    let bob = bench.online("bob");
    bench.app().policy_mut().allow_lists = true;

    assert_eq!(bench.say_acked(bob, "alice", "hi").status, 407);
    form(
        &mut bench,
        "/user/whitelist/add.json",
        "userId=alice&whiteUserId=bob",
    );
    assert_eq!(bench.say_acked(bob, "alice", "hi").status, 0);
    assert_eq!(
        form(&mut bench, "/user/whitelist/query.json", "userId=alice")["users"],
        json!(["bob"])
    );
    form(
        &mut bench,
        "/user/whitelist/remove.json",
        "userId=alice&whiteUserId=bob",
    );
    assert_eq!(bench.say_acked(bob, "alice", "hi").status, 407);
}

#[test]
fn a_user_muted_in_private_may_not_send() {
    let mut bench = Bench::new();
    let bob = bench.online("bob");
    form(
        &mut bench,
        "/user/chat/fb/set.json",
        "userId=bob&state=1&type=PERSON",
    );

    assert_eq!(bench.say_acked(bob, "alice", "hi").status, 20106);
    let listed = form(&mut bench, "/user/chat/fb/querylist.json", "type=PERSON");
    assert_eq!(
        (&listed["total"], &listed["users"]),
        (&json!(1), &json!(["bob"]))
    );
    let allow = json!({ "userIds": ["bob"], "muteState": 0, "channelTypes": ["PERSON", "GROUP"] });
    result(&mut bench, "/v4/channel-type/mute/set", &allow);
    assert_eq!(bench.say_acked(bob, "alice", "hi").status, 0);
    let path = "/v4/channel-type/mute/list";
    assert_eq!(
        result(&mut bench, path, &json!({ "channelType": "PERSON" })),
        json!({ "mutedUserIds": [], "totalCount": 0 })
    );
    let unknown = json!({ "channelType": "MOON" });
    assert_eq!(code(&call_v4(&mut bench, path, &unknown)), (400, 1002));
}

#[test]
fn tags_are_kept_and_told() {
    let mut bench = Bench::new();
    form(
        &mut bench,
        "/user/tag/batch/set.json",
        r#"{"userIds":["alice","bob"],"tags":["a","b"]}"#,
    );
    form(
        &mut bench,
        "/user/tag/set.json",
        r#"{"userId":"bob","tags":[]}"#,
    );

    assert_eq!(
        form(
            &mut bench,
            "/user/tags/get.json",
            "userIds=alice&userIds=bob"
        )["result"],
        json!({ "alice": ["a", "b"], "bob": [] })
    );
    let path = "/v4/user/tag/batch/get";
    assert_eq!(
        result(&mut bench, path, &json!({ "userIds": ["alice"] }))["users"],
        json!([{ "userId": "alice", "tags": ["a", "b"] }])
    );
}

#[test]
fn an_account_is_taken_away_and_given_back() {
    let mut bench = Bench::new();
    let token = bench.token("alice");
    let alice = bench.open(&token);

    let taken = form(&mut bench, "/user/deactivate.json", "userId=alice%2Cbob");
    assert!(taken["operateId"].is_string(), "{taken}");
    assert!(bench.is_closed(alice));
    assert_eq!(bench.refused(&token), 19);
    // An SDK doubles this slash.
    let listed = form(&mut bench, "//user/deactivate/query.json", "");
    assert_eq!(listed["users"], json!(["alice", "bob"]));

    result(
        &mut bench,
        "/v4/user/restore",
        &json!({ "userIds": ["alice"] }),
    );
    let listed = result(&mut bench, "/v4/user/soft-deleted/list", &json!({}));
    assert_eq!(listed["userIds"], json!(["bob"]));
}
