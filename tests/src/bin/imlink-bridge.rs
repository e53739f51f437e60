//! An app of whoever runs this: it puts what a test asks to the daemon, over one connection.

use std::path::PathBuf;

use clap::Parser;

#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Where the daemon is.
    socket: PathBuf,
    /// The name the app gives itself.
    app: String,
}

fn main() -> std::io::Result<()> {
    let Arguments { socket, app } = Arguments::parse();
    imlink_tests::bridge::run(&socket, &app)
}
