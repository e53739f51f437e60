//! The sandbox itself and its app keys.

use super::{
    read::Outcome,
    types::{AddApp, AppSecret, Apps, GetInfo, Info, ListApps},
};
use crate::{Secret, server::Sandbox};

pub(super) async fn info(sandbox: Sandbox, _: GetInfo) -> Outcome<Info> {
    Ok(Info {
        app_key: sandbox.app_key().clone(),
        secret: sandbox.secret().reveal().to_owned(),
        navigator: sandbox.navigator(),
        gateway: sandbox.gateway_address().to_string(),
        links: sandbox.links().len(),
    })
}

pub(super) async fn list(sandbox: Sandbox, _: ListApps) -> Outcome<Apps> {
    let keys = sandbox
        .shared()
        .act(|world, _| world.cloud.apps().map(|(key, _)| key.clone()).collect());
    Ok(Apps { apps: keys })
}

pub(super) async fn add(sandbox: Sandbox, new: AddApp) -> Outcome<AppSecret> {
    let secret = new.secret.unwrap_or_else(any_secret);
    let app = sandbox.app(&new.key, &Secret::new(secret));
    Ok(AppSecret {
        key: app.app_key().clone(),
        secret: app.secret().reveal().to_owned(),
    })
}

/// As long as the vendor's are.
fn any_secret() -> String {
    use rand::{Rng, distr::Alphanumeric};
    rand::rng()
        .sample_iter(Alphanumeric)
        .take(14)
        .map(char::from)
        .collect()
}
