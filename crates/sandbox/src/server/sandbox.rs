//! The handle.

mod addresses;
mod faults;
mod people;
mod restoring;
mod rooms;
mod watch;

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    io,
    net::SocketAddr,
    sync::{Arc, mpsc as std_mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use imlink_model::AppKey;
use tokio::{
    runtime,
    sync::{mpsc, oneshot},
};

use super::{
    Config,
    data::{Bell, Directory, Keeper},
    doors::Doors,
    gateway::{Order, Wanted},
    serve::serve,
    webhook,
    world::Shared,
};
use crate::{App, AppSettings, Cloud, Policy, Secret};
use addresses::Public;
use restoring::restored;

/// A running sandbox.
///
/// A handle is cheap to clone and may be used from any thread, inside or outside a runtime: no
/// method waits for the network. Methods act in the world of one app key, at first the default
/// one; [`app`](Self::app) gives a handle for another. The sandbox stops when its last handle is
/// dropped: its listeners are closed then, its links are gone, and with [`Config::data`] its state
/// is written.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
    key: AppKey,
    addresses: Doors<SocketAddr>,
    public: Arc<Public>,
    /// `None` in the sandbox's own thread, which must not keep itself alive.
    thread: Option<Arc<Thread>>,
}

impl Sandbox {
    /// Starts a sandbox on a thread of its own. It serves when this returns.
    ///
    /// # Errors
    /// An address that cannot be listened on, named with its purpose; an address beyond loopback
    /// without [`Config::allow_remote`]; with TLS, a public host that no certificate can name; with
    /// [`Config::data`], a [`DataError`](super::DataError), which is inside.
    pub fn spawn(config: Config) -> io::Result<Self> {
        config.check()?;
        let credentials = config.credentials()?;
        let data = config.data.as_deref().map(Directory::claim).transpose()?;
        let kept = data.as_ref().map(Directory::read).transpose()?.flatten();
        let listeners = Doors::wanted(&config).bind()?;
        let addresses = listeners.addresses()?;

        let settings = config.app(&addresses);
        let (key, seed) = (settings.key.clone(), config.seed.unwrap_or_else(any_seed));
        let public = Public::new(&config, &addresses, credentials.as_ref());
        let (orders, order_receiver) = mpsc::unbounded_channel();
        let (callbacks, called_back) = webhook::channel(config.allow_remote);
        let bell = data.is_some().then(Arc::<Bell>::default);
        let shared = Arc::new(Shared::new(
            restored(Cloud::new(settings, seed), kept, &public),
            bell.clone(),
            orders,
            callbacks,
            config.handshake_time,
        ));
        let mut sandbox = Self {
            shared,
            key,
            addresses,
            public: Arc::new(public),
            thread: None,
        };

        let inner = sandbox.clone();
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("imlink-sandbox".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::spawn(webhook::deliver(called_back));
                    let tls = credentials.map(|credentials| credentials.acceptor);
                    serve(listeners, tls, order_receiver, &inner)
                        .expect("the listeners are bound and non-blocking");
                    // It would keep itself alive.
                    drop(inner);
                    // An error is the other end being gone: the last handle was dropped.
                    let _ = stopped.await;
                });
            })?;
        let mut thread = Thread {
            stop: Some(stop),
            thread: Some(thread),
            keeper: None,
        };
        if let (Some(data), Some(bell)) = (data, bell) {
            thread.keeper = Some(Keeper::start(data, sandbox.shared.clone(), bell)?);
        }
        sandbox.thread = Some(Arc::new(thread));
        Ok(sandbox)
    }

    /// A handle for the world of another app key, which is made if new.
    #[must_use]
    pub fn app(&self, key: &AppKey, secret: &Secret) -> Self {
        let mut policy = Policy::default();
        self.public.put_in(&mut policy);
        self.shared.act(|world, _| {
            if world.cloud.app(key).is_none() {
                let settings = AppSettings {
                    key: key.clone(),
                    secret: secret.clone(),
                    policy,
                };
                world.cloud.add_app(settings);
            }
        });
        Self {
            key: key.clone(),
            ..self.clone()
        }
    }

    /// A handle for the world of another app key, if there is one.
    #[must_use]
    pub fn existing_app(&self, key: &AppKey) -> Option<Self> {
        self.shared
            .act(|world, _| world.cloud.app(key).is_some())
            .then(|| Self {
                key: key.clone(),
                ..self.clone()
            })
    }

    /// The app key this handle acts for.
    #[must_use]
    pub fn app_key(&self) -> &AppKey {
        &self.key
    }

    /// The secret of its app server.
    #[must_use]
    pub fn secret(&self) -> Secret {
        self.with_app(|app| app.secret().clone())
    }

    /// Closes the gateway's listeners, all of them: connections are refused by the kernel. Open
    /// links stay. Does nothing if they are closed already.
    ///
    /// # Errors
    /// The sandbox has stopped.
    pub fn refuse_connections(&self) -> io::Result<()> {
        self.order_and_wait(Wanted::Refusing)
    }

    /// Closes the gateway's listener at one address. Open links stay. Does nothing if it is closed
    /// already.
    ///
    /// # Errors
    /// The gateway has no such address; or the sandbox has stopped.
    pub fn refuse_connections_at(&self, address: SocketAddr) -> io::Result<()> {
        self.order_and_wait(Wanted::RefusingAt(address))
    }

    /// Opens the gateway's listeners again, on the same ports. Does nothing if they are open.
    ///
    /// # Errors
    /// Someone else took a port meanwhile, then all stay closed; or the sandbox has stopped.
    pub fn accept_connections(&self) -> io::Result<()> {
        self.order_and_wait(Wanted::Listening)
    }

    /// Reads or changes the world of this handle's app key in one step; what follows from it is
    /// carried out before this returns.
    pub fn with_app<T>(&self, act: impl FnOnce(&mut App) -> T) -> T {
        self.shared.act(|world, _| {
            act(world
                .cloud
                .app_mut(&self.key)
                .expect("apps are never removed"))
        })
    }

    /// Waits until something holds in the world of this handle's app key; false if it does not
    /// within the limit. Blocks the thread: in a runtime use it in a blocking task.
    #[must_use]
    pub fn wait_until(&self, limit: Duration, mut holds: impl FnMut(&App) -> bool) -> bool {
        self.shared
            .wait(limit, |cloud| cloud.app(&self.key).is_some_and(&mut holds))
    }

    /// Puts the sandbox's clock forward, for example past the retention of messages.
    pub fn advance_clock(&self, by: Duration) {
        self.shared.act(|world, _| world.advance_clock(by));
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(super) async fn order(&self, wanted: Wanted) -> io::Result<()> {
        let (done, obeyed) = oneshot::channel();
        self.give(wanted, move |result| {
            let _ = done.send(result);
        });
        obeyed.await.unwrap_or_else(|_| Err(stopped()))
    }

    fn order_and_wait(&self, wanted: Wanted) -> io::Result<()> {
        let (done, obeyed) = std_mpsc::sync_channel(1);
        self.give(wanted, move |result| {
            let _ = done.send(result);
        });
        obeyed.recv().unwrap_or_else(|_| Err(stopped()))
    }

    /// Without a receiver the order is dropped, and with it the sender of the answer.
    fn give(&self, wanted: Wanted, done: impl FnOnce(io::Result<()>) + Send + 'static) {
        let _ = self.shared.gateway.send(Order {
            wanted,
            done: Box::new(done),
        });
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox")
            .field("app_key", &self.key)
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

/// No two are alike: the standard library seeds its hash maps from the system's random bits.
fn any_seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

fn stopped() -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, "the sandbox has stopped")
}

/// The sandbox's thread; ends and is waited for when the last handle goes.
struct Thread {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    keeper: Option<Keeper>,
}

impl Drop for Thread {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic in there has been reported by the panic hook.
            let _ = thread.join();
        }
        // Last, when nothing changes any more: it writes what is left to write.
        drop(self.keeper.take());
    }
}
