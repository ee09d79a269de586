//! `run metrics`

use crate::{Folder, Ran};

const REPORT: &str = r#"{
  "run_id": "run-good",
  "metrics": {
    "mae": 0.5,
    "mse": 0.5,
    "rmse": 0.75,
    "mape": 10.0,
    "r2": 0.25
  }
}
"#;

fn metrics(text: &str, more: &[&str]) -> Ran {
    Folder::empty().gate_reading(&[&["run", "metrics", "-"], more].concat(), text)
}

#[test]
fn a_whole_report_passes() {
    let folder = Folder::of("good");
    let file = "artifacts/metrics/run-good.json";
    let ran = folder.gate(&["run", "metrics", file, "--run-id", "run-good", "--format", "text"]);
    assert!(ran.passed().starts_with("OK run-good: every metric is there and finite\n"), "{}", ran.stdout);
    let report = folder.gate(&["run", "metrics", file, "--run-id", "run-good"]).report();
    assert!((report["rmse"].as_f64().unwrap() - 0.165_919_023_814_989_9).abs() < 1e-15, "{report}");
    assert_eq!(report["notes"], serde_json::json!([]));
}

#[test]
fn a_report_may_come_from_stdin() {
    let text = metrics(REPORT, &["--format", "text"]);
    assert!(text.passed().contains("no run id was given"), "{}", text.stdout);
    assert_eq!(metrics(REPORT, &["--run-id", " run-good "]).report()["mae"], 0.5);
}

#[test]
fn another_runs_report_is_a_mismatch() {
    let ran = metrics(REPORT, &["--run-id", "run-b"]);
    let message = ran.refused(27);
    assert_eq!(ran.faults(), ["metrics-mismatch"]);
    assert!(message.contains("run-b") && message.contains("run-good"), "{message}");
    assert!(message.starts_with("<stdin>: run_id: "), "{message}");
    assert!(ran.stderr.contains("<stdin>:2"), "{}", ran.stderr);
}

#[test]
fn what_is_no_finite_number_is_refused_in_its_place() {
    for (from, to, word) in [
        ("\"mae\": 0.5", "\"mae\": NaN", "NaN"),
        ("\"mae\": 0.5", "\"mae\": Infinity", "Infinity"),
        ("\"mae\": 0.5", "\"mae\": 1e999", "1e999"),
        ("\"mae\": 0.5", "\"mae\": true", "boolean"),
        ("\"mae\": 0.5", "\"mae\": \"0.5\"", "string"),
        ("\"mae\": 0.5", "\"mae\": null", "null"),
        ("\"mae\": 0.5", "\"mae\": -1", "-1"),
        ("\"mae\": 0.5,", "", "metrics.mae"),
        ("\"mae\": 0.5", "\"mae\": 0.5, \"mae\": 0.6", "a second"),
        ("\"run_id\": \"run-good\",", "", "run_id"),
        (REPORT, "[]", "array"),
        (REPORT, "", "<stdin>"),
    ] {
        assert!(REPORT.contains(from), "{from}");
        let ran = metrics(&REPORT.replace(from, to), &[]);
        let message = ran.refused(22);
        assert!(message.contains(word), "{to}: {message}");
        assert!(message.contains("<stdin>") && !message.contains("or null"), "{to}: {message}");
        assert_eq!(ran.faults(), ["metrics-invalid"], "{to}: {message}");
    }
}

#[test]
fn every_wrong_metric_is_found() {
    let text = REPORT.replace("0.5", "null").replace("0.25", "7");
    assert_eq!(metrics(&text, &[]).faults(), ["metrics-invalid"; 3]);
}

#[test]
fn a_file_that_cannot_be_read_is_refused() {
    let folder = Folder::empty();
    folder.write("garbage.json", b"\x00\xff");
    for (file, code) in [("absent.json", 21), (".", 22), ("garbage.json", 22)] {
        let message = folder.gate(&["run", "metrics", file]).refused(code);
        assert!(message.contains(file), "{message}");
    }
}
