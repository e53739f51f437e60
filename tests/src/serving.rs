//! A daemon inside a test, for what a process of its own cannot be told.

use std::os::unix::net::UnixStream;
use std::thread::JoinHandle;

use imlink_daemon::{Config, Settings};
use tokio::sync::oneshot;

use crate::{Setup, eventually};

/// A daemon on a thread of this process; ends in order when dropped.
#[derive(Debug)]
pub struct Serving {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Serving {
    /// Starts one in that home and waits until it lets apps in. What no file, variable or flag says
    /// can be changed before.
    ///
    /// # Panics
    /// If its configuration cannot be used or it lets nobody in.
    #[must_use]
    pub fn start(setup: &Setup, change: impl FnOnce(&mut Config)) -> Self {
        std::fs::create_dir_all(setup.home().join("run")).unwrap();
        let settings = Settings {
            socket: Some(setup.socket()),
            state_dir: Some(setup.state()),
            ..Settings::default()
        };
        let mut config = Config::load(None, |_| None, settings).unwrap();
        change(&mut config);
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let stop = async {
                let _ = stopped.await;
            };
            imlink_daemon::serve_here(config, None, stop).unwrap();
        });
        eventually("apps are let in", || {
            UnixStream::connect(setup.socket()).ok()
        });
        Self {
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let asked = self.stop.take().map(|stop| stop.send(()));
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            assert!(
                matches!(asked, Some(Ok(()))),
                "the daemon had ended by itself"
            );
            assert!(matches!(ended, Some(Ok(()))), "the daemon ended badly");
        }
    }
}
