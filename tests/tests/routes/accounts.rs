//! Several apps on several accounts: who is online when, and whose messages go where.

use std::collections::BTreeSet;

use imlink::{Outgoing, Start};
use imlink_sandbox::Sandbox;
use imlink_tests::cloud::{token, user, with, words, write};
use imlink_tests::{App, Setup, cloud, next_words, soon, within};
use tokio::task::JoinHandle;

use crate::IMLINK;

// P7, P10, F-S43: the smaller brother of the registry's matrix
#[tokio::test]
async fn two_apps_come_and_go_in_every_order_on_one_account_or_two() {
    for users in [["lei", "lei"], ["lei", "han"]] {
        for leaving in [Leaving::Disconnect, Leaving::Crash] {
            for order in ORDERS {
                come_and_go(users, leaving, order).await;
            }
        }
    }
}

/// Whose turn it is: first it comes, then it goes.
const ORDERS: [[usize; 4]; 6] = [
    [0, 0, 1, 1],
    [0, 1, 0, 1],
    [0, 1, 1, 0],
    [1, 0, 0, 1],
    [1, 0, 1, 0],
    [1, 1, 0, 0],
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaving {
    Disconnect,
    Crash,
}

async fn come_and_go(users: [&str; 2], leaving: Leaving, order: [usize; 4]) {
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    let mut apps = [None, None];
    let mut wanting = [false, false];
    for turn in order {
        match apps[turn].take() {
            None => {
                let name = ["first", "second"][turn];
                apps[turn] = Some(App::connected(&setup, &cloud, name, users[turn]).await);
                wanting[turn] = true;
            }
            Some(app) if leaving == Leaving::Crash => drop(app),
            Some(app) => {
                within("disconnect", app.client.disconnect()).await.unwrap();
                wanting[turn] = false;
            }
        }
        let wanted = (0..2).filter(|app| wanting[*app]);
        let wanted: BTreeSet<_> = wanted.map(|app| users[app].to_owned()).collect();
        soon(&format!("{wanted:?} online, {order:?}"), || {
            let links = cloud.links();
            let online: BTreeSet<_> = links.iter().map(|link| link.user.to_string()).collect();
            (online == wanted && links.len() == wanted.len()).then_some(())
        })
        .await;
    }
}

// F-S48
#[tokio::test]
async fn an_app_that_switches_a_thousand_times_under_load_gets_only_what_is_its_users() {
    const SWITCHES: usize = 1000;
    let (cloud, setup) = (cloud(), Setup::new(IMLINK));
    let _daemon = setup.start();
    // One account stays up all the time, the other comes and goes with the app.
    let neighbour = App::connected(&setup, &cloud, "neighbour", "lei").await;
    let neighbours = neighbour.client.subscribe_from("inbox", Start::Beginning);
    let mut neighbours = within("subscribe", neighbours).await.unwrap();
    let tokens = USERS.map(|name| token(&cloud, name));
    let load = Load::start(&cloud);
    let app = App::new(&setup, &cloud, "restless");
    within("init", app.client.init()).await.unwrap();

    for switch in 0..SWITCHES {
        let (name, other) = (USERS[switch % 2], USERS[(switch + 1) % 2]);
        let connect = app.client.connect(tokens[switch % 2].clone());
        let found = within("connect", connect).await.unwrap();
        assert_eq!(found, user(name));
        let mut inbox = within("subscribe", app.client.subscribe_now())
            .await
            .unwrap();
        let answer = Outgoing::text(with("writer"), &format!("{name}: {switch}"));
        within("send", app.client.send(answer)).await.unwrap();
        let heard = next_words(&mut inbox).await;
        assert!(!heard.starts_with(other), "{name} was shown {heard:?}");
        within("disconnect", app.client.disconnect()).await.unwrap();
    }
    let written = load.stop().await;

    for number in 0..written {
        let heard = loop {
            let heard = next_words(&mut neighbours).await;
            assert!(
                heard.starts_with("lei"),
                "the neighbour was shown {heard:?}"
            );
            if heard.starts_with("lei-") {
                break heard;
            }
        };
        assert_eq!(
            heard,
            format!("lei-{number}"),
            "the neighbour was disturbed"
        );
    }
    for (name, valid) in USERS.into_iter().zip(tokens) {
        within("connect", app.client.connect(valid)).await.unwrap();
        let foreign = rows(&app).await;
        let foreign: Vec<_> = foreign
            .iter()
            .filter(|row| !row.starts_with(name))
            .collect();
        assert_eq!(foreign, [] as [&String; 0], "rows of {name}");
        within("disconnect", app.client.disconnect()).await.unwrap();
    }
}

const USERS: [&str; 2] = ["lei", "han"];

/// Messages to both users all the time, each naming whose it is.
struct Load {
    running: tokio::sync::watch::Sender<bool>,
    task: JoinHandle<usize>,
}

impl Load {
    fn start(cloud: &Sandbox) -> Self {
        let (running, until) = tokio::sync::watch::channel(true);
        let cloud = cloud.clone();
        let task = tokio::spawn(async move {
            let mut number = 0;
            while *until.borrow() {
                for name in USERS {
                    write(&cloud, "writer", name, &format!("{name}-{number}"));
                }
                number += 1;
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            number
        });
        Self { running, task }
    }

    async fn stop(self) -> usize {
        self.running.send_replace(false);
        within("the load stops", self.task).await.unwrap()
    }
}

/// Everything stored of the conversation with the writer.
async fn rows(app: &App) -> Vec<String> {
    let mut rows = Vec::new();
    let mut before = None;
    loop {
        let page = app.client.history(with("writer"), before, 200);
        let page = within("history", page).await.unwrap();
        rows.extend(page.entries.iter().map(|row| words(row.body.as_str())));
        match page.entries.last() {
            Some(last) if page.more => before = Some(last.seq),
            _ => return rows,
        }
    }
}
