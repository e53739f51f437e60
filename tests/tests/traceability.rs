//! Which rule is shown by which test: reads the ids in the comments of all tests and keeps
//! `docs/traceability.md` true.
//!
//! `IMLINK_BLESS=1 cargo test -p imlink-tests --test traceability` writes the document anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Where ids are defined, and how its table rows begin.
struct Source {
    document: &'static str,
    heading: &'static str,
    /// The id as tests name it, of the first cell of a row.
    id: fn(&str) -> Option<String>,
}

const SOURCES: [Source; 3] = [
    Source {
        document: "docs/behaviour.md",
        heading: "Rules of the five SDKs (behaviour.md)",
        id: |cell| is_id(cell, 'S', true).then(|| cell.to_owned()),
    },
    Source {
        document: "docs/decisions.md",
        heading: "Decisions (decisions.md)",
        id: |cell| is_id(cell, 'P', false).then(|| cell.to_owned()),
    },
    Source {
        document: "docs/failures.md",
        heading: "Failures (failures.md)",
        id: |cell| {
            let known = ['S', 'D', 'I', 'A', 'K', 'B'];
            known
                .into_iter()
                .any(|letter| is_id(cell, letter, false))
                .then(|| format!("F-{cell}"))
        },
    },
];

/// Directories with tests.
const TESTED: [&str; 4] = ["crates", "daemon", "ipc-proto", "tests"];

const DOCUMENT: &str = "docs/traceability.md";

/// Rules and failures that no test shows, with the reason.
const EXCEPTIONS: &str = "docs/exceptions.md";

/// Rules that say in which form a language has something: whose the form is, and the rule behind
/// it, which tests show all the same.
const SHAPES: &str = "docs/shapes.md";

#[test]
fn the_table_of_rules_and_tests_is_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let known: Vec<_> = SOURCES.iter().map(|source| ids(root, source)).collect();
    let shown = shown(root);

    let strangers: Vec<_> = shown
        .keys()
        .filter(|id| !known.iter().any(|ids| ids.contains(*id)))
        .collect();
    assert_eq!(strangers, [] as [&String; 0], "ids that no document has");
    let exceptions = exceptions(root);
    for id in exceptions.keys() {
        assert!(
            known.iter().any(|ids| ids.contains(id)) && !shown.contains_key(id),
            "{EXCEPTIONS}: {id} is no id, or has a test"
        );
    }
    let missing: Vec<_> = known
        .iter()
        .flatten()
        .filter(|id| !shown.contains_key(*id) && !exceptions.contains_key(*id))
        .collect();
    assert_eq!(
        missing,
        [] as [&String; 0],
        "ids without a test, and without a reason in {EXCEPTIONS}"
    );
    let shapes = shapes(root);
    for id in shapes.keys() {
        assert!(
            shown.contains_key(id) && !exceptions.contains_key(id),
            "{SHAPES}: no test shows the rule behind {id}"
        );
    }
    let table = table(&known, &shown, &exceptions, &shapes);
    let document = root.join(DOCUMENT);
    if std::env::var_os("IMLINK_BLESS").is_some() {
        fs::write(&document, &table).unwrap();
    }
    let found = fs::read_to_string(&document).unwrap_or_default();
    assert!(
        found == table,
        "{DOCUMENT} is not what the tests say; `IMLINK_BLESS=1 cargo test -p imlink-tests --test \
         traceability` writes it anew"
    );
}

#[test]
fn the_ids_of_every_form_of_test_are_found() {
    let rust = "
        // F-S01, S4-28: why
        #[test]
        fn a_plain_one() {}

        /// Not an id: S0-01.
        // decisions.md P12
        // F-D07
        #[tokio::test]
        async fn an_async_one() {}

        // S0-02
        fn a_helper() {}

        #[test]
        fn one_without() {}
    ";
    let script = "
        // F-K08
        test('it does so', async () => {
    ";
    let shell = "
        # F-D11: why
        a_cut() {
        # F-D12
        not=one
    ";

    let found = |text: &str, name| -> Vec<(String, Vec<String>)> {
        tests_of(text, name)
            .into_iter()
            .map(|test| (test.name, test.ids.into_iter().collect()))
            .collect()
    };

    let names = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        found(rust, "rs"),
        [
            ("a plain one".to_owned(), names(&["F-S01", "S4-28"])),
            ("an async one".to_owned(), names(&["F-D07", "P12"])),
            ("one without".to_owned(), vec![]),
        ]
    );
    assert_eq!(
        found(script, "mjs"),
        [("it does so".to_owned(), names(&["F-K08"]))]
    );
    assert_eq!(
        found(shell, "sh"),
        [("a cut".to_owned(), names(&["F-D11"]))]
    );
}

/// `S0-01` with a dash, `P7` and `S05` without.
fn is_id(text: &str, letter: char, dash: bool) -> bool {
    let Some(rest) = text.strip_prefix(letter) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match rest.split_once('-') {
        Some((seed, number)) => dash && digits(seed) && digits(number),
        None => !dash && digits(rest),
    }
}

/// The ids a document defines, in its order.
fn ids(root: &Path, source: &Source) -> Vec<String> {
    let text = fs::read_to_string(root.join(source.document)).unwrap();
    let cells = text
        .lines()
        .filter_map(|line| line.strip_prefix('|')?.split('|').next());
    let ids: Vec<_> = cells.map(str::trim).filter_map(source.id).collect();
    assert!(ids.len() > 20, "{} has ids", source.document);
    ids
}

/// One test that names ids.
struct Test {
    name: String,
    ids: BTreeSet<String>,
}

/// Every id with the tests that name it.
fn shown(root: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut shown: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for directory in TESTED {
        for file in files(&root.join(directory)) {
            // Its samples are no tests.
            if file == root.join("tests/tests/traceability.rs") {
                continue;
            }
            let kind = file.extension().and_then(|kind| kind.to_str()).unwrap();
            let text = fs::read_to_string(&file).unwrap();
            let place = file.strip_prefix(root).unwrap().display().to_string();
            for Test { name, ids } in tests_of(&text, kind) {
                for id in ids {
                    let tests = shown.entry(id).or_default();
                    tests.insert(format!("{name} (`{place}`)"));
                }
            }
        }
    }
    shown
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if path.is_dir() {
            if name != "node_modules" && name != "target" {
                found.extend(files(&path));
            }
        } else if path
            .extension()
            .is_some_and(|kind| kind == "rs" || kind == "mjs" || kind == "sh")
        {
            found.push(path);
        }
    }
    found
}

/// The tests of a file with the ids in the comments right above them.
fn tests_of(text: &str, kind: &str) -> Vec<Test> {
    let mut tests = Vec::new();
    let mut ids = BTreeSet::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        let comment = line.strip_prefix(if kind == "sh" { "# " } else { "// " });
        if let Some(comment) = comment {
            ids.extend(ids_in(comment));
        } else if line.starts_with("#[") || line.starts_with("///") {
            is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        } else if let Some(name) = test_name(line, kind, is_test) {
            tests.push(Test {
                name,
                ids: std::mem::take(&mut ids),
            });
            is_test = false;
        } else {
            ids.clear();
            is_test = false;
        }
    }
    tests
}

fn test_name(line: &str, kind: &str, is_test: bool) -> Option<String> {
    if kind == "rs" {
        let line = line.strip_prefix("async ").unwrap_or(line);
        let name = line.strip_prefix("fn ").filter(|_| is_test)?;
        return Some(name.split(['(', '<']).next()?.replace('_', " "));
    }
    if kind == "sh" {
        return Some(line.strip_suffix("() {")?.replace('_', " "));
    }
    let rest = line
        .strip_prefix("test(")
        .or(line.strip_prefix("await test("))?;
    let quote = rest
        .chars()
        .next()
        .filter(|quote| "'\"`".contains(*quote))?;
    Some(rest[1..].split(quote).next()?.to_owned())
}

fn ids_in(comment: &str) -> impl Iterator<Item = String> {
    let words = comment.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words
        .filter(|word| {
            let failure = word.strip_prefix("F-");
            is_id(word, 'S', true)
                || is_id(word, 'P', false)
                || failure.is_some_and(|case| {
                    case.len() > 1 && case[1..].bytes().all(|byte| byte.is_ascii_digit())
                })
        })
        .map(str::to_owned)
}

/// The ids of the exceptions with their reasons.
fn exceptions(root: &Path) -> BTreeMap<String, String> {
    rows(root, EXCEPTIONS)
}

/// The ids of the shapes, with whose they are and what rule is behind them.
fn shapes(root: &Path) -> BTreeMap<String, String> {
    let mut shapes = BTreeMap::new();
    for (id, row) in rows(root, SHAPES) {
        let (shape, rule) = row.split_once(" | ").expect("three cells");
        shapes.insert(id, format!("shape: {shape} The rule behind it: {rule}"));
    }
    shapes
}

/// The rows of a document's table by their first cell.
fn rows(root: &Path, document: &str) -> BTreeMap<String, String> {
    let text = fs::read_to_string(root.join(document)).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
    rows.filter_map(|row| row.strip_suffix(" |")?.split_once(" | "))
        .filter(|(id, _)| *id != "id")
        .map(|(id, rest)| (id.to_owned(), rest.to_owned()))
        .collect()
}

fn table(
    known: &[Vec<String>],
    shown: &BTreeMap<String, BTreeSet<String>>,
    exceptions: &BTreeMap<String, String>,
    shapes: &BTreeMap<String, String>,
) -> String {
    let mut text = String::from(
        "# Which test shows which rule\n\nMade from the ids in the comments of the tests; do not \
         edit. A rule without a test is not claimed to hold; where there is a reason for having \
         none, [exceptions.md](exceptions.md) has it. Where a rule is only about the form that one \
         language gives to something, [shapes.md](shapes.md) names the client that owns it, and the \
         tests show the rule behind it. What is in `tests/root` needs root and is \
         run by hand.\n",
    );
    for (source, ids) in SOURCES.iter().zip(known) {
        let covered = ids.iter().filter(|id| shown.contains_key(*id)).count();
        text += &format!(
            "\n## {}\n\n{covered} of {} ids have a test.\n\n| id | tests |\n|---|---|\n",
            source.heading,
            ids.len()
        );
        for id in ids {
            let tests = shown.get(id).into_iter().flatten();
            let mut tests: Vec<_> = tests.map(String::as_str).collect();
            if exceptions.contains_key(id) {
                tests.push("a stated exception");
            }
            if let Some(shape) = shapes.get(id) {
                tests.insert(0, shape);
            }
            text += &format!("| {id} | {} |\n", tests.join("<br>"));
        }
    }
    text
}
