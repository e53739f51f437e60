//! The SDKs on this machine: node, and the packages of `tests/interop`.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use imlink_tests::Missing;

/// The oldest Node the scripts run under.
const OLDEST_NODE: u32 = 20;

/// The scripts with everything they need.
#[derive(Clone, Debug)]
pub struct Interop(PathBuf);

impl Interop {
    /// What the tests of the SDK need. Installs the packages if that was not done before; tests of
    /// other processes wait meanwhile.
    pub fn find() -> Result<Self, Missing> {
        static FOUND: OnceLock<Result<Interop, Missing>> = OnceLock::new();
        FOUND.get_or_init(Self::prepare).clone()
    }

    /// `node` about to run one of the scripts.
    pub fn script(&self, name: &str) -> Command {
        let mut node = Command::new("node");
        node.arg(self.0.join(name));
        node
    }

    fn prepare() -> Result<Self, Missing> {
        let version = output(Command::new("node").arg("--version"))?;
        let major = version.trim_start_matches('v').split('.').next();
        if major.and_then(|major| major.parse().ok()) < Some(OLDEST_NODE) {
            let reason = format!("node is {version}, {OLDEST_NODE} or newer is needed");
            return Err(Missing(reason));
        }

        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop");
        let lock = File::open(directory.join("package-lock.json")).unwrap();
        // Held until it is dropped; also by a test run of another checkout's target directory.
        lock.lock().unwrap();
        if !is_complete(&directory, &lock) {
            output(Command::new("npm").arg("ci").current_dir(&directory))?;
        }
        Ok(Self(directory))
    }
}

/// A Chromium on this machine.
#[derive(Clone, Copy, Debug)]
pub struct Chromium;

impl Chromium {
    /// Its command, as Debian and most others call it.
    pub const COMMAND: &str = "chromium";

    /// The browser, if it is there and starts.
    pub fn find() -> Result<Self, Missing> {
        output(Command::new(Self::COMMAND).arg("--version")).map(|_| Self)
    }
}

/// Whether the packages were installed since the lock last changed: npm writes that file last.
fn is_complete(directory: &Path, lock: &File) -> bool {
    let time = |metadata: io::Result<Metadata>| metadata.and_then(|metadata| metadata.modified());
    let installed = time(directory.join("node_modules/.package-lock.json").metadata());
    installed.is_ok_and(|installed| installed >= time(lock.metadata()).unwrap())
}

/// What a command prints, or what is missing if it does not work.
fn output(command: &mut Command) -> Result<String, Missing> {
    let name = command.get_program().to_string_lossy().into_owned();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let done = match child {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Missing(format!("{name} is not installed")));
        }
        other => other.unwrap().wait_with_output().unwrap(),
    };
    let text = |mut bytes: &[u8]| {
        let mut text = String::new();
        bytes
            .read_to_string(&mut text)
            .map(|_| text.trim().to_owned())
            .unwrap_or_default()
    };
    if !done.status.success() {
        let said = text(&done.stderr);
        let reason = said.lines().next().unwrap_or("it said nothing");
        return Err(Missing(format!(
            "{command:?} ends with {}: {reason}",
            done.status
        )));
    }
    Ok(text(&done.stdout))
}
