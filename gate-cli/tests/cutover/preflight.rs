//! `cutover preflight`: nine checks and a report.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::Folder;
use crate::server::Server;

/// With everything that nine checks need.
fn ready(server: &Server) -> Folder {
    let folder = Folder::healthy(&server.url());
    folder.write("policy.yaml", "name: p\n");
    assert_eq!(
        folder.gate(&["cutover", "policies", "sign", "policy.yaml", "--key-file", "sign.json"]).code,
        0
    );
    folder.edit("cutover.json", |plan| {
        plan["recovery"] =
            json!({"source": "evidence", "restore": "cp -r evidence {target}", "target": "back"});
        plan["signatures"] = json!({"files": ["policy.yaml"], "key_file": "sign.json"});
    });
    folder
}

fn preflight(folder: &Folder, more: &[&str]) -> crate::Ran {
    folder.gate(
        &[&["cutover", "preflight", "--plan", "cutover.json", "--report", "report.json"], more].concat(),
    )
}

#[test]
fn nine_checks_pass_with_a_report() {
    let server = Server::ready();
    let folder = ready(&server);
    let ran = preflight(&folder, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let report = folder.json("report.json");
    assert_eq!(report, ran.answer());
    assert_eq!(report["summary"], json!({"total": 9, "passed": 9, "failed": 0}));
    assert_eq!(report["go_no_go"], "GO");
}

#[test]
fn the_text_ends_as_the_document_promises() {
    let server = Server::ready();
    let ran = preflight(&ready(&server), &["--format", "text"]);
    assert!(ran.stdout.contains("  ✓✓✓ ALL PRE-FLIGHT CHECKS: PASS ✓✓✓\n"), "{}", ran.stdout);
    assert_eq!(ran.stdout.lines().last(), Some("Go/No-Go: GO"));
}

/// The checks that did not pass, and the exit code.
fn failed(spoil: impl FnOnce(&Folder)) -> (i32, Vec<String>) {
    let server = Server::ready();
    let folder = ready(&server);
    spoil(&folder);
    let ran = preflight(&folder, &[]);
    let report = folder.json("report.json");
    let checks = report["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 9, "every check is reported");
    let bad = checks.iter().filter(|check| check["status"] == "FAIL");
    (ran.code, bad.map(|check| check["name"].as_str().unwrap().to_owned()).collect())
}

#[test]
fn one_that_fails_ends_none_of_the_others() {
    let policy = failed(|folder| folder.write("policy.yaml", "name: q\n"));
    assert_eq!(policy, (3, vec!["Policy Signatures".to_owned()]));
    let unsigned = failed(|folder| std::fs::remove_file(folder.path("policy.yaml.sig")).unwrap());
    assert_eq!(unsigned, (3, vec!["Policy Signatures".to_owned()]));
    let restore =
        failed(|folder| folder.edit("cutover.json", |plan| plan["recovery"]["restore"] = json!("exit 1")));
    assert_eq!(restore, (3, vec!["DR Recovery".to_owned()]));
    let skipped = failed(|folder| {
        folder.edit("cutover.json", |plan| drop(plan.as_object_mut().unwrap().remove("recovery")));
    });
    assert_eq!(skipped, (2, vec!["DR Recovery".to_owned()]), "what is skipped is not GO");
    let marker = failed(|folder| std::fs::remove_file(folder.path("marker")).unwrap());
    assert_eq!(marker, (2, vec!["Promotion Mode".to_owned(), "Ops Dashboard".to_owned()]));
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_anything_is_checked() {
    let server = Server::ready();
    let folder = ready(&server);
    let ran = folder.gate(&["cutover", "preflight", "--plan", "cutover.json", "--report", "no/report.json"]);
    assert_eq!(ran.error_code(), "output-failed");
    assert!(server.asked().is_empty() && !folder.path("back").exists());
}

#[cfg(unix)]
#[test]
fn a_preflight_that_is_killed_leaves_no_older_go() {
    let server = Server::ready();
    let folder = ready(&server);
    assert_eq!(preflight(&folder, &[]).code, 0);
    assert_eq!(folder.json("report.json")["go_no_go"], "GO");
    folder.edit("cutover.json", |plan| {
        plan["recovery"]["restore"] = json!("touch running; sleep 3");
        plan["recovery"]["target"] = json!("again");
    });
    let mut program = folder.program();
    program.args(["cutover", "preflight", "--plan", "cutover.json", "--report", "report.json"]);
    let mut child = program.stdout(Stdio::null()).spawn().unwrap();
    while !folder.path("running").exists() {
        thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let report = folder.json("report.json");
    assert_eq!(
        (&report["go_no_go"], &report["summary"]["passed"]),
        (&json!("PENDING"), &json!(0)),
        "{report:#}"
    );
}

#[test]
fn a_report_that_would_replace_what_is_read_is_refused() {
    let server = Server::ready();
    let folder = ready(&server);
    std::fs::create_dir(folder.path("source")).unwrap();
    folder.edit("cutover.json", |plan| plan["recovery"]["source"] = json!("source"));
    let before = folder.names(".");
    let inputs = [
        "cutover.json",
        "./source/../cutover.json",
        "evidence/index.json",
        "evidence/report.json",
        "sign.json",
        "keys.json",
        "breaker.json",
        "snapshot.json",
        "marker",
        ".env",
        "source/report.json",
        "back",
        "back/report.json",
        "policy.yaml",
        "policy.yaml.sig",
    ];
    for input in inputs {
        let old = std::fs::read(folder.path(input)).ok();
        let ran = folder.gate(&["cutover", "preflight", "--plan", "cutover.json", "--report", input]);
        assert_eq!(ran.error_code(), "contradiction", "{input}");
        assert!(
            ran.stderr.contains("report: expected a file that the command does not read"),
            "{}",
            ran.stderr
        );
        assert_eq!(std::fs::read(folder.path(input)).ok(), old, "{input}");
    }
    assert_eq!((folder.names("."), server.asked().len()), (before, 0), "nothing was touched");
}

#[cfg(unix)]
#[test]
fn a_report_that_is_the_plan_under_another_name_is_refused() {
    let server = Server::ready();
    let folder = ready(&server);
    let plan = folder.read("cutover.json");
    std::os::unix::fs::symlink("cutover.json", folder.path("link.json")).unwrap();
    let ran = folder.gate(&["cutover", "preflight", "--plan", "cutover.json", "--report", "link.json"]);
    assert_eq!((ran.error_code().as_str(), folder.read("cutover.json")), ("contradiction", plan));
}

#[cfg(unix)]
#[test]
fn a_report_that_is_no_file_stays_what_it_is() {
    let server = Server::ready();
    let folder = ready(&server);
    folder.pipe("report.json");
    std::os::unix::fs::symlink("report.json", folder.path("link")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path("dangling")).unwrap();
    for report in ["report.json", "link", "dangling"] {
        let ran = folder.gate(&["cutover", "preflight", "--plan", "cutover.json", "--report", report]);
        assert_eq!(ran.error_code(), "output-failed", "{report}");
        assert!(!folder.path(&format!("{report}.lock")).exists());
    }
    assert!(folder.is_pipe("report.json"));
    assert!(std::fs::symlink_metadata(folder.path("dangling")).unwrap().is_symlink());
    assert!(server.asked().is_empty(), "nothing was checked");
}
