//! `cutover readiness`: six checks, each made bad in turn.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::{Does, Server, response};
use crate::{Folder, Ran, from_now, keys, snapshot};

const NAMES: [&str; 6] = [
    "Readyz Endpoint",
    "Evidence Integrity",
    "Key Rotation",
    "PII Circuit Breaker",
    "Canary Health",
    "Promotion Mode",
];

fn look(folder: &Folder) -> Ran {
    folder.gate(&["cutover", "readiness", "--config", "cutover.json"])
}

/// The states in order.
fn states(ran: &Ran) -> Vec<String> {
    let answer = ran.answer();
    let checks = answer["checks"].as_array().unwrap();
    let names: Vec<&str> = checks.iter().map(|check| check["name"].as_str().unwrap()).collect();
    assert_eq!(names, NAMES);
    checks.iter().map(|check| check["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn six_healthy_checks_are_go_and_look_like_the_documents_dashboard() {
    let server = Server::ready();
    let folder = Folder::healthy(&server.url());
    let ran = look(&folder);
    assert_eq!((ran.code, ran.answer()["go_no_go"].clone()), (0, json!("GO")), "{}", ran.stdout);
    let text = folder.gate(&["cutover", "readiness", "--config", "cutover.json", "--format", "text"]);
    let lines: Vec<&str> = text.stdout.lines().collect();
    assert_eq!(lines[1..4], ["  CUTOVER READINESS DASHBOARD", lines[0], "  Overall: HEALTHY"]);
    assert_eq!(lines[4], "  Go/No-Go: GO");
    assert_eq!(lines[8], "✓ Readyz Endpoint           [healthy   ] All systems operational");
    assert!(lines[9].starts_with("✓ Evidence Integrity        [healthy   ] 3 files"), "{}", lines[9]);
    assert_eq!(lines[10], "✓ Key Rotation              [healthy   ] 1 active, 0 grace");
    // A breaker that was only just made: the check says so.
    let breaker = "Enabled; no metrics were looked at since the start or the last reset";
    assert_eq!(lines[11], format!("✓ PII Circuit Breaker       [healthy   ] {breaker}"));
    assert_eq!(lines[12], "✓ Canary Health             [healthy   ] 6 green windows, burst=1.00x");
    assert_eq!(lines[13], "✓ Promotion Mode            [healthy   ] Manual promotion enforced");
    assert_eq!(lines[16], "  Metrics: 6/6 healthy");
}

/// Makes one check bad. The others stay healthy and are reported.
fn made_bad(index: usize, state: &str, message: &str, spoil: impl FnOnce(&Folder)) {
    let server = Server::ready();
    let folder = Folder::healthy(&server.url());
    spoil(&folder);
    let ran = look(&folder);
    let mut expected = vec!["healthy"; 6];
    expected[index] = state;
    assert_eq!(states(&ran), expected, "{}", ran.stdout);
    assert_eq!(ran.code, if state == "unhealthy" { 3 } else { 2 }, "{message}");
    let found = ran.answer()["checks"][index]["message"].as_str().unwrap().to_owned();
    assert!(found.contains(message), "{found:?} does not contain {message:?}");
}

#[test]
fn readyz_made_bad() {
    let at = |url: String| {
        move |folder: &Folder| folder.edit("cutover.json", |plan| plan["readyz"]["url"] = json!(url))
    };
    let degraded = Server::new(Does::Sends(response(
        "503 Unavailable",
        r#"{"status": "degraded", "checks": {"clock": "skew"}}"#,
    )));
    made_bad(0, "degraded", "clock skew", at(degraded.url()));
    let lies = Server::new(Does::Sends(response(
        "200 OK",
        r#"{"status": "ok", "checks": {"keys": {"status": "error"}}}"#,
    )));
    made_bad(0, "unhealthy", "keys error", at(lies.url()));
    made_bad(0, "unhealthy", "connection refused", at("http://127.0.0.1:9/readyz".to_owned()));
    made_bad(0, "unhealthy", "https", at("http://judge.example/readyz".to_owned()));
}

#[test]
fn evidence_made_bad() {
    made_bad(1, "unhealthy", "1.json: expected the digest", |folder| {
        let text = folder.read("evidence/1.json").replace('1', "7");
        folder.write("evidence/1.json", text);
    });
    made_bad(1, "unhealthy", "extra.json", |folder| folder.write("evidence/extra.json", "{}"));
    made_bad(1, "unhealthy", "expected an index", |folder| {
        fs::remove_file(folder.path("evidence/index.json")).unwrap();
    });
    made_bad(1, "unhealthy", "nothing at", |folder| fs::remove_dir_all(folder.path("evidence")).unwrap());
}

#[test]
fn keys_made_bad() {
    let with = |minutes: i64| {
        move |folder: &Folder| {
            folder.write("keys.json", keys(json!([{"state": "active", "expires_at": from_now(minutes)}])));
        }
    };
    made_bad(2, "degraded", "expires in 6 days", with(7 * 1440 - 5));
    made_bad(2, "unhealthy", "CRITICAL", with(1440));
    made_bad(2, "unhealthy", "EXPIRED", with(-1));
    made_bad(2, "unhealthy", "no list of keys", |folder| fs::remove_file(folder.path("keys.json")).unwrap());
}

#[test]
fn the_breaker_made_bad() {
    let order = |words: &'static [&'static str]| {
        move |folder: &Folder| {
            let sign = ["--state", "breaker.json", "--actor", "kim", "--reason", "drill"];
            folder.gate(&[words, &sign].concat());
        }
    };
    made_bad(3, "degraded", "Manually disabled: drill (kim)", order(&["breaker", "hold"]));
    made_bad(3, "unhealthy", "Stopped", order(&["latch", "trip"]));
    made_bad(3, "unhealthy", "cannot be trusted", |folder| {
        let text = folder.read("breaker.json");
        folder.write("breaker.json", &text[..text.len() / 2]);
    });
    made_bad(3, "unhealthy", "no state", |folder| fs::remove_file(folder.path("breaker.json")).unwrap());
    made_bad(3, "unknown", "measured long ago", |folder| {
        folder.edit("breaker.json", |state| state["saved_at"] = json!(from_now(-11)));
        let text = folder.read("breaker.json") + "\n";
        folder.write("breaker.json", text);
    });
}

#[test]
fn the_canary_made_bad() {
    made_bad(4, "unhealthy", "burst", |folder| folder.write("snapshot.json", snapshot(0.009).to_string()));
    made_bad(4, "unhealthy", "trigger", |folder| folder.write("snapshot.json", snapshot(0.05).to_string()));
    made_bad(4, "unknown", "nothing at", |folder| fs::remove_file(folder.path("snapshot.json")).unwrap());
    made_bad(4, "unhealthy", "expected", |folder| folder.write("snapshot.json", "{\"metrics\": 5}"));
    // Nobody can say how old an undated one is.
    made_bad(4, "unknown", "nobody says when", |folder| {
        folder.edit("snapshot.json", |snapshot| drop(snapshot.as_object_mut().unwrap().remove("start")));
    });
}

#[test]
fn the_promotion_mode_made_bad() {
    made_bad(5, "unhealthy", "disagree", |folder| folder.write("marker", "auto\n"));
    made_bad(5, "degraded", "no marker", |folder| fs::remove_file(folder.path("marker")).unwrap());
}

#[test]
fn one_that_hangs_does_not_hold_up_the_others() {
    let server = Server::new(Does::Hangs(b"HTTP/1.1 200 OK\r\n".to_vec()));
    let folder = Folder::healthy(&server.url());
    let started = Instant::now();
    let ran = look(&folder);
    assert!(started.elapsed() < Duration::from_mins(5), "the server ended it, not the timeout");
    // On a busy machine the card may give up before the question itself does.
    let states = states(&ran);
    assert!(["unhealthy", "unknown"].contains(&states[0].as_str()), "{}", ran.stdout);
    assert_eq!(states[1..], ["healthy"; 5]);
    assert!(ran.stdout.contains("answer within 5s"), "{}", ran.stdout);
}

#[test]
fn what_the_plan_does_not_have_is_unknown_and_no_plan_is_no_go() {
    let folder = Folder::empty();
    folder.write("cutover.yaml", "schema_version: tsfm_gate.cutover.v1\n");
    let ran = folder.gate(&["cutover", "readiness", "--config", "cutover.yaml"]);
    assert_eq!((ran.code, states(&ran)), (2, vec!["unknown".to_owned(); 6]));
    let ran = folder.gate(&["cutover", "readiness"]);
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    folder.write("cutover.yaml", "schema_version: tsfm_gate.cutover.v1\nreadz: {}\n");
    let wrong = folder.gate(&["cutover", "readiness", "--config", "cutover.yaml"]);
    assert_eq!(wrong.error_code(), "unknown-field");
}

#[test]
fn a_watch_looks_again() {
    let server = Server::ready();
    let folder = Folder::healthy(&server.url());
    let words = ["cutover", "readiness", "--config", "cutover.json", "--watch", "200ms", "--format", "json"];
    let mut child = folder.program().args(words).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let answers = lines.map_while(Result::ok).filter(|line| line.contains("\"go_no_go\"")).take(3).count();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(answers, 3);
    assert!(server.asked().len() >= 3);
}

#[test]
fn the_json_says_what_the_card_says() {
    let server = Server::ready();
    let folder = Folder::healthy(&server.url());
    let answer: Value = look(&folder).answer();
    assert_eq!(
        answer["metrics"],
        json!({"total_checks": 6, "healthy": 6, "degraded": 0, "unhealthy": 0, "unknown": 0})
    );
    assert_eq!(answer["overall_state"], "healthy");
}
