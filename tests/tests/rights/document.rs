//! What docs/system.md shows is what the daemon takes.

use std::fs;
use std::path::Path;

use imlink_tests::Setup;

use crate::IMLINK;
use crate::house::configure;

// issue 5, "Several users"
#[test]
fn every_configuration_in_the_document_is_taken() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/system.md");
    let document = fs::read_to_string(document).unwrap();
    let configurations: Vec<&str> = document
        .split("```toml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(!configurations.is_empty());

    for configuration in configurations {
        let setup = Setup::new(IMLINK);
        configure(&setup, configuration);

        let checked = setup.imlink().args(["daemon", "--check"]).output().unwrap();

        let said = String::from_utf8(checked.stderr).unwrap();
        assert!(checked.status.success(), "{said}");
        let said = String::from_utf8(checked.stdout).unwrap();
        assert!(said.contains("remember          credential"), "{said}");
        let rules: Vec<&str> = said
            .lines()
            .filter_map(|line| line.strip_prefix("allow             "))
            .collect();
        assert_eq!(
            rules,
            [
                "uid 1000, app org.example.kiosk: send",
                "user daemon, any app: admin",
                "group users, app org.example.*: read",
            ]
        );
    }
}
