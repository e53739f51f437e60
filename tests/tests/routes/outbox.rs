//! What becomes of messages that cannot go at once: they wait, are taken back, given up, sent
//! again, and share what the cloud takes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use imlink::{
    Client, ClientMessageId, Code, ConnectionStatus, Event, Outcome, Outgoing, Resend, SendReceipt,
    SendState,
};
use imlink_sandbox::{Ending, Fault, Lasting, Rate, Sandbox, Scope};
use imlink_tests::cloud::{mailbox, user, with, words};
use imlink_tests::{App, Setup, cloud, soon, within};
use tokio::task::JoinSet;

use crate::IMLINK;

/// A message under an id that is its words.
fn message(to: &str, said: &str) -> Outgoing {
    Outgoing::text(with(to), said).with_client_id(id(said))
}

fn id(said: &str) -> ClientMessageId {
    ClientMessageId::new(said).unwrap()
}

async fn send(client: &Client, message: Outgoing) -> SendReceipt {
    within("send", client.send(message)).await.unwrap()
}

async fn outcome(receipt: &SendReceipt) -> Outcome {
    within("its fate", receipt.outcome()).await.unwrap()
}

/// What an app's outbox shows, page by page.
async fn listed(client: &Client) -> Vec<(String, SendState)> {
    let mut all = Vec::new();
    let mut behind = None;
    loop {
        let page = within("a page", client.outbox(behind, 2)).await.unwrap();
        behind = page.entries.last().map(|entry| entry.id).or(behind);
        let entries = page.entries.into_iter();
        all.extend(entries.map(|entry| (words(entry.body.as_str()), entry.state)));
        if !page.more {
            return all;
        }
    }
}

fn state(said: &str, state: SendState) -> (String, SendState) {
    (said.to_owned(), state)
}

/// Takes the cloud away until it is accepted again.
async fn go_offline(cloud: &Sandbox, app: &mut App) {
    cloud.refuse_connections().unwrap();
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    app.shows(ConnectionStatus::Suspend).await;
}

// Issue 4, "rows wait while offline"; F-I27, F-I37, P30
#[tokio::test]
async fn what_is_sent_offline_waits_over_a_restart_and_can_be_taken_back() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    let other = App::connected(&setup, &cloud, "mail", "lei").await;
    go_offline(&cloud, &mut app).await;
    let mut receipts = Vec::new();
    for said in ["one", "two", "three"] {
        receipts.push(send(&app.client, message("han", said)).await);
    }

    let waiting = ["one", "two", "three"].map(|said| state(said, SendState::Queued));
    assert_eq!(listed(&app.client).await, waiting);
    assert_eq!(listed(&other.client).await, [], "another app's own");
    let history = app.client.history(with("han"), None, 10).await.unwrap();
    assert!(history.entries.is_empty(), "nothing of it was said yet");
    let not_theirs = within("refused", other.client.withdraw(id("two"))).await;
    assert_eq!(not_theirs.unwrap_err().code(), Code::LOCAL_NO_MESSAGE);
    for _ in 0..2 {
        within("withdraw", app.client.withdraw(id("two")))
            .await
            .unwrap();
    }
    let code = Code::LOCAL_WITHDRAWN;
    assert_eq!(outcome(&receipts[1]).await, Outcome::Failed { code });

    daemon.kill();
    let _daemon = setup.start();
    app.sees("the next daemon", |event| {
        matches!(
            event,
            Event::Attached {
                reattached: true,
                ..
            }
        )
        .then_some(())
    })
    .await;
    let waiting = ["one", "three"].map(|said| state(said, SendState::Queued));
    assert_eq!(listed(&app.client).await, waiting);
    cloud.accept_connections().unwrap();

    for receipt in [&receipts[0], &receipts[2]] {
        let outcome = outcome(receipt).await;
        assert!(matches!(outcome, Outcome::Sent { .. }), "{outcome:?}");
    }
    assert_eq!(mailbox(&cloud, "han"), ["one", "three"]);
    assert_eq!(listed(&app.client).await, []);
    let too_late = within("refused", app.client.withdraw(id("one"))).await;
    assert_eq!(too_late.unwrap_err().code(), Code::LOCAL_TOO_LATE);
    let unknown = within("refused", app.client.resend(id("nothing"))).await;
    assert_eq!(unknown.unwrap_err().code(), Code::LOCAL_NO_MESSAGE);
}

// Issue 4, "bounded, refusing before accepting"
#[tokio::test]
async fn a_full_outbox_refuses_what_is_new_until_something_is_taken_back() {
    /// Messages that an account's outbox holds (docs/delivery.md).
    const HELD: usize = 10_000;
    /// Below the requests that a daemon takes at a time.
    const AT_ONCE: usize = 200;
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    go_offline(&cloud, &mut app).await;
    for first in (0..HELD).step_by(AT_ONCE) {
        let mut sends = JoinSet::new();
        for n in first..first + AT_ONCE {
            let client = app.client.clone();
            sends.spawn(async move { client.send(message("han", &n.to_string())).await.map(drop) });
        }
        for sent in within("accepted", sends.join_all()).await {
            sent.unwrap();
        }
    }

    let refused = within("refused", app.client.send(message("han", "more"))).await;
    let known = within("known", app.client.send(message("han", "7"))).await;
    let page = within("a page", app.client.outbox(None, 200))
        .await
        .unwrap();
    let unknown = within("asked", app.client.send_state(id("more"))).await;
    within("withdraw", app.client.withdraw(id("7")))
        .await
        .unwrap();
    let accepted = within("accepted", app.client.send(message("han", "more"))).await;

    assert_eq!(refused.unwrap_err().code(), Code::LOCAL_QUOTA);
    assert!(!known.unwrap().is_new(), "what was accepted is not refused");
    assert_eq!((page.entries.len(), page.more), (200, true));
    assert_eq!(unknown.unwrap(), None, "nothing of it was kept");
    assert!(accepted.unwrap().is_new());
}

/// Has the cloud lose the next message of that user, and not answer: nobody can ever say what
/// became of it.
fn lose_the_next(cloud: &Sandbox, name: &str) {
    for fault in [Fault::SwallowMessage, Fault::DropAck] {
        cloud.add_fault(fault, Scope::User(user(name)), Lasting::ONCE);
    }
}

/// Sends a message that gets lost, and has the link drop.
async fn send_into_doubt(cloud: &Sandbox, app: &mut App, message: Outgoing) -> SendReceipt {
    lose_the_next(cloud, "lei");
    let lost = cloud.counters().messages + 1;
    let receipt = send(&app.client, message).await;
    soon("the cloud has it", || {
        (cloud.counters().messages >= lost).then_some(())
    })
    .await;
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    app.shows(ConnectionStatus::Suspend).await;
    receipt
}

async fn synchronized(app: &mut App) {
    app.sees("everything that waited", |event| {
        matches!(event, Event::Synchronized).then_some(())
    })
    .await;
}

// P17; F-S19: absence from what the cloud shows is no proof
#[tokio::test]
async fn a_message_in_doubt_stays_so_until_its_app_gives_it_up_or_sends_it_again() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    synchronized(&mut app).await;
    let given_up = send_into_doubt(&cloud, &mut app, message("han", "given up")).await;
    synchronized(&mut app).await;
    let again = send_into_doubt(&cloud, &mut app, message("mei", "again")).await;
    let behind = send(&app.client, message("mei", "behind it")).await;
    synchronized(&mut app).await;

    assert_eq!(outcome(&given_up).await, Outcome::InDoubt);
    assert_eq!(outcome(&again).await, Outcome::InDoubt);
    // It has been looked for, and those behind it go on.
    let sent = outcome(&behind).await;
    assert!(matches!(sent, Outcome::Sent { .. }), "{sent:?}");
    let doubts = ["given up", "again"].map(|said| state(said, SendState::InDoubt));
    assert_eq!(listed(&app.client).await, doubts);

    within("withdraw", app.client.withdraw(id("given up")))
        .await
        .unwrap();
    within("resend", app.client.resend(id("again")))
        .await
        .unwrap();

    let code = Code::LOCAL_WITHDRAWN;
    assert_eq!(outcome(&given_up).await, Outcome::Failed { code });
    app.sees("its end", |event| match event {
        Event::SendResult {
            client_id,
            state: SendState::Sent { .. },
            ..
        } if *client_id == id("again") => Some(()),
        _ => None,
    })
    .await;
    assert!(matches!(outcome(&again).await, Outcome::Sent { .. }));
    assert_eq!(mailbox(&cloud, "mei"), ["behind it", "again"]);
    assert_eq!(mailbox(&cloud, "han"), Vec::<String>::new());
    let too_late = within("refused", app.client.resend(id("again"))).await;
    assert_eq!(too_late.unwrap_err().code(), Code::LOCAL_TOO_LATE);
}

// P17: `resend`
#[tokio::test]
async fn what_may_arrive_twice_is_sent_again_and_what_is_tried_once_is_not() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    synchronized(&mut app).await;
    let always = message("han", "rather twice").with_resend(Resend::Always);

    send_into_doubt(&cloud, &mut app, always).await;
    let mut states = Vec::new();
    app.sees("its end", |event| match event {
        Event::SendResult {
            client_id, state, ..
        } if *client_id == id("rather twice") => {
            states.push(state.clone());
            matches!(state, SendState::Sent { .. }).then_some(())
        }
        _ => None,
    })
    .await;
    let too_fast = Fault::Topic {
        topic: "ppMsgP".into(),
        status: 20_604,
    };
    cloud.add_fault(too_fast, Scope::Everyone, Lasting::ONCE);
    let never = message("han", "once at most").with_resend(Resend::Never);
    let never = send(&app.client, never).await;

    assert!(
        matches!(
            states[..],
            [
                SendState::InDoubt,
                SendState::Queued,
                SendState::Sent { .. }
            ]
        ),
        "{states:?}"
    );
    let code = Code::SEND_FREQUENCY_TOO_FAST;
    assert_eq!(outcome(&never).await, Outcome::Failed { code });
    assert_eq!(mailbox(&cloud, "han"), ["rather twice"]);
    let refused = state("once at most", SendState::Failed { code });
    assert_eq!(listed(&app.client).await, [refused]);
}

// Issue 4, "conversations independent"
#[tokio::test]
async fn a_conversation_that_is_stuck_holds_no_other_back() {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let app = App::connected(&setup, &cloud, "notes", "lei").await;
    cloud.add_fault(Fault::DropAck, Scope::Everyone, Lasting::ONCE);
    let stuck = send(&app.client, message("han", "stuck")).await;
    soon("it arrives", || {
        (!mailbox(&cloud, "han").is_empty()).then_some(())
    })
    .await;

    let behind = send(&app.client, message("han", "behind")).await;
    let mut others = Vec::new();
    for said in ["a", "b", "c"] {
        others.push(send(&app.client, message("mei", said)).await);
    }
    for other in &others {
        assert!(matches!(outcome(other).await, Outcome::Sent { .. }));
    }

    assert_eq!(mailbox(&cloud, "han"), ["stuck"], "its order is kept");
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    assert!(matches!(outcome(&behind).await, Outcome::Sent { .. }));
    let found = within("found", app.client.send_state(id("stuck"))).await;
    assert!(matches!(found.unwrap(), Some(SendState::Sent { .. })));
    drop(stuck);
    assert_eq!(mailbox(&cloud, "han"), ["stuck", "behind"]);
}

// F-S44, P16: the vendor's cloud takes five a second from a client
#[tokio::test]
async fn two_flooding_apps_share_what_the_cloud_takes() {
    const MESSAGES: usize = 16;
    const PEERS: usize = 4;
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut apps = [
        App::connected(&setup, &cloud, "loud", "lei").await,
        App::connected(&setup, &cloud, "quiet", "lei").await,
    ];
    // Both have everything ready before the first one goes.
    go_offline(&cloud, &mut apps[0]).await;
    cloud.change_policy(|policy| {
        policy.send_rate = Some(Rate {
            messages: 5,
            per: Duration::from_secs(1),
        });
    });

    let mut receipts = Vec::new();
    for (app, name) in apps.iter().zip(["loud", "quiet"]) {
        for n in 0..MESSAGES {
            let to = format!("{name}-{}", n % PEERS);
            receipts.push(send(&app.client, message(&to, &format!("{name}-{n:02}"))).await);
        }
    }
    cloud.accept_connections().unwrap();
    for receipt in &receipts {
        assert!(matches!(outcome(receipt).await, Outcome::Sent { .. }));
    }

    let mut arrived = Vec::new();
    for name in ["loud", "quiet"] {
        for peer in 0..PEERS {
            let stored = cloud.stored(&user(&format!("{name}-{peer}"))).into_iter();
            let stored: Vec<_> = stored
                .map(|message| (message.time, words(&message.content)))
                .collect();
            assert!(stored.is_sorted(), "in the order of acceptance: {stored:?}");
            arrived.extend(stored);
        }
    }
    arrived.sort();
    let said: BTreeSet<&str> = arrived.iter().map(|(_, said)| said.as_str()).collect();
    assert_eq!(said.len(), 2 * MESSAGES, "none lost");
    assert_eq!(arrived.len(), 2 * MESSAGES, "none doubled");
    // The loud one was accepted first with everything, and yet the first half is of both.
    let first = arrived.iter().take(MESSAGES);
    let quiet = first.filter(|(_, said)| said.starts_with("quiet")).count();
    assert!(quiet >= MESSAGES / 4, "{quiet} of the first {MESSAGES}");
    assert!(cloud.counters().refused_messages > 0, "there was a limit");
}

/// What an app may see of one message (docs/delivery.md): doubts and waits, and one end behind them.
fn has_ended(states: &[SendState]) -> bool {
    let Some((last, before)) = states.split_last() else {
        return false;
    };
    let is_end = |state: &SendState| match state {
        SendState::Sent { .. } | SendState::Failed { .. } => true,
        SendState::Queued | SendState::Sending | SendState::InDoubt => false,
    };
    assert!(!before.iter().any(is_end), "two ends: {states:?}");
    is_end(last)
}

// Issue 4, "attached, then exactly one of sent / failed / in doubt"; F-S08, F-S13, F-S15, F-S19
#[tokio::test]
async fn whatever_the_link_does_each_message_is_accepted_once_and_ends_once() {
    const ROUNDS: usize = 6;
    const BURST: usize = 10;
    const PEERS: usize = 3;
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut app = App::connected(&setup, &cloud, "notes", "lei").await;
    for fault in [Fault::DuplicateAck, Fault::ReorderAcks { window: 3 }] {
        cloud.add_fault(fault, Scope::Everyone, Lasting::UntilCleared);
    }
    let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut accepted = BTreeSet::new();

    for round in 0..ROUNDS {
        for n in 0..BURST {
            let (to, said) = (format!("peer-{}", n % PEERS), format!("{round}-{n}"));
            expected.entry(to.clone()).or_default().push(said.clone());
            let receipt = send(&app.client, message(&to, &said)).await;
            assert!(receipt.is_new() && accepted.insert(receipt.id()));
        }
        cloud.add_fault(Fault::DropAck, Scope::Everyone, Lasting::ONCE);
        cloud.drop_links(&Scope::Everyone, Ending::Close);
    }
    cloud.clear_faults();
    // The last of a conversation goes when all before it had their turn and were looked for.
    let mut lasts = BTreeSet::new();
    for (to, said) in &mut expected {
        let last = format!("the last of {to}");
        send(&app.client, message(to, &last)).await;
        said.push(last.clone());
        lasts.insert(last);
    }

    let mut lives: BTreeMap<String, Vec<SendState>> = BTreeMap::new();
    app.sees("the end of the last ones", |event| {
        if let Event::SendResult {
            client_id, state, ..
        } = event
        {
            let life = lives.entry(client_id.to_string()).or_default();
            life.push(state.clone());
            if has_ended(life) {
                lasts.remove(client_id.as_str());
            }
        }
        lasts.is_empty().then_some(())
    })
    .await;

    assert_eq!(lives.len(), ROUNDS * BURST + PEERS);
    for (to, said) in &expected {
        let sent = said.iter().filter(|said| match lives[*said].last() {
            Some(SendState::Sent { .. }) => true,
            // Written, and lost with the link: nobody can know.
            Some(SendState::InDoubt) => false,
            other => panic!("{said} is {other:?}"),
        });
        let sent: Vec<&String> = sent.collect();
        assert_eq!(mailbox(&cloud, to).iter().collect::<Vec<_>>(), sent, "{to}");
    }
    let doubts = listed(&app.client).await;
    for (said, state) in &doubts {
        assert_eq!(*state, SendState::InDoubt, "{said}");
        within("given up", app.client.withdraw(id(said)))
            .await
            .unwrap();
    }
    let mut open = doubts.len();
    while open > 0 {
        if let Event::SendResult {
            client_id, state, ..
        } = app.event().await
        {
            let life = lives.get_mut(client_id.as_str()).unwrap();
            life.push(state);
            open -= usize::from(has_ended(life));
        }
    }
    assert!(lives.values().all(|life| has_ended(life)));
}
