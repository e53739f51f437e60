//! A panic is the end of the process, wherever it is.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use actix::{Actor, Arbiter, AsyncContext, Context, Handler, Message, fut};

use super::{abort_on_panic, harden};

/// Where a child panics.
const PLACE: &str = "IMLINK_TEST_PANICS_IN";

/// Every kind of place in which code of the daemon runs.
const PLACES: [&str; 7] = [
    "a handler",
    "a handler on a thread of its own",
    "a future of an actor",
    "the start of an actor",
    "a task",
    "a thread",
    "a blocking call",
];

/// How long a process with a dead part in it is waited for.
const HALF_ALIVE: Duration = Duration::from_secs(20);

struct Frail;

#[derive(Message)]
#[rtype(result = "()")]
struct Break;

impl Actor for Frail {
    type Context = Context<Self>;
}

impl Handler<Break> for Frail {
    type Result = ();

    fn handle(&mut self, Break: Break, _: &mut Self::Context) {
        panic!("in a handler");
    }
}

struct Stillborn;

impl Actor for Stillborn {
    type Context = Context<Self>;

    fn started(&mut self, _: &mut Self::Context) {
        panic!("at its start");
    }
}

// F-A01, F-A02: what apps see then is what they see of any death of the daemon
#[test]
fn a_panic_anywhere_ends_the_process_at_once() {
    for place in PLACES {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "command::tests::child_that_panics", "--ignored"])
            .env(PLACE, place)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();

        assert_eq!(child.signal(), Some(6), "a panic in {place}: {child}");
    }
}

#[test]
#[ignore = "the child of a_panic_anywhere_ends_the_process_at_once"]
fn child_that_panics() {
    let place = std::env::var(PLACE).expect("the parent says where");
    harden();
    abort_on_panic();
    actix_rt::System::new().block_on(async {
        let mut threads = Vec::new();
        match place.as_str() {
            "a handler" => Frail.start().do_send(Break),
            "a handler on a thread of its own" => {
                let thread = Arbiter::new();
                Frail::start_in_arbiter(&thread.handle(), |_| Frail).do_send(Break);
                threads.push(thread);
            }
            "a future of an actor" => {
                Frail::create(|ctx| {
                    ctx.spawn(fut::wrap_future(async { panic!("in a future") }));
                    Frail
                });
            }
            "the start of an actor" => drop(Stillborn.start()),
            "a task" => drop(actix_rt::spawn(async { panic!("in a task") })),
            "a thread" => drop(std::thread::spawn(|| panic!("in a thread"))),
            "a blocking call" => {
                drop(tokio::task::spawn_blocking(|| panic!("in a blocking call")));
            }
            other => unreachable!("{other}"),
        }
        tokio::time::sleep(HALF_ALIVE).await;
    });
}
