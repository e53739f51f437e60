//! A system bus of a test's own, with a login manager on it that says what the test wants.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use zbus::Connection;
use zbus::connection::Builder;

use crate::{Missing, Setup, soon};

/// Who may do what: everybody everything.
const CONFIGURATION: &str = r#"
<busconfig>
  <listen>unix:path=SOCKET</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// The bus; ended when dropped.
#[derive(Debug)]
pub struct SystemBus {
    broker: Child,
    directory: TempDir,
}

/// What stands for logind.
#[derive(Debug)]
pub struct LoginManager(Connection);

impl SystemBus {
    /// Starts one.
    ///
    /// # Errors
    /// If this machine has no `dbus-daemon`.
    ///
    /// # Panics
    /// If the machine has no room for a temporary directory.
    pub fn start() -> Result<Self, Missing> {
        let directory = tempfile::Builder::new().prefix("imlink").tempdir().unwrap();
        let configuration = directory.path().join("bus.conf");
        let socket = socket(&directory).display().to_string();
        std::fs::write(&configuration, CONFIGURATION.replace("SOCKET", &socket)).unwrap();
        let broker = Command::new("dbus-daemon")
            .args(["--nofork", "--nopidfile", "--nosyslog", "--config-file"])
            .arg(&configuration)
            .stdin(Stdio::null())
            // It complains about limits that no test comes near.
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| Missing(format!("dbus-daemon cannot be run: {error}")))?;
        Ok(Self { broker, directory })
    }

    /// Has every daemon started from here on take it for the system's.
    #[must_use]
    pub fn of(&self, setup: Setup) -> Setup {
        setup.variable("DBUS_SYSTEM_BUS_ADDRESS", self.address())
    }

    /// A login manager on it, once it is there.
    ///
    /// # Panics
    /// If the bus does not let it in.
    pub async fn login_manager(&self) -> LoginManager {
        let socket = socket(&self.directory);
        soon("the bus listens", || socket.exists().then_some(())).await;
        let address = self.address();
        let connection = Builder::address(address.as_str());
        let connection = connection.build().await.unwrap();
        let name = "org.freedesktop.login1";
        connection.request_name(name).await.unwrap();
        LoginManager(connection)
    }

    fn address(&self) -> String {
        format!("unix:path={}", socket(&self.directory).display())
    }
}

impl Drop for SystemBus {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.broker.kill();
        let _ = self.broker.wait();
    }
}

impl LoginManager {
    /// Says that the machine is about to sleep, or that it woke.
    ///
    /// # Panics
    /// If the bus is gone.
    pub async fn prepare_for_sleep(&self, about_to_sleep: bool) {
        let manager = ("/org/freedesktop/login1", "org.freedesktop.login1.Manager");
        let signal = self.0.emit_signal(
            None::<&str>,
            manager.0,
            manager.1,
            "PrepareForSleep",
            &about_to_sleep,
        );
        signal.await.unwrap();
    }
}

fn socket(directory: &TempDir) -> PathBuf {
    Path::new(directory.path()).join("bus")
}
