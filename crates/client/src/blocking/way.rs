//! The way from the daemon to the cloud, for programs without an async runtime.

use super::Client;
use crate::{Error, Proxy, ProxyInUse};

impl Client {
    /// See [`crate::Client::set_proxy`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn set_proxy(&self, proxy: Option<&Proxy>) -> Result<(), Error> {
        self.runtime.wait(self.client.set_proxy(proxy))?
    }

    /// See [`crate::Client::proxy`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn proxy(&self) -> Result<Option<ProxyInUse>, Error> {
        self.runtime.wait(self.client.proxy())?
    }

    /// See [`crate::Client::test_proxy`].
    ///
    /// # Errors
    /// As there; -3 inside an async runtime.
    pub fn test_proxy(&self, proxy: Option<&Proxy>, host: &str) -> Result<(), Error> {
        self.runtime.wait(self.client.test_proxy(proxy, host))?
    }
}
