//! Users, their tokens and what is sent in their names.

use std::time::Duration;

use super::{
    read::{DONE, Outcome, check_known},
    types::{
        Block, DeleteUser, Disconnect, Done, EndedLinks, ExpireTokens, IssueToken, IssuedToken,
        Kick, ListUsers, Publish, Published, RestoreUser, Unblock, UserView, Users,
    },
};
use crate::{Draft, SenderCopy, server::Sandbox};

pub(super) async fn list(sandbox: Sandbox, _: ListUsers) -> Outcome<Users> {
    let users = sandbox.shared().act(|world, now| {
        let app = sandbox.app_in(world);
        let described = app.users().map(|(user, name, portrait)| UserView {
            user: user.clone(),
            name: name.to_owned(),
            portrait: portrait.to_owned(),
            online: app.is_online(user),
            blocked_until: app.blocked_until(user, now),
        });
        described.collect()
    });
    Ok(Users { users })
}

pub(super) async fn issue_token(sandbox: Sandbox, call: IssueToken) -> Outcome<IssuedToken> {
    let token = sandbox.issue_token(&call.user);
    Ok(IssuedToken {
        user: call.user,
        token,
    })
}

pub(super) async fn expire_tokens(sandbox: Sandbox, call: ExpireTokens) -> Outcome<Done> {
    check_known(&sandbox, &call.user)?;
    sandbox.expire_tokens(&call.user);
    DONE
}

pub(super) async fn block(sandbox: Sandbox, call: Block) -> Outcome<Done> {
    check_known(&sandbox, &call.user)?;
    let time = Duration::from_secs(u64::from(call.minutes) * 60);
    sandbox.block(&call.user, time);
    DONE
}

pub(super) async fn unblock(sandbox: Sandbox, call: Unblock) -> Outcome<Done> {
    check_known(&sandbox, &call.user)?;
    sandbox.unblock(&call.user);
    DONE
}

pub(super) async fn kick(sandbox: Sandbox, call: Kick) -> Outcome<EndedLinks> {
    check_known(&sandbox, &call.user)?;
    let links = sandbox.kick(&call.user);
    Ok(EndedLinks { links })
}

pub(super) async fn disconnect(sandbox: Sandbox, call: Disconnect) -> Outcome<EndedLinks> {
    check_known(&sandbox, &call.user)?;
    let links = sandbox.disconnect(&call.user, call.status);
    Ok(EndedLinks { links })
}

pub(super) async fn delete(sandbox: Sandbox, call: DeleteUser) -> Outcome<Done> {
    check_known(&sandbox, &call.user)?;
    sandbox.delete_user(&call.user);
    DONE
}

pub(super) async fn restore(sandbox: Sandbox, call: RestoreUser) -> Outcome<Done> {
    check_known(&sandbox, &call.user)?;
    sandbox.restore_user(&call.user);
    DONE
}

pub(super) async fn publish(sandbox: Sandbox, message: Publish) -> Outcome<Published> {
    let Publish {
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
    let uid = sandbox.publish_draft(draft, copy);
    Ok(Published { uid })
}
