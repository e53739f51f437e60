//! Bodies as the vendor's SDKs write them, and wrong ones.

use imlink_model::content::{
    Content, ContentError, File, Image, Location, Mentioned, Mentions, Profile, Sound, Text, Voice,
};
use imlink_model::{Body, ObjectName, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

// behaviour.md 13.1, 13.2
#[test]
fn each_type_is_written_with_the_vendors_object_name_and_fields() {
    let written: [(Content, &str, Value); 6] = [
        (
            Text::new("hello").into(),
            "RC:TxtMsg",
            json!({"content": "hello"}),
        ),
        (
            Image::new("https://a/b.jpg").with_thumbnail("/9j/").into(),
            "RC:ImgMsg",
            json!({"imageUri": "https://a/b.jpg", "content": "/9j/"}),
        ),
        (
            File::new("https://a/b", "plan.pdf", 190).into(),
            "RC:FileMsg",
            json!({"fileUrl": "https://a/b", "name": "plan.pdf", "size": 190, "type": "pdf"}),
        ),
        (
            Voice::new("https://a/b.aac", 7).into(),
            "RC:HQVCMsg",
            json!({"remoteUrl": "https://a/b.aac", "duration": 7}),
        ),
        (
            Voice::inside("IyFBTVIK", 2).into(),
            "RC:VcMsg",
            json!({"content": "IyFBTVIK", "duration": 2}),
        ),
        (
            Location::new(39.9139, -116.3917, "Station").unwrap().into(),
            "RC:LBSMsg",
            json!({"latitude": 39.9139, "longitude": -116.3917, "poi": "Station"}),
        ),
    ];

    for (content, name, fields) in written {
        assert_eq!(content.object_name().as_str(), name);
        assert_eq!(value(&content.to_body()), fields, "{name}");
        assert_eq!(parse(name, &fields.to_string()), Ok(content), "{name}");
    }
}

#[test]
fn mentions_extra_and_the_user_travel_with_any_type() {
    let user = Profile {
        id: Some("lei".into()),
        name: Some("Lei".into()),
        portrait: Some("https://a/lei.png".into()),
        ..Profile::default()
    };
    let bob = UserId::new("bob").unwrap();
    let content: Content = Voice::new("https://a/b.aac", 7)
        .mentioning(Mentions::users([bob.clone()]))
        .with_extra("e")
        .with_user(user)
        .into();

    let fields = json!({
        "remoteUrl": "https://a/b.aac", "duration": 7, "extra": "e",
        "mentionedInfo": {"type": 2, "userIdList": ["bob"]},
        "user": {"id": "lei", "name": "Lei", "portrait": "https://a/lei.png"},
    });
    assert_eq!(value(&content.to_body()), fields);
    let mentions = content.attributes().unwrap().mentions.as_ref().unwrap();
    assert!(mentions.concern(&bob));
    assert!(!mentions.concern(&UserId::new("mei").unwrap()));
    assert!(Mentions::all().concern(&bob));
}

#[test]
fn what_sdks_write_in_another_way_is_read_too() {
    let file = json!({"name": "a", "size": "190", "fileUrl": "u", "type": null, "extra": null});
    let Ok(Content::File(file)) = parse("RC:FileMsg", &file.to_string()) else {
        panic!("not a file");
    };
    assert_eq!(
        (file.size, file.kind, file.attributes.extra),
        (190, None, None)
    );

    let all =
        r#"{"content":"hi","mentionedInfo":{"type":1,"userIdList":[],"mentionedContent":"p"}}"#;
    let Ok(Content::Text(text)) = parse("RC:TxtMsg", all) else {
        panic!("not a text");
    };
    let mentions = text.attributes.mentions.unwrap();
    assert_eq!(mentions.whom, Mentioned::All);
    assert_eq!(mentions.push.as_deref(), Some("p"));
    assert_eq!(mentions.other.get("userIdList"), Some("[]"));

    let voice = r#"{"content":"IyFBTVIK","duration":"3"}"#;
    let Ok(Content::Voice(voice)) = parse("RC:VcMsg", voice) else {
        panic!("not a voice");
    };
    assert_eq!(voice.sound, Sound::Inside("IyFBTVIK".into()));
    assert_eq!(voice.seconds, 3);
}

#[test]
fn a_wrong_body_is_an_error_that_names_the_field_and_repeats_nothing() {
    for (name, body, said) in [
        ("RC:TxtMsg", "canary", "the body is not a JSON object"),
        (
            "RC:TxtMsg",
            r#"["canary"]"#,
            "the body is not a JSON object",
        ),
        ("RC:TxtMsg", "", "the body is not a JSON object"),
        ("RC:TxtMsg", "{}", "the body has no field content"),
        (
            "RC:TxtMsg",
            r#"{"content":null}"#,
            "the body has no field content",
        ),
        (
            "RC:TxtMsg",
            r#"{"content":["canary"]}"#,
            "the field content is not a text",
        ),
        (
            "RC:TxtMsg",
            r#"{"content":"hi","extra":{"canary":1}}"#,
            "the field extra is not a text",
        ),
        (
            "RC:TxtMsg",
            r#"{"content":"hi","mentionedInfo":"canary"}"#,
            "the field mentionedInfo is not an object",
        ),
        (
            "RC:TxtMsg",
            r#"{"content":"hi","mentionedInfo":{"type":3}}"#,
            "the field mentionedInfo.type is not 1 for all or 2 for users",
        ),
        (
            "RC:TxtMsg",
            r#"{"content":"hi","mentionedInfo":{"type":2,"userIdList":"canary"}}"#,
            "the field mentionedInfo.userIdList is not a list of texts",
        ),
        (
            "RC:TxtMsg",
            r#"{"content":"hi","mentionedInfo":{"type":2,"userIdList":[""]}}"#,
            "the field mentionedInfo.userIdList is not user ids",
        ),
        (
            "RC:TxtMsg",
            r#"{"content":"hi","user":{"name":7}}"#,
            "the field user.name is not a text",
        ),
        (
            "RC:ImgMsg",
            r#"{"content":"canary"}"#,
            "the body has no field imageUri",
        ),
        (
            "RC:FileMsg",
            r#"{"fileUrl":"canary","name":"canary","size":-1}"#,
            "the field size is not a number of bytes",
        ),
        (
            "RC:HQVCMsg",
            r#"{"remoteUrl":"canary","duration":"canary"}"#,
            "the field duration is not a number of whole seconds",
        ),
        (
            "RC:LBSMsg",
            r#"{"latitude":"inf","longitude":1,"poi":"canary"}"#,
            "the field latitude is not a number of degrees",
        ),
        (
            "RC:LBSMsg",
            r#"{"latitude":1,"longitude":1e999,"poi":"canary"}"#,
            "the field longitude is not a number of degrees",
        ),
    ] {
        let error = parse(name, body).unwrap_err();

        assert_eq!(error.to_string(), said, "{body}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}

#[test]
fn a_place_that_is_no_number_is_refused() {
    let error = Location::new(1.0, f64::NAN, "nowhere").unwrap_err();

    assert_eq!(
        error.to_string(),
        "the field longitude is not a number of degrees"
    );
}

// behaviour.md 13.1
#[test]
fn a_type_of_an_apps_own_is_any_json_under_a_name_of_its_own() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Card {
        title: String,
        stars: u8,
    }
    let card = Card {
        title: "canary".into(),
        stars: 5,
    };
    let name = ObjectName::custom("app:card").unwrap();

    let content = Content::custom(name.clone(), &card).unwrap();
    let read = Content::parse(&name, &content.to_body()).unwrap();

    assert_eq!(read, content);
    assert_eq!(read.object_name(), name);
    assert_eq!(read.json(), Ok(card));
    let unlike = read.json::<Vec<u8>>().unwrap_err();
    assert!(matches!(unlike, ContentError::Unlike { line: 1, .. }));
    let said = format!("{unlike} {unlike:?} {read:?}");
    assert!(!said.contains("canary"), "{said}");
    let reserved = ObjectName::new("RC:Card").unwrap();
    let refused = Content::custom(reserved, &1);
    assert_eq!(refused, Err(ContentError::Reserved));
    assert!(ObjectName::custom("RC:Card").is_err());
    assert!(ObjectName::custom("x".repeat(33)).is_err());
}

#[test]
fn types_unknown_here_pass_through_whole() {
    let name = ObjectName::new("RC:SightMsg").unwrap();
    let body = Body::new("{\"sightUrl\" : 1.50,  \"x\":1}");

    let content = Content::parse(&name, &body).unwrap();

    assert_eq!(content, Content::Other(name.clone(), body.clone()));
    assert_eq!((content.object_name(), content.to_body()), (name, body));
}

// F-K10
#[test]
fn debug_shows_no_texts() {
    let canary = || "canary".to_owned();
    let user = Profile {
        id: Some(canary()),
        name: Some(canary()),
        ..Profile::default()
    };
    let mut mentions = Mentions::all();
    mentions.push = Some(canary());
    let text = Text::new(canary())
        .mentioning(mentions)
        .with_extra(canary())
        .with_user(user);
    let contents: [Content; 6] = [
        text.into(),
        Image::new(canary()).with_thumbnail(canary()).into(),
        File::new(canary(), "canary.canary", 7).into(),
        Voice::new(canary(), 1).into(),
        Voice::inside(canary(), 1).into(),
        Location::new(1.0, 2.0, canary()).unwrap().into(),
    ];
    let other = parse("RC:TxtMsg", r#"{"content":"canary","canary":"canary"}"#);

    let shown = format!("{contents:?} {other:?}");

    assert!(!shown.contains("canary"), "{shown}");
}

fn parse(object_name: &str, body: &str) -> Result<Content, ContentError> {
    Content::parse(&ObjectName::new(object_name).unwrap(), &Body::new(body))
}

fn value(body: &Body) -> Value {
    serde_json::from_str(body.as_str()).unwrap()
}
