//! Which proxy is in use: the one an app has set, else the configuration's.
//!
//! What an app sets outlives the daemon, in a file that nobody else can read.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use imlink_model::Proxy;
use tokio::sync::Mutex;

use crate::private_file::{self, PrivateFileError};
use crate::transport::ProxyInUse;

/// The file's name in the state directory.
const FILE: &str = "proxy";

/// The proxy in use, and where it comes from.
#[derive(Debug)]
pub struct ProxySetting {
    kept: KeptProxy,
    configured: Option<Proxy>,
    set: Option<Proxy>,
    in_use: ProxyInUse,
}

/// Where the proxy that an app has set is kept. Clones are the same place.
#[derive(Clone, Debug)]
pub struct KeptProxy {
    path: Arc<Path>,
    /// The file changes in the order in which apps asked for it.
    turn: Arc<Mutex<()>>,
}

/// Why the proxy that an app has set cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum KeptProxyError {
    /// The file cannot be used.
    #[error("proxy file {0}")]
    File(#[from] PrivateFileError),
    /// It holds something else.
    #[error(
        "proxy file {}: holds no proxy; remove it, and the configuration's is taken",
        .0.display()
    )]
    Damaged(PathBuf),
}

impl ProxySetting {
    /// What is in use from the start.
    ///
    /// # Errors
    /// [`KeptProxyError`]: a link past a proxy that somebody has set is worse than none.
    pub fn load(
        state_dir: &Path,
        configured: Option<Proxy>,
        in_use: ProxyInUse,
    ) -> Result<Self, KeptProxyError> {
        let path = state_dir.join(FILE);
        let set = match private_file::read(&path)? {
            Some(text) => {
                let read = text.parse::<Proxy>();
                let read = read.and_then(|proxy| proxy.check_login().map(|()| proxy));
                Some(read.map_err(|_| KeptProxyError::Damaged(path.clone()))?)
            }
            None => None,
        };
        let kept = KeptProxy {
            path: path.into(),
            turn: Arc::default(),
        };
        let setting = Self {
            kept,
            configured,
            set,
            in_use,
        };
        setting.in_use.set(setting.current().cloned());
        Ok(setting)
    }

    /// The one in use.
    #[must_use]
    pub fn current(&self) -> Option<&Proxy> {
        self.set.as_ref().or(self.configured.as_ref())
    }

    /// Whether an app has set it.
    #[must_use]
    pub fn is_set_by_app(&self) -> bool {
        self.set.is_some()
    }

    /// Where the one that an app sets is kept.
    #[must_use]
    pub fn kept(&self) -> KeptProxy {
        self.kept.clone()
    }

    /// From here on the one that an app has set, once that is kept; `None` is the configuration's.
    pub fn set(&mut self, proxy: Option<Proxy>) {
        self.set = proxy;
        self.in_use.set(self.current().cloned());
    }
}

impl KeptProxy {
    /// Makes it durable, off this thread.
    ///
    /// # Errors
    /// What the system says; what was kept before still is.
    pub async fn keep(self, proxy: Option<Proxy>) -> io::Result<()> {
        let _turn = self.turn.lock().await;
        let path = Arc::clone(&self.path);
        let kept = tokio::task::spawn_blocking(move || match proxy {
            Some(proxy) => private_file::write(&path, proxy.reveal_url().as_bytes()),
            None => private_file::remove(&path),
        });
        kept.await.map_err(io::Error::other)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIGURED: &str = "http://configured.example:3128";
    const SET: &str = "socks5://alice:p%40ss@set.example:1080";

    fn load(dir: &Path) -> Result<(ProxySetting, ProxyInUse), KeptProxyError> {
        let in_use = ProxyInUse::default();
        let configured = Some(CONFIGURED.parse().unwrap());
        let setting = ProxySetting::load(dir, configured, in_use.clone())?;
        Ok((setting, in_use))
    }

    #[tokio::test]
    async fn what_an_app_sets_outlives_the_daemon_until_it_is_taken_back() {
        let dir = tempfile::tempdir().unwrap();
        let set: Proxy = SET.parse().unwrap();
        let (mut setting, in_use) = load(dir.path()).unwrap();
        assert_eq!(in_use.get().unwrap().host(), "configured.example");

        setting.kept().keep(Some(set.clone())).await.unwrap();
        setting.set(Some(set.clone()));
        assert_eq!(in_use.get().as_deref(), Some(&set));

        let (mut setting, in_use) = load(dir.path()).unwrap();
        assert!(setting.is_set_by_app());
        assert_eq!(in_use.get().as_deref(), Some(&set), "with its password");

        setting.kept().keep(None).await.unwrap();
        setting.set(None);
        assert_eq!(in_use.get().unwrap().host(), "configured.example");
        assert!(!load(dir.path()).unwrap().0.is_set_by_app());
    }

    #[test]
    fn a_file_that_holds_something_else_is_named_with_the_cure() {
        let dir = tempfile::tempdir().unwrap();
        private_file::write(&dir.path().join(FILE), b"socks5://canary").unwrap();

        let error = load(dir.path()).unwrap_err().to_string();

        assert!(error.contains("remove it"), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }
}
