//! The exit statuses, each with one meaning.

use std::process::ExitCode;

use imlink_model::Code;

/// How the command ended. Scripts depend on the numbers; they never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It did what it was asked to do.
    Done = 0,
    /// It failed; the code or the sentence says why.
    Failed = 1,
    /// The command line, or a file or text it names, cannot be used.
    Usage = 2,
    /// `daemon` only: another daemon is running (decisions.md P26).
    AlreadyRunning = 3,
    /// No daemon answers (-2).
    NoDaemon = 4,
    /// The cloud refused for good: a wrong token, a kick, a block. Trying again changes nothing.
    Refused = 5,
    /// The time limit ran out (34006, 90001).
    TimedOut = 6,
    /// `send` and `chat`: it is unknown whether a message arrived (30003).
    InDoubt = 7,
    /// Ctrl-C, by the convention of shells 128 + SIGINT.
    Interrupted = 130,
}

/// The statuses for the end of `imlink --help`.
pub const TABLE: &str = "\
Exit status:
    0  done
    1  failed; the code says why
    2  the command line, or a file or text it names, cannot be used
    3  another daemon is running (only `imlink daemon`)
    4  no daemon answers (-2)
    5  the cloud refused for good: wrong token, kicked, blocked
    6  the time limit ran out
    7  it is unknown whether a message arrived (`imlink send`, `imlink chat`)
  130  interrupted";

impl Exit {
    /// The status that tells of a code.
    #[must_use]
    pub fn of(code: Code) -> Self {
        match code {
            Code::SUCCESS => Self::Done,
            Code::IPC_DISCONNECT => Self::NoDaemon,
            // Terminal as a code of connect, but the token is as good as before.
            Code::RC_CONNECT_TIMEOUT | Code::LOCAL_TIMEOUT => Self::TimedOut,
            Code::RC_MSG_RESP_TIMEOUT => Self::InDoubt,
            Code::PARAMETER_ERROR | Code::INVALID_ARGUMENT_TOKEN => Self::Usage,
            code if code.is_terminal() => Self::Refused,
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_status_the_help_promises() {
        let table = [
            (Code::SUCCESS, 0),
            (Code::LOCAL_DENIED, 1),
            (Code::new(424_242), 1),
            (Code::INVALID_ARGUMENT_TOKEN, 2),
            (Code::IPC_DISCONNECT, 4),
            (Code::RC_CONN_TOKEN_INCORRECT, 5),
            (Code::RC_DISCONN_KICK, 5),
            (Code::RC_CONNECT_TIMEOUT, 6),
            (Code::LOCAL_TIMEOUT, 6),
            (Code::RC_MSG_RESP_TIMEOUT, 7),
        ];

        for (code, status) in table {
            assert_eq!(Exit::of(code) as u8, status, "{code}");
        }
    }

    #[test]
    fn the_help_names_every_status() {
        let all = [
            Exit::Done,
            Exit::Failed,
            Exit::Usage,
            Exit::AlreadyRunning,
            Exit::NoDaemon,
            Exit::Refused,
            Exit::TimedOut,
            Exit::InDoubt,
            Exit::Interrupted,
        ];

        for exit in all {
            let line = format!("\n{:>5}  ", exit as u8);
            assert!(TABLE.contains(&line), "{exit:?}");
        }
    }
}
