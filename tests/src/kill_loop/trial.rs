//! The loop itself.

use std::cell::RefCell;
use std::num::NonZero;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use imlink::Client;
use imlink_sandbox::{Sandbox, Scope, TransportFaults};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::ledger::{Fate, Ledger, Placed};
use super::{Report, app};
use crate::cloud::{mailbox, text, user, words};
use crate::{App, Command, Daemon, Setup, cloud};

/// Trials with one home and account; then both are new, so that the last trial takes no longer
/// than the first.
const SEASON: u32 = 50;
/// Every so many trials, the daemon is killed while it recovers.
const RECOVERY: u32 = 5;
/// Every so many trials, the link is frozen before the daemon is killed: what is accepted by then
/// can only wait, and nothing that is stored later hides what was lost.
const FROZEN: u32 = 3;
/// How often the three apps acknowledge.
const ACKNOWLEDGE_EACH: [u64; 3] = [1, 7, 3];
/// Apps that write too.
const WRITERS: usize = 2;
/// How long everything may take to arrive once the daemon is back.
const ARRIVAL: Duration = Duration::from_secs(30);
/// How long after enough messages the daemon may live on.
const LATEST_KILL: Duration = Duration::from_millis(50);
/// Between two looks at what nobody tells.
const PAUSE: Duration = Duration::from_millis(5);

/// What to do.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many trials; each has at least one kill.
    pub trials: u32,
    /// Repeats the choices of a run.
    pub seed: u64,
    /// The least number of acknowledged messages before a kill.
    pub messages: u64,
    /// Whether the first trial with a violation is the last.
    pub stop_at_violation: bool,
    /// How many homes at a time have trials.
    pub jobs: NonZero<usize>,
}

/// Runs the loop; `say` hears of every trial with a violation, and after every season how it goes.
///
/// # Panics
/// If the machine fails: no processes, no ports, no temporary directories.
pub fn run(command: Command, options: Options, say: impl FnMut(&str) + Send) -> Report {
    let run = Run {
        options,
        next: AtomicU32::new(0),
        over: AtomicBool::new(false),
        book: Mutex::new(Book {
            report: Report::of(options.seed),
            say,
        }),
    };
    thread::scope(|scope| {
        for _ in 0..options.jobs.get() {
            scope.spawn(|| run.seasons(command));
        }
    });
    let book = run.book.into_inner();
    book.unwrap_or_else(PoisonError::into_inner).report
}

/// What the seasons of a run share.
struct Run<S> {
    options: Options,
    /// The number of the next season.
    next: AtomicU32,
    /// No season is begun any more, and those under way end.
    over: AtomicBool,
    book: Mutex<Book<S>>,
}

struct Book<S> {
    report: Report,
    say: S,
}

impl<S: FnMut(&str) + Send> Run<S> {
    /// Makes one season after the other until there are no more, or the run is over.
    fn seasons(&self, command: Command) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("the machine has room for a runtime");
        while !self.over.load(Ordering::Relaxed) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let first = number.saturating_mul(SEASON);
            let trials = SEASON.min(self.options.trials.saturating_sub(first));
            if trials == 0 {
                return;
            }
            let local = tokio::task::LocalSet::new();
            let season = local.block_on(&runtime, self.season(command, first, trials));
            let mut book = self.book();
            book.report.add(&season);
            let report = book.report.to_string();
            (book.say)(&report);
        }
    }

    /// Trials with one home, from the one of that number on.
    async fn season(&self, command: Command, first: u32, trials: u32) -> Report {
        // A season's choices are its own, whatever runs beside it.
        let mut random = StdRng::seed_from_u64(self.options.seed.wrapping_add(first.into()));
        let mut report = Report::of(self.options.seed);
        let mut house = House::open(command).await;
        while report.trials < trials && !self.over.load(Ordering::Relaxed) {
            let trial = first + report.trials;
            house.trial(self.options, &mut random, &mut report).await;
            report.trials += 1;
            let violations = house.ledger.borrow_mut().take_violations();
            for violation in &violations {
                (self.book().say)(&format!("trial {trial}: {violation}"));
            }
            report.tally = house.ledger.borrow().tally();
            if self.options.stop_at_violation && !violations.is_empty() {
                self.over.store(true, Ordering::Relaxed);
            }
            if house.daemon.is_none() {
                (self.book().say)(&format!("trial {trial}: no daemon any more"));
                self.over.store(true, Ordering::Relaxed);
            }
        }
        report
    }

    fn book(&self) -> MutexGuard<'_, Book<S>> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A cloud, a home, three apps, and the daemon that lives there at the moment.
struct House {
    cloud: Sandbox,
    setup: Setup,
    daemon: Option<Daemon>,
    /// How long the first start took: how long a recovery may be.
    start: Duration,
    clients: Vec<Client>,
    readers: Vec<JoinHandle<()>>,
    ledger: Rc<RefCell<Ledger>>,
    trials: u32,
}

/// The account, and who writes to it.
const LEI: &str = "lei";
const HAN: &str = "han";

impl House {
    async fn open(command: Command) -> Self {
        let (cloud, setup) = (cloud(), Setup::new(command).quiet());
        let started = Instant::now();
        let daemon = setup.start();
        let start = started.elapsed();
        let ledger = Rc::new(RefCell::new(Ledger::new(ACKNOWLEDGE_EACH.len())));
        let mut clients = Vec::new();
        let mut readers = Vec::new();
        for (number, each) in ACKNOWLEDGE_EACH.into_iter().enumerate() {
            let app = App::connected(&setup, &cloud, &format!("app-{number}"), LEI).await;
            let reader = app::read(app.client.clone(), number, each, Rc::clone(&ledger));
            readers.push(tokio::task::spawn_local(reader));
            let listener = app::listen(app.client.events(), number, Rc::clone(&ledger));
            readers.push(tokio::task::spawn_local(listener));
            clients.push(app.client);
        }
        Self {
            cloud,
            setup,
            daemon: Some(daemon),
            start,
            clients,
            readers,
            ledger,
            trials: 0,
        }
    }

    async fn trial(&mut self, options: Options, random: &mut StdRng, report: &mut Report) {
        self.trials += 1;
        let traffic = self.start_traffic();
        let enough = self.acknowledged() + options.messages;
        self.wait_for_acknowledged(enough).await;
        if self.trials.is_multiple_of(FROZEN) {
            freeze(&self.cloud);
        }
        if random.random() {
            self.next_acknowledgement().await;
        } else {
            sleep_exactly(random.random_range(Duration::ZERO..LATEST_KILL)).await;
        }
        self.kill(report);
        self.cloud.clear_faults();
        if self.trials.is_multiple_of(RECOVERY) {
            self.daemon = Some(self.setup.launch());
            sleep_exactly(random.random_range(Duration::ZERO..self.start.max(PAUSE))).await;
            self.kill(report);
            report.kills_in_recovery += 1;
        }
        match self.setup.try_start() {
            Ok(daemon) => self.daemon = Some(daemon),
            Err(why) => {
                self.ledger.borrow_mut().failed_start(&why);
                return;
            }
        }
        // Some traffic meets the daemon while it takes up its work.
        self.wait_for_acknowledged(self.acknowledged() + 1).await;
        traffic.stop().await;
        self.judge().await;
        self.ledger.borrow_mut().next_trial();
    }

    fn start_traffic(&self) -> Traffic {
        let (running, until) = watch::channel(true);
        let mut tasks = Vec::new();
        for (number, client) in self.clients.iter().take(WRITERS).enumerate() {
            let name = format!("{}-{number}", self.trials);
            tasks.push(app::write(
                client.clone(),
                name,
                HAN.to_owned(),
                until.clone(),
                Rc::clone(&self.ledger),
            ));
        }
        let (cloud, ledger) = (self.cloud.clone(), Rc::clone(&self.ledger));
        tasks.push(tokio::task::spawn_local(async move {
            let mut number = 0;
            while *until.borrow() {
                let text = text(&format!("in-{number}"));
                let uid = cloud.publish(&user(HAN), &user(LEI), "RC:TxtMsg", &text);
                ledger.borrow_mut().published(uid);
                number += 1;
                tokio::time::sleep(PAUSE).await;
            }
        }));
        Traffic { running, tasks }
    }

    fn kill(&mut self, report: &mut Report) {
        if let Some(daemon) = self.daemon.take() {
            daemon.kill();
            report.kills += 1;
        }
    }

    /// Waits until everything has arrived, or cannot arrive any more, and counts what did not.
    async fn judge(&mut self) {
        let accepted = self.ledger.borrow_mut().take_accepted();
        for fate in accepted {
            if !self.settled(&fate).await {
                self.ledger.borrow_mut().give_up_on(&fate);
            }
        }
        if !self
            .wait_until(|house| house.ledger.borrow().all_shown())
            .await
        {
            self.ledger.borrow_mut().give_up();
        }
        match self.rows().await {
            Some(rows) => self.ledger.borrow_mut().kept(&rows),
            None => self.ledger.borrow_mut().stalled(),
        }
    }

    /// Everything the daemon keeps; `None` if it does not say.
    async fn rows(&self) -> Option<Vec<Placed>> {
        let start = Instant::now();
        while start.elapsed() < ARRIVAL {
            if let Ok(rows) = app::rows(&self.clients[0]).await {
                return Some(rows);
            }
            tokio::time::sleep(PAUSE).await;
        }
        None
    }

    async fn settled(&self, fate: &Fate) -> bool {
        let start = Instant::now();
        while start.elapsed() < ARRIVAL {
            if let Ok(state) = self.state_of(fate).await {
                let copies = self.copies(&fate.words);
                if self
                    .ledger
                    .borrow_mut()
                    .settle(fate, state.as_ref(), copies)
                {
                    return true;
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
        false
    }

    /// Whichever app it was: the others have never heard of it.
    async fn state_of(&self, fate: &Fate) -> Result<Option<imlink::SendState>, imlink::Error> {
        for client in self.clients.iter().take(WRITERS) {
            if let Some(state) = client.send_state(fate.client_id.clone()).await? {
                return Ok(Some(state));
            }
        }
        Ok(None)
    }

    fn copies(&self, wanted: &str) -> usize {
        let arrived = mailbox(&self.cloud, HAN);
        arrived
            .iter()
            .filter(|content| words(content) == wanted)
            .count()
    }

    fn acknowledged(&self) -> u64 {
        self.ledger.borrow().tally().acknowledged
    }

    /// Waits until so many messages are acknowledged; a trial in which that takes too long shows
    /// nothing, which is noted.
    async fn wait_for_acknowledged(&self, enough: u64) {
        if !self
            .wait_until(|house| house.acknowledged() >= enough)
            .await
        {
            self.ledger.borrow_mut().stalled();
        }
    }

    /// Returns right behind the next acknowledgement, when its promise is youngest.
    async fn next_acknowledgement(&self) {
        let (before, start) = (self.acknowledged(), Instant::now());
        while self.acknowledged() == before && start.elapsed() < LATEST_KILL {
            tokio::task::yield_now().await;
        }
    }

    /// False if it takes longer than anything may.
    async fn wait_until(&self, holds: impl Fn(&Self) -> bool) -> bool {
        let start = Instant::now();
        while !holds(self) {
            if start.elapsed() > ARRIVAL {
                return false;
            }
            tokio::time::sleep(PAUSE).await;
        }
        true
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.readers.iter().for_each(JoinHandle::abort);
    }
}

/// Messages in all directions.
struct Traffic {
    running: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Traffic {
    async fn stop(self) {
        self.running.send_replace(false);
        for task in self.tasks {
            task.await.expect("the traffic ends by itself");
        }
    }
}

fn freeze(cloud: &Sandbox) {
    let frozen = TransportFaults {
        freeze: true,
        ..TransportFaults::default()
    };
    cloud.set_transport(&Scope::Everyone, &frozen);
}

/// Timers of the runtime have milliseconds; the interesting instants lie between them.
async fn sleep_exactly(time: Duration) {
    tokio::task::spawn_blocking(move || thread::sleep(time))
        .await
        .expect("sleeping does not panic");
}
