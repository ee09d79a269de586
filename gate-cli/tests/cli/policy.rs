//! `tsfm-gate policy`

use gate_core::canary::policy::BUILTIN_YAML;

use crate::{Folder, Ran, gate};

/// Checks the built-in policy with one place changed.
fn check(from: &str, to: &str) -> Ran {
    assert!(BUILTIN_YAML.contains(from), "{from}");
    let folder = Folder::with(&[("policy.yaml", &BUILTIN_YAML.replacen(from, to, 1))]);
    folder.gate(&["policy", "check", "policy.yaml", "--format", "text"])
}

#[test]
fn the_built_in_policy_is_printed_as_it_was_written() {
    assert_eq!(gate(&["policy", "show"]).stdout, BUILTIN_YAML);
    let json = gate(&["policy", "show", "tsfm-canary", "--format", "json"]).stdout;
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["max_bridge"], "15m");
    assert_eq!(gate(&["policy", "show", "other"]).error_code(), "unknown-policy");
}

#[test]
fn a_wrong_value_is_shown_in_its_line() {
    let ran = check("at_most: 300", "at_most: .nan");
    assert_eq!(ran.error_code(), "not-finite");
    let line = BUILTIN_YAML.lines().position(|line| line.contains("at_most: 300")).unwrap() + 1;
    assert_eq!(
        ran.shown(),
        format!(
            "error[not-finite]: gates[0].at_most: expected a finite limit, found NaN
  --> policy.yaml:{line}:39
   |
{line} |   - {{metric: p95_latency_ms, at_most: .nan, reason: \"gate:p95>300ms\"}}
   |                                       ^^^^
   |
   = help: Write null where a window has no value, or a finite limit in a policy, and find out where it came from.
"
        )
    );
}

/// A change, its code, and what is underlined.
#[test]
fn every_problem_has_its_place() {
    let cases = [
        ("at_most: 300", "at_mst: 300", "unknown-field", 30, "^^^^^^\n"),
        ("at_most: 300, ", "", "missing-field", 5, "^\n"),
        ("metric: error_rate, at", "metric: eror_rate, at", "unknown-metric", 14, "^^^^^^^^^\n"),
        ("metric: error_rate, at", "metric: a, metric: b, at", "duplicate-key", 17, "^^^^^^\n"),
        ("safety: true", "safety: yes", "wrong-type", 46, "^^^\n"),
        ("60m", "1 hour", "duration-syntax", 26, "^\n"),
        ("{unit: ms,", "{unit: ms", "yaml-syntax", 45, "^\n"),
        ("at_most: 300", "at_most: !x 300", "yaml-syntax", 42, "^^^\n"),
        ("at_most: 300", "at_most: *x", "yaml-syntax", 39, "^^\n"),
    ];
    for (from, to, code, column, mark) in cases {
        let ran = check(from, to);
        assert_eq!(ran.error_code(), code, "{to}");
        let place = ran.shown().lines().nth(1).unwrap();
        assert!(place.ends_with(&format!(":{column}")), "{}", ran.stderr);
        assert!(ran.shown().contains(mark), "{}", ran.stderr);
    }
}

#[test]
fn a_built_in_policy_can_be_checked_by_name() {
    let ran = gate(&["policy", "check", "tsfm-canary"]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, &report["ok"]), (0, &serde_json::json!(true)));
    assert_eq!(gate(&["policy", "check", "tsfm-canari"]).error_code(), "unknown-policy");
}

#[test]
fn a_key_is_a_string() {
    for key in ["", "? [1]\n", "{}"] {
        assert_eq!(check("gates:", &format!("{key}: 1\ngates:")).error_code(), "wrong-type", "{key}");
    }
}

#[test]
fn a_second_document_is_not_ignored() {
    assert_eq!(check("gates:", "---\ngates:").error_code(), "yaml-syntax");
}

#[test]
fn hostile_yaml_is_refused_at_once() {
    let mut bomb = String::from("a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
    for (from, to) in ('a'..'j').zip('b'..) {
        let aliases = vec![format!("*{from}"); 10].join(", ");
        bomb.push_str(&format!("{to}: &{to} [{aliases}]\n"));
    }
    let deep = format!("a: {}{}\n", "[".repeat(10_000), "]".repeat(10_000));
    let folder = Folder::with(&[("bomb.yaml", &bomb), ("deep.yaml", &deep)]);
    let check = |file| folder.gate(&["policy", "check", file]).error_code();
    assert_eq!(check("bomb.yaml"), "input-too-large");
    assert_eq!(check("deep.yaml"), "nesting-too-deep");
}

#[test]
fn warnings_are_shown_and_can_be_denied() {
    let metrics = BUILTIN_YAML.replacen("metrics:\n", "metrics:\n  queue_depth: {unit: count}\n", 1);
    let folder = Folder::with(&[("policy.yaml", &metrics)]);
    let ran = folder.gate(&["policy", "check", "policy.yaml", "--format", "text"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let line = metrics.lines().position(|line| line.contains("queue_depth")).unwrap() + 1;
    let warning = format!(
        "warning[unused-metric]: metrics.queue_depth: no rule names `queue_depth`
 --> policy.yaml:{line}:3
  |
{line} |   queue_depth: {{unit: count}}
  |   ^^^^^^^^^^^
  |
  = help: Remove it, or add a rule.

"
    );
    assert!(ran.stdout.starts_with(&warning), "{}", ran.stdout);

    let ran = folder.gate(&["policy", "check", "policy.yaml", "--deny-warnings"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (2, ""));
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["ok"], false);
    assert_eq!(report["warnings"][0]["code"], "unused-metric");
    assert_eq!(report["warnings"][0]["line"], line);
}
