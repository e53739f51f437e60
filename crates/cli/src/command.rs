//! The command line: verbs, what all of them share, and how each ending is told.

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::language::Language;
use crate::output::{Format, Output};
use crate::{demo, verb};

/// What every verb ends with.
pub type Ending = Result<ExitCode, Failure>;

const TEACHING: &str = "\
Examples:
  imlink demo                          see the whole idea work, offline, in a minute
  imlink sandbox                       start a cloud to play with
  imlink daemon                        start the daemon that shares one connection
  imlink token alice | imlink connect --app-key imlink-sandbox
                                       connect the sandbox's user alice
  imlink send bob 'Hi there'           write to bob
  imlink chat bob                      talk with him
  imlink listen                        read what comes in
  imlink explain 31004                 what a code means and what to do about it
";

/// Shares one connection to a chat cloud among many local apps.
#[derive(Parser)]
#[command(
    name = "imlink",
    version,
    max_term_width = 100,
    after_help = format!("{TEACHING}\n{}", exit::TABLE)
)]
struct Command {
    /// Answer with one JSON object per line, and with {"error":{...}} on standard error.
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Show the whole idea working, offline, with processes and sockets of its own.
    Demo(demo::Arguments),
    /// Start a cloud of your own, to try things against.
    Sandbox(verb::sandbox::Arguments),
    /// Start the daemon that owns the connection and shares it.
    #[command(after_help = verb::daemon::EXAMPLES)]
    Daemon(imlink_daemon::Flags),
    /// Get a user's token from a sandbox.
    Token(verb::token::Arguments),
    /// Connect a user's account, with a token from standard input, a file or a prompt.
    Connect(verb::connect::Arguments),
    /// Show the daemon, its accounts and the apps that share them.
    Status(verb::status::Arguments),
    /// Look from here to the cloud, say what is wrong and what to do about it.
    Doctor(verb::doctor::Arguments),
    /// Send a message and wait for what becomes of it.
    Send(verb::send::Arguments),
    /// Talk with somebody: the last messages, those that come in, and what you type.
    Chat(verb::chat::Arguments),
    /// Print messages as they come in, and those that came while nobody listened.
    Listen(verb::listen::Arguments),
    /// Print the stored messages of a conversation.
    History(verb::history::Arguments),
    /// Find the stored messages that contain a keyword.
    Search(verb::search::Arguments),
    /// List the conversations, newest first.
    Conversations(verb::conversations::Arguments),
    /// Write everything stored of an account into a file.
    Export(verb::export::Arguments),
    /// Store the messages of an export.
    Import(verb::import::Arguments),
    /// Delete a conversation from this machine, to the last byte.
    Forget(verb::forget::Arguments),
    /// Remove an account from this machine, to the last byte.
    Purge(verb::purge::Arguments),
    /// List messages of this command that were not sent; take one back, or send it once more.
    Outbox(verb::outbox::Arguments),
    /// Take this command off the account; other apps stay connected.
    Disconnect(verb::disconnect::Arguments),
    /// Sign the account out for all apps.
    Logout(verb::logout::Arguments),
    /// Show, set or test the proxy on the way to the cloud.
    Proxy(verb::proxy::Arguments),
    /// Say what a code means and what to do about it.
    Explain(verb::explain::Arguments),
    /// An app of the demo.
    #[command(hide = true)]
    DemoApp(demo::app::Arguments),
    /// Becomes a daemon that inherits descriptor 3.
    #[command(hide = true)]
    Activate(verb::activate::Arguments),
}

/// Runs the command line of this process and says how it ended.
#[must_use]
pub fn main() -> ExitCode {
    let command = match Command::try_parse() {
        Ok(command) => command,
        Err(refusal) => return refuse(&refusal),
    };
    let format = if command.json {
        Format::Json
    } else {
        Format::Human
    };
    let output = Output::new(format, Language::of_environment());
    match command.verb.run(output) {
        Ok(exit) => exit,
        Err(failure) => tell(&failure, output),
    }
}

impl Verb {
    fn run(self, output: Output) -> Ending {
        match self {
            Self::Demo(arguments) => demo::run(arguments, output),
            Self::Sandbox(arguments) => verb::sandbox::run(arguments, output),
            Self::Daemon(flags) => verb::daemon::run(flags, output),
            Self::Token(arguments) => verb::token::run(arguments, output),
            Self::Connect(arguments) => verb::connect::run(arguments, output),
            Self::Status(arguments) => verb::status::run(arguments, output),
            Self::Doctor(arguments) => verb::doctor::run(&arguments, output),
            Self::Send(arguments) => verb::send::run(arguments, output),
            Self::Chat(arguments) => verb::chat::run(arguments, output),
            Self::Listen(arguments) => verb::listen::run(arguments, output),
            Self::History(arguments) => verb::history::run(arguments, output),
            Self::Search(arguments) => verb::search::run(arguments, output),
            Self::Conversations(arguments) => verb::conversations::run(arguments, output),
            Self::Export(arguments) => verb::export::run(arguments, output),
            Self::Import(arguments) => verb::import::run(arguments, output),
            Self::Forget(arguments) => verb::forget::run(arguments, output),
            Self::Purge(arguments) => verb::purge::run(arguments, output),
            Self::Outbox(arguments) => verb::outbox::run(arguments, output),
            Self::Disconnect(arguments) => verb::disconnect::run(arguments, output),
            Self::Logout(arguments) => verb::logout::run(arguments, output),
            Self::Proxy(arguments) => verb::proxy::run(arguments, output),
            Self::DemoApp(arguments) => demo::app::run(arguments),
            Self::Activate(arguments) => verb::activate::run(arguments),
            Self::Explain(arguments) => verb::explain::run(arguments, output),
        }
    }
}

fn tell(failure: &Failure, output: Output) -> ExitCode {
    match failure.exit() {
        // `| head` has enough, and who pressed Ctrl-C knows.
        Exit::Done | Exit::Interrupted => {}
        _ if output.is_json() => output.note(failure.json().unwrap_or_default()),
        _ => output.note(failure.in_language(output.language())),
    }
    failure.exit().into()
}

/// Help and version are refusals too, as far as the parser is concerned.
fn refuse(refusal: &clap::Error) -> ExitCode {
    let asked_for = matches!(
        refusal.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    if !asked_for && std::env::args_os().any(|argument| argument == "--json") {
        let text = refusal.render().to_string();
        let sentence = text
            .lines()
            .next()
            .unwrap_or_default()
            .trim_start_matches("error: ");
        return tell(
            &Failure::usage(sentence, "See `imlink --help`."),
            Output::new(Format::Json, Language::English),
        );
    }
    // Nothing can be done about a closed standard output.
    let _ = refusal.print();
    if asked_for {
        Exit::Done.into()
    } else {
        Exit::Usage.into()
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Command::command().debug_assert();
    }

    #[test]
    fn every_verb_teaches_with_an_example() {
        assert_teaches(&Command::command());
    }

    /// Every command below this one, but for those that are no more than a value: the faults.
    fn assert_teaches(command: &clap::Command) {
        let below = command.get_subcommands();
        for verb in below.filter(|verb| !verb.is_hide_set()) {
            if command.get_name() == "add" {
                assert!(
                    verb.get_about().is_some(),
                    "{} says nothing",
                    verb.get_name()
                );
                continue;
            }
            let help = verb.get_after_help().or(verb.get_after_long_help());
            let help = help.map(ToString::to_string).unwrap_or_default();
            assert!(
                help.contains("imlink "),
                "{} has no example",
                verb.get_name()
            );
            assert_teaches(verb);
        }
    }
}
