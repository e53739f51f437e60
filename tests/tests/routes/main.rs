//! The house as it is meant to be used: one cloud, one daemon as a process of its own, and apps.

mod absence;
mod accounts;
mod anew;
mod certificates;
mod chatroom;
mod connect;
mod content;
mod daemon_death;
mod diagnosis;
mod disk;
mod doctor;
mod doctor_way;
mod dying_steps;
mod elsewhere;
mod exactly_once;
mod forms;
mod full_disk;
mod ladder;
mod leaving;
mod limits;
mod link;
mod live;
mod messages;
mod network;
mod noting;
mod options;
mod outbox;
mod proxied_tls;
mod proxies;
mod recall;
mod reconnect_kick;
mod refusals;
mod replaced;
mod rows;
mod secrets;
mod sending;
mod shutdown;
mod sleep;
mod standing_still;
mod token_provider;
mod tokens;
mod traffic;
mod transports;

use imlink_tests::Command;

const IMLINK: Command = Command(env!("CARGO_BIN_EXE_imlink-under-test"));
