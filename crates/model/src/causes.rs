//! An error and what caused it, for whoever reads one line.

use std::error::Error;
use std::fmt;

/// Shows an error with all its causes, each behind a colon. Errors keep their causes apart from
/// their own words, so that whoever prints them decides; a line of a log or on a terminal wants all.
#[derive(Clone, Copy, Debug)]
pub struct WithCauses<'a>(pub &'a (dyn Error + 'static));

impl fmt::Display for WithCauses<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.0.to_string();
        f.write_str(&said)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let words = error.to_string();
            // Some errors have the words of their cause in their own.
            if !said.contains(&words) {
                write!(f, ": {words}")?;
            }
            said = words;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Trouble {
        #[error("failed opening /x")]
        Silent(#[source] io::Error),
        #[error("cannot listen: {0}")]
        Talkative(#[source] io::Error),
        #[error(transparent)]
        Passed(Box<Trouble>),
    }

    #[test]
    fn every_cause_is_said_once() {
        let cause = || io::Error::from_raw_os_error(5);
        let table = [
            (
                Trouble::Silent(cause()),
                "failed opening /x: Input/output error (os error 5)",
            ),
            (
                Trouble::Talkative(cause()),
                "cannot listen: Input/output error (os error 5)",
            ),
            (
                Trouble::Passed(Box::new(Trouble::Silent(cause()))),
                "failed opening /x: Input/output error (os error 5)",
            ),
        ];

        for (trouble, expected) in table {
            assert_eq!(WithCauses(&trouble).to_string(), expected);
        }
    }
}
