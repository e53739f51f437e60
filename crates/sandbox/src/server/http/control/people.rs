//! Apps, users, tokens and messages.

use std::time::Duration;

use axum::Json;
use imlink_model::{AppKey, ObjectName, UserId};
use serde::Deserialize;
use serde_json::json;

use super::call::{Answered, App, Body, done};
use crate::{Draft, Secret, SenderCopy};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewApp {
    key: AppKey,
    secret: String,
}

/// `POST /apps {key, secret}`. An app key that is there keeps its secret.
pub(super) async fn add_app(App(sandbox): App, Body(new): Body<NewApp>) -> Answered {
    let app = sandbox.app(&new.key, &Secret::new(new.secret));
    Ok(Json(json!({ "key": app.app_key() })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    user: UserId,
}

/// `POST /tokens {user}`.
pub(super) async fn issue_token(App(sandbox): App, Body(User { user }): Body<User>) -> Answered {
    let token = sandbox.issue_token(&user);
    Ok(Json(json!({ "user": user, "token": token })))
}

/// `POST /tokens/expire {user}`.
pub(super) async fn expire_tokens(App(sandbox): App, Body(User { user }): Body<User>) -> Answered {
    sandbox.expire_tokens(&user);
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Block {
    user: UserId,
    minutes: u32,
}

/// `POST /block {user, minutes}`.
pub(super) async fn block(App(sandbox): App, Body(block): Body<Block>) -> Answered {
    sandbox.block(
        &block.user,
        Duration::from_secs(u64::from(block.minutes) * 60),
    );
    done()
}

/// `POST /unblock {user}`.
pub(super) async fn unblock(App(sandbox): App, Body(User { user }): Body<User>) -> Answered {
    sandbox.unblock(&user);
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Message {
    from: UserId,
    to: UserId,
    #[serde(default = "ObjectName::text")]
    object_name: ObjectName,
    content: String,
    #[serde(default)]
    include_sender: bool,
}

/// `POST /publish {from, to, object_name?, content, include_sender?}`.
pub(super) async fn publish(App(sandbox): App, Body(message): Body<Message>) -> Answered {
    let Message {
        from,
        to,
        object_name,
        content,
        include_sender,
    } = message;
    let copy = if include_sender {
        SenderCopy::Included
    } else {
        SenderCopy::Excluded
    };
    let draft = Draft::new(from, to, object_name.as_str(), &content);
    Ok(Json(json!({ "uid": sandbox.publish_draft(draft, copy) })))
}

/// `POST /kick {user}`.
pub(super) async fn kick(App(sandbox): App, Body(User { user }): Body<User>) -> Answered {
    Ok(Json(json!({ "links": sandbox.kick(&user) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Disconnect {
    user: UserId,
    status: u8,
}

/// `POST /disconnect {user, status}`.
pub(super) async fn disconnect(App(sandbox): App, Body(call): Body<Disconnect>) -> Answered {
    Ok(Json(
        json!({ "links": sandbox.disconnect(&call.user, call.status) }),
    ))
}
