//! Nothing is lost on the way through.

use std::collections::BTreeMap;

use imlink_model::content::{
    Attributes, Content, File, Image, Location, Mentioned, Mentions, Profile, Text, Voice,
};
use imlink_model::{Body, ObjectName, UserId};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::value::RawValue;

proptest! {
    #[test]
    fn content_is_read_as_it_was_written(content in content()) {
        let body = content.to_body();

        prop_assert_eq!(Content::parse(&content.object_name(), &body), Ok(content));
    }

    /// Numbers of any length and precision included: they are compared as they are written.
    #[test]
    fn fields_without_a_name_here_come_out_as_they_went_in(
        content in content(),
        others in btree_map("x[a-z]{1,6}", json(), 0..5),
    ) {
        let mut fields = fields(content.to_body().as_str());
        fields.extend(others);
        let body = Body::new(serde_json::to_string(&fields.iter().map(|(name, value)| {
            (name, RawValue::from_string(value.clone()).unwrap())
        }).collect::<BTreeMap<_, _>>()).unwrap());

        let read = Content::parse(&content.object_name(), &body).unwrap();

        prop_assert_eq!(self::fields(read.to_body().as_str()), fields);
    }

    #[test]
    fn no_body_panics(name in object_name(), body: String) {
        let _ = Content::parse(&name, &Body::new(body));
    }

    #[test]
    fn no_json_panics(name in object_name(), fields in btree_map(field(), json(), 0..6)) {
        let fields: Vec<String> = fields
            .into_iter()
            .map(|(name, value)| format!("{name:?}:{value}"))
            .collect();
        let body = Body::new(format!("{{{}}}", fields.join(",")));

        if let Ok(content) = Content::parse(&name, &body) {
            prop_assert_eq!(Content::parse(&name, &content.to_body()), Ok(content));
        }
    }
}

fn content() -> impl Strategy<Value = Content> {
    let text = any::<String>;
    prop_oneof![
        (text(), attributes()).prop_map(|(text, attributes)| Text { text, attributes }.into()),
        (text(), option::of(text()), attributes()).prop_map(|(url, thumbnail, attributes)| {
            Image {
                url,
                thumbnail,
                attributes,
            }
            .into()
        }),
        (
            text(),
            text(),
            any::<u64>(),
            option::of(text()),
            attributes()
        )
            .prop_map(|(url, name, size, kind, attributes)| {
                File {
                    url,
                    name,
                    size,
                    kind,
                    attributes,
                }
                .into()
            }),
        (text(), any::<u32>(), any::<bool>(), attributes()).prop_map(
            |(sound, seconds, inside, attributes)| {
                let voice = if inside {
                    Voice::inside(sound, seconds)
                } else {
                    Voice::new(sound, seconds)
                };
                Voice {
                    attributes,
                    ..voice
                }
                .into()
            }
        ),
        (
            degrees(),
            degrees(),
            text(),
            option::of(text()),
            attributes()
        )
            .prop_map(|(latitude, longitude, name, thumbnail, attributes)| {
                let mut place = Location::new(latitude, longitude, name).unwrap();
                place.thumbnail = thumbnail;
                place.attributes = attributes;
                place.into()
            }),
    ]
}

fn degrees() -> impl Strategy<Value = f64> {
    use proptest::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    NEGATIVE | POSITIVE | NORMAL | SUBNORMAL | ZERO
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let text = || option::of(any::<String>());
    let user = (text(), text(), text(), text(), text());
    let user = user.prop_map(|(id, name, portrait, alias, extra)| Profile {
        id,
        name,
        portrait,
        alias,
        extra,
        ..Profile::default()
    });
    let users = vec("[a-z]{1,8}", 0..4).prop_map(|users| {
        Mentions::users(users.into_iter().map(|user| UserId::new(user).unwrap())).whom
    });
    let mentions = (prop_oneof![Just(Mentioned::All), users], text());
    let mentions = mentions.prop_map(|(whom, push)| Mentions {
        whom,
        push,
        ..Mentions::all()
    });
    (option::of(mentions), text(), option::of(user)).prop_map(|(mentions, extra, user)| {
        Attributes {
            mentions,
            extra,
            user,
            ..Attributes::default()
        }
    })
}

/// The text of some JSON value that is not `null`.
fn json() -> impl Strategy<Value = String> {
    let simple = prop_oneof![
        Just("true".to_owned()),
        "-?[1-9][0-9]{0,40}(\\.[0-9]{1,30})?(e[+-]?[1-9])?",
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    simple.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|list| format!("[{}]", list.join(","))),
            btree_map("[a-z]{1,4}", inner, 0..4).prop_map(|fields| {
                let fields = fields
                    .iter()
                    .map(|(name, value)| format!("{name:?}: {value}"));
                format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
            }),
        ]
    })
}

/// The fields of an object, each as it is written.
fn fields(body: &str) -> BTreeMap<String, String> {
    let fields: BTreeMap<String, Box<RawValue>> = serde_json::from_str(body).unwrap();
    fields
        .into_iter()
        .map(|(name, value)| (name, value.get().to_owned()))
        .collect()
}

fn object_name() -> impl Strategy<Value = ObjectName> {
    prop::sample::select(vec![
        "RC:TxtMsg",
        "RC:ImgMsg",
        "RC:FileMsg",
        "RC:VcMsg",
        "RC:HQVCMsg",
        "RC:LBSMsg",
        "app:any",
    ])
    .prop_map(|name| ObjectName::new(name).unwrap())
}

fn field() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "content",
        "imageUri",
        "fileUrl",
        "name",
        "size",
        "type",
        "duration",
        "remoteUrl",
        "latitude",
        "longitude",
        "poi",
        "extra",
        "user",
        "mentionedInfo",
        "userIdList",
        "other",
    ])
    .prop_map(str::to_owned)
}
