//! `imlink explain`.

use crate::stage::Home;

#[test]
fn a_code_is_explained_by_number_or_name() {
    let home = Home::new();

    let by_number = home.run(&["explain", "-2"]);
    let by_name = home.run(&["explain", "ipc_disconnect"]);

    assert_eq!(by_number.status, Some(0));
    assert_eq!(by_number.out, by_name.out);
    assert!(
        by_number.out.starts_with("-2 IPC_DISCONNECT\n  cause "),
        "{}",
        by_number.out
    );
}

#[test]
fn programs_get_a_code_with_its_fields() {
    let ran = Home::new().run(&["explain", "31010", "--json"]);

    let [code] = ran.json().try_into().unwrap();
    assert_eq!(code["name"], "RC_DISCONN_KICK");
    assert_eq!(code["terminal"], true);
    assert_eq!(code["retry"], "never");
}

#[test]
fn the_whole_table_can_be_had() {
    let home = Home::new();

    let human = home.run(&["explain", "--all"]);
    let json = home.run(&["explain", "--all", "--json"]);

    let codes = json.json();
    assert_eq!(codes.len(), imlink_model::CODES.len());
    assert_eq!(
        human.out.lines().count(),
        codes.len() + 1,
        "and the headings"
    );
}

#[test]
fn an_unknown_code_is_one_sentence_with_the_way_on() {
    let ran = Home::new().run(&["explain", "424242"]);

    assert_eq!(ran.status, Some(1));
    assert_eq!(
        ran.err,
        "error: No code is called 424242.\n cure: `imlink explain --all` lists every code that is known.\n"
    );
}
