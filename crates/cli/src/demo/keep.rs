//! What `--keep` leaves, and how an app of one's own attaches to it.

use std::fmt;
use std::io;

use serde::Serialize;

use super::actor::Actor;
use super::cast::Cast;
use super::cloud::APP_KEY;
use super::stage::Stage;
use crate::output::Paint;

/// To programs an object with these fields.
#[derive(Serialize)]
struct Kept {
    /// This program.
    program: String,
    /// The daemon's socket.
    socket: String,
    /// The sandbox's address.
    sandbox: String,
    /// The app key of both.
    app_key: &'static str,
    /// The command that ends it all.
    stop: String,
}

/// Ends everybody but cloud and daemon, and says how to use and to end these.
///
/// # Errors
/// Standard output is closed.
pub async fn leave_running(stage: Stage, cast: &Cast) -> io::Result<()> {
    let output = stage.timeline.output();
    let (pids, directory) = stage.leave_running(&[Actor::Sandbox, Actor::Daemon]).await;
    let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
    output.say(&Kept {
        program: std::env::current_exe()?.display().to_string(),
        socket: cast.alice.socket().display().to_string(),
        sandbox: cast.cloud.address().to_owned(),
        app_key: APP_KEY,
        stop: format!("kill {}; rm -r {}", pids.join(" "), directory.display()),
    })
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            program,
            socket,
            sandbox,
            app_key,
            stop,
        } = self;
        write!(
            f,
            "
{}
  export IMLINK_SOCKET={socket}
  export IMLINK_SANDBOX={sandbox}
  export IMLINK_APP_KEY={app_key}
  alias imlink={program}

  imlink status
  imlink listen                              in one terminal, and in another:
  imlink send bob 'Hi there'
  imlink token bob | imlink connect          bob, in the same daemon
  imlink history alice --user bob

An app of yours finds the daemon by IMLINK_SOCKET. It joins alice's account without a token, or
connects any user with one from `imlink token USER`.

{}
  {stop}",
            Paint::strong("Cloud and daemon keep running. In a shell of yours:"),
            Paint::strong("To stop them:")
        )
    }
}
