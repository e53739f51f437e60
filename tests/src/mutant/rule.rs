//! Rules broken on purpose, one at a time, to see that the tests of a package notice.
//!
//! `tests/mutants/rules.toml` says what is broken and who is to notice; the codes that end a
//! connect are broken one by one from the table itself. A mutant is a copy of this tree with one
//! piece of text replaced. It is noticed if it builds and a test fails, or does not come to its end.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use serde::Deserialize;

use super::{copy_tree, root, tracked};

/// How long the tests of one package may take before they count as hanging.
const PATIENCE: Duration = Duration::from_secs(300);

/// Who is to notice that a final code is none.
const ACT_ON_CODES: [&str; 3] = [
    "-p imlink-connection",
    "-p imlink --lib",
    "-p imlink-daemon --lib",
];

/// The codes that end a connect lie below, one file for a range.
const CODES: &str = "crates/model/src/code";

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The rule's id, for example `P4`.
    pub rule: String,
    /// What the product does instead.
    pub says: String,
    /// The file, relative to the tree.
    pub file: String,
    /// What stands there now, exactly once.
    pub find: String,
    /// What stands there in the mutant.
    pub put: String,
    /// Whose tests are to notice, each as arguments of `cargo test`; one of them has to.
    pub noticed_by: Vec<String>,
}

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A test failed; its name.
    Noticed(String),
    /// Its tests did not come to an end, which nobody overlooks.
    Hangs,
    /// Nobody noticed.
    Survived,
    /// It cannot be made or built; what was said.
    Stillborn(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    rule: Vec<Rule>,
}

/// All rules there are to break: those of `rules.toml`, and each code that ends a connect.
///
/// # Panics
/// If the file or the table cannot be read.
#[must_use]
pub fn rules() -> Vec<Rule> {
    let path = root().join("tests/mutants/rules.toml");
    let text = fs::read_to_string(&path).unwrap();
    let listed: Rules =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut rules = listed.rule;
    rules.extend(terminal_codes());
    rules
}

/// Every code of the table that is final, made one that is tried again.
fn terminal_codes() -> Vec<Rule> {
    let files = tracked().into_iter().filter(|file| file.starts_with(CODES));
    let tables = files.filter_map(|file| {
        let text = fs::read_to_string(root().join(&file)).ok()?;
        Some((file.to_str()?.to_owned(), text))
    });
    let mut found = Vec::new();
    for (file, text) in tables {
        for line in text.lines().map(str::trim) {
            let Some(row) = line.strip_suffix(", terminal;") else {
                continue;
            };
            let Some((code, _retry)) = row.rsplit_once(' ') else {
                continue;
            };
            found.push(Rule {
                rule: "P11".to_owned(),
                says: format!("{code} is tried again"),
                file: file.clone(),
                find: line.to_owned(),
                put: format!("{code} Automatic;"),
                // Not by the table's own tests, which repeat it: by those who act on it.
                noticed_by: ACT_ON_CODES.map(str::to_owned).into(),
            });
        }
    }
    found
}

impl Rule {
    /// The broken text of the file, if the rule can be broken in this tree.
    ///
    /// # Errors
    /// Why it cannot, and what to do.
    pub fn broken(&self) -> Result<String, String> {
        let path = root().join(&self.file);
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", self.file))?;
        match text.matches(&self.find).count() {
            1 => Ok(text.replacen(&self.find, &self.put, 1)),
            count => Err(format!(
                "{}: {:?} stands there {count} times, but must once; make it anew for the code as it is",
                self.file, self.find
            )),
        }
    }

    /// Breaks the rule in a copy of this tree and asks the tests; `scratch` is kept for the next
    /// rule.
    ///
    /// # Panics
    /// If files or processes fail.
    #[must_use]
    pub fn tried(&self, scratch: &Path) -> Fate {
        let tree = scratch.join("tree");
        copy_tree(&tree);
        let broken = match self.broken() {
            Ok(broken) => broken,
            Err(why) => return Fate::Stillborn(why),
        };
        fs::write(tree.join(&self.file), broken).unwrap();

        for tests in &self.noticed_by {
            match ask(&tree, &scratch.join("target"), tests) {
                Fate::Survived => {}
                fate => return fate,
            }
        }
        Fate::Survived
    }
}

/// Whether those tests pass where nothing is broken: what fails anyway notices nothing.
///
/// # Errors
/// What became of them instead.
///
/// # Panics
/// If files or processes fail.
pub fn sound(tests: &str, scratch: &Path) -> Result<(), Fate> {
    let tree = scratch.join("tree");
    copy_tree(&tree);
    match ask(&tree, &scratch.join("target"), tests) {
        Fate::Survived => Ok(()),
        fate => Err(fate),
    }
}

/// Runs those tests of a tree.
fn ask(tree: &Path, target: &Path, tests: &str) -> Fate {
    let cargo = |more: &[&str]| {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .args(["test", "--quiet", "--locked", "--target-dir"])
            .arg(target)
            .args(tests.split_whitespace())
            .args(more)
            .env("CARGO_TERM_COLOR", "never")
            .current_dir(tree)
            .stdin(Stdio::null());
        command
    };
    let built = cargo(&["--no-run"]).output().unwrap();
    if !built.status.success() {
        return Fate::Stillborn(String::from_utf8_lossy(&built.stderr).into_owned());
    }

    let said = tempfile::NamedTempFile::new().unwrap();
    let mut running = cargo(&[])
        .stdout(said.reopen().unwrap())
        .stderr(Stdio::null())
        // Tests start processes: what hangs is ended with all of them.
        .process_group(0)
        .spawn()
        .unwrap();
    let started = Instant::now();
    let ended = loop {
        if let Some(ended) = running.try_wait().unwrap() {
            break ended;
        }
        if started.elapsed() > PATIENCE {
            let group = Pid::from_child(&running);
            kill_process_group(group, Signal::KILL).unwrap();
            running.wait().unwrap();
            return Fate::Hangs;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    if ended.success() {
        return Fate::Survived;
    }
    let said = fs::read_to_string(said.path()).unwrap();
    Fate::Noticed(first_failure(&said))
}

/// The first test that failed, from what a test program printed.
fn first_failure(said: &str) -> String {
    let names: BTreeSet<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("---- ")?.strip_suffix(" stdout ----"))
        .collect();
    match names.first() {
        Some(first) if names.len() == 1 => (*first).to_owned(),
        Some(first) => format!("{first} and {} more", names.len() - 1),
        None => "a test that ended without a word".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_of_a_run_is_named() {
        let said = "\nfailures:\n\n---- b::two stdout ----\npanicked\n\n---- a::one stdout ----\n";

        assert_eq!(first_failure(said), "a::one and 1 more");
        assert_eq!(first_failure("---- a stdout ----"), "a");
        assert_eq!(first_failure("aborted"), "a test that ended without a word");
    }

    #[test]
    fn every_final_code_is_broken_once() {
        let codes = terminal_codes();

        assert!(codes.len() > 20, "{}", codes.len());
        // Final, though the app may connect again.
        assert!(codes.iter().any(|rule| rule.says.contains("34006")));
        for rule in codes {
            rule.broken().unwrap();
        }
    }
}
