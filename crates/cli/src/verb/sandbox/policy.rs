//! `imlink sandbox policy`.

use std::time::Duration;

use clap::{Args, ValueEnum};
use humantime::{format_duration, parse_duration};
use imlink_sandbox::Policy;
use imlink_sandbox::control::{GetPolicy, SetPolicy};
use serde_json::json;

use super::place::Place;
use super::told::Told;
use crate::command::Ending;
use crate::output::{Output, Table};
use crate::runtime::{DONE, run_interruptibly};

#[derive(Args)]
#[command(after_help = "\
Without a flag the rules of connecting are shown; a flag changes one of them.
The others, such as rates and retention, are changed over the control API:
`PUT /sandbox/v1/policy`.

Examples:
  imlink sandbox policy
  imlink sandbox policy --one-device on          the newcomer kicks (31010)
  imlink sandbox policy --token-lifetime 90s     later tokens expire (31020)
  imlink sandbox policy --app-verification on    nobody passes it (31005)

With --json: one_device, token_lifetime_seconds, app_verification.")]
pub struct Arguments {
    /// Whether a new link of a user ends the older one of the same kind.
    #[arg(long, value_name = "on|off", hide_possible_values = true)]
    one_device: Option<Switch>,

    /// How long a token is good that is issued from now on, such as 90s, or `forever`.
    #[arg(long, value_name = "TIME", value_parser = Lifetime::parse)]
    token_lifetime: Option<Lifetime>,

    /// Whether the app is verified at every connect, which no client passes.
    #[arg(long, value_name = "on|off", hide_possible_values = true)]
    app_verification: Option<Switch>,

    #[command(flatten)]
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lifetime {
    For(Duration),
    Forever,
}

pub fn run(arguments: &Arguments, output: Output) -> Ending {
    run_interruptibly(async {
        let remote = arguments.place.remote()?;
        let mut policy = remote.call(&GetPolicy {}).await?;
        if arguments.change(&mut policy) {
            remote.call(&SetPolicy(policy.clone())).await?;
        }
        output.say(&told(&policy))?;
        DONE
    })
}

impl Arguments {
    /// False if nothing is to be changed.
    fn change(&self, policy: &mut Policy) -> bool {
        if let Some(switch) = self.one_device {
            policy.one_device = switch.is_on();
        }
        if let Some(lifetime) = self.token_lifetime {
            policy.token_lifetime = lifetime.duration();
        }
        if let Some(switch) = self.app_verification {
            policy.app_verification = switch.is_on();
        }
        self.one_device.is_some()
            || self.token_lifetime.is_some()
            || self.app_verification.is_some()
    }
}

impl Switch {
    fn is_on(self) -> bool {
        match self {
            Self::On => true,
            Self::Off => false,
        }
    }
}

impl Lifetime {
    fn parse(text: &str) -> Result<Self, humantime::DurationError> {
        match text {
            "forever" => Ok(Self::Forever),
            time => parse_duration(time).map(Self::For),
        }
    }

    fn duration(self) -> Option<Duration> {
        match self {
            Self::For(time) => Some(time),
            Self::Forever => None,
        }
    }
}

fn told(policy: &Policy) -> Told {
    let on_off = |on| if on { "on" } else { "off" }.to_owned();
    let lifetime = policy.token_lifetime;
    let mut table = Table::default();
    for (rule, value) in [
        ("one device", on_off(policy.one_device)),
        (
            "token lifetime",
            lifetime.map_or("forever".to_owned(), |time| {
                format_duration(time).to_string()
            }),
        ),
        ("app verification", on_off(policy.app_verification)),
    ] {
        table.row([rule.to_owned(), value]);
    }
    let facts = json!({
        "one_device": policy.one_device,
        "token_lifetime_seconds": lifetime.map(|time| time.as_secs()),
        "app_verification": policy.app_verification,
    });
    Told {
        words: table.to_string(),
        facts,
    }
}
