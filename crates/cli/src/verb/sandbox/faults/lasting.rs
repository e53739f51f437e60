//! How often a fault strikes.

use clap::Args;
use imlink_sandbox::Lasting;

use crate::failure::Failure;

#[derive(Args)]
pub struct Times {
    /// Strike so many times [default: 1].
    #[arg(
        long,
        value_name = "COUNT",
        global = true,
        conflicts_with = "until_cleared",
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    times: Option<u32>,

    /// Strike until `imlink sandbox faults clear`.
    #[arg(long, global = true)]
    until_cleared: bool,
}

impl Times {
    pub fn lasting(&self) -> Lasting {
        match self.times {
            _ if self.until_cleared => Lasting::UntilCleared,
            None => Lasting::ONCE,
            Some(times) => Lasting::Times(times),
        }
    }

    /// What is wrong with a connection is not counted.
    ///
    /// # Errors
    /// A number of times is given.
    pub fn refuse_for_transport(&self) -> Result<(), Failure> {
        if self.times.is_none() {
            return Ok(());
        }
        Err(Failure::usage(
            "A fault of the transport has no number of times.",
            "Leave --times out; `imlink sandbox faults clear` ends it.",
        ))
    }
}

/// For people.
pub fn words(lasting: Lasting) -> String {
    match lasting {
        Lasting::Times(1) => "once".to_owned(),
        Lasting::Times(times) => format!("{times} times"),
        Lasting::UntilCleared => "until cleared".to_owned(),
    }
}
