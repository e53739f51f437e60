//! The command as people and scripts use it: what it says, and the status it ends with.

mod archives;
mod arguments;
mod chatting;
mod connecting;
mod daemon;
mod explaining;
mod forgetting;
mod listening;
mod messages;
mod proxying;
mod purging;
mod sandbox;
mod sandbox_apps;
mod sandbox_conversations;
mod sandbox_data;
mod sandbox_faults;
mod sandbox_found;
mod sandbox_newcomer;
mod sandbox_people;
mod searching;
mod secrecy;
mod stage;
mod status;
mod terminal;
mod waiting;
