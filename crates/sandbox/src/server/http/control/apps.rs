//! The sandbox itself and its app keys.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use super::{
    read::{App, DONE, Outcome, Refused},
    types::{
        AddApp, AppSecret, Apps, Done, GetInfo, Info, ListApps, OpenApp, Problem, SecureInfo,
        ShutApp,
    },
};
use crate::{Secret, server::Sandbox};

/// RFC 8555, section 9.1.
pub(super) const PEM_FILE: &str = "application/pem-certificate-chain";

pub(super) async fn info(sandbox: Sandbox, _: GetInfo) -> Outcome<Info> {
    Ok(Info {
        app_key: sandbox.app_key().clone(),
        secret: sandbox.secret().reveal().to_owned(),
        navigator: sandbox.navigator(),
        gateway: sandbox.gateway_address().to_string(),
        tcp: sandbox.tcp_address().to_string(),
        secure: secure(&sandbox),
        links: sandbox.links().len(),
    })
}

fn secure(sandbox: &Sandbox) -> Option<SecureInfo> {
    Some(SecureInfo {
        navigator: sandbox.https_navigator()?,
        gateway: sandbox.wss_address()?.to_string(),
        tcp: sandbox.tls_address()?.to_string(),
    })
}

/// The authority behind the certificate, as clients read it from a file.
pub(super) async fn authority(App(sandbox): App) -> Result<Response, Refused> {
    let Some(pem) = sandbox.ca_pem() else {
        let error = "the sandbox does not speak TLS";
        return Err(Refused::new(Problem::NoTls, error));
    };
    let pem_file = HeaderValue::from_static(PEM_FILE);
    Ok(([(header::CONTENT_TYPE, pem_file)], pem.to_owned()).into_response())
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

pub(super) async fn shut(sandbox: Sandbox, _: ShutApp) -> Outcome<Done> {
    sandbox.shut();
    DONE
}

pub(super) async fn open(sandbox: Sandbox, _: OpenApp) -> Outcome<Done> {
    sandbox.open();
    DONE
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
