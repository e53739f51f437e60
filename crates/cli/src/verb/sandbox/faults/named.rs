//! Every fault by its name on the command line.

use std::time::Duration;

use clap::Subcommand;
use humantime::{format_duration, parse_duration};
use imlink_sandbox::{Drip, Fault, NavigationFault, ServerApiFault, TransportFaults};
use serde_json::{Map, Value, json};

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Named {
    #[command(flatten)]
    Cloud(OfCloud),
    #[command(flatten)]
    Transport(OfTransport),
}

/// The cloud behaves badly.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum OfCloud {
    /// A message is taken and delivered, but its sender gets no PUBACK.
    DropAck,
    /// A PUBACK comes twice.
    DuplicateAck,
    /// So many PUBACKs are held back, then come in reverse order.
    ReorderAcks {
        /// How many.
        #[arg(value_parser = clap::value_parser!(u16).range(1..))]
        window: u16,
    },
    /// A message is acknowledged and reaches nobody (sabotage).
    SwallowMessage,
    /// A message is stored twice, under two uids (sabotage).
    DoubleMessage,
    /// A message comes twice, under one uid.
    RepeatMessage,
    /// The handshake is never answered.
    NoConnAck,
    /// The handshake is answered with this status, such as 4 for a wrong token.
    ConnAck {
        /// The packet's status, from 1 on.
        #[arg(value_parser = clap::value_parser!(u8).range(1..))]
        status: u8,
    },
    /// A ping is not answered.
    NoPong,
    /// A packet of this topic is refused with this status.
    Topic {
        /// Such as `ppMsgP`, a private message, or `pullMsg`.
        topic: String,
        /// Such as 405, the sender is on the receiver's black list.
        status: u16,
    },
    /// Navigation answers with this HTTP status.
    NavigationStatus {
        /// From 200 to 599.
        #[arg(value_parser = clap::value_parser!(u16).range(200..600))]
        status: u16,
    },
    /// Navigation answers with nothing.
    NavigationEmpty,
    /// Navigation answers with a web page.
    NavigationNotJson,
    /// Navigation's answer has more than so many bytes.
    NavigationHuge {
        /// How many.
        bytes: usize,
    },
    /// Navigation answers with this body.
    NavigationBody {
        /// Any text.
        body: String,
    },
    /// Navigation answers so much later.
    NavigationSlow {
        /// Such as 300ms or 20s.
        #[arg(value_parser = parse_duration)]
        delay: Duration,
    },
    /// Navigation sends its clients to this address.
    NavigationRedirect {
        /// Where to.
        url: String,
    },
    /// The Server API refuses calls with this HTTP status and does nothing.
    ServerApiStatus {
        /// From 400 to 599.
        #[arg(value_parser = clap::value_parser!(u16).range(400..600))]
        status: u16,
    },
    /// The Server API answers so much later.
    ServerApiSlow {
        /// Such as 300ms or 20s.
        #[arg(value_parser = parse_duration)]
        delay: Duration,
    },
}

/// The connections to the gateway are bad.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum OfTransport {
    /// Nothing is read or written, and the socket stays open: a half-open connection.
    Freeze,
    /// What clients send is not read.
    StopReading,
    /// The connection closes after so many bytes to the client.
    CutAfter {
        /// How many.
        bytes: u64,
    },
    /// Bytes from the client take so long.
    DelayUp {
        /// Such as 300ms or 20s.
        #[arg(value_parser = parse_duration)]
        delay: Duration,
    },
    /// Bytes to the client take so long.
    DelayDown {
        /// Such as 300ms or 20s.
        #[arg(value_parser = parse_duration)]
        delay: Duration,
    },
    /// Bytes to the client come so many at a time, with this pause between.
    Drip {
        /// How many.
        #[arg(value_parser = at_least_one)]
        bytes: usize,
        /// Such as 300ms or 20s.
        #[arg(value_parser = parse_duration)]
        pause: Duration,
    },
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("is not at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(error.to_string()),
    }
}

impl From<OfCloud> for Fault {
    fn from(named: OfCloud) -> Self {
        match named {
            OfCloud::DropAck => Self::DropAck,
            OfCloud::DuplicateAck => Self::DuplicateAck,
            OfCloud::ReorderAcks { window } => Self::ReorderAcks { window },
            OfCloud::SwallowMessage => Self::SwallowMessage,
            OfCloud::DoubleMessage => Self::DoubleMessage,
            OfCloud::RepeatMessage => Self::RepeatMessage,
            OfCloud::NoConnAck => Self::NoConnAck,
            OfCloud::ConnAck { status } => Self::ConnAck { status },
            OfCloud::NoPong => Self::NoPong,
            OfCloud::Topic { topic, status } => Self::Topic { topic, status },
            OfCloud::NavigationStatus { status } => {
                Self::Navigation(NavigationFault::Status(status))
            }
            OfCloud::NavigationEmpty => Self::Navigation(NavigationFault::Empty),
            OfCloud::NavigationNotJson => Self::Navigation(NavigationFault::NotJson),
            OfCloud::NavigationHuge { bytes } => Self::Navigation(NavigationFault::Huge(bytes)),
            OfCloud::NavigationBody { body } => Self::Navigation(NavigationFault::Body(body)),
            OfCloud::NavigationSlow { delay } => Self::Navigation(NavigationFault::Slow(delay)),
            OfCloud::NavigationRedirect { url } => Self::Navigation(NavigationFault::Redirect(url)),
            OfCloud::ServerApiStatus { status } => Self::ServerApi(ServerApiFault::Status(status)),
            OfCloud::ServerApiSlow { delay } => Self::ServerApi(ServerApiFault::Slow(delay)),
        }
    }
}

/// A fault as it would be named on the command line.
pub fn words(fault: &Fault) -> String {
    match fault {
        Fault::DropAck => "drop-ack".to_owned(),
        Fault::DuplicateAck => "duplicate-ack".to_owned(),
        Fault::ReorderAcks { window } => format!("reorder-acks {window}"),
        Fault::SwallowMessage => "swallow-message".to_owned(),
        Fault::DoubleMessage => "double-message".to_owned(),
        Fault::RepeatMessage => "repeat-message".to_owned(),
        Fault::NoConnAck => "no-conn-ack".to_owned(),
        Fault::ConnAck { status } => format!("conn-ack {status}"),
        Fault::NoPong => "no-pong".to_owned(),
        Fault::Topic { topic, status } => format!("topic {topic} {status}"),
        Fault::Navigation(fault) => format!("navigation-{}", navigation_words(fault)),
        Fault::ServerApi(ServerApiFault::Status(status)) => format!("server-api-status {status}"),
        Fault::ServerApi(ServerApiFault::Slow(delay)) => {
            format!("server-api-slow {}", format_duration(*delay))
        }
    }
}

fn navigation_words(fault: &NavigationFault) -> String {
    match fault {
        NavigationFault::Status(status) => format!("status {status}"),
        NavigationFault::Empty => "empty".to_owned(),
        NavigationFault::NotJson => "not-json".to_owned(),
        NavigationFault::Huge(bytes) => format!("huge {bytes}"),
        NavigationFault::Body(body) => format!("body {body}"),
        NavigationFault::Slow(delay) => format!("slow {}", format_duration(*delay)),
        NavigationFault::Redirect(url) => format!("redirect {url}"),
    }
}

impl OfTransport {
    /// The one field this is about.
    pub fn change(&self) -> Map<String, Value> {
        let (field, value) = match self {
            Self::Freeze => ("freeze", json!(true)),
            Self::StopReading => ("stop_reading", json!(true)),
            Self::CutAfter { bytes } => ("cut_after", json!(bytes)),
            Self::DelayUp { delay } => ("delay_up", json!(delay)),
            Self::DelayDown { delay } => ("delay_down", json!(delay)),
            Self::Drip { bytes, pause } => {
                let (bytes, every) = (*bytes, *pause);
                ("drip", json!(Drip { bytes, every }))
            }
        };
        Map::from_iter([(field.to_owned(), value)])
    }
}

/// Each transport fault that is set, as it would be named on the command line.
pub fn transport_words(faults: &TransportFaults) -> Vec<String> {
    let TransportFaults {
        freeze,
        stop_reading,
        cut_after,
        delay_up,
        delay_down,
        drip,
    } = faults;
    let delay = |name: &str, delay: &Duration| {
        (!delay.is_zero()).then(|| format!("{name} {}", format_duration(*delay)))
    };
    let words = [
        freeze.then(|| "freeze".to_owned()),
        stop_reading.then(|| "stop-reading".to_owned()),
        cut_after.map(|bytes| format!("cut-after {bytes}")),
        delay("delay-up", delay_up),
        delay("delay-down", delay_down),
        drip.map(|Drip { bytes, every }| format!("drip {bytes} {}", format_duration(every))),
    ];
    words.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(subcommand)]
        fault: Named,
    }

    const CLOUD: &[&str] = &[
        "drop-ack",
        "duplicate-ack",
        "reorder-acks 3",
        "swallow-message",
        "double-message",
        "repeat-message",
        "no-conn-ack",
        "conn-ack 4",
        "no-pong",
        "topic ppMsgP 405",
        "navigation-status 503",
        "navigation-empty",
        "navigation-not-json",
        "navigation-huge 70000",
        "navigation-body {}",
        "navigation-slow 1s 500ms",
        "navigation-redirect http://x",
        "server-api-status 503",
        "server-api-slow 2s",
    ];

    const TRANSPORT: &[&str] = &[
        "freeze",
        "stop-reading",
        "cut-after 100",
        "delay-up 300ms",
        "delay-down 2s",
        "drip 1 20ms",
    ];

    #[test]
    fn a_fault_of_the_cloud_is_shown_as_it_was_named() {
        for line in CLOUD {
            let Named::Cloud(named) = parse(line) else {
                panic!("{line}")
            };

            assert_eq!(words(&named.into()), *line);
        }
    }

    #[test]
    fn a_fault_of_the_transport_is_shown_as_it_was_named() {
        for line in TRANSPORT {
            let Named::Transport(named) = parse(line) else {
                panic!("{line}")
            };

            let faults = serde_json::from_value(Value::Object(named.change())).unwrap();

            assert_eq!(transport_words(&faults), [*line]);
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for line in ["reorder-acks 0", "conn-ack 0", "drip 0 1s", "delay-up 5"] {
            assert!(Line::try_parse_from(arguments(line)).is_err(), "{line}");
        }
    }

    fn parse(line: &str) -> Named {
        Line::try_parse_from(arguments(line)).unwrap().fault
    }

    /// A name, then its values; those of one duration stay together.
    fn arguments(line: &str) -> Vec<String> {
        let line = line.replace("1s 500ms", "1s500ms");
        ["add"]
            .into_iter()
            .chain(line.split(' '))
            .map(str::to_owned)
            .collect()
    }
}
