//! Short lives of two apps, their daemon and a cloud, by chance. What an app is shown must be legal,
//! which [`App`] judges at every look, each connect must end once, and what ended for good stays so.
//! `IMLINK_LIVES` makes as many as wanted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use imlink::{Code, ConnectCallback, ConnectionStatus, Error, Hint, Token};
use imlink_sandbox::{Ending, Sandbox, Scope, TransportFaults};
use imlink_tests::cloud::{token, user};
use imlink_tests::{App, Daemon, Setup, cloud, soon, within};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::IMLINK;

const LIVES: u64 = 16;
const STEPS: usize = 14;

/// A day, which is for ever to a test.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);

/// Connects until an app is connected again: its first one may only be told what the cloud had said
/// of a token, or of the user, before.
const TRIES: usize = 3;

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
    /// All tokens of the user; apps have a new one from then on.
    Expire,
    Block,
    Unblock,
    /// Links stay open, and nothing goes over them.
    Freeze,
    Thaw,
    KillDaemon,
    /// Attempts under way come to their end.
    Settle,
}

// behaviour.md 2.3; P9, P10, P11, P13, P19, P24
#[tokio::test]
async fn whatever_happens_every_app_sees_legal_statuses_and_each_connect_ends_once() {
    let lives = std::env::var("IMLINK_LIVES").map_or(LIVES, |many| many.parse().unwrap());
    for seed in 0..lives {
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
        match chance.random_range(0..22) {
            0..4 => Self::Connect(app, Duration::ZERO),
            4 => Self::Connect(app, Duration::from_secs(1)),
            5 => Self::Disconnect(app),
            6 => Self::Hint(app),
            7 => Self::DropLinks,
            8 => Self::Refuse,
            9..11 => Self::Accept,
            11 => Self::Kick,
            12 => Self::KillDaemon,
            13 => Self::Expire,
            14 => Self::Block,
            15 => Self::Unblock,
            16 => Self::Freeze,
            17 => Self::Thaw,
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
    /// Handshakes up to when the cloud had ended the account for good; no more may come.
    over: Option<u64>,
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
            over: None,
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
                // What the cloud says last must arrive: else it takes the keep-alive to find out.
                self.freeze(false);
                self.cloud.kick(&user("lei"));
            }
            Step::Expire => {
                self.cloud.expire_tokens(&user("lei"));
                self.token = token(&self.cloud, "lei");
            }
            Step::Block => {
                self.freeze(false);
                self.cloud.block(&user("lei"), LONG);
            }
            Step::Unblock => self.cloud.unblock(&user("lei")),
            Step::Freeze => self.freeze(true),
            Step::Thaw => self.freeze(false),
            Step::KillDaemon => {
                if let Some(daemon) = self.daemon.take() {
                    daemon.kill();
                }
                self.daemon = Some(self.setup.start());
            }
            Step::Settle => {
                // An attempt over a frozen link takes longer than anybody waits here.
                self.freeze(false);
                for app in &self.apps {
                    soon("an attempt ends", || {
                        (app.client.status() != ConnectionStatus::Connecting).then_some(())
                    })
                    .await;
                }
            }
        }
    }

    fn freeze(&self, freeze: bool) {
        let faults = TransportFaults {
            freeze,
            ..TransportFaults::default()
        };
        self.cloud.set_transport(&Scope::Everyone, &faults);
    }

    fn connect(&mut self, app: usize, limit: Duration) {
        self.over = None;
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
        self.judge_what_is_over();
    }

    /// After the cloud's last word nothing is tried before an app connects (P11).
    fn judge_what_is_over(&mut self) {
        let last_words = [
            ConnectionStatus::KickedOffline,
            ConnectionStatus::TokenIncorrect,
            ConnectionStatus::UserBlocked,
        ];
        let by_the_cloud = |app: &App| last_words.contains(&app.client.status());
        if !self.apps.iter().all(by_the_cloud) {
            self.over = None;
            return;
        }
        let handshakes = self.cloud.counters().handshakes;
        let over = *self.over.get_or_insert(handshakes);
        assert_eq!(handshakes, over, "it was over");
    }

    /// The cloud is good again: every connect ends, and both apps can be connected.
    async fn end_well(mut self) {
        self.over = None;
        self.cloud.accept_connections().unwrap();
        self.cloud.unblock(&user("lei"));
        self.freeze(false);
        let hinted = self.apps[0].client.hint(Hint::Foreground);
        assert_or_lost(within("hint", hinted).await);
        let connects = &self.connects;
        soon("every connect ends", || {
            let ended = |calls: &Arc<Calls>| calls.ended.load(Ordering::SeqCst) > 0;
            connects.iter().all(ended).then_some(())
        })
        .await;
        for app in &mut self.apps {
            for _ in 0..TRIES {
                // Where it wants to be connected already, it is told so and will be, or not.
                if let Err(error) = within("connect", app.client.connect(self.token.clone())).await
                {
                    let exists = error.code() == Code::RC_CONNECTION_EXIST;
                    assert!(exists || error.code().is_terminal(), "{error}");
                }
                let ended = soon("an end of all attempts", || {
                    let status = app.client.status();
                    let ended = status == ConnectionStatus::Connected || status.is_final();
                    ended.then_some(status)
                })
                .await;
                if ended == ConnectionStatus::Connected {
                    break;
                }
            }
        }
        for app in &self.apps {
            soon("connected", || {
                (app.client.status() == ConnectionStatus::Connected).then_some(())
            })
            .await;
        }
        self.look().await;
        // That of a daemon that was killed while it was frozen may have to be read first.
        soon("one link is left", || {
            (self.cloud.links().len() == 1).then_some(())
        })
        .await;
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
