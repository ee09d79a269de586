//! `cutover rehearse`: traffic, burst and abort are commands of the user.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::server::{Does, Server, response};
use crate::{Folder, snapshot};

/// A folder in which the traffic is a number in a file, and the burst another snapshot.
fn stage(url: &str) -> Folder {
    let folder = Folder::empty();
    folder.write("traffic", "0");
    folder.write("snapshot.json", snapshot(0.004).to_string());
    folder.write("burst.json", snapshot(0.0099).to_string());
    let plan = json!({
        "schema_version": "tsfm_gate.rehearsal.v1",
        "rehearsal": {"wait_ms": 50, "poll_ms": 50, "detect_within_ms": 700, "abort_within_ms": 700},
        "commands": {
            "set_traffic": "echo {percent} > traffic; echo set {percent} >> log",
            "read_traffic": ["cat", "traffic"],
            "inject": "cp burst.json snapshot.json; echo inject >> log",
            "abort": "echo 0 > traffic; echo abort >> log",
        },
        "readyz": {"url": url},
        "canary": {"snapshot": "snapshot.json", "stage": "canary_25"},
    });
    folder.write("plan.json", plan.to_string());
    folder
}

fn rehearse(folder: &Folder) -> (i32, Value) {
    let ran = folder.gate(&["cutover", "rehearse", "--plan", "plan.json", "--report", "report.json"]);
    let answer = ran.answer();
    assert_eq!(folder.json("report.json"), answer);
    (ran.code, answer)
}

#[test]
fn it_goes_up_sees_the_burst_and_comes_back() {
    let server = Server::ready();
    let folder = stage(&server.url());
    let (code, report) = rehearse(&folder);
    assert_eq!((code, &report["passed"]), (0, &json!(true)), "{report:#}");
    assert_eq!(folder.read("log"), "set 25\nset 50\ninject\nabort\n");
    assert_eq!(folder.read("traffic"), "0\n");
    assert!(report["recovered_after_ms"].as_u64().unwrap() < 2000, "{report:#}");
}

#[test]
fn the_text_ends_as_the_documents_do() {
    let server = Server::ready();
    let folder = stage(&server.url());
    let ran = folder.gate(&["cutover", "rehearse", "--plan", "plan.json", "--format", "text"]);
    assert_eq!(ran.stdout.lines().last(), Some("✓✓✓ ALL REHEARSALS PASSED ✓✓✓"), "{}", ran.stdout);
}

/// The same with one command replaced.
fn with(name: &str, line: &str) -> (i32, Value, Folder) {
    let server = Server::ready();
    let folder = stage(&server.url());
    folder.edit("plan.json", |plan| plan["commands"][name] = json!(line));
    let (code, report) = rehearse(&folder);
    (code, report, folder)
}

#[test]
fn a_burst_that_aborts_nothing_fails() {
    let (code, report, folder) = with("inject", "true");
    assert_eq!((code, &report["faults"][0]), (3, &json!("the injected burst did not abort within 0.7s")));
    assert_eq!(folder.read("traffic"), "0\n", "the traffic went back all the same");
}

#[test]
fn an_abort_that_brings_nothing_back_fails() {
    let (code, report, _) = with("abort", "true");
    let fault = "the abort did not bring the traffic to 0% within 0.7s: 50%";
    assert_eq!((code, &report["faults"][0]), (3, &json!(fault)));
}

#[test]
fn traffic_that_is_not_where_it_was_sent_fails() {
    let (code, report, folder) = with("set_traffic", "echo 7 > traffic");
    assert_eq!((code, &report["faults"][0]), (3, &json!("traffic: expected 25%, found 7%")));
    assert_eq!(folder.read("traffic"), "0\n");
    let (code, report, _) = with("read_traffic", "echo much");
    assert_eq!(code, 3);
    assert!(report["faults"][0].as_str().unwrap().starts_with("read_traffic: expected"), "{report:#}");
}

#[test]
fn a_service_that_is_not_ready_is_left_alone() {
    let server = Server::new(Does::Sends(response("503 Unavailable", r#"{"status": "degraded"}"#)));
    let folder = stage(&server.url());
    let (code, report) = rehearse(&folder);
    assert_eq!(code, 3, "{report:#}");
    assert!(!folder.path("log").exists(), "nothing was touched");
}

#[cfg(unix)]
#[test]
fn an_interrupted_rehearsal_goes_back() {
    let server = Server::ready();
    let folder = stage(&server.url());
    folder.edit("plan.json", |plan| plan["rehearsal"]["wait_ms"] = json!(60_000));
    let mut child = folder.program();
    let child =
        child.args(["cutover", "rehearse", "--plan", "plan.json"]).stdout(Stdio::piped()).spawn().unwrap();
    while fs::read_to_string(folder.path("traffic")).unwrap().trim() != "25" {
        thread::sleep(Duration::from_millis(20));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(folder.read("traffic"), "0\n");
}

#[test]
fn a_plan_that_rehearses_nothing_is_refused() {
    let server = Server::ready();
    let folder = stage(&server.url());
    folder.edit("plan.json", |plan| plan["rehearsal"]["steps"] = json!([]));
    let refused = || folder.gate(&["cutover", "rehearse", "--plan", "plan.json"]).error_code();
    assert_eq!(refused(), "missing-field");
    folder.edit("plan.json", |plan| plan["schema_version"] = json!("v0"));
    assert_eq!(refused(), "schema-version");
}
