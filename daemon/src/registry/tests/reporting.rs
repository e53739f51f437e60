//! What `imlink status` is told.

use imlink_ipc_proto::{AccountReport, AnomalyReport, StatusReport};
use imlink_model::uplink::Network;
use imlink_store::Anomalies;

use super::super::report::About;
use super::bench::*;

// issue 5: `imlink status` tells the last error, also when all is well again
#[test]
fn the_last_error_of_an_account_is_told_until_there_is_another() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    assert_eq!(only_account(&mut house, app).last_error, None);

    house.suspend(account);
    house.status(account, ConnectionStatus::Connecting, None);
    house.status(account, ConnectionStatus::Connected, None);

    let told = only_account(&mut house, app);
    assert_eq!(told.cause, None, "all is well");
    let lost = told.last_error.map(|error| error.code);
    assert_eq!(lost, Some(Code::RC_SOCKET_DISCONNECTED));
    house.stop(
        account,
        ConnectionStatus::KickedOffline,
        Code::RC_DISCONN_KICK,
    );
    let kicked = only_account(&mut house, app).last_error;
    assert_eq!(kicked.map(|error| error.code), Some(Code::RC_DISCONN_KICK));
}

// F-D07: pulled again if incoming
#[test]
fn an_account_whose_messages_turned_out_to_be_damaged_is_read_again() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);

    house.registry.read_again(account);
    house.drain();

    let last = house.commands(account).last();
    assert!(matches!(last, Some(Command::ReadAgain)), "{last:?}");
}

// F-D08, F-D16
#[test]
fn what_should_not_be_in_rows_is_told_once_and_again_to_who_comes_later() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    let found = Anomalies {
        uid_conflicts: 1,
        lost_outgoing: 2,
        ..Anomalies::default()
    };

    for _ in 0..2 {
        house.registry.anomalies_found(account, found);
        house.drain();
    }
    let late = house.attach("late");
    house.ask(late, connect("token"));

    let wanted = AnomalyReport {
        uid_conflicts: 1,
        lost_outgoing: 2,
        ..AnomalyReport::default()
    };
    assert_eq!(told(&house, app), [wanted]);
    assert_eq!(told(&house, late), [wanted]);
    assert_eq!(only_account(&mut house, app).anomalies, wanted);
}

fn told(house: &House, app: PeerId) -> Vec<AnomalyReport> {
    let told = house.seen.iter().filter_map(|effect| match effect {
        Effect::Event {
            peer,
            event: Event::Anomalies { found },
        } if *peer == app => Some(*found),
        _ => None,
    });
    told.collect()
}

#[test]
fn an_app_that_leaves_is_no_error_of_its_account() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);

    let left = Some(Code::ACTIVE_DISCONNECT);
    house.status(account, ConnectionStatus::SignOut, left);

    assert_eq!(only_account(&mut house, app).last_error, None);
}

// issue 5: since when
#[test]
fn since_when_an_account_is_not_connected_is_told_through_all_its_attempts() {
    let mut house = House::new();
    let app = house.attach("notes");
    let account = house.connect_alone(app);
    assert_eq!(only_account(&mut house, app).offline_since, None);

    for (time, status) in [
        (5_000, ConnectionStatus::Suspend),
        (6_000, ConnectionStatus::Connecting),
        (9_000, ConnectionStatus::Suspend),
    ] {
        let event = uplink::Event::Status {
            status,
            cause: Some(Code::RC_SOCKET_DISCONNECTED),
            retry_in: None,
        };
        house
            .registry
            .handle_uplink(account, event, u64::MAX, Millis(time));
        house.drain();
    }

    let told = only_account(&mut house, app);
    assert_eq!(
        (told.since, told.offline_since),
        (Millis(9_000), Some(Millis(5_000)))
    );
}

// issue 5: `imlink status` tells the whole truth
#[test]
fn why_an_account_ended_is_told_until_somebody_uses_it_or_leaves_it() {
    let mut house = House::new();
    let observer = house.attach("observer");
    let mut times = 0;
    let mut kick = |house: &mut House| {
        let app = house.attach("notes");
        house.ask(app, connect("token"));
        times += 1;
        let account = AccountId(times);
        house.bring_online(account);
        let (status, code) = (ConnectionStatus::KickedOffline, Code::RC_DISCONN_KICK);
        house.stop(account, status, code);
        assert_eq!(report(house, observer).ended, [], "an app sees it");
        app
    };
    let go = |house: &mut House, app: PeerId| {
        house.registry.detach(app);
        house.drain();
    };

    let app = kick(&mut house);
    go(&mut house, app);
    let told = report(&mut house, observer);
    let [ended] = &told.ended[..] else {
        panic!("{told:?}");
    };
    assert_eq!(told.accounts, []);
    assert_eq!(ended.cause, Some(Code::RC_DISCONN_KICK));
    assert_eq!((ended.apps, ended.database), (0, None));

    let app = kick(&mut house);
    go(&mut house, app);
    assert_eq!(report(&mut house, observer).ended.len(), 1, "not twice");

    let app = kick(&mut house);
    house.ask(app, Request::Disconnect {});
    go(&mut house, app);
    assert_eq!(report(&mut house, observer).ended, [], "it was left");
}

#[test]
fn whether_there_is_a_network_is_told_once_it_is_known() {
    let mut house = House::new();
    let app = house.attach("notes");
    assert_eq!(report(&mut house, app).network, None);

    for (network, told) in [(Network::Unavailable, false), (Network::Available, true)] {
        house.registry.note_network(network);
        assert_eq!(report(&mut house, app).network, Some(told));
    }
}

fn only_account(house: &mut House, peer: PeerId) -> AccountReport {
    let [account] = report(house, peer).accounts.try_into().unwrap();
    account
}

fn report(house: &mut House, peer: PeerId) -> StatusReport {
    let about = About {
        instance: 1,
        started_at: Millis(0),
        state_dir: std::path::PathBuf::new(),
        proxy: None,
    };
    let request = house.ask(peer, Request::Status {});
    house
        .registry
        .report(peer, request, &about, &BTreeMap::new());
    house.drain();
    match house.outcome(peer, request)[..] {
        [Outcome::Ok(Response::Status(report))] => report.clone(),
        ref other => panic!("{other:?}"),
    }
}
