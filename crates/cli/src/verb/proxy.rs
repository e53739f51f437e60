//! `imlink proxy`: the proxy between the daemon and the cloud.

use std::fmt;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use imlink::{Client, Code, Proxy, ProxyError, ProxyInUse, ProxyPassword};
use serde::Serialize;

use crate::account::Daemon;
use crate::command::Ending;
use crate::failure::Failure;
use crate::output::{Escaped, Output};
use crate::runtime::{DONE, run_interruptibly};
use crate::token;

#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Everything towards the cloud goes through the proxy, for all accounts of the daemon, and the proxy
resolves the names. One that is set here goes before the daemon's configuration and outlives the
daemon. Its password is never shown.

Examples:
  imlink proxy
  imlink proxy set socks5://proxy.example:1080
  imlink proxy test https://nav.example
  imlink proxy unset

With --json: proxy (null if there is none), user, set_by_app."
)]
pub struct Arguments {
    #[command(subcommand)]
    order: Option<Order>,

    #[command(flatten)]
    daemon: Daemon,
}

#[derive(Subcommand)]
enum Order {
    /// Set the proxy.
    #[command(after_help = "\
A password is never given on the command line, where other programs can read it: with a name in the
URL it is asked for, or read from standard input or a file.

Examples:
  imlink proxy set http://proxy.example:3128
  imlink proxy set socks5://alice@proxy.example:1080
  imlink proxy set socks5://alice@proxy.example:1080 --password-file ~/.proxy-password

With --json: proxy, user, set_by_app.")]
    Set(Set),
    /// Go back to the daemon's configuration.
    #[command(after_help = "\
Examples:
  imlink proxy unset

With --json: proxy (null if there is none), user, set_by_app.")]
    Unset(Unset),
    /// Try to reach a host through the proxy in use, or through another one.
    #[command(after_help = "\
Nothing is said to the host. It is named as host:port, or as a URL with http or https.

Examples:
  imlink proxy test nav.example:443
  imlink proxy test https://nav.example socks5://proxy.example:1080

With --json: host, reached (true).")]
    Test(Test),
}

#[derive(Args)]
struct Set {
    #[command(flatten)]
    named: Named,

    #[command(flatten)]
    daemon: Daemon,
}

#[derive(Args)]
struct Unset {
    #[command(flatten)]
    daemon: Daemon,
}

#[derive(Args)]
struct Test {
    /// The host to reach.
    host: String,

    /// Through this proxy [default: the one in use].
    #[arg(value_name = "URL")]
    url: Option<String>,

    /// Read the proxy's password from this file, which nobody else may be able to read.
    #[arg(long, value_name = "FILE", requires = "url")]
    password_file: Option<PathBuf>,

    #[command(flatten)]
    daemon: Daemon,
}

/// A proxy on the command line.
#[derive(Args)]
struct Named {
    /// The proxy: `socks5://[NAME@]HOST:PORT` or `http://[NAME@]HOST:PORT`.
    #[arg(value_name = "URL")]
    url: String,

    /// Read its password from this file, which nobody else may be able to read.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// To programs an object with these fields.
#[derive(Serialize)]
struct Shown {
    /// Its URL, without name and password.
    proxy: Option<String>,
    /// The name it is told.
    user: Option<String>,
    /// Whether it was set by an app, and not by the configuration.
    set_by_app: bool,
}

/// To programs an object with these fields.
#[derive(Serialize)]
struct Reached {
    /// The host.
    host: String,
    /// Whether it was; otherwise there is an error.
    reached: bool,
}

pub fn run(arguments: Arguments, output: Output) -> Ending {
    run_interruptibly(async {
        match arguments.order {
            None => show(&arguments.daemon.observer()?, output).await,
            Some(Order::Set(Set { named, daemon })) => {
                let client = daemon.observer()?;
                client.set_proxy(Some(&named.proxy()?)).await?;
                show(&client, output).await
            }
            Some(Order::Unset(Unset { daemon })) => {
                let client = daemon.observer()?;
                client.set_proxy(None).await?;
                show(&client, output).await
            }
            Some(Order::Test(test)) => test.run(output).await,
        }
    })
}

async fn show(client: &Client, output: Output) -> Ending {
    output.say(&Shown::from(client.proxy().await?))?;
    DONE
}

impl Test {
    async fn run(self, output: Output) -> Ending {
        let password_file = self.password_file;
        let named = self.url.map(|url| Named { url, password_file });
        let proxy = named.map(|named| named.proxy()).transpose()?;
        let client = self.daemon.observer()?;
        client.test_proxy(proxy.as_ref(), &self.host).await?;
        output.say(&Reached {
            host: self.host,
            reached: true,
        })?;
        DONE
    }
}

impl Named {
    /// The proxy with its password, if it is told a name.
    fn proxy(&self) -> Result<Proxy, Failure> {
        let proxy: Proxy = self.url.parse().map_err(|error| refused(&error))?;
        if proxy.password().is_some() {
            return Err(Failure::usage(
                "The URL has the proxy's password, and other programs can read command lines.",
                "Leave it out: `socks5://NAME@HOST:PORT` asks for it, or give --password-file. Change the password, as it was seen.",
            ));
        }
        let text = match (proxy.user(), &self.password_file) {
            (None, None) => return Ok(proxy),
            (None, Some(_)) => return Err(refused(&ProxyError::NoUser)),
            (Some(_), Some(path)) => token::secret_file(path, "password")?,
            (Some(_), None) => token::secret_input("Password of the proxy (not shown): ")?,
        };
        let password = ProxyPassword::new(text.trim_end_matches(['\r', '\n']));
        Ok(proxy.with_password(password.map_err(|error| refused(&error))?))
    }
}

fn refused(error: &ProxyError) -> Failure {
    let code = Code::INVALID_PARAMETER_PROXY;
    Failure::of(code, format!("This is no proxy: {error}."))
        .with_cure("Name one as in `imlink proxy set socks5://proxy.example:1080`.")
}

impl From<Option<ProxyInUse>> for Shown {
    fn from(proxy: Option<ProxyInUse>) -> Self {
        let Some(proxy) = proxy else {
            return Self {
                proxy: None,
                user: None,
                set_by_app: false,
            };
        };
        let url = Proxy::new(proxy.kind, &proxy.host, proxy.port).map(|url| url.to_string());
        Self {
            proxy: Some(url.unwrap_or(proxy.host)),
            user: proxy.user,
            set_by_app: proxy.set_by_app,
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(proxy) = &self.proxy else {
            return f.write_str("The cloud is reached without a proxy.");
        };
        write!(f, "The cloud is reached through {}", Escaped(proxy))?;
        if let Some(user) = &self.user {
            write!(f, " as {}", Escaped(user))?;
        }
        f.write_str(match self.set_by_app {
            true => ", as an app has set it.",
            false => ", as the daemon is configured.",
        })
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is reached through the proxy.", Escaped(&self.host))
    }
}
