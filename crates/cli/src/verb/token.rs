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
use crate::http::{Call, HttpError, Server};
use crate::output::Output;
use crate::runtime::{DONE, run_interruptibly};
use crate::verb::sandbox;

#[derive(Args)]
#[command(after_help = "\
Asks the sandbox's Server API as an app server would, with a signed call. Only the token is
printed, so that it can be piped on. Tokens of the real cloud come from your app server.

Examples:
  imlink token alice
  imlink token alice | imlink connect --app-key imlink-sandbox
  imlink token bob --sandbox http://127.0.0.1:4000

With --json: user, token.")]
pub struct Arguments {
    /// Whose token; a user nobody has heard of is made.
    user: UserId,

    /// Where the sandbox is.
    #[arg(
        long,
        value_name = "URL",
        env = "IMLINK_SANDBOX",
        default_value_t = format!("http://127.0.0.1:{}", sandbox::DEFAULT_PORT)
    )]
    sandbox: String,

    /// The key of the app, if it is not the sandbox's first one.
    #[arg(long, value_name = "KEY", env = "IMLINK_APP_KEY")]
    app_key: Option<AppKey>,

    /// Read the app's secret from this file, if it is not the sandbox's own.
    #[arg(long, value_name = "FILE")]
    app_secret_file: Option<PathBuf>,
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
    let app_key = arguments.app_key.unwrap_or_else(sandbox::default_app_key);
    run_interruptibly(async {
        let server = Server::at(&arguments.sandbox).map_err(|error| unreachable(&error))?;
        let token = ask(&server, &app_key, secret.trim(), &arguments.user).await?;
        output.say(&Granted {
            user: arguments.user.to_string(),
            token,
        })?;
        DONE
    })
}

fn secret(arguments: &Arguments) -> Result<String, Failure> {
    let Some(path) = &arguments.app_secret_file else {
        return Ok(sandbox::default_secret().reveal().to_owned());
    };
    std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(
            format!(
                "The secret file {} cannot be read: {error}.",
                path.display()
            ),
            "Name a file that you can read.",
        )
    })
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
            "Start one with `imlink sandbox`, and give its address with --sandbox.",
        ));
    };
    answer.token.ok_or_else(|| {
        let message = answer.error_message.unwrap_or_default();
        let code = answer.code.unwrap_or_else(|| status.into());
        Failure::own(
            "SERVER_API",
            format!("The sandbox gives no token: {message} ({code})."),
            "Check --app-key and --app-secret-file against what `imlink sandbox` printed.",
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

fn unreachable(error: &HttpError) -> Failure {
    Failure::own(
        "SANDBOX",
        format!("There is no sandbox to ask: {error}."),
        "Start one with `imlink sandbox`, and give its address with --sandbox or IMLINK_SANDBOX.",
    )
}

impl fmt::Display for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.token)
    }
}
