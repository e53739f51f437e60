//! What another user's process and its test say to each other, a line of JSON each: the test asks,
//! the process puts it to the daemon.

use std::io::{self, BufRead, Write};
use std::path::Path;

use imlink_ipc_proto::{Failure, Greeting, Request, Response};
use serde::{Deserialize, Serialize};

use crate::RawApp;

/// How the daemon answered the Hello.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Greeted {
    /// The app is in.
    Welcome,
    /// It is not.
    Refused {
        /// Why.
        code: i32,
        /// Why, in words.
        text: String,
    },
    /// It was closed without a word.
    Closed,
    /// There is no way to the socket.
    NoWay {
        /// What the system says.
        why: String,
    },
}

/// What became of a request.
#[derive(Debug, Serialize, Deserialize)]
pub enum Said {
    /// It was done.
    Ok(Response),
    /// It was refused.
    Failed(Failure),
    /// The daemon has closed.
    Closed,
}

/// Says Hello at that socket as that app, then puts every request of standard input to the daemon,
/// also if it is not welcome.
///
/// # Errors
/// If the test has gone away.
///
/// # Panics
/// If the daemon does not answer in time, or the test says something else.
pub fn run(socket: &Path, app: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut say = |line: String| writeln!(out, "{line}").and_then(|()| out.flush());
    let mut daemon = match RawApp::try_open(socket) {
        Ok(daemon) => daemon,
        Err(error) => {
            let why = error.to_string();
            return say(serde_json::to_string(&Greeted::NoWay { why })?);
        }
    };
    let greeted = match daemon.greet_as(app) {
        Some(Greeting::Welcome(_)) => Greeted::Welcome,
        Some(Greeting::Refused(refused)) => Greeted::Refused {
            code: refused.code.number(),
            text: refused.text,
        },
        None => Greeted::Closed,
    };
    say(serde_json::to_string(&greeted)?)?;
    for line in io::stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line?)?;
        let said = match daemon.try_ask(request) {
            Some(Ok(response)) => Said::Ok(response),
            Some(Err(failure)) => Said::Failed(failure),
            None => Said::Closed,
        };
        say(serde_json::to_string(&said)?)?;
    }
    Ok(())
}
