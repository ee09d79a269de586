//! `tsfm-gate evaluate`: verdicts and how they come out.

use std::io::Write as _;
use std::process::Stdio;

use crate::{CLEAN, Folder, Ran};

const DATED: &str = r#"{
  "start": "2026-11-21T09:00:00Z",
  "metrics": {
    "p95_latency_ms": [240, 260, 255, 250, 245, 252],
    "error_rate": [0, 0, 0, 0, 0, 0],
    "fallback_rate": [0, 0, 0, 0, 0, 0],
    "breaker_open_rate": [0, 0, 0, 0, 0, 0],
    "invalid_output_rate": [0, 0, 0, 0, 0, 0]
  }
}"#;

fn verdict(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn the_exit_code_is_the_decision() {
    let bad = CLEAN.replace("[240, 260,", "[440, 460,");
    let folder = Folder::with(&[("clean.json", CLEAN), ("bad.json", &bad)]);
    let cases = [
        ("clean.json", "canary_5", 0, "promote"),
        ("clean.json", "canary_25", 2, "hold"),
        ("bad.json", "canary_5", 3, "rollback"),
    ];
    for (file, stage, code, decision) in cases {
        let ran = folder.gate(&["evaluate", "--input", file, "--stage", stage]);
        assert_eq!((ran.code, ran.stderr.as_str()), (code, ""));
        assert_eq!(verdict(&ran)["decision"], decision);
    }
}

#[test]
fn a_pipe_gets_json_with_digests() {
    let folder = Folder::with(&[("snapshot.json", CLEAN)]);
    let ran = folder.gate(&["evaluate", "-i", "snapshot.json", "-s", "canary_5"]);
    let verdict = verdict(&ran);
    assert_eq!(verdict["schema_version"], "tsfm_gate.verdict.v1");
    for digest in ["policy", "input"] {
        assert_eq!(verdict["digests"][digest].as_str().unwrap().len(), 64);
    }
    assert!(ran.stdout.ends_with("}\n"));
}

#[test]
fn the_format_can_be_chosen() {
    let folder = Folder::with(&[("snapshot.json", CLEAN)]);
    let base = ["evaluate", "-i", "snapshot.json", "-s", "canary_5", "--format"];
    let text = folder.gate(&[&base[..], &["text"]].concat());
    assert!(text.stdout.starts_with("PROMOTE canary_5"), "{}", text.stdout);
    let markdown = folder.gate(&[&base[..], &["markdown"]].concat());
    assert_ne!(markdown.stdout, text.stdout);
    assert_eq!((text.code, markdown.code), (0, 0));
}

#[test]
fn stdin_is_read_by_name_and_by_default() {
    for input in [&["--input", "-"][..], &[]] {
        let args = [&["evaluate", "--stage", "canary_5"], input].concat();
        let mut child = crate::program()
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(CLEAN.as_bytes()).unwrap();
        let ran = Ran::new(child.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    }
}

#[test]
fn now_is_the_instant_of_the_decision() {
    let folder = Folder::with(&[("dated.json", DATED), ("undated.json", CLEAN)]);
    let at = |file, now| folder.gate(&["evaluate", "-i", file, "-s", "canary_5", "--now", now]);
    assert_eq!(at("dated.json", "2026-11-21T09:30:00Z").code, 0);
    assert_eq!(verdict(&at("dated.json", "2026-11-21T11:30:00+02:00"))["decided_at"], "2026-11-21T09:30:00Z");
    let late = at("dated.json", "2026-11-22T09:30:00Z");
    assert_eq!(late.code, 2);
    assert!(late.stdout.contains("gate:stale"));
    assert_eq!(at("undated.json", "2026-11-21T09:30:00Z").error_code(), "undated");
    assert_eq!(at("dated.json", "yesterday").error_code(), "time-syntax");
}

#[test]
fn a_dated_snapshot_is_judged_by_the_clock() {
    let old = DATED.replace("2026-11-21", "2020-01-01");
    let folder = Folder::with(&[("old.json", &old)]);
    let ran = folder.gate(&["evaluate", "-i", "old.json", "-s", "canary_5"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.contains("gate:stale"), "{}", ran.stdout);
    let decided_at = verdict(&ran)["decided_at"].as_str().unwrap().to_owned();
    assert_eq!(decided_at.len(), "2020-01-01T00:00:00Z".len(), "{decided_at}");
}

#[test]
fn a_policy_can_be_a_file_or_a_name() {
    let yaml = crate::gate(&["policy", "show"]).stdout;
    let json = crate::gate(&["policy", "show", "--format", "json"]).stdout;
    let folder = Folder::with(&[("s.json", CLEAN), ("p.yaml", &yaml), ("p.json", &json), ("p", &json)]);
    let digest = |policy| {
        let ran = folder.gate(&["evaluate", "-i", "s.json", "-s", "canary_5", "--policy", policy]);
        verdict(&ran)["digests"]["policy"].as_str().unwrap().to_owned()
    };
    let builtin = digest("tsfm-canary");
    for policy in ["p.yaml", "p.json", "p"] {
        assert_eq!(digest(policy), builtin);
    }
}

#[test]
fn an_unknown_policy_says_that_both_were_tried() {
    let ran = crate::gate(&["evaluate", "-s", "canary_5", "-p", "nope.yaml"]);
    assert_eq!(ran.error_code(), "unknown-policy");
    assert_eq!(
        ran.shown(),
        "error[unknown-policy]: policy: expected a built-in policy (`tsfm-canary`) or a file, \
         found `nope.yaml`\n\
         help: Use `tsfm-canary`, or the path of a policy file.\n"
    );
}

#[test]
fn a_wrong_stage_is_told_before_the_input_is_read() {
    let ran = crate::gate(&["evaluate", "-i", "missing.json", "-s", "canary_6"]);
    assert_eq!(ran.error_code(), "unknown-stage");
    assert_eq!(ran.stdout, "");
}
