//! The conformance runner itself: nothing that went wrong may look like a pass.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;

use gate_tests::conformance::{Report, replay_file};

const GOOD: &str = r#"{"id": "good", "stage": "x", "input": {}, "expect": {"error": {"type": "ValueError", "message": "unsupported stage: x"}}, "exit_code": 2}"#;

#[test]
fn a_row_that_agrees_passes() {
    assert_eq!(
        replay("agrees/canary_compat.jsonl", GOOD),
        (true, "1 passed, 0 failed, 0 skipped".to_owned())
    );
}

#[test]
fn a_row_that_differs_fails() {
    let row = GOOD.replace("\"exit_code\": 2", "\"exit_code\": 1");
    let text = "FAIL canary_compat good: exit code: expected 1, found 2\n0 passed, 1 failed, 0 skipped";
    assert_eq!(replay("differs/canary_compat.jsonl", &row), (false, text.to_owned()));
}

#[test]
fn a_row_that_differs_by_an_undecided_flaw_is_skipped_and_named() {
    let row = GOOD.replace("\"exit_code\": 2", "\"exit_code\": 1, \"flaw\": [\"F-1\"]");
    let text = "skipped 1 of canary_compat: differs, and `F-1` is not in departures.json\n\
                1 passed, 0 failed, 1 skipped";
    assert_eq!(replay("flaw/canary_compat.jsonl", &format!("{GOOD}\n{row}")), (true, text.to_owned()));
}

#[test]
fn a_malformed_row_fails_whatever_its_tags() {
    let row = r#"{"id": "tagged", "flaw": "F-1", "stage": 5}"#;
    let (good, text) = replay("malformed/canary_compat.jsonl", &format!("{GOOD}\n{row}\nnot json"));
    assert!(!good);
    assert!(text.contains("FAIL canary_compat line 2: malformed row: "), "{text}");
    assert!(text.contains("FAIL canary_compat line 3: malformed row: "), "{text}");
    assert!(text.ends_with("1 passed, 2 failed, 0 skipped"), "{text}");
}

#[test]
fn rows_that_nobody_replays_are_no_pass() {
    let text = "skipped 1 of elsewhere: no replay for elsewhere yet\n0 passed, 0 failed, 1 skipped";
    assert_eq!(replay("none/elsewhere.jsonl", GOOD), (false, text.to_owned()));
    assert_eq!(replay("empty/canary_compat.jsonl", ""), (false, "0 passed, 0 failed, 0 skipped".to_owned()));
}

#[test]
fn a_missing_file_is_an_error() {
    let mut report = Report::default();
    assert!(replay_file(&scratch("missing/canary_compat.jsonl"), &mut report).is_err());
    report.unreadable();
    assert!(!report.is_good());
}

fn replay(name: &str, rows: &str) -> (bool, String) {
    let path = scratch(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder to write to");
    std::fs::write(&path, rows).expect("a file to write to");
    let mut report = Report::default();
    replay_file(&path, &mut report).expect("a readable file");
    (report.is_good(), report.to_string())
}

fn scratch(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("conformance").join(name)
}
