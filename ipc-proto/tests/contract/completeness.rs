//! No variant may be without a sample, and so without golden bytes.

use std::collections::BTreeSet;

use imlink_ipc_proto::{
    ChatroomChange, Check, ClientFrame, Direction, Distrust, Event, Finding, GapCause, Hint,
    Message, MessageKey, Origin, Outcome, ProxyFault, ProxyKind, Request, Resend, Response, Right,
    Seen as Shown, SendResult, SendState, ServerFrame, Side, Start, Work,
};

use crate::samples::{client_frames, server_frames};

/// Names every variant of an enum. A variant that is not listed here does not compile.
macro_rules! variants {
    ($($enum:ident { $($variant:ident)+ })+) => {
        trait Variant {
            fn name(&self) -> &'static str;
        }
        $(
            impl Variant for $enum {
                fn name(&self) -> &'static str {
                    match self {
                        $($enum::$variant { .. } => {
                            concat!(stringify!($enum), "::", stringify!($variant))
                        })+
                    }
                }
            }
        )+
        /// Every variant of every enum.
        pub const ALL: &[&str] = &[$($(concat!(stringify!($enum), "::", stringify!($variant)),)+)+];
    };
}

variants! {
    ClientFrame { Request }
    Request {
        Init Connect Join Disconnect Logout Send SendState Outbox Withdraw Resend Signal Recall
        JoinChatroom LeaveChatroom Subscribe Acknowledge Unsubscribe
        History Timeline Message Search Conversations Conversation Unread MarkRead SetDraft Insert
        Delete Forget Import Purge Status Hint Ping Annotate
        SetProxy Proxy TestProxy Diagnose
    }
    Resend { Safe Always Never }
    Start { Now Beginning }
    Side { Newest Before After }
    MessageKey { Place Uid }
    Hint { NetworkChanged Foreground }
    ServerFrame { Response Event Delivery }
    Outcome { Ok Failed }
    Response {
        Ready Connected Done Accepted SendState Outbox Subscribed Page Message Found Conversations
        Conversation Unread Stored Imported Status Pong
        Proxy Diagnosis Forgotten
    }
    SendState { Queued Sending Sent Failed InDoubt }
    Event {
        Status DatabaseOpened DatabaseWritable SendResult Transient Chatroom Synchronized Changed
        Deleted Conversation Gap Progress GoingAway Anomalies
    }
    ChatroomChange { Rejoined Left }
    Work { Migrating Recovering Forgetting Compacting Importing Exporting }
    GapCause { RolledBack Damaged Expired }
    SendResult { Sent Failed InDoubt Queued }
    Direction { Sent Received }
    Origin { Remote OtherDevice App }
    Right { Read Send Admin }
    ProxyKind { Socks5 Http }
    Check { State Network Proxy Name Open Secure Navigator Account Gateway }
    Shown {
        Nothing Free NotWritable Hidden Route NoRoute LetsIn Proxy Addresses NoAddress NoNavigator
        Listens ThroughProxy Secured ClearText Distrusted Navigates NobodyNamed SignInPage Http
        Unreadable TooSlow Status
    }
    Distrust { Expired NotYetValid OtherHost UnknownIssuer NotPinned Unacceptable NoTls }
    ProxyFault { Unresolved Unreachable Silent WantsLogin LoginRefused Forbidden NoProxy }
}

#[test]
fn every_variant_has_a_sample() {
    let mut seen = BTreeSet::new();
    for (_, frame) in client_frames() {
        see_client_frame(&frame, &mut seen);
    }
    for (_, frame) in server_frames() {
        see_server_frame(&frame, &mut seen);
    }

    let all: BTreeSet<&str> = ALL.iter().copied().collect();
    let missing: Vec<_> = all.difference(&seen).collect();
    assert!(missing.is_empty(), "no sample of {missing:?}");
}

pub type Seen = BTreeSet<&'static str>;

pub fn see_client_frame(frame: &ClientFrame, seen: &mut Seen) {
    seen.insert(frame.name());
    let ClientFrame::Request { request, .. } = frame;
    seen.insert(request.name());
    match request {
        Request::Send { options, .. } => drop(seen.insert(options.resend.name())),
        Request::Subscribe { start, .. } => drop(seen.insert(start.name())),
        Request::Hint { hint } => drop(seen.insert(hint.name())),
        Request::History { side, .. } => drop(seen.insert(side.name())),
        Request::Message { message } => drop(seen.insert(message.name())),
        Request::SetProxy { proxy: Some(proxy) } => drop(seen.insert(proxy.kind.name())),
        _ => {}
    }
}

pub fn see_server_frame(frame: &ServerFrame, seen: &mut Seen) {
    seen.insert(frame.name());
    match frame {
        ServerFrame::Response { result, .. } => see_outcome(result, seen),
        ServerFrame::Event { event, .. } => see_event(event, seen),
        ServerFrame::Delivery(delivery) => see_message(&delivery.message, seen),
    }
}

fn see_outcome(outcome: &Outcome, seen: &mut Seen) {
    seen.insert(outcome.name());
    let Outcome::Ok(response) = outcome else {
        return;
    };
    seen.insert(response.name());
    match response {
        Response::SendState { state: Some(state) } => drop(seen.insert(state.name())),
        Response::Outbox { entries, .. } => {
            seen.extend(entries.iter().map(|entry| entry.state.name()));
        }
        Response::Page { messages, .. } => {
            messages
                .iter()
                .for_each(|message| see_message(message, seen));
        }
        Response::Diagnosis { findings } => {
            findings
                .iter()
                .for_each(|finding| see_finding(finding, seen));
        }
        Response::Status(report) => seen.extend(report.apps.iter().map(|app| app.right.name())),
        _ => {}
    }
}

fn see_finding(finding: &Finding, seen: &mut Seen) {
    seen.insert(finding.check.name());
    seen.insert(finding.seen.name());
    match &finding.seen {
        Shown::Distrusted { reason } => drop(seen.insert(reason.name())),
        Shown::Proxy { fault } => drop(seen.insert(fault.name())),
        _ => {}
    }
}

fn see_event(event: &Event, seen: &mut Seen) {
    seen.insert(event.name());
    match event {
        Event::SendResult { result, .. } => drop(seen.insert(result.name())),
        Event::Transient { message } | Event::Changed { message } => see_message(message, seen),
        Event::Chatroom { change, .. } => drop(seen.insert(change.name())),
        Event::Gap { cause, .. } => drop(seen.insert(cause.name())),
        Event::Progress { work, .. } => drop(seen.insert(work.name())),
        _ => {}
    }
}

fn see_message(message: &Message, seen: &mut Seen) {
    seen.insert(message.direction.name());
    seen.insert(message.origin.name());
}
