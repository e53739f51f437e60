//! What apps were told, and whether they may be told it.

use super::super::bench::*;

/// Judges every event and answer as it comes.
#[derive(Default)]
pub(super) struct Judge {
    apps: BTreeMap<PeerId, Told>,
}

/// One attachment of an app.
struct Told {
    status: ConnectionStatus,
    /// The app connected or joined since its view ended (P24).
    looks: bool,
    /// The rows of what it connected to last.
    database: Option<Code>,
    /// Connects without an answer.
    connects: Vec<u64>,
    /// Every answer it got.
    answered: Vec<u64>,
    /// How its last connect failed, if it did.
    failure: Option<Code>,
}

impl Judge {
    pub(super) fn attached(&mut self, peer: PeerId) {
        let told = Told {
            status: ConnectionStatus::Unconnected,
            looks: false,
            database: None,
            connects: Vec::new(),
            answered: Vec::new(),
            failure: None,
        };
        self.apps.insert(peer, told);
    }

    pub(super) fn detached(&mut self, peer: PeerId) {
        self.apps.remove(&peer);
    }

    /// Before the request, whose answer may come at once.
    pub(super) fn connects(&mut self, peer: PeerId, request: u64) {
        let told = self.told(peer);
        told.looks = true;
        told.connects.push(request);
    }

    pub(super) fn joins(&mut self, peer: PeerId) {
        self.told(peer).looks = true;
    }

    /// What an app sees, and how its last connect failed.
    pub(super) fn shown(&mut self, peer: PeerId) -> (ConnectionStatus, Option<Code>) {
        let told = self.told(peer);
        (told.status, told.failure)
    }

    pub(super) fn event(&mut self, peer: PeerId, event: &Event) {
        match event {
            Event::Status { status, code, .. } => {
                let next = ConnectionStatus::from_number(*status).unwrap();
                self.status(peer, next, *code);
            }
            Event::DatabaseOpened { code } => self.told(peer).database = Some(*code),
            _ => {}
        }
    }

    pub(super) fn answer(&mut self, peer: PeerId, request: u64, outcome: &Outcome) {
        let told = self.told(peer);
        assert!(!told.answered.contains(&request), "answered twice");
        told.answered.push(request);
        let Some(place) = told.connects.iter().position(|id| *id == request) else {
            return;
        };
        told.connects.remove(place);
        told.failure = None;
        match outcome {
            Outcome::Ok(Response::Connected { .. }) => {
                // P19
                assert_eq!(told.status, ConnectionStatus::Connected);
                let opened = Some(Code::SUCCESS);
                assert_eq!(told.database, opened, "connected before the database");
            }
            Outcome::Ok(other) => panic!("a connect is answered with {other:?}"),
            Outcome::Failed(failure) => {
                told.failure = Some(failure.code);
                told.failed(failure.code);
            }
        }
    }

    /// Every connect has had its one result.
    pub(super) fn assert_all_answered(&self) {
        for (peer, told) in &self.apps {
            assert!(
                told.connects.is_empty(),
                "{peer} waits for {:?} at {}",
                told.connects,
                told.status
            );
        }
    }

    fn status(&mut self, peer: PeerId, next: ConnectionStatus, code: Option<Code>) {
        let told = self.told(peer);
        let last = told.status;
        assert!(
            last.may_become(next),
            "{peer}: {last} is followed by {next}"
        );
        assert!(
            told.looks,
            "{peer} sees {next} though it neither connects nor is connected"
        );
        assert!(code.is_some() || next != ConnectionStatus::Suspend);
        told.status = next;
        if next.is_final() {
            // What comes next begins with the database again.
            told.database = None;
        }
        match next {
            ConnectionStatus::Timeout | ConnectionStatus::SignOut => told.looks = false,
            _ => {}
        }
    }

    fn told(&mut self, peer: PeerId) -> &mut Told {
        self.apps.get_mut(&peer).expect("an app that is attached")
    }
}

impl Told {
    /// On failure the status comes first, then the error (P19).
    fn failed(&self, code: Code) {
        match code {
            // Refused before anything was begun.
            Code::RC_CONNECTION_EXIST | Code::LOCAL_ACCOUNTS => {}
            Code::RC_CONNECT_TIMEOUT => assert_eq!(self.status, ConnectionStatus::Timeout),
            Code::ACTIVE_DISCONNECT => assert_eq!(self.status, ConnectionStatus::SignOut),
            code => {
                let of_rows = [Code::LOCAL_STORE_FAILED, Code::RC_DB_CORRUPT].contains(&code);
                assert!(code.is_terminal() || of_rows, "a connect ends with {code}");
                let is_final = self.status.is_final();
                assert!(
                    is_final || self.status == ConnectionStatus::ProxyUnavailable,
                    "{code} comes while {} is shown",
                    self.status
                );
            }
        }
    }
}
