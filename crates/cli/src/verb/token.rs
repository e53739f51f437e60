//! `imlink token`: what an app server does, against a sandbox.

use std::fmt;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use hyper::Method;
use imlink::{AppKey, UserId};
use serde::{Deserialize, Serialize};

use crate::command::Ending;
use crate::failure::Failure;
use crate::http::{Call, Server};
use crate::output::Output;
use crate::runtime::{DONE, run_interruptibly};
use crate::verb::sandbox::{self, HOW_TO_FIND, Place, unreachable};

#[derive(Args)]
#[command(after_help = "\
Asks the sandbox's Server API as an app server would, with a signed call. Only the token is
printed, so that it can be piped on. Tokens of the real cloud come from your app server.

Examples:
  imlink token alice
  imlink token alice | imlink connect --app-key imlink-sandbox
  imlink token bob --at http://127.0.0.1:4000

With --json: user, token.")]
pub struct Arguments {
    /// Whose token; a user nobody has heard of is made.
    user: UserId,

    /// Read the app's secret from this file, if it is not the sandbox's own.
    #[arg(long, value_name = "FILE")]
    app_secret_file: Option<PathBuf>,

    #[command(flatten)]
    place: Place,
}

/// To programs an object with these fields.
#[derive(Serialize)]
struct Granted {
    /// Whose token it is.
    user: String,
    /// The token.
    token: String,
}

/// What the Server API answers; on success and on failure (server-api.md 2).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    token: Option<String>,
    code: Option<i64>,
    error_message: Option<String>,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    let secret = secret(&arguments)?;
    let default = sandbox::default_app_key();
    let app_key = arguments.place.app_key().unwrap_or(&default);
    run_interruptibly(async {
        let server = arguments.place.server()?;
        let token = ask(&server, app_key, &secret, &arguments.user).await?;
        output.say(&Granted {
            user: arguments.user.to_string(),
            token,
        })?;
        DONE
    })
}

fn secret(arguments: &Arguments) -> Result<String, Failure> {
    match &arguments.app_secret_file {
        None => Ok(sandbox::default_secret().reveal().to_owned()),
        Some(path) => sandbox::read_secret(path),
    }
}

async fn ask(
    server: &Server,
    app_key: &AppKey,
    secret: &str,
    user: &UserId,
) -> Result<String, Failure> {
    let answer = server.call(signed(app_key, secret, user)).await;
    let answer = answer.map_err(|error| unreachable(&error))?;
    let status = answer.status;
    let Ok(answer) = serde_json::from_slice::<Answer>(&answer.body) else {
        return Err(Failure::own(
            "SANDBOX",
            format!("What answers there is no sandbox (HTTP status {status})."),
            HOW_TO_FIND,
        ));
    };
    answer.token.ok_or_else(|| {
        let message = answer.error_message.unwrap_or_default();
        let code = answer.code.unwrap_or_else(|| status.into());
        Failure::own(
            "SERVER_API",
            format!("The sandbox gives no token: {message} ({code})."),
            "Check --app-key and --app-secret-file; `imlink sandbox tokens` needs no secret.",
        )
    })
}

/// A call of `/user/getToken.json`, signed (server-api.md 1).
fn signed(app_key: &AppKey, secret: &str, user: &UserId) -> Call<'static> {
    let nonce = rand::random::<u64>().to_string();
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let timestamp = now.as_millis().to_string();
    let signature = imlink_sandbox::api::sign(secret, &nonce, &timestamp);
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("userId", user.as_str())
        .append_pair("name", user.as_str())
        .finish();
    Call {
        method: Method::POST,
        path: "/user/getToken.json",
        headers: vec![
            ("App-Key", app_key.to_string()),
            ("Nonce", nonce),
            ("Timestamp", timestamp),
            ("Signature", signature),
            (
                "Content-Type",
                "application/x-www-form-urlencoded".to_owned(),
            ),
        ],
        body: form,
    }
}

impl fmt::Display for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.token)
    }
}
