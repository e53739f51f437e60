//! A daemon with one account that is connected, in which others come and go.

use imlink::{ConnectionStatus, Event, Start, Subscription};
use imlink_sandbox::{LinkId, Sandbox};
use imlink_tests::cloud::{user, write};
use imlink_tests::{App, Daemon, Setup, cloud, next_words, within};

use crate::IMLINK;

/// A daemon with one account that is connected, in which guests come and go.
pub struct Guesthouse {
    pub cloud: Sandbox,
    pub setup: Setup,
    _daemon: Daemon,
    host: App,
    handshakes_of_host: usize,
}

/// One user with one app.
pub struct Guest {
    name: String,
    pub app: App,
    /// The one it was connected with first.
    pub link: LinkId,
    inbox: Subscription,
}

impl Guesthouse {
    pub async fn open() -> Self {
        Self::speaking("auto").await
    }

    /// With a daemon that speaks to its cloud in that form.
    pub async fn speaking(transport: &str) -> Self {
        let cloud = cloud();
        let setup = Setup::new(IMLINK)
            .argument("--max-accounts=64")
            .argument(format!("--transport={transport}"));
        let daemon = setup.start();
        let mut host = App::connected(&setup, &cloud, "host", "lei").await;
        host.sees("all is quiet", synchronized).await;
        Self {
            handshakes_of_host: links_of(&cloud, "lei").len(),
            cloud,
            setup,
            _daemon: daemon,
            host,
        }
    }

    pub async fn guest(&self, name: &str) -> Guest {
        let mut app = App::connected(&self.setup, &self.cloud, name, name).await;
        let start = app.client.subscribe_from("inbox", Start::Beginning);
        let inbox = within("subscribe", start).await.unwrap();
        app.sees("all is quiet", synchronized).await;
        let link = links_of(&self.cloud, name)[0];
        Guest {
            name: name.to_owned(),
            app,
            link,
            inbox,
        }
    }

    /// The account that was there before noticed nothing.
    pub async fn is_undisturbed(&mut self) {
        within("the daemon answers", self.host.client.ping())
            .await
            .unwrap();
        assert_eq!(self.host.rest().await, []);
        assert_eq!(links_of(&self.cloud, "lei").len(), self.handshakes_of_host);
        assert_eq!(self.host.client.status(), ConnectionStatus::Connected);
    }
}

impl Guest {
    pub fn user(&self) -> imlink::UserId {
        user(&self.name)
    }

    pub fn link_now(&self, cloud: &Sandbox) -> Option<LinkId> {
        links_of(cloud, &self.name).first().copied()
    }

    pub async fn still_gets(&mut self, cloud: &Sandbox, words: &str) {
        write(cloud, "han", &self.name, words);
        assert_eq!(next_words(&mut self.inbox).await, words);
    }
}

fn links_of(cloud: &Sandbox, name: &str) -> Vec<LinkId> {
    let links = cloud.links().into_iter();
    let own = links.filter(|link| link.user == user(name));
    own.map(|link| link.link).collect()
}

fn synchronized(event: &Event) -> Option<()> {
    matches!(event, Event::Synchronized).then_some(())
}
