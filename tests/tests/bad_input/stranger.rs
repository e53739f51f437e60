//! Another user of this machine, for what only the kernel can tell apart.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use imlink_tests::Missing;

use crate::IMLINK;

/// A user that is neither root nor whoever runs the tests.
#[derive(Debug)]
pub struct Stranger {
    uid: u32,
}

/// Nobody has files or processes under this number.
const UID: u32 = 64_321;

impl Stranger {
    /// Needs root and `setpriv`, and a program that others may run.
    pub fn find() -> Result<Self, Missing> {
        if !rustix::process::geteuid().is_root() {
            return Err(Missing("only root can act as another user".into()));
        }
        let stranger = Self { uid: UID };
        let mut version = Command::new(IMLINK.0);
        version.env_clear();
        let tried = stranger
            .run(&version, "--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        match tried {
            Ok(status) if status.success() => Ok(stranger),
            Ok(_) => Err(Missing(format!("another user may not run {}", IMLINK.0))),
            Err(error) => Err(Missing(format!("setpriv cannot be run: {error}"))),
        }
    }

    pub fn uid(&self) -> u32 {
        self.uid
    }

    /// Opens a path to everybody, up to the directory for temporary files.
    pub fn let_in(&self, path: &Path) {
        let top = std::env::temp_dir();
        for place in path.ancestors().take_while(|place| *place != top) {
            fs::set_permissions(place, Permissions::from_mode(0o777)).unwrap();
        }
    }

    /// The same program and environment, as this user.
    pub fn run(&self, command: &Command, verb: &str) -> Command {
        let mut run = Command::new("setpriv");
        run.arg(format!("--reuid={}", self.uid))
            .arg(format!("--regid={}", self.uid))
            .args(["--clear-groups", "--"])
            .arg(Path::new(command.get_program()))
            .arg(verb)
            .env_clear()
            .envs(
                command
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            );
        if let Some(path) = std::env::var_os("PATH") {
            run.env("PATH", path);
        }
        run
    }
}
