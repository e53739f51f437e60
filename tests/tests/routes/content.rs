//! What messages say, from one user's app to another's, and whom it mentions.

use imlink::content::{Content, File, Image, Location, Mentions, Text, Voice};
use imlink::{
    Client, Conversation, Millis, ObjectName, Outcome, Outgoing, Subscription, TargetId, Unread,
};
use imlink_sandbox::{Draft, Sandbox, SenderCopy, Target};
use imlink_tests::cloud::{user, with};
use imlink_tests::{App, Setup, cloud, within};

use crate::IMLINK;

// issue 4: typed helpers for text, image, file, voice, location and custom JSON
#[tokio::test]
async fn content_of_every_type_comes_out_as_it_went_in() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let lei = App::connected(&setup, &cloud, "notes", "lei").await;
    let han = App::connected(&setup, &cloud, "phone", "han").await;
    let mut inbox = han.client.subscribe("inbox").await.unwrap();
    let card = ObjectName::custom("app:card").unwrap();
    let said: [Content; 7] = [
        Text::new("网络连接").with_extra("e").into(),
        Image::new("https://a/b.jpg").with_thumbnail("/9j/").into(),
        File::new("https://a/b", "plan.pdf", 190).into(),
        Voice::new("https://a/b.aac", 7).into(),
        Voice::inside("IyFBTVIK", 2).into(),
        Location::new(39.9139, 116.3917, "Station").unwrap().into(),
        Content::custom(card, &["any", "JSON"]).unwrap(),
    ];

    for content in &said {
        let message = Outgoing::content(with("han"), content.clone());
        let receipt = within("send", lei.client.send(message)).await.unwrap();
        let outcome = within("its fate", receipt.outcome()).await.unwrap();
        assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
        assert_eq!(next(&mut inbox).await, *content);
    }

    assert_eq!(unread(&han.client).await.messages, 7, "every one counts");
    let found = han.client.search("plan", None, None, 10).await.unwrap();
    assert_eq!(found.messages[0].content().unwrap(), said[2]);
}

// behaviour.md 13.6
#[tokio::test]
async fn a_mention_counts_for_those_it_names_and_for_everybody_only_if_it_names_all() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let hikers = TargetId::new("hikers").unwrap();
    let members = ["lei", "han", "mei"].map(user);
    cloud.with_app(|app| app.join_group(&hikers, Some("Hikers"), members, Millis(0)));
    let _daemon = setup.start();
    let lei = App::connected(&setup, &cloud, "notes", "lei").await;
    let mut inbox = lei.client.subscribe("inbox").await.unwrap();
    let mut counts = Vec::new();

    for mentions in [
        Mentions::users([user("mei")]),
        Mentions::users([user("mei"), user("lei")]),
        Mentions::all(),
    ] {
        let text = Text::new("who?").mentioning(mentions);
        say(&cloud, "han", &hikers, &text.clone().into());
        assert_eq!(next(&mut inbox).await, text.into());
        let Unread { messages, mentions } = unread(&lei.client).await;
        counts.push((messages, mentions));
    }
    // What the user himself said mentions nobody to him.
    let own = Text::new("me").mentioning(Mentions::all());
    let own = Outgoing::content(Conversation::group(hikers), own);
    let receipt = within("send", lei.client.send(own)).await.unwrap();
    within("its fate", receipt.outcome()).await.unwrap();
    next(&mut inbox).await;
    let Unread { messages, mentions } = unread(&lei.client).await;
    counts.push((messages, mentions));

    assert_eq!(counts, [(1, 0), (2, 1), (3, 2), (3, 2)]);
}

/// Has one member of a group say something to the others.
fn say(cloud: &Sandbox, from: &str, group: &TargetId, content: &Content) {
    let to = Target::Group(group.clone());
    let (name, body) = (content.object_name(), content.to_body());
    let draft = Draft::new(user(from), to, name.as_str(), body.as_str());
    cloud.publish_draft(draft, SenderCopy::Excluded);
}

async fn next(inbox: &mut Subscription) -> Content {
    let delivery = within("a message", inbox.next()).await.unwrap().unwrap();
    delivery.acknowledge();
    delivery.message().content().unwrap()
}

async fn unread(client: &Client) -> Unread {
    within("what is unread", client.unread()).await.unwrap()
}
