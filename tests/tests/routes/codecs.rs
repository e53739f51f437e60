//! One app that speaks bincode and one that speaks JSON, on the same account: what goes well over
//! the socket goes well in both codecs, and both are told the same.

mod events;
mod outbox;
mod requests;
mod subscriptions;

use imlink::{AppKey, Body, ClientMessageId, ConnectionStatus, ObjectName, Token};
use imlink_ipc_proto::{
    Codec, Conversation, Event, Request, Response, SecretText, SendOptions, SendResult, ServerFrame,
};
use imlink_sandbox::{Ending, Sandbox, Scope};
use imlink_tests::cloud::{text, token, user};
use imlink_tests::{RawApp, Setup};

/// What the apps are called, in the order of [`Codec::ALL`].
const NAMES: [&str; 2] = ["bincode", "json"];

/// An app of each codec.
fn both(setup: &Setup, cloud: &Sandbox) -> [RawApp; 2] {
    let token = token(cloud, "lei");
    Codec::ALL.map(|codec| connected(setup, codec, cloud.app_key(), &token))
}

/// An app on lei's account.
pub fn connected(setup: &Setup, codec: Codec, app_key: &AppKey, token: &Token) -> RawApp {
    let mut app = RawApp::attached(&setup.socket(), codec);
    connect(&mut app, app_key, token);
    app
}

fn connect(app: &mut RawApp, app_key: &AppKey, token: &Token) {
    let app_key = app_key.clone();
    assert_eq!(app.ask(Request::Init { app_key }), Ok(Response::Ready {}));
    let connect = Request::Connect {
        token: SecretText::from(token),
        time_limit: None,
        replay: false,
        was_connected: false,
        set_aside: false,
    };
    let user = user("lei");
    assert_eq!(app.ask(connect), Ok(Response::Connected { user }));
}

/// Takes the cloud away until it is accepted again.
pub fn go_offline(cloud: &Sandbox, apps: &mut [RawApp]) {
    cloud.refuse_connections().unwrap();
    cloud.drop_links(&Scope::Everyone, Ending::Close);
    for app in apps {
        told(app, |event| match event {
            Event::Status { status, .. } => {
                (status == i32::from(ConnectionStatus::Suspend.number())).then_some(())
            }
            _ => None,
        });
    }
}

/// What the first event says that is a wanted one.
pub fn told<T>(app: &mut RawApp, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
    loop {
        let frame = app.frame().expect("the daemon goes on");
        if let ServerFrame::Event { event, .. } = frame
            && let Some(found) = wanted(event)
        {
            return found;
        }
    }
}

/// A message of the words "hello".
pub fn send(conversation: Conversation, client_id: &ClientMessageId) -> Request {
    Request::Send {
        conversation,
        object_name: ObjectName::text(),
        body: Body::new(text("hello")),
        client_id: client_id.clone(),
        options: SendOptions::default(),
    }
}

/// What becomes of a message of this app.
fn fate(app: &mut RawApp, wanted: &ClientMessageId) -> SendResult {
    told(app, |event| match event {
        Event::SendResult {
            client_id, result, ..
        } if client_id == *wanted => Some(result),
        _ => None,
    })
}

pub fn client_id(app: &str, what: &str) -> ClientMessageId {
    ClientMessageId::new(format!("{app}-{what}")).unwrap()
}
