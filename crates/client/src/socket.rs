//! Where the daemon's socket is (decisions.md P25).
//!
//! The first place that answers is taken, and kept for as long as the client lives: a client of
//! the user's own daemon does not wander off to the system's while its own restarts.

use std::ffi::OsString;
use std::path::PathBuf;

/// Names the socket; no other place is looked at if it is set.
pub const VARIABLE: &str = "IMLINK_SOCKET";

/// The socket of the system's daemon.
pub const SYSTEM: &str = "/run/imlink/imlinkd.sock";

/// How a daemon is started, for texts that miss one.
pub const HOW_TO_START: &str =
    "start it with `systemctl --user start imlinkd.socket` or `imlink daemon`";

/// The places to look at, in order, by this process's environment: `IMLINK_SOCKET` alone if it is
/// set; else the user's runtime directory, then `/run`, and without a runtime directory the
/// user's state directory.
#[must_use]
pub fn places() -> Vec<PathBuf> {
    places_by(&|name| std::env::var_os(name))
}

fn places_by(variable: &impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    if let Some(path) = variable(VARIABLE).filter(|path| !path.is_empty()) {
        return vec![path.into()];
    }
    let runtime = directory(variable, "XDG_RUNTIME_DIR");
    let state = || {
        directory(variable, "XDG_STATE_HOME")
            .or_else(|| Some(directory(variable, "HOME")?.join(".local/state")))
    };
    match runtime {
        Some(runtime) => vec![runtime.join("imlink/imlinkd.sock"), SYSTEM.into()],
        None => std::iter::once(PathBuf::from(SYSTEM))
            .chain(state().map(|state| state.join("imlink/run/imlinkd.sock")))
            .collect(),
    }
}

/// A relative path in these variables is to be ignored (XDG Base Directory, "Environment
/// variables").
fn directory(variable: &impl Fn(&str) -> Option<OsString>, name: &str) -> Option<PathBuf> {
    variable(name)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}

/// What to say when no place answered.
pub(crate) fn nobody(tried: &[(PathBuf, std::io::Error)]) -> String {
    let places: Vec<String> = tried
        .iter()
        .map(|(path, error)| format!("{} ({error})", path.display()))
        .collect();
    format!(
        "no daemon answers at {}; {HOW_TO_START}",
        places.join(" or ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places_with(variables: &[(&str, &str)]) -> Vec<PathBuf> {
        places_by(&|name| {
            variables
                .iter()
                .find(|(other, _)| *other == name)
                .map(|(_, value)| value.into())
        })
    }

    #[test]
    fn the_variable_names_the_only_place() {
        let places = places_with(&[(VARIABLE, "here.sock"), ("XDG_RUNTIME_DIR", "/run/user/7")]);

        assert_eq!(places, [PathBuf::from("here.sock")]);
    }

    #[test]
    fn the_users_daemon_comes_before_the_systems() {
        let places = places_with(&[("XDG_RUNTIME_DIR", "/run/user/7"), ("HOME", "/home/lei")]);

        assert_eq!(
            places,
            [
                PathBuf::from("/run/user/7/imlink/imlinkd.sock"),
                PathBuf::from(SYSTEM)
            ]
        );
    }

    #[test]
    fn without_a_runtime_directory_the_state_directory_is_looked_at() {
        let below_home = PathBuf::from("/home/lei/.local/state/imlink/run/imlinkd.sock");
        let below_state = PathBuf::from("/state/imlink/run/imlinkd.sock");

        assert_eq!(
            places_with(&[("HOME", "/home/lei")]),
            [SYSTEM.into(), below_home]
        );
        assert_eq!(
            places_with(&[("HOME", "/home/lei"), ("XDG_STATE_HOME", "/state")]),
            [SYSTEM.into(), below_state]
        );
        assert_eq!(
            places_with(&[("HOME", "relative")]),
            [PathBuf::from(SYSTEM)]
        );
    }

    // IPC-05
    #[test]
    fn the_text_says_where_it_looked_and_how_to_start_a_daemon() {
        let tried = [(
            PathBuf::from("/a/b.sock"),
            std::io::Error::from(std::io::ErrorKind::NotFound),
        )];

        let text = nobody(&tried);

        assert!(text.contains("/a/b.sock"));
        assert!(text.contains("systemctl --user start imlinkd.socket"));
        assert!(text.contains("imlink daemon"));
    }
}
