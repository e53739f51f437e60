//! Groups.

use imlink_wire::topic::GROUP;
use serde_json::json;

use super::{call, call_v4, code, form, result, say, target};
use crate::bench::{Bench, user};

fn with_group() -> Bench {
    let mut bench = Bench::new();
    let create = "groupId=g&groupName=Crew&userId=alice&userId=bob";
    form(&mut bench, "/group/create.json", create);
    bench
}

#[test]
fn members_join_and_leave_and_both_generations_list_them() {
    let mut bench = with_group();
    bench.pass(1000);
    let join = json!({ "channelId": "g", "userIds": ["aaron"] });
    let joined = result(&mut bench, "/v4/group-channel/join", &join);
    assert_eq!(
        joined,
        json!({ "channelId": "g", "name": "Crew", "memberCount": 3, "createdAt": bench.now.0 - 1000 })
    );

    let listed = form(&mut bench, "/group/user/query.json", "groupId=g");
    let ids = json!([{ "id": "alice" }, { "id": "bob" }, { "id": "aaron" }]);
    assert_eq!((&listed["users"], &listed["members"]), (&ids, &ids));
    let path = "/v4/group-channel/member/list";
    let last = json!({ "channelId": "g", "order": 1, "pageSize": 1 });
    assert_eq!(
        result(&mut bench, path, &last),
        json!({
            "members": [{ "userId": "aaron", "role": 1, "joinedAt": bench.now.0 }],
            "totalCount": 3,
            "pageToken": "1",
        })
    );

    form(
        &mut bench,
        "/group/quit.json",
        "groupId=g&userId=alice&userId=aaron",
    );
    let listed = form(&mut bench, "/group/user/query.json", "groupId=g");
    assert_eq!(listed["users"], json!([{ "id": "bob" }]));
}

#[test]
fn a_group_is_made_by_either_generation_and_dismissed_by_the_other() {
    let mut bench = Bench::new();
    let create = json!({ "channelId": "g", "name": "Crew", "owner": "alice", "userIds": ["bob"] });
    result(&mut bench, "/v4/group-channel/create", &create);
    form(&mut bench, "/group/join.json", "groupId=h&userId=bob");

    let groups = form(&mut bench, "/user/group/query.json", "userId=bob");
    assert_eq!(
        groups["groups"],
        json!([{ "id": "g", "name": "Crew" }, { "id": "h", "name": "" }])
    );
    let path = "/v4/group-channel/joined/list";
    let joined = result(&mut bench, path, &json!({ "userId": "alice" }));
    assert_eq!(joined["groups"][0]["name"], "Crew");
    form(&mut bench, "/group/dismiss.json", "groupId=g&userId=alice");
    assert_eq!(bench.app().group(&target("g")), None);
}

#[test]
fn a_group_is_renamed_by_either_generation() {
    let mut bench = with_group();

    form(&mut bench, "/group/refresh.json", "groupId=g&groupName=New");
    let path = "/v4/group-channel/profile/list";
    let name = |bench: &mut Bench| {
        let listed = result(bench, path, &json!({ "channelIds": ["g", "nowhere"] }));
        assert_eq!(listed["profiles"].as_array().unwrap().len(), 1);
        listed["profiles"][0]["name"].clone()
    };
    assert_eq!(name(&mut bench), "New");
    let update = json!({ "channelId": "g", "groupProfile": { "name": "Newer", "age": 1 } });
    result(&mut bench, "/v4/group-channel/profile/update", &update);
    assert_eq!(name(&mut bench), "Newer");
}

#[test]
fn syncing_leaves_a_user_in_these_groups_and_no_others() {
    let mut bench = with_group();

    let body = "userId=alice&group%5Bh%5D=House&group%5Bi%5D=Inn";
    form(&mut bench, "/group/sync.json", body);

    let alice = user("alice");
    let groups = bench.app().groups_of(&alice);
    let groups: Vec<_> = groups.map(|(id, name)| (id.as_str(), name)).collect();
    assert_eq!(groups, [("h", "House"), ("i", "Inn")]);
    assert_eq!(
        code(&call(&mut bench, "/group/sync.json", "userId=alice")),
        (400, 1002)
    );
}

#[test]
fn a_user_is_taken_out_of_all_groups() {
    let mut bench = with_group();
    form(&mut bench, "/group/join.json", "groupId=h&userId=bob");

    let path = "/v4/group-channel/member/kickout-all";
    result(&mut bench, path, &json!({ "userId": "bob" }));

    assert_eq!(bench.app().groups_of(&user("bob")).count(), 0);
}

// server-api.md 8, row 9
#[test]
fn a_muted_member_may_not_send_for_the_time() {
    let mut bench = with_group();
    let bob = bench.online("bob");
    let mute = "groupId=g&userId=bob&minute=10";
    form(&mut bench, "/group/user/gag/add.json", mute);

    assert_eq!(say(&mut bench, bob, GROUP, "g"), 22408);
    let path = "/v4/group-channel/user/mute-list/get";
    assert_eq!(
        result(&mut bench, path, &json!({ "channelId": "g" }))["mutedMembers"],
        json!([{ "userId": "bob", "muteExpiresAt": "2027-01-15 08:10:00" }])
    );
    bench.pass(10 * 60 * 1000);
    assert_eq!(say(&mut bench, bob, GROUP, "g"), 0);
    let listed = form(&mut bench, "/group/user/gag/list.json", "groupId=g");
    assert_eq!(listed["users"], json!([]));
}

#[test]
fn a_user_muted_in_all_groups_may_send_in_none() {
    let mut bench = with_group();
    let bob = bench.online("bob");
    form(
        &mut bench,
        "/group/user/gag/add.json",
        "userId=bob&minute=0",
    );

    assert_eq!(say(&mut bench, bob, GROUP, "g"), 22408);
    let listed = form(&mut bench, "/group/user/gag/list.json", "");
    assert_eq!(listed["users"][0]["userId"], "bob");
    let path = "/v4/group-channel/user/mute-list/remove";
    result(&mut bench, path, &json!({ "userIds": ["bob"] }));
    assert_eq!(say(&mut bench, bob, GROUP, "g"), 0);
}

#[test]
fn in_a_frozen_group_only_the_exempt_may_send() {
    let mut bench = with_group();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    form(&mut bench, "/group/ban/add.json", "groupId=g");
    let exempt = json!({ "channelId": "g", "userIds": ["alice"] });
    result(
        &mut bench,
        "/v4/group-channel/allowed-sender-list/add",
        &exempt,
    );

    assert_eq!(say(&mut bench, alice, GROUP, "g"), 0);
    assert_eq!(say(&mut bench, bob, GROUP, "g"), 22408);
    let frozen = form(&mut bench, "/group/ban/query.json", "");
    assert_eq!(
        frozen["groupinfo"],
        json!([{ "groupId": "g", "stat": "1" }])
    );
    let listed = form(
        &mut bench,
        "/group/user/ban/whitelist/query.json",
        "groupId=g",
    );
    assert_eq!(listed["userIds"], json!(["alice"]));

    let path = "/v4/group-channel/freeze-list/remove";
    result(&mut bench, path, &json!({ "channelIds": ["g"] }));
    assert_eq!(say(&mut bench, bob, GROUP, "g"), 0);
    let path = "/v4/group-channel/freeze-list/get";
    assert_eq!(
        result(&mut bench, path, &json!({ "channelIds": ["g"] }))["freezeStatuses"],
        json!([{ "channelId": "g", "status": 0 }])
    );
}

// The vendor's own tests of its Node SDK do all this and expect success.
#[test]
fn what_is_done_to_a_group_that_is_not_there_is_done_to_nobody() {
    let mut bench = Bench::new();

    for path in [
        "quit",
        "dismiss",
        "refresh",
        "user/gag/add",
        "user/gag/rollback",
        "ban/add",
        "ban/rollback",
        "user/ban/whitelist/add",
    ] {
        let body = "groupId=nowhere&groupName=N&userId=alice&minute=5";
        form(&mut bench, &format!("/group/{path}.json"), body);
    }
    for path in ["user/query", "user/gag/list"] {
        let listed = form(
            &mut bench,
            &format!("/group/{path}.json"),
            "groupId=nowhere",
        );
        assert_eq!(listed["users"], json!([]), "{path}");
    }
    assert_eq!(bench.app().groups().count(), 0);
    let join = json!({ "channelId": "nowhere", "userIds": ["alice"] });
    assert_eq!(
        code(&call_v4(&mut bench, "/v4/group-channel/join", &join)),
        (400, 1002)
    );
}
