//! Data flows one way: who may import whom in `gate-core`, read from the sources.
#![expect(clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Words that every part may use. They know no domain.
const VOCABULARY: [&str; 13] = [
    "bounds",
    "code",
    "decision",
    "digest",
    "document",
    "error",
    "finding",
    "line",
    "placeholder",
    "problem",
    "quantity",
    "secret",
    "time",
];
/// Parts that decide. They do not know each other; `cutover` alone may read what the others decided.
const DOMAINS: [&str; 6] = ["canary", "breaker", "contract", "cutover", "hardening", "release"];
/// Parts that show what was decided. Nothing imports them.
const OUTLETS: [&str; 2] = ["render", "explain"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a source folder").map(|entry| entry.expect("an entry").path());
    let nested = |path: PathBuf| if path.is_dir() { sources(&path) } else { vec![path] };
    entries.flat_map(nested).filter(|path| path.extension().is_some_and(|ext| ext == "rs")).collect()
}

fn core() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../gate-core/src")
}

/// The part that a file belongs to: its first folder, or its own name.
fn part(path: &Path) -> String {
    let inside = path.strip_prefix(core()).expect("a file of the core").with_extension("");
    inside.iter().next().expect("a name").to_string_lossy().into_owned()
}

/// Every `crate::x` that the code of a file names, and what a `use crate::{x, y}` lists.
fn imports(text: &str) -> BTreeSet<String> {
    let code: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for (at, marker) in code.match_indices("crate::") {
        let rest = &code.get(at + marker.len()..).unwrap_or_default();
        let list = rest.strip_prefix('{').and_then(|list| list.split('}').next());
        let names = list.map_or_else(|| vec![*rest], |list| list.split(',').map(str::trim).collect());
        let word =
            |name: &str| name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        found.extend(names.into_iter().map(word).filter(|name| name.starts_with(char::is_lowercase)));
    }
    found
}

fn allowed(from: &str, to: &str) -> bool {
    let vocabulary = VOCABULARY.contains(&to);
    match from {
        "lib" => true,
        _ if VOCABULARY.contains(&from) => vocabulary,
        "cutover" => vocabulary || DOMAINS.contains(&to),
        _ if DOMAINS.contains(&from) => vocabulary || from == to,
        _ if OUTLETS.contains(&from) => vocabulary || DOMAINS.contains(&to) || from == to,
        _ => panic!("`{from}` is in no layer: add it to the lists of this test"),
    }
}

#[test]
fn imports_flow_one_way() {
    let mut seen = 0;
    for path in sources(&core()) {
        let text = fs::read_to_string(&path).expect("a source file");
        for to in imports(&text) {
            seen += 1;
            assert!(allowed(&part(&path), &to), "{} imports crate::{to}", path.display());
        }
    }
    assert!(seen > 30, "only {seen} imports were found: the test reads the wrong files");
}

#[test]
fn the_core_has_no_std_no_clock_and_no_unsafe() {
    let root = fs::read_to_string(core().join("lib.rs")).expect("lib.rs");
    assert!(root.starts_with("#![no_std]\n#![forbid(unsafe_code)]"));
    for path in sources(&core()) {
        let text = fs::read_to_string(&path).expect("a source file");
        for word in ["std::", "extern crate std", "Utc::now", "SystemTime", "Instant::now", "unsafe {"] {
            assert!(!text.contains(word), "{} says `{word}`", path.display());
        }
    }
}

#[test]
fn the_readers_of_imports_sees_every_form() {
    let text = "use crate::time::Instant;\nuse crate::{error, Finding};\n// crate::ignored\nlet x = crate::bounds::MAX;";
    let found: Vec<String> = imports(text).into_iter().collect();
    assert_eq!(found, ["bounds", "error", "time"]);
}
