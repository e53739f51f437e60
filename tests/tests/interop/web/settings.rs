//! Settings of the user.

use serde_json::json;

use super::World;

#[tokio::test]
async fn quiet_hours_are_kept_until_they_are_taken_back() {
    let Some(world) = World::new("quiet_hours_are_kept_until_they_are_taken_back") else {
        return;
    };
    let (mut alice, mut tablet) = world.pair("alice", "alice").await;
    let hours = json!({ "startTime": "22:00:00", "spanMinutes": 480, "level": 5 });

    alice
        .ask("setNotificationQuietHoursWithSetting", json!([hours]))
        .await;
    let seen = tablet
        .ask("getNotificationQuietHoursSetting", json!([]))
        .await;
    alice
        .ask("removeNotificationQuietHoursSetting", json!([]))
        .await;
    let after = tablet
        .ask("getNotificationQuietHoursSetting", json!([]))
        .await;

    assert_eq!(seen["startTime"], "22:00:00", "{seen}");
    assert_eq!(seen["spanMinutes"], 480);
    assert_eq!(after["spanMinutes"], 0, "{after}");
}
