//! `docs/codes.md` is what the registry says. `UPDATE=1 cargo test -p gate-tests --test codes_page` rewrites it.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::env;
use std::fs;
use std::path::Path;

use gate_core::canary::policy::WarningCode;
use gate_core::explain::explain;
use gate_core::{ErrorCode, FindingCode, NoteCode, Policy};

type Row = (&'static str, &'static str, &'static str);

fn table(title: &str, intro: &str, rows: impl Iterator<Item = Row>) -> String {
    let rows =
        rows.map(|(code, means, action)| format!("| `{code}` | {} | {} |\n", cell(means), cell(action)));
    format!(
        "\n## {title}\n\n{intro}\n\n| code | meaning | what to do |\n| --- | --- | --- |\n{}",
        rows.collect::<String>()
    )
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn page() -> String {
    let mut page = String::from(
        "# Codes\n\nEvery code that a verdict or an error can carry. `tsfm-gate explain CODE` prints the same.\n",
    );
    let findings = FindingCode::ALL.iter().map(|it| (it.as_str(), it.means(), it.action()));
    page += &table("Findings", "What speaks against promotion: `findings[].code`.", findings);
    let notes = NoteCode::ALL.iter().map(|it| (it.as_str(), it.means(), it.action()));
    page += &table("Notes", "Worth knowing, not counted: `notes[].code`.", notes);
    let errors = ErrorCode::ALL.iter().map(|it| (it.as_str(), it.means(), it.action()));
    page += &table("Errors", "Nothing was judged: exit status 1, `GateError.code` in Python.", errors);
    let warnings = WarningCode::ALL.iter().map(|it| (it.as_str(), it.means(), it.action()));
    page +=
        &table("Warnings", "Legal in a policy, but probably not meant: `tsfm-gate policy check`.", warnings);
    page +=
        "\n## Reasons of the built-in policy\n\nThe strings of `rollback_reasons` and `gate_fail_reasons`. ";
    page += "A policy of your own has its own.\n\n| reason | kind | meaning |\n| --- | --- | --- |\n";
    let policy = Policy::builtin("tsfm-canary").expect("valid");
    for reason in policy.reasons() {
        let it = explain(&reason, &policy).expect("an explanation");
        page += &format!("| `{reason}` | {} | {} |\n", it.kind, cell(&it.means));
    }
    page
}

#[test]
fn the_page_is_what_the_registry_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/codes.md");
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, page()).expect("a writable page");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written.replace("\r\n", "\n") == page(), "docs/codes.md is stale: run this test with UPDATE=1");
}
