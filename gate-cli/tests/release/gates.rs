//! Regressions, variables and the matrix.

use serde_json::{Value, json};

use crate::{Folder, NOW, TOKEN};

fn side(build: &str, latency: f64, samples: usize) -> Value {
    json!({"build": build, "environment": {"machine": "c7"}, "metrics": {
        "latency_ms": {"unit": "ms", "samples": vec![latency; samples]},
        "rss_mb": {"unit": "MB", "samples": vec![500.0; 10]}}})
}

#[test]
fn a_candidate_is_held_against_the_baseline() {
    let folder = Folder::new();
    folder.write("main.json", side("one", 100.0, 200).to_string());
    let compare = |candidate: Value| {
        folder.write("branch.json", candidate.to_string());
        folder.gate(&["release", "regression", "--baseline", "main.json", "--candidate", "branch.json"])
    };
    assert_eq!(compare(side("two", 110.0, 200)).json()["verdict"], "pass");
    assert_eq!(compare(side("two", 110.1, 200)).code, 3);
    assert_eq!(compare(side("two", 100.0, 199)).code, 2);
    assert_eq!(compare(side("one", 100.0, 200)).code, 2);
    assert_eq!(compare(json!({"build": "two"})).error_code(), "missing-field");
    folder.write("limits.yaml", "metrics: {}\n");
    let args = [
        "release",
        "regression",
        "--baseline",
        "main.json",
        "--candidate",
        "main.json",
        "--policy",
        "limits.yaml",
    ];
    assert_eq!(folder.gate(&args).error_code(), "no-metrics");
    let both = ["release", "regression", "--baseline", "-", "--candidate", "-"];
    assert_eq!(folder.gate(&both).error_code(), "contradiction");
}

#[test]
fn variables_are_judged_and_never_shown() {
    let folder = Folder::new();
    let table = "{stages: [dev, prod], variables: {SERVICE_TOKEN: {kind: port}, B: {required_in: [prod]}}}";
    folder.write("env.yaml", table);
    folder.write("many.yaml", format!("forecast: {table}\n"));
    let check = |more: &[&str]| folder.gate(&[&["release", "env"], more].concat());
    let process = check(&["--table", "env.yaml", "--stage", "prod"]);
    assert_eq!((process.code, process.json()["problems"].as_array().unwrap().len()), (3, 2));
    folder.write(".env", format!("# x\nexport SERVICE_TOKEN='8080'\nB={TOKEN}\n"));
    let file = ["--table", "many.yaml", "--stage", "prod", "--env-file", ".env", "--service"];
    assert_eq!(check(&[&file[..], &["forecast"]].concat()).code, 0);
    assert_eq!(check(&[&file[..], &["other"]].concat()).error_code(), "wrong-value");
    assert_eq!(check(&["--table", "env.yaml", "--stage", TOKEN]).error_code(), "unknown-stage");
    folder.write(".env", format!("{TOKEN}\n"));
    assert_eq!(check(&[&file[..], &["forecast"]].concat()).error_code(), "wrong-value");
    folder.write(".env", "");
    let empty = check(&[&file[..], &["forecast"]].concat());
    assert_eq!(empty.error_code(), "empty-input");
    assert!(empty.stderr.contains("\"path\": \"env_file\""), "{}", empty.stderr);
    folder.write(".env", "A=1\nA=2\n");
    assert_eq!(check(&[&file[..], &["forecast"]].concat()).error_code(), "duplicate-key");
}

#[test]
fn every_required_gate_has_one_fresh_verdict() {
    let folder = Folder::new();
    let matrix = ["release", "matrix", "--plan", "release.yaml", "--verdicts", "verdicts"];
    let judge = |more: &[&str]| folder.gate(&[&matrix[..], more].concat());
    folder.evidence(&"1".repeat(64), "pass");
    assert_eq!(judge(&NOW).code, 0);
    assert_eq!(judge(&["--now", "2026-11-23T11:00:00Z"]).code, 2);
    folder.evidence(&"1".repeat(64), "fail");
    assert_eq!(judge(&NOW).code, 3);
    std::fs::remove_file(folder.path("verdicts/unit.json")).unwrap();
    assert_eq!(judge(&NOW).code, 2);
    folder.write("verdicts/unit.json", "{\"gate\": 1}");
    assert_eq!(judge(&NOW).code, 1);
    let none = ["release", "matrix", "--plan", "release.yaml", "--verdicts", "nowhere"];
    assert_eq!(folder.gate(&none).error_code(), "file-not-found");
}
