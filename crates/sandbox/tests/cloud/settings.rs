//! User settings: tags, translation, quiet hours.

use imlink_sandbox::LinkId;
use imlink_wire::{
    ServerPacket,
    proto::{
        AddUnpushPeriodInput, DeleteUnpushPeriodInput, PullUserSettingInput, PullUserSettingOutput,
        QueryUnpushPeriodInput, QueryUnpushPeriodOutput, SessionTagAddInput, SessionTagDelInput,
        SessionTagItem, SetUserSettingInput, SetUserSettingOutput, UserSettingItem,
        UserSettingNotification, decode_body, encode_body,
    },
    topic,
};

use crate::bench::Bench;

#[test]
fn a_setting_made_on_one_device_is_pulled_by_the_other_after_a_notification() {
    let mut bench = Bench::new();
    let (one, two) = (bench.online("alice"), bench.online("alice"));

    let set = translate(&mut bench, one, 0, "en");

    let heard = bench.heard(two);
    let [ServerPacket::Publish { topic, body, .. }] = &heard[..] else {
        panic!("{heard:?}")
    };
    assert_eq!(topic, "s_us");
    let news: UserSettingNotification = decode_body(body.clone()).unwrap();
    assert_eq!(news.version, set.version);
    assert!(bench.heard(one).is_empty());
    let pulled = pull(&mut bench, two, 0);
    assert_eq!(pulled.version, set.version);
    assert_eq!(texts(&pulled.items), [("transLan", "en")]);
}

#[test]
fn only_what_is_newer_is_pulled_and_no_version_is_lowered() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let first = translate(&mut bench, alice, 0, "en").version;
    let asked = SetUserSettingInput {
        version: first,
        value: "1".to_owned(),
        ignore_version: Some(true),
    };
    let second: SetUserSettingOutput = bench.ask(alice, topic::SET_AUTOMATIC_TRANSLATION, &asked);

    assert!(second.version > first);
    assert_eq!(second.update_version, Some(true));
    let newer = pull(&mut bench, alice, first);
    assert_eq!(texts(&newer.items), [("autoTrans", "1")]);
    let ahead = second.version + 1_000_000;
    let nothing = pull(&mut bench, alice, ahead);
    assert_eq!((nothing.items.len(), nothing.version), (0, ahead));
    assert_eq!(
        translate(&mut bench, alice, 0, "zh").update_version,
        Some(false),
        "who has not seen the change before may not take the version"
    );
}

#[test]
fn tags_are_made_renamed_and_ended_as_one_setting() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");

    make(&mut bench, alice, &["work"]);
    let made = bench.now.0;
    bench.pass(1000);
    make(&mut bench, alice, &["work", "home"]);

    let items = pull(&mut bench, alice, 0).items;
    let [tags] = &items[..] else {
        panic!("{items:?}")
    };
    let seen: Vec<_> = tags
        .tags
        .iter()
        .map(|tag| (tag.tag_id.as_str(), tag.created_time))
        .collect();
    assert_eq!(tags.key, "Tag");
    assert_eq!(seen, [("home", Some(made + 1000)), ("work", Some(made))]);

    let version = pull(&mut bench, alice, 0).version;
    let asked = SessionTagDelInput {
        version,
        tags: vec![tag("home")],
        ignore_version: Some(true),
    };
    let _: SetUserSettingOutput = bench.ask(alice, topic::END_TAGS, &asked);
    let items = pull(&mut bench, alice, version).items;
    assert_eq!(items[0].tags.len(), 1);
}

#[test]
fn there_are_twenty_tags_at_most() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let names: Vec<_> = (0..20).map(|number| number.to_string()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    make(&mut bench, alice, &names);

    make(&mut bench, alice, &["3"]);
    let asked = SessionTagAddInput {
        version: 0,
        tags: vec![tag("one too many")],
        ignore_version: Some(true),
    };
    let (status, _) = bench.query(alice, topic::MAKE_TAGS, encode_body(&asked));

    assert_eq!(status, 26004);
    assert_eq!(pull(&mut bench, alice, 0).items[0].tags.len(), 20);
}

#[test]
fn quiet_hours_are_set_told_and_ended() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");
    let ask = |bench: &mut Bench| -> QueryUnpushPeriodOutput {
        bench.ask(
            alice,
            topic::QUIET_HOURS,
            &QueryUnpushPeriodInput::default(),
        )
    };
    assert_eq!(ask(&mut bench).is_unpush, 0);

    let hours = AddUnpushPeriodInput {
        start_time: "23:00:00".to_owned(),
        span_minutes: 480,
        level: Some(5),
        timezone: Some("Asia/Shanghai".to_owned()),
    };
    assert_eq!(
        bench
            .query(alice, topic::SET_QUIET_HOURS, encode_body(&hours))
            .0,
        0
    );

    let told = ask(&mut bench);
    assert_eq!((told.is_unpush, told.span_minutes), (1, Some(480)));
    assert_eq!(told.start_time.as_deref(), Some("23:00:00"));
    assert_eq!(told.timezone.as_deref(), Some("Asia/Shanghai"));
    let end = encode_body(&DeleteUnpushPeriodInput::default());
    assert_eq!(bench.query(alice, topic::END_QUIET_HOURS, end).0, 0);
    assert_eq!(ask(&mut bench).is_unpush, 0);
}

fn translate(bench: &mut Bench, link: LinkId, version: i64, to: &str) -> SetUserSettingOutput {
    let asked = SetUserSettingInput {
        version,
        value: to.to_owned(),
        ignore_version: Some(true),
    };
    bench.ask(link, topic::SET_LANGUAGE, &asked)
}

fn make(bench: &mut Bench, link: LinkId, names: &[&str]) {
    let asked = SessionTagAddInput {
        version: 0,
        tags: names.iter().map(|name| tag(name)).collect(),
        ignore_version: Some(true),
    };
    let _: SetUserSettingOutput = bench.ask(link, topic::MAKE_TAGS, &asked);
}

fn tag(name: &str) -> SessionTagItem {
    SessionTagItem {
        tag_id: name.to_owned(),
        name: Some(name.to_uppercase()),
        ..SessionTagItem::default()
    }
}

fn pull(bench: &mut Bench, link: LinkId, version: i64) -> PullUserSettingOutput {
    let asked = PullUserSettingInput {
        version,
        ..PullUserSettingInput::default()
    };
    bench.ask(link, topic::PULL_USER_SETTINGS, &asked)
}

fn texts(items: &[UserSettingItem]) -> Vec<(&str, &str)> {
    let texts = items.iter();
    texts
        .map(|item| (item.key.as_str(), std::str::from_utf8(&item.value).unwrap()))
        .collect()
}
