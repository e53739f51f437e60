//! System messages: to one, to all, from app servers only.

use imlink_model::{Conversation, ConversationKind, Millis};
use imlink_sandbox::{Audience, Draft, HistoryOrder, Recall, SenderCopy, Target};
use imlink_wire::{proto::encode_body, topic};

use crate::bench::{Bench, notified, text_body, user};

#[test]
fn a_system_message_reaches_its_one_receiver() {
    let mut bench = Bench::new();
    let bob = bench.online("bob");
    let now = bench.now;
    let to = Target::System(user("bob"));
    let draft = Draft::new(user("news"), to, "RC:TxtMsg", "{}");

    let uid = bench.app().publish_as(draft, SenderCopy::Excluded, now);

    assert_eq!(notified(&bench.heard(bob)).len(), 1);
    let pulled = bench.pull(bob, 0, 0).list;
    assert_eq!(pulled.len(), 1);
    assert_eq!(pulled[0].r#type, 6);
    assert_eq!(pulled[0].from_user_id, "news");
    assert_eq!(pulled[0].msg_id, Some(uid));
}

#[test]
fn a_client_sends_no_system_message() {
    let mut bench = Bench::new();
    let alice = bench.online("alice");

    let body = encode_body(&text_body("x"));
    bench.publish(alice, topic::SYSTEM, "alice", body);

    assert_eq!(bench.acks(alice)[0].status, 20109);
    assert_eq!(bench.app().stored(&user("alice")), []);
}

#[test]
fn a_broadcast_is_in_every_mailbox_under_one_uid_and_time() {
    let mut bench = Bench::new();
    let (alice, bob) = (bench.online("alice"), bench.online("bob"));
    bench.token("offline");
    let busy = bench.say_acked(alice, "bob", "x").time;
    bench.heard(bob);
    let now = bench.now;

    let uid =
        bench
            .app()
            .publish_broadcast(&user("news"), &text_body("hi"), Audience::Everyone, now);

    assert_eq!(notified(&bench.heard(bob)).len(), 1);
    for name in ["alice", "bob", "offline"] {
        let stored = bench.app().stored(&user(name)).pop().unwrap();
        assert_eq!(stored.uid, uid);
        assert_eq!(stored.to, Target::System(user(name)));
        assert!(stored.time.0 > busy, "later than all there was");
    }
    let pulled = bench.pull(bob, busy, busy);
    assert_eq!(pulled.list.len(), 1);
    assert_eq!(pulled.list[0].r#type, 6);
    assert_eq!(bench.pull(bob, pulled.sync_time, busy).list, []);
}

#[test]
fn a_broadcast_to_who_is_online_is_for_nobody_else() {
    let mut bench = Bench::new();
    bench.online("bob");
    bench.token("offline");
    bench.online("news");
    let now = bench.now;

    bench
        .app()
        .publish_broadcast(&user("news"), &text_body("hi"), Audience::Online, now);

    let counts = ["bob", "offline", "news"].map(|name| bench.app().stored(&user(name)).len());
    assert_eq!(counts, [1, 0, 0], "the sender is not meant either");
}

#[test]
fn a_deleted_user_gets_no_broadcast() {
    let mut bench = Bench::new();
    bench.token("bob");
    let now = bench.now;
    bench.app().delete_user(&user("bob"), now);

    let audience = Audience::Everyone;
    bench
        .app()
        .publish_broadcast(&user("news"), &text_body("hi"), audience, now);

    assert_eq!(bench.app().stored(&user("bob")), []);
}

#[test]
fn a_broadcast_is_recalled_from_who_got_it() {
    let mut bench = Bench::new();
    let bob = bench.online("bob");
    bench.token("offline");
    let now = bench.now;
    let (news, audience) = (user("news"), Audience::Online);
    let app = bench.app();
    let uid = app.publish_broadcast(&news, &text_body("hi"), audience, now);
    let recall = Recall {
        from: news.clone(),
        to: Target::System(news.clone()),
        uid: uid.clone(),
        sent: app.stored(&user("bob"))[0].time,
        by_admin: false,
        without_trace: true,
        extra: None,
    };

    let told = app.recall_broadcast(&recall, now);

    assert_eq!(notified(&bench.heard(bob)).len(), 2);
    let pulled = bench.pull(bob, 0, 0).list;
    assert_eq!(pulled.len(), 2);
    assert_eq!(pulled[1].classname, "RC:RcCmd");
    assert_eq!(pulled[1].msg_id, Some(told));
    assert!(pulled[1].content.contains(&uid));
    assert_eq!(bench.app().stored(&user("offline")), []);
    let conversation = Conversation {
        kind: ConversationKind::System,
        target: news.into(),
        channel: None,
    };
    let (end, order) = (Millis(i64::MAX), HistoryOrder::Older);
    let kept = bench
        .app()
        .history(&user("bob"), &conversation, end, order, 9);
    assert_eq!(kept.len(), 1, "the broadcast is gone");
    assert_eq!(kept[0].object_name, "RC:RcCmd");
}
