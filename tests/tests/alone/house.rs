//! A cloud with one user, and a machine that remembers the user's token, one way or another.

use std::fs;
use std::path::PathBuf;

use imlink::{AccountReport, Token};
use imlink_ipc_proto::Codec;
use imlink_sandbox::Sandbox;
use imlink_tests::cloud::issued;
use imlink_tests::{App, Daemon, Missing, RawApp, Setup, cloud, eventually, require};

use crate::IMLINK;

/// How the token outlives the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    File,
    Credential,
    Keyring,
}

/// See the module.
pub struct House {
    pub cloud: Sandbox,
    pub setup: Setup,
    /// The token of `lei`, as long as nobody replaces it.
    pub token: String,
}

impl House {
    /// `None` where the machine cannot remember that way.
    pub fn open(test: &str, way: Way) -> Option<Self> {
        let cloud = cloud();
        let token = issued(&cloud, "lei");
        let setup = Setup::new(IMLINK).variable("IMLINK_LOG", "trace");
        let setup = match way {
            Way::File => setup.variable("IMLINK_REMEMBER", "file"),
            Way::Keyring => setup.variable("IMLINK_REMEMBER", "keyring"),
            Way::Credential => {
                let directory = setup.home().join("credentials");
                setup
                    .variable("IMLINK_REMEMBER", "credential")
                    .variable("CREDENTIALS_DIRECTORY", directory.display().to_string())
            }
        };
        let house = Self {
            cloud,
            setup,
            token,
        };
        if way == Way::Credential {
            house.hand_over(&house.token);
        }
        if way == Way::Keyring {
            require(test, house.kernel_has_keyrings())?;
        }
        Some(house)
    }

    /// Puts a token where systemd would.
    pub fn hand_over(&self, token: &str) {
        self.hand_over_as("lei", token);
    }

    /// The same, under another name.
    pub fn hand_over_as(&self, name: &str, token: &str) {
        let directory = self.setup.home().join("credentials");
        fs::create_dir_all(&directory).unwrap();
        let text = format!("{}\n{token}\n", self.cloud.app_key());
        let file = directory.join(format!("{name}.token"));
        fs::write(&file, text).unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o400);
        fs::set_permissions(&file, private).unwrap();
    }

    /// An app that is connected with the token.
    pub async fn connected(&self) -> App {
        let app = App::new(&self.setup, &self.cloud, "notes");
        app.client.init().await.unwrap();
        let token = Token::new(&*self.token).unwrap();
        app.client.connect(token).await.unwrap();
        app
    }

    /// What the daemon says of its one account, whom no app of this test is connected to; `None`
    /// if it has none.
    pub fn account(&self) -> Option<AccountReport> {
        let mut observer = RawApp::attached(&self.setup.socket(), Codec::Json);
        let accounts = observer.status().accounts;
        assert!(accounts.len() <= 1, "{accounts:?}");
        accounts.into_iter().next()
    }

    /// How its one account ended that nobody uses any more; `None` if there is none.
    pub fn ended(&self) -> Option<AccountReport> {
        let mut observer = RawApp::attached(&self.setup.socket(), Codec::Json);
        observer.status().ended.into_iter().next()
    }

    /// Waits until the account is remembered.
    pub fn remembers(&self) {
        eventually("the account is remembered", || {
            self.account()?.remembered.then_some(())
        });
    }

    /// The directory of the one account's messages.
    pub fn rows(&self) -> PathBuf {
        let accounts = fs::read_dir(self.setup.state().join("accounts")).unwrap();
        let paths = accounts.map(|entry| entry.unwrap().path());
        let mut rows =
            paths.filter(|path| !path.ends_with("index") && path.join("version").exists());
        rows.next().expect("an account has messages")
    }

    /// Files with tokens in the state directory.
    pub fn files(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.setup.state().join("tokens")) else {
            return Vec::new();
        };
        let paths = entries.map(|entry| entry.unwrap().path());
        paths
            .filter(|path| path.extension().is_some_and(|ending| ending == "token"))
            .collect()
    }

    /// How often the cloud was asked for a link.
    pub fn handshakes(&self) -> u64 {
        self.cloud.counters().handshakes
    }

    /// Starts a daemon that no app is attached to. Whatever it remembers is being connected by now.
    pub fn start_alone(&self) -> Daemon {
        self.setup.start()
    }

    /// A daemon that cannot have one says so and does not start.
    fn kernel_has_keyrings(&self) -> Result<(), Missing> {
        let daemon = self.setup.try_start();
        match daemon {
            Ok(daemon) => {
                daemon.kill();
                Ok(())
            }
            Err(said) if said.contains("the kernel refuses keyrings") => Err(Missing(said)),
            Err(said) => panic!("{said}"),
        }
    }
}
