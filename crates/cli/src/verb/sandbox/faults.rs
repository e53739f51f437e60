//! `imlink sandbox faults`.

mod lasting;
mod named;

use clap::{Args, Subcommand};
use imlink::UserId;
use imlink_sandbox::Scope;
use imlink_sandbox::control::{
    AddFault, ChangeTransport, ClearFaults, Faults, ListFaults, TransportView,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::place::Place;
use super::told::Told;
use crate::command::Ending;
use crate::output::{Escaped, Output, Table};
use crate::runtime::{DONE, run_interruptibly};
use lasting::Times;
use named::Named;

#[derive(Args)]
#[command(after_help = "\
Examples:
  imlink sandbox faults                      what is armed
  imlink sandbox faults add --help           what can go wrong
  imlink sandbox faults add no-pong          once, for the next that pings
  imlink sandbox faults add drop-ack --user alice --times 3
  imlink sandbox faults add delay-down 300ms until it is cleared
  imlink sandbox faults clear

With --json, for each fault: fault, scope, lasting; or of the transport: scope,
transport.")]
pub struct Arguments {
    #[command(subcommand)]
    call: Option<FaultsCall>,

    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
enum FaultsCall {
    /// Let something go wrong.
    Add(AddArguments),
    /// Let everything go well again.
    Clear(ClearArguments),
}

#[derive(Args)]
#[command(
    subcommand_value_name = "FAULT",
    subcommand_help_heading = "Faults",
    after_help = "\
Faults of the cloud's behaviour strike once unless --times or --until-cleared
says otherwise; those of the transport, from `freeze` on, last until cleared.

Examples:
  imlink sandbox faults add no-pong
  imlink sandbox faults add topic ppMsgP 405 --user alice --times 3
  imlink sandbox faults add navigation-slow 20s --until-cleared
  imlink sandbox faults add freeze --user alice

With --json: fault, scope, lasting; or of the transport: scope, transport."
)]
struct AddArguments {
    /// Only for this user.
    #[arg(long, value_name = "USER", global = true)]
    user: Option<UserId>,

    #[command(flatten)]
    times: Times,

    #[command(subcommand)]
    fault: Named,
}

#[derive(Args)]
#[command(after_help = "\
Example:
  imlink sandbox faults clear")]
struct ClearArguments {}

/// To programs an object: a fault with scope and lasting, or the transport with its scope.
#[derive(Serialize)]
#[serde(untagged)]
enum Row {
    Fault(AddFault),
    Transport { scope: Scope, transport: Value },
}

pub fn run(arguments: &Arguments, output: Output) -> Ending {
    match &arguments.call {
        None => list(&arguments.place, output),
        Some(FaultsCall::Add(fault)) => add(&arguments.place, fault, output),
        Some(FaultsCall::Clear(ClearArguments {})) => clear(&arguments.place, output),
    }
}

fn list(place: &Place, output: Output) -> Ending {
    run_interruptibly(async {
        let faults = place.remote()?.call(&ListFaults {}).await?;
        let shown = shown(&faults);
        let of_cloud = faults.faults.into_iter().map(Row::Fault);
        let of_transport = faults.transport.into_iter().map(Row::from);
        let rows: Vec<Row> = of_cloud.chain(of_transport).collect();
        output.list(&rows, shown)?;
        DONE
    })
}

fn shown(faults: &Faults) -> String {
    let mut table = Table::new(&["FAULT", "FOR", "HOW OFTEN"]);
    let of_cloud = faults.faults.iter().map(|armed| {
        let words = named::words(&armed.fault);
        (words, &armed.scope, lasting::words(armed.lasting))
    });
    let of_transport = faults.transport.iter().flat_map(|view| {
        let each = named::transport_words(&view.faults).into_iter();
        each.map(|words| (words, &view.scope, "until cleared".to_owned()))
    });
    let rows: Vec<_> = of_cloud.chain(of_transport).collect();
    if rows.is_empty() {
        return "Nothing is to go wrong; `imlink sandbox faults add --help` says what can."
            .to_owned();
    }
    for (words, scope, lasting) in rows {
        table.row([Escaped(&words).to_string(), whom(scope), lasting]);
    }
    table.to_string()
}

fn whom(scope: &Scope) -> String {
    match scope {
        Scope::Everyone => "everyone".to_owned(),
        Scope::User(user) => Escaped(user.as_str()).to_string(),
    }
}

fn add(place: &Place, arguments: &AddArguments, output: Output) -> Ending {
    let scope = match &arguments.user {
        None => Scope::Everyone,
        Some(user) => Scope::User(user.clone()),
    };
    match &arguments.fault {
        Named::Cloud(fault) => {
            let fault = AddFault {
                fault: fault.clone().into(),
                scope,
                lasting: arguments.times.lasting(),
            };
            arm(place, fault, output)
        }
        Named::Transport(fault) => {
            arguments.times.refuse_for_transport()?;
            let faults = fault.change();
            change(place, &ChangeTransport { scope, faults }, output)
        }
    }
}

fn arm(place: &Place, fault: AddFault, output: Output) -> Ending {
    run_interruptibly(async {
        place.remote()?.call(&fault).await?;
        let words = named::words(&fault.fault);
        let words = format!(
            "Armed for {}, {}: {}",
            whom(&fault.scope),
            lasting::words(fault.lasting),
            Escaped(&words)
        );
        let facts = json!(fault);
        output.say(&Told { words, facts })?;
        DONE
    })
}

fn change(place: &Place, change: &ChangeTransport, output: Output) -> Ending {
    run_interruptibly(async {
        let view = place.remote()?.call(change).await?;
        let words = format!(
            "Wrong with the connections of {} until cleared: {}",
            whom(&view.scope),
            named::transport_words(&view.faults).join(", ")
        );
        let facts = json!(Row::from(view));
        output.say(&Told { words, facts })?;
        DONE
    })
}

fn clear(place: &Place, output: Output) -> Ending {
    run_interruptibly(async {
        place.remote()?.call(&ClearFaults {}).await?;
        let words = "Nothing is to go wrong any more.".to_owned();
        let facts = json!({});
        output.say(&Told { words, facts })?;
        DONE
    })
}

impl From<TransportView> for Row {
    fn from(TransportView { scope, faults }: TransportView) -> Self {
        let transport = json!(faults);
        Self::Transport { scope, transport }
    }
}
