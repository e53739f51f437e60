//! A daemon with one app that is attached and connected, while others err.

use imlink::{MessageUid, Outcome, Outgoing};
use imlink_sandbox::Sandbox;
use imlink_tests::cloud::{user, with};
use imlink_tests::{App, Daemon, Setup, cloud, within};

use crate::IMLINK;

/// See the module.
pub struct House {
    pub cloud: Sandbox,
    pub setup: Setup,
    pub daemon: Daemon,
    pub app: App,
}

impl House {
    pub async fn open() -> Self {
        let (cloud, setup) = (cloud(), Setup::new(IMLINK));
        let daemon = setup.start();
        let app = App::connected(&setup, &cloud, "house", "lei").await;
        Self {
            cloud,
            setup,
            daemon,
            app,
        }
    }

    /// The daemon serves the app that was there before.
    pub async fn is_served(&self) {
        within("the daemon answers", self.app.client.ping())
            .await
            .unwrap();
    }

    /// And it does all of its work, by the same process and on the same link.
    pub async fn is_whole(&self) {
        let message = Outgoing::text(with("han"), "still here");
        let receipt = within("send", self.app.client.send(message)).await.unwrap();
        let outcome = within("its fate", receipt.outcome()).await.unwrap();
        let Outcome::Sent { uid, .. } = outcome else {
            panic!("{outcome:?}");
        };
        let arrived = self.cloud.stored(&user("han"));
        assert!(
            arrived
                .iter()
                .any(|message| uid == MessageUid::new(&*message.uid).unwrap())
        );
        assert_eq!(self.cloud.counters().handshakes, 1);
        let status = within("status", self.app.client.daemon_status())
            .await
            .unwrap();
        assert_eq!(status.pid, self.daemon.pid());
    }
}
