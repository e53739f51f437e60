//! Short lives of two apps, their daemon and a cloud, by chance. What an app is shown must be legal,
//! which [`App`] judges at every look, and each connect must end once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use imlink::{Code, ConnectCallback, ConnectionStatus, Error, Hint, Token};
use imlink_sandbox::{Ending, Sandbox, Scope};
use imlink_tests::cloud::{token, user};
use imlink_tests::{App, Daemon, Setup, cloud, soon, within};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::IMLINK;

const LIVES: u64 = 16;
const STEPS: usize = 12;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// Without a limit, or within a second.
    Connect(usize, Duration),
    Disconnect(usize),
    Hint(usize),
    DropLinks,
    Refuse,
    Accept,
    Kick,
    KillDaemon,
    /// Attempts under way come to their end.
    Settle,
}

// behaviour.md 2.3; P9, P10, P11, P13, P19, P24
#[tokio::test]
async fn whatever_happens_every_app_sees_legal_statuses_and_each_connect_ends_once() {
    for seed in 0..LIVES {
        let mut chance = SmallRng::seed_from_u64(seed);
        let mut life = Life::begin().await;
        for _ in 0..STEPS {
            let step = Step::by(&mut chance);
            eprintln!("life {seed}: {step:?}");
            life.go(step).await;
            life.look().await;
        }
        life.end_well().await;
    }
}

impl Step {
    fn by(chance: &mut SmallRng) -> Self {
        let app = chance.random_range(0..2);
        match chance.random_range(0..16) {
            0..4 => Self::Connect(app, Duration::ZERO),
            4 => Self::Connect(app, Duration::from_secs(1)),
            5 => Self::Disconnect(app),
            6 => Self::Hint(app),
            7 => Self::DropLinks,
            8 => Self::Refuse,
            9..11 => Self::Accept,
            11 => Self::Kick,
            12 => Self::KillDaemon,
            _ => Self::Settle,
        }
    }
}

struct Life {
    cloud: Sandbox,
    setup: Setup,
    daemon: Option<Daemon>,
    token: Token,
    apps: Vec<App>,
    connects: Vec<Arc<Calls>>,
}

/// How often the callbacks of one connect were called.
#[derive(Debug, Default)]
struct Calls {
    opened: AtomicU32,
    ended: AtomicU32,
}

impl Life {
    async fn begin() -> Self {
        let (cloud, setup) = (cloud(), Setup::new(IMLINK));
        let daemon = Some(setup.start());
        let mut apps = Vec::new();
        for name in ["first", "second"] {
            let app = App::new(&setup, &cloud, name);
            within("init", app.client.init()).await.unwrap();
            apps.push(app);
        }
        Self {
            token: token(&cloud, "lei"),
            cloud,
            setup,
            daemon,
            apps,
            connects: Vec::new(),
        }
    }

    async fn go(&mut self, step: Step) {
        match step {
            Step::Connect(app, limit) => self.connect(app, limit),
            Step::Disconnect(app) => {
                let left = self.apps[app].client.disconnect();
                assert_or_lost(within("disconnect", left).await);
            }
            Step::Hint(app) => {
                let hinted = self.apps[app].client.hint(Hint::Foreground);
                assert_or_lost(within("hint", hinted).await);
            }
            Step::DropLinks => {
                self.cloud.drop_links(&Scope::Everyone, Ending::Close);
            }
            Step::Refuse => self.cloud.refuse_connections().unwrap(),
            Step::Accept => self.cloud.accept_connections().unwrap(),
            Step::Kick => {
                self.cloud.kick(&user("lei"));
            }
            Step::KillDaemon => {
                if let Some(daemon) = self.daemon.take() {
                    daemon.kill();
                }
                self.daemon = Some(self.setup.start());
            }
            Step::Settle => {
                for app in &self.apps {
                    soon("an attempt ends", || {
                        (app.client.status() != ConnectionStatus::Connecting).then_some(())
                    })
                    .await;
                }
            }
        }
    }

    fn connect(&mut self, app: usize, limit: Duration) {
        let calls = Arc::new(Calls::default());
        let (opened, succeeded, failed) = (calls.clone(), calls.clone(), calls.clone());
        let callback =
            ConnectCallback::new(move |_| succeeded.has_ended(), move |_| failed.has_ended())
                .on_database_opened(move |_| {
                    opened.opened.fetch_add(1, Ordering::SeqCst);
                });
        let client = &self.apps[app].client;
        client.connect_with(self.token.clone(), limit, callback);
        self.connects.push(calls);
    }

    /// Judges what the apps were shown up to here.
    async fn look(&mut self) {
        for app in &mut self.apps {
            assert_or_lost(within("the daemon answers", app.client.ping()).await);
            app.rest().await;
        }
        for calls in &self.connects {
            calls.assert_once_at_most();
        }
    }

    /// The cloud is good again: every connect ends, and both apps can be connected.
    async fn end_well(mut self) {
        self.cloud.accept_connections().unwrap();
        let hinted = self.apps[0].client.hint(Hint::Foreground);
        assert_or_lost(within("hint", hinted).await);
        let connects = &self.connects;
        soon("every connect ends", || {
            let ended = |calls: &Arc<Calls>| calls.ended.load(Ordering::SeqCst) > 0;
            connects.iter().all(ended).then_some(())
        })
        .await;
        for app in &mut self.apps {
            // Where it wants to be connected already, it is told so and will be.
            match within("connect", app.client.connect(self.token.clone())).await {
                Ok(found) => assert_eq!(found, user("lei")),
                Err(error) => assert_eq!(error.code(), Code::RC_CONNECTION_EXIST),
            }
        }
        for app in &self.apps {
            soon("connected", || {
                (app.client.status() == ConnectionStatus::Connected).then_some(())
            })
            .await;
        }
        self.look().await;
        assert_eq!(self.cloud.links().len(), 1);
    }
}

impl Calls {
    fn has_ended(&self) {
        self.ended.fetch_add(1, Ordering::SeqCst);
    }

    fn assert_once_at_most(&self) {
        assert!(self.opened.load(Ordering::SeqCst) <= 1, "{self:?}");
        assert!(self.ended.load(Ordering::SeqCst) <= 1, "{self:?}");
    }
}

/// A call may be on its way when its daemon is killed.
fn assert_or_lost<T>(result: Result<T, Error>) {
    if let Err(error) = result {
        assert_eq!(error.code(), Code::IPC_DISCONNECT, "{error}");
    }
}
