//! `cutover rehearse`: traffic, burst and abort are commands of the user.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::server::{Does, Server, response};
use crate::{Folder, Ran, snapshot};

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

/// A rehearsal that has sent a quarter of the traffic, and now waits for long.
#[cfg(unix)]
fn under_way(folder: &Folder) -> Child {
    folder.edit("plan.json", |plan| plan["rehearsal"]["wait_ms"] = json!(60_000));
    let mut program = folder.program();
    program.args(["cutover", "rehearse", "--plan", "plan.json", "--report", "report.json"]);
    let child = program.stdout(Stdio::null()).spawn().unwrap();
    while fs::read_to_string(folder.path("traffic")).unwrap().trim() != "25" {
        thread::sleep(Duration::from_millis(20));
    }
    child
}

#[cfg(unix)]
#[test]
fn a_rehearsal_that_is_asked_to_end_goes_back_whoever_asks() {
    let server = Server::ready();
    for signal in gate_tests::program::requests_to_end() {
        let folder = stage(&server.url());
        let mut child = under_way(&folder);
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(3), "{signal}");
        assert_eq!(folder.read("traffic"), "0\n", "{signal}");
    }
}

#[cfg(unix)]
#[test]
fn people_see_what_is_going_on_and_a_wait_that_was_cut_short() {
    let server = Server::ready();
    let folder = stage(&server.url());
    folder.edit("plan.json", |plan| plan["rehearsal"]["wait_ms"] = json!(60_000));
    let mut program = folder.program();
    program.args(["cutover", "rehearse", "--plan", "plan.json", "--format", "text"]);
    program.stderr(fs::File::create(folder.path("stderr")).unwrap()).stdout(Stdio::piped());
    let child = program.spawn().unwrap();
    while !folder.read("stderr").contains("  wait 60s ") {
        thread::sleep(Duration::from_millis(20));
    }
    assert!(folder.read("stderr").contains("  traffic to 25%     ✓ 25%\n"), "{}", folder.read("stderr"));
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let ran = Ran::new(child.wait_with_output().unwrap());
    let wait = ran.stdout.lines().find(|line| line.contains("  wait 60s ")).unwrap();
    assert!(wait.starts_with("✗ ") && wait.contains(" interrupted after "), "{wait}");
    assert!(folder.read("stderr").contains("✗ interrupted after "), "{}", folder.read("stderr"));
    assert_eq!((ran.code, folder.read("traffic").as_str()), (3, "0\n"));
}

#[test]
fn a_program_reads_the_report_and_nothing_beside_it() {
    let server = Server::ready();
    let folder = stage(&server.url());
    let ran = folder.gate(&["cutover", "rehearse", "--plan", "plan.json", "--format", "json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[cfg(unix)]
#[test]
fn a_rehearsal_that_is_killed_leaves_no_older_pass() {
    let server = Server::ready();
    let folder = stage(&server.url());
    assert_eq!(rehearse(&folder).0, 0);
    folder.write("snapshot.json", snapshot(0.004).to_string());
    let mut child = under_way(&folder);
    child.kill().unwrap();
    child.wait().unwrap();
    let report = folder.json("report.json");
    assert_eq!(report["passed"], json!(false), "{report:#}");
    assert_eq!(report["faults"], json!(["the rehearsal did not come to its end"]));
}

#[test]
fn a_command_that_is_none_is_refused_before_the_traffic_moves() {
    let server = Server::ready();
    let folder = stage(&server.url());
    for (name, none) in
        [("abort", json!("")), ("abort", json!(" ")), ("inject", json!([])), ("inject", json!([""]))]
    {
        folder.edit("plan.json", |plan| plan["commands"][name] = none.clone());
        let ran = folder.gate(&["cutover", "rehearse", "--plan", "plan.json"]);
        assert_eq!(ran.error_code(), "wrong-value", "{none}");
        assert!(ran.stderr.contains(&format!("commands.{name}")), "{}", ran.stderr);
    }
    assert!(!folder.path("log").exists(), "nothing was touched");
}

#[test]
fn a_report_that_has_no_place_is_told_before_the_traffic_moves() {
    let server = Server::ready();
    let folder = stage(&server.url());
    let ran = folder.gate(&["cutover", "rehearse", "--plan", "plan.json", "--report", "no/report.json"]);
    assert_eq!(ran.error_code(), "output-failed");
    assert!(server.asked().is_empty() && !folder.path("log").exists(), "nothing was touched");
}

#[cfg(unix)]
#[test]
fn a_report_whose_place_is_lost_meanwhile_is_still_printed() {
    let server = Server::ready();
    let folder = stage(&server.url());
    fs::create_dir(folder.path("reports")).unwrap();
    folder.edit("plan.json", |plan| {
        plan["commands"]["inject"] = json!("cp burst.json snapshot.json; rm -r reports");
    });
    let ran = folder.gate(&["cutover", "rehearse", "--plan", "plan.json", "--report", "reports/r.json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((ran.code, &report["passed"], folder.read("traffic").as_str()), (1, &json!(true), "0\n"));
    assert!(ran.stderr.contains("output-failed"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn a_lost_temporary_folder_leaves_no_traffic_behind() {
    let server = Server::ready();
    let folder = stage(&server.url());
    fs::create_dir(folder.path("tmp")).unwrap();
    folder.edit("plan.json", |plan| {
        plan["commands"]["inject"] = json!("cp burst.json snapshot.json; rm -r tmp");
    });
    let mut program = folder.program();
    program.env("TMPDIR", folder.path("tmp")).args(["cutover", "rehearse", "--plan", "plan.json"]);
    let ran = Ran::new(program.output().unwrap());
    assert_eq!(folder.read("traffic"), "0\n", "{}", ran.stderr);
    assert_eq!((ran.code, &ran.answer()["passed"]), (0, &json!(true)), "{}", ran.stdout);
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

#[test]
fn a_plan_without_the_service_is_refused_before_the_traffic_moves() {
    let folder = stage("http://127.0.0.1:1/readyz");
    for none in ["missing", "null"] {
        folder.edit("plan.json", |plan| {
            let plan = plan.as_object_mut().unwrap();
            plan.remove("readyz");
            if none == "null" {
                plan.insert("readyz".to_owned(), Value::Null);
            }
        });
        let ran = folder.gate(&["cutover", "rehearse", "--plan", "plan.json"]);
        let expected = if none == "null" { "wrong-type" } else { "missing-field" };
        assert_eq!(ran.error_code(), expected, "{}", ran.stderr);
        assert!(ran.stderr.contains("readyz"), "{}", ran.stderr);
    }
    assert!(!folder.path("log").exists(), "nothing was touched");
}

#[test]
fn a_report_that_would_replace_what_is_read_is_refused_before_the_traffic_moves() {
    let server = Server::ready();
    let folder = stage(&server.url());
    for input in ["plan.json", "snapshot.json"] {
        let old = folder.read(input);
        let ran = folder.gate(&["cutover", "rehearse", "--plan", "plan.json", "--report", input]);
        assert_eq!((ran.error_code().as_str(), folder.read(input)), ("contradiction", old));
    }
    assert!(!folder.path("log").exists(), "nothing was touched");
}

#[cfg(unix)]
#[test]
fn a_report_that_is_a_pipe_stays_one() {
    let server = Server::ready();
    let folder = stage(&server.url());
    folder.pipe("report.json");
    let ran = folder.gate(&["cutover", "rehearse", "--plan", "plan.json", "--report", "report.json"]);
    assert_eq!(ran.error_code(), "output-failed");
    let expected = "report: expected a regular file, or none yet, found something else at";
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    assert!(folder.is_pipe("report.json") && !folder.path("log").exists(), "nothing was touched");
}
