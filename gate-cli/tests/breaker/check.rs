//! `breaker check`: metrics in, on or off out.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::json;

use crate::{Folder, Ran, T0, T0_SECONDS, at, texts};

const TEXT: [&str; 2] = ["--format", "text"];

#[test]
fn the_lines_of_the_monitor() {
    let folder = Folder::started();
    let ran = folder.check(10, 40.0, 1, &TEXT);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "enabled\n"));
    let ran = folder.check(100, 40.0, 2, &TEXT);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, "disabled_auto (error_rate=10.00% > 5.00%)\n"));
    assert_eq!(folder.names("."), ["metrics.json", "state.json", "state.json.lock"]);
}

#[test]
fn exactly_the_limit_is_good_and_latency_counts_too() {
    let folder = Folder::started();
    assert_eq!(folder.check(50, 100.0, 1, &[]).code, 0);
    let answer = folder.check(50, 101.0, 2, &[]).answer();
    assert_eq!((&answer["state"], &answer["mode"]), (&json!("disabled_auto"), &json!("off")));
    assert_eq!(answer["because"], "p99=101.0ms > 100ms");
    let change = json!([{
        "layer": "metric", "from": "enabled", "to": "disabled_auto", "cause": "p99=101.0ms > 100ms",
        "counts": {"total": 1000, "failed": 50, "slow": 0},
    }]);
    assert_eq!(answer["changes"], change);
    let entry = &folder.state()["history"]["entries"][2];
    assert_eq!(entry["event"], "metric: enabled -> disabled_auto");
    assert_eq!((&entry["actor"], &entry["at"]), (&json!(null), &json!("2026-11-21T10:00:02Z")));
    assert_eq!(entry["counts"]["failed"], 50);
}

#[test]
fn it_comes_back_after_three_better_looks_and_the_shortest_time_off() {
    let folder = Folder::started();
    assert_eq!(folder.check(100, 40.0, 10, &[]).code, 2);
    assert_eq!(folder.check(10, 40.0, 20, &[]).code, 2);
    // 4 % would have been good enough to stay on; to come back it takes half of the limit.
    assert_eq!(folder.check(40, 40.0, 30, &[]).code, 2);
    assert_eq!([40, 50, 60].map(|after| folder.check(10, 40.0, after, &[]).code), [2, 2, 2]);
    let ran = folder.check(10, 40.0, 70, &TEXT);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "enabled\n"));
}

#[test]
fn too_few_requests_say_nothing() {
    let folder = Folder::started();
    let few = json!({"total_requests": 99, "failed_requests": 99, "p99_latency_ms": 1});
    folder.write("few.json", few.to_string());
    let answer = folder.ask("breaker check", &["--metrics", "few.json"]).answer();
    assert_eq!((&answer["mode"], &answer["metric"]["last_verdict"]), (&json!("on"), &json!("undecided")));
    assert_eq!(answer["notes"], json!(["the metrics have no timestamp: their age cannot be seen"]));
}

/// Metrics that are of no use, and the code of the refusal.
const UNUSABLE: [(&str, &str); 8] = [
    ("", "empty-input"),
    ("{", "json-syntax"),
    ("[]", "wrong-type"),
    (r#"{"total_requests": 1000, "failed_requests": 0}"#, "missing-field"),
    (r#"{"total_requests": 1000, "failed_requests": 1001, "p99_latency_ms": 1}"#, "out-of-range"),
    (r#"{"total_requests": 1000, "failed_requests": -1, "p99_latency_ms": 1}"#, "out-of-range"),
    (r#"{"total_requests": 1000, "failed_requests": NaN, "p99_latency_ms": 1}"#, "not-finite"),
    (
        r#"{"total_requests": 1000, "failed_requests": 0, "p99_latency_ms": 1, "timestamp": 1}"#,
        "out-of-range",
    ),
];

fn check_file(folder: &Folder, name: &str) -> Ran {
    folder.ask("breaker check", &["--metrics", name, "--now", T0])
}

#[test]
fn unusable_metrics_are_1_and_counted_and_change_nothing_else() {
    let folder = Folder::started();
    folder.check(100, 40.0, 0, &[]);
    for (count, (text, code)) in UNUSABLE.iter().enumerate() {
        folder.write("bad.json", text);
        assert_eq!(check_file(&folder, "bad.json").error_code(), *code, "{text}");
        let metric = &folder.state()["guard"]["metric"];
        assert_eq!((&metric["state"], &metric["unusable"]), (&json!("disabled_auto"), &json!(count + 1)));
    }
    assert_eq!(check_file(&folder, "absent.json").error_code(), "file-not-found");
    assert_eq!(check_file(&folder, ".").error_code(), "file-unreadable");
    assert_eq!(folder.state()["guard"]["metric"]["unusable"], UNUSABLE.len() + 2);
    assert_eq!(folder.state()["history"]["entries"].as_array().unwrap().len(), 3);
}

#[test]
fn the_same_reading_twice_is_no_second_look() {
    let folder = Folder::started();
    assert_eq!(folder.check(10, 40.0, 5, &[]).code, 0);
    assert_eq!(folder.check(10, 40.0, 5, &[]).error_code(), "out-of-range");
    assert_eq!(folder.check(10, 40.0, 4, &[]).error_code(), "out-of-range");
}

#[test]
fn metrics_of_no_use_lead_the_ladder_down_and_the_history_says_so() {
    let folder = Folder::started();
    folder.write("ladder.json", r#"{"metric": {}, "ladder": {}}"#);
    folder.order("breaker reset", "kim", "with a ladder", &["--config", "ladder.json", "--now", T0]);
    assert_eq!(folder.check(10, 40.0, 5, &[]).code, 0);
    assert_eq!(folder.check(10, 40.0, 5, &[]).error_code(), "out-of-range");
    let state = folder.state();
    assert_eq!(state["guard"]["ladder"]["level"], "degraded");
    let last = state["history"]["entries"].as_array().and_then(|entries| entries.last()).unwrap();
    assert_eq!(
        (&last["event"], &last["cause"]),
        (&json!("ladder: normal -> degraded"), &json!("reading missing"))
    );
}

#[test]
fn a_stop_stays_a_stop_whatever_the_metrics_are() {
    let folder = Folder::started();
    folder.order("breaker hold", "kim", "incident 42", &["--now", T0]);
    folder.write("bad.json", "{");
    let answer = check_file(&folder, "bad.json").answer();
    assert_eq!((&answer["exit_code"], &answer["state"]), (&json!(3), &json!("disabled_manual")));
    assert!(answer["notes"][0].as_str().unwrap().starts_with("expected JSON"), "{answer}");
    assert_eq!(folder.state()["guard"]["metric"]["unusable"], 1);
    let ran = folder.check(0, 1.0, 1, &["--config", "absent.json", "--format", "text"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stdout.starts_with("disabled_manual (held off by kim: incident 42)\n"), "{}", ran.stdout);
}

#[test]
fn settings_are_given_once_and_kept() {
    let folder = Folder::started();
    folder.write("strict.json", r#"{"latch": {}, "metric": {"error_rate_threshold": 0.01, "bad_looks": 1}}"#);
    assert_eq!(folder.check(20, 40.0, 1, &[]).code, 0);
    // To see where it would stand, and without writing anything.
    let before = folder.bytes();
    assert_eq!(folder.ask("breaker status", &["--config", "strict.json"]).code, 0);
    assert_eq!(folder.bytes(), before);
    assert_eq!(folder.check(20, 40.0, 2, &["--config", "strict.json"]).code, 2);
    assert_eq!(folder.state()["config"]["metric"]["error_rate_threshold"], 0.01);
    assert_eq!(folder.check(20, 40.0, 3, &["--config", "strict.json"]).code, 2);
    let events = folder.state();
    let events = texts(&events["history"]["entries"], "event");
    assert_eq!(events.iter().filter(|event| **event == "settings").count(), 1, "{events:?}");
}

#[test]
fn other_layers_need_a_reset() {
    let folder = Folder::started();
    folder.write("no-latch.json", r#"{"metric": {}}"#);
    let before = folder.bytes();
    assert_eq!(folder.check(0, 1.0, 1, &["--config", "no-latch.json"]).error_code(), "contradiction");
    folder.write("wrong.json", r#"{"latch": {}, "metric": {"bad_looks": 0}}"#);
    assert_eq!(folder.check(0, 1.0, 1, &["--config", "wrong.json"]).error_code(), "wrong-value");
    assert_eq!(folder.bytes(), before);
    folder.write("latch-only.json", r#"{"latch": {}}"#);
    let ran = folder.order("breaker reset", "kim", "fewer layers", &["--config", "latch-only.json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(folder.check(0, 1.0, 1, &[]).error_code(), "contradiction");
    assert_eq!(folder.order("latch trip", "kim", "drill", &[]).code, 3);
}

#[test]
fn metrics_can_be_piped() {
    let folder = Folder::started();
    let metrics = json!({
        "total_requests": 1000, "failed_requests": 100, "p99_latency_ms": 4, "timestamp": T0_SECONDS,
    });
    let mut command = folder.program();
    command.args(["breaker", "check", "--metrics", "-", "--state", "state.json", "--now", &at(1)]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(metrics.to_string().as_bytes()).unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(2));
}
