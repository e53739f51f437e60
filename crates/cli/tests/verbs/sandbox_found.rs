//! Which sandbox a command is about.

use crate::stage::{Home, eventually};

#[test]
fn the_only_sandbox_is_found_wherever_it_is() {
    let home = Home::new();
    let sandbox = home.start_sandbox();

    let found = home.run(&["sandbox", "tokens", "alice"]);

    assert!(found.out.trim().ends_with(sandbox.address()), "{found:?}");
}

#[test]
fn of_several_sandboxes_one_has_to_be_named() {
    let home = Home::new();
    let one = home.start_sandbox();
    let other = home.start_sandbox();

    let either = home.run(&["sandbox", "users"]);
    let by_flag = home.run(&["sandbox", "tokens", "alice", "--at", one.address()]);
    let by_variable = home
        .command(&["sandbox", "tokens", "alice"])
        .env("IMLINK_SANDBOX", other.address())
        .output()
        .unwrap();

    assert_eq!(either.status, Some(1), "{either:?}");
    assert!(either.err.contains(one.address()), "{either:?}");
    assert!(either.err.contains(other.address()), "{either:?}");
    assert!(either.err.contains("--at"), "{either:?}");
    assert!(by_flag.out.trim().ends_with(one.address()), "{by_flag:?}");
    let by_variable = String::from_utf8(by_variable.stdout).unwrap();
    assert!(by_variable.trim().ends_with(other.address()));
    // The commands that the second one prints name it.
    let connect = other.started["try"][1].as_str().unwrap();
    assert!(connect.contains(&format!("--at {}", other.address())));
}

#[test]
fn one_that_has_ended_is_not_found_however_it_ended() {
    let home = Home::new();
    let interrupted = home.start_sandbox();
    let killed = home.start_sandbox();
    let living = home.start_sandbox();

    let port = interrupted.address().rsplit(':').next().unwrap();
    let left = home.path(&format!("imlink/sandboxes/{port}"));
    assert!(left.exists());
    assert_eq!(interrupted.interrupt(), Some(0));
    assert!(!left.exists(), "who is asked to end leaves nothing");
    drop(killed);

    eventually("the living one is found", || {
        let found = home.run(&["sandbox", "tokens", "alice"]);
        found.out.trim().ends_with(living.address())
    });
}

#[test]
fn one_in_the_place_of_one_that_was_killed_is_the_only_one() {
    let home = Home::new();
    let killed = home.start_sandbox();
    let port = killed.address().rsplit(':').next().unwrap().to_owned();
    drop(killed);

    let next = home.start_sandbox_on(&port, &[]);

    let connect = next.started["try"][1].as_str().unwrap();
    assert!(!connect.contains("--at"), "{connect}");
}

#[test]
fn a_sandbox_that_is_not_there_is_one_sentence_with_the_cure() {
    let home = Home::new();
    for (address, problem) in [
        ("http://127.0.0.1:1", "nothing answers at 127.0.0.1:1"),
        ("ftp://x", "ftp://x"),
    ] {
        let ran = home.run(&["sandbox", "users", "--at", address]);

        assert_eq!(ran.status, Some(1), "{ran:?}");
        assert_eq!(ran.err.lines().count(), 2, "{ran:?}");
        assert!(ran.err.contains(problem), "{ran:?}");
        assert!(ran.err.contains("imlink sandbox"), "{ran:?}");
    }
}

#[test]
fn who_is_no_sandbox_is_told_apart() {
    let home = Home::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let stranger = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        let answer = "HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nnone";
        stream.write_all(answer.as_bytes()).unwrap();
    });

    let ran = home.run(&["sandbox", "users", "--at", &address]);

    stranger.join().unwrap();
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.err.contains("is no sandbox"), "{ran:?}");
}

#[test]
fn starting_and_steering_are_told_apart() {
    let home = Home::new();

    let both = home.run(&["sandbox", "--port", "0", "users"]);
    let variable = home
        .command(&["sandbox", "users", "--at", "http://127.0.0.1:1"])
        .env("IMLINK_APP_KEY", "shop")
        .output()
        .unwrap();

    assert_eq!(both.status, Some(2), "{both:?}");
    assert_eq!(variable.status.code(), Some(1), "{variable:?}");
}
