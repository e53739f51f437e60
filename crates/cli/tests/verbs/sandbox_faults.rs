//! `imlink sandbox faults`.

use serde_json::{Value, json};

use crate::stage::Home;

#[test]
fn every_fault_of_the_sandbox_has_a_name_and_a_line_of_help() {
    let home = Home::new();
    let sandbox = home.start_sandbox();
    let schemas = sandbox.http("GET", "/openapi.json", "")["components"]["schemas"].clone();

    let help = home.run(&["sandbox", "faults", "add", "--help"]).out;

    let families = [
        ("navigation", "NavigationFault"),
        ("server-api", "ServerApiFault"),
    ];
    let is_family = |name: &str| families.iter().any(|(family, _)| *family == name);
    let names = names_in(&schemas["Fault"]).into_iter();
    let names = names.filter(|name| !is_family(name));
    let of_families = families.iter().flat_map(|(family, schema)| {
        let names = names_in(&schemas[*schema]).into_iter();
        names.map(move |name| format!("{family}-{name}"))
    });
    let transport = schemas["TransportFaults"]["properties"]
        .as_object()
        .unwrap();
    let transport = transport.keys().map(|name| name.replace('_', "-"));
    let all: Vec<String> = names.chain(of_families).chain(transport).collect();
    assert!(all.len() > 20, "{all:?}");
    for name in all {
        let line = help
            .lines()
            .find(|line| line.trim_start().starts_with(&format!("{name} ")));
        assert!(line.is_some(), "{name} is not in the help: {help}");
    }
}

#[test]
fn faults_are_armed_listed_and_cleared() {
    let home = Home::new();
    let sandbox = home.start_sandbox();
    let faults = |arguments: &[&str]| {
        let ran = home.run(&[&["sandbox", "faults"], arguments].concat());
        assert_eq!(ran.status, Some(0), "{arguments:?}: {ran:?}");
        ran
    };

    let none = faults(&[]).out;
    faults(&["add", "no-pong"]);
    faults(&[
        "add", "topic", "ppMsgP", "405", "--user", "alice", "--times", "3",
    ]);
    faults(&["add", "navigation-slow", "20s", "--until-cleared"]);
    faults(&["add", "delay-down", "300ms", "--user", "alice"]);
    let both = faults(&["add", "--user", "alice", "stop-reading"]).out;
    let shown = faults(&[]).out;
    let listed = faults(&["--json"]).json();
    let held = sandbox.call("GET", "faults", "");
    faults(&["clear"]);

    assert!(none.contains("faults add --help"), "{none}");
    assert!(both.contains("stop-reading, delay-down 300ms"), "{both}");
    for line in [
        "no-pong              everyone  once",
        "topic ppMsgP 405     alice     3 times",
        "navigation-slow 20s  everyone  until cleared",
        "stop-reading         alice     until cleared",
        "delay-down 300ms     alice     until cleared",
    ] {
        assert!(shown.contains(line), "{line:?} is missing:\n{shown}");
    }
    assert_eq!(listed.len(), 4);
    assert_eq!(listed[1]["lasting"], json!({ "times": 3 }));
    assert_eq!(json!(listed[..3]), held["faults"]);
    assert_eq!(
        sandbox.call("GET", "faults", ""),
        json!({ "faults": [], "transport": [] })
    );
}

#[test]
fn a_fault_that_is_none_is_refused_before_anything_is_asked() {
    let home = Home::new();
    for wrong in [
        &["melt"][..],
        &["topic", "ppMsgP"],
        &["freeze", "--times", "2"],
        &["no-pong", "--times", "0"],
        &["no-pong", "--times", "2", "--until-cleared"],
        &["drip", "0", "1s"],
    ] {
        let ran = home.run(&[&["sandbox", "faults", "add"], wrong].concat());

        assert_eq!(ran.status, Some(2), "{wrong:?}: {ran:?}");
    }
}

/// The names of an enum in its schema: constants, lists of constants, and objects of one field.
fn names_in(schema: &Value) -> Vec<String> {
    let variants = schema["oneOf"].as_array().unwrap().iter();
    let names = variants.flat_map(|variant| {
        let constant = variant["const"].as_str().map(str::to_owned);
        let listed = variant["enum"].as_array().into_iter().flatten();
        let listed = listed.filter_map(|name| name.as_str().map(str::to_owned));
        let fields = variant["properties"].as_object().into_iter().flatten();
        let fields = fields.map(|(name, _)| name.clone());
        constant.into_iter().chain(listed).chain(fields)
    });
    names.collect()
}
