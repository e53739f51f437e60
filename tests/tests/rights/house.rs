//! A daemon of the test's own user, whose socket other users can open, with rules for them.

use std::fs;

use imlink::Code;
use imlink_ipc_proto::{Request, Response};
use imlink_sandbox::Sandbox;
use imlink_tests::bridge::Greeted;
use imlink_tests::{App, Daemon, Missing, Setup, Stranger, StrangersApp, cloud, require};

use crate::{BRIDGE, IMLINK};

/// The group the socket is open to.
pub const GROUP: u32 = 64_400;

/// See the module.
pub struct House {
    pub cloud: Sandbox,
    pub setup: Setup,
    pub daemon: Daemon,
    /// An app of the daemon's own user, connected as `lei`.
    pub own: App,
}

impl House {
    /// With those rules; `None` where no other user can be had.
    pub async fn open(test: &str, rules: &str) -> Option<Self> {
        let guest = require(test, guest(64_321))?;
        let (cloud, setup) = (cloud(), Setup::new(IMLINK));
        configure(&setup, &format!("socket_group = {GROUP}\n{rules}"));
        let _ = setup.imlink();
        guest.let_in(&setup.home().join("run"));
        let daemon = setup.start();
        let own = App::connected(&setup, &cloud, "org.example.notes", "lei").await;
        Some(Self {
            cloud,
            setup,
            daemon,
            own,
        })
    }

    /// An app of that user, who is in the group of the socket.
    pub fn app_of(&self, uid: u32, app: &str) -> (StrangersApp, Greeted) {
        guest(uid).unwrap().app(BRIDGE, &self.setup.socket(), app)
    }

    /// The same, let in and on the account of the house.
    pub fn joined(&self, uid: u32, app: &str) -> StrangersApp {
        let (mut guest, greeted) = self.app_of(uid, app);
        assert_eq!(greeted, Greeted::Welcome);
        let app_key = self.cloud.app_key().clone();
        assert_eq!(
            guest.ask(&Request::Init { app_key }),
            Ok(Response::Ready {})
        );
        let joined = guest.ask(&Request::Join {
            app_key: None,
            user: None,
        });
        assert!(
            matches!(joined, Ok(Response::Connected { .. })),
            "{joined:?}"
        );
        guest
    }
}

/// A user of that number in the group of the socket.
pub fn guest(uid: u32) -> Result<Stranger, Missing> {
    Stranger::of(BRIDGE, uid, GROUP)
}

/// Writes the daemon's configuration.
pub fn configure(setup: &Setup, text: &str) {
    let directory = setup.home().join("config/imlink");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("imlinkd.toml"), text).unwrap();
}

/// A refusal for want of a right, with those words.
pub fn denied(text: &str) -> Greeted {
    Greeted::Refused {
        code: Code::LOCAL_DENIED.number(),
        text: text.to_owned(),
    }
}
