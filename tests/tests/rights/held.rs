//! The form for a whole machine: systemd holds the socket, rules say who may what.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixListener;

use imlink::{Code, ConnectionStatus};
use imlink_ipc_proto::Request;
use imlink_tests::{App, Setup, cloud, require};

use crate::IMLINK;
use crate::house::{GROUP, House, configure, denied, guest};

// issue 5, "Several users": the system-wide form
#[tokio::test]
async fn behind_a_socket_that_systemd_holds_the_rules_decide() {
    let test = "behind_a_socket_that_systemd_holds_the_rules_decide";
    let Some(user) = require(test, guest(64_321)) else {
        return;
    };
    let setup = Setup::new(IMLINK);
    configure(&setup, "[[allow]]\nuid = 64321\nrights = \"read\"\n");
    let socket = setup.socket();
    fs::create_dir_all(socket.parent().unwrap()).unwrap();
    user.let_in(socket.parent().unwrap());
    let held = UnixListener::bind(&socket).unwrap();
    // SocketGroup= and SocketMode= of a socket unit.
    chown(&socket, None, Some(GROUP)).unwrap();
    fs::set_permissions(&socket, Permissions::from_mode(0o660)).unwrap();
    let setup = setup.holding(held);
    let daemon = setup.start();
    let cloud = cloud();
    let own = App::connected(&setup, &cloud, "org.example.notes", "lei").await;
    let house = House {
        cloud,
        setup,
        daemon,
        own,
    };

    let mut reader = house.joined(64_321, "org.example.mail");
    let (_, stranger) = house.app_of(64_322, "org.example.mail");

    assert_eq!(stranger, denied("no rule of [[allow]] matches uid 64322"));
    assert!(reader.ask(&Request::Status {}).is_ok());
    let refused = reader.ask(&Request::Logout {}).unwrap_err();
    assert_eq!(refused.code, Code::LOCAL_DENIED);
    let rule = "rule 1 of [[allow]] (uid 64321, any app) gives read; ";
    assert!(refused.message.starts_with(rule), "{refused:?}");
    assert_eq!(house.own.client.status(), ConnectionStatus::Connected);
    let report = house.own.client.daemon_status().await.unwrap();
    let users: Vec<u32> = report.apps.iter().map(|app| app.uid).collect();
    assert_eq!(users, [rustix::process::geteuid().as_raw(), 64_321]);
}
