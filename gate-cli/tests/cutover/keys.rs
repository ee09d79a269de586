//! `cutover keys check`

use serde_json::{Value, json};

use crate::server::{Does, Server, response};
use crate::{Folder, SECRET, from_now, keys};

fn check(folder: &Folder, more: &[&str]) -> crate::Ran {
    folder.gate(&[&["cutover", "keys", "check", "--file", "keys.json"], more].concat())
}

#[test]
fn every_key_is_counted_down() {
    let folder = Folder::empty();
    let list = json!([
        {"state": "active", "expires_at": from_now(30 * 1440)},
        {"state": "grace", "grace_until": from_now(20 * 1440)},
    ]);
    folder.write("keys.json", keys(list));
    assert_eq!(check(&folder, &[]).check(), (0, "healthy".to_owned(), "1 active, 1 grace".to_owned()));
    let (code, _, message) = check(&folder, &["--warn-days", "25"]).check();
    assert_eq!((code, message.contains("k1: Grace period expires in 19 days")), (2, true), "{message}");
    assert_eq!(check(&folder, &["--warn-days", "25", "--critical-days", "25"]).check().0, 3);
    assert_eq!(check(&folder, &["--critical-days", "25"]).error_code(), "contradiction");
    assert_eq!(check(&folder, &["--warn-days", "soon"]).error_code(), "wrong-value");
}

#[test]
fn no_list_is_no_pass() {
    let folder = Folder::empty();
    assert_eq!(check(&folder, &[]).check().0, 3);
    for text in ["", "[]", "{}", "not json", r#"[{"key_id": "a", "state": "compromised"}]"#] {
        folder.write("keys.json", text);
        assert_eq!(check(&folder, &[]).check().0, 3, "{text}");
    }
    let unset = folder.gate(&["cutover", "keys", "check", "--env", "NO_SUCH_KEYS"]);
    assert_eq!(unset.check().0, 3);
}

#[test]
fn keys_from_the_environment() {
    let folder = Folder::empty();
    let mut program = folder.program();
    program.env("POLICY_KEYS", keys(json!([{"state": "active", "expires_at": from_now(30 * 1440)}])));
    let output = program.args(["cutover", "keys", "check", "--env", "POLICY_KEYS"]).output().unwrap();
    assert_eq!(crate::Ran::new(output).check().0, 0);
}

#[test]
fn an_alert_is_sent_for_what_is_not_well_and_only_then() {
    let folder = Folder::empty();
    let hook = Server::new(Does::Sends(response("200 OK", "ok")));
    folder.write("keys.json", keys(json!([{"state": "active", "expires_at": from_now(30 * 1440)}])));
    assert_eq!(check(&folder, &["--alert-url", &hook.url()]).check().0, 0);
    assert!(hook.asked().is_empty());
    folder.write("keys.json", keys(json!([{"state": "active", "expires_at": from_now(1440)}])));
    let ran = check(&folder, &["--alert-url", &hook.url()]);
    assert_eq!(ran.check().0, 3);
    assert!(ran.answer()["notes"][0].as_str().unwrap().starts_with("the alert was delivered"));
    let asked = hook.asked();
    let body: Value = serde_json::from_str(asked[0].split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body["attachments"][0]["color"], "danger");
    assert_eq!(body["attachments"][0]["fields"][0]["title"], "k0");
}

#[test]
fn an_alert_that_was_not_delivered_changes_nothing_else() {
    let folder = Folder::empty();
    folder.write("keys.json", keys(json!([{"state": "active", "expires_at": from_now(1440)}])));
    let broken = Server::new(Does::Sends(response("500 Error", "")));
    for url in [broken.url(), "http://127.0.0.1:9/hook".to_owned()] {
        let ran = check(&folder, &["--alert-url", &url]);
        assert_eq!(ran.check().0, 3);
        assert!(ran.answer()["notes"][0].as_str().unwrap().contains("NOT delivered"), "{}", ran.stdout);
    }
}

#[test]
fn one_file_says_when_keys_end_and_signs_until_then() {
    let folder = Folder::empty();
    folder.evidence(1);
    let verify = |minutes: i64| {
        let list = json!([{"state": "active", "expires_at": from_now(minutes)}]);
        folder.write("keys.json", keys(list));
        folder.gate(&["cutover", "evidence", "index", "evidence", "--key-file", "keys.json"])
    };
    assert_eq!(verify(60 * 24 * 60).code, 0);
    assert_eq!(folder.gate(&["cutover", "keys", "check", "--file", "keys.json"]).code, 0);
    assert_eq!(verify(-1).error_code(), "missing-field", "a key that has ended signs nothing");
}

#[test]
fn a_plan_of_a_rotation_says_what_is_next_and_whether_there_is_a_gap() {
    let folder = Folder::empty();
    let plan = |grace: &str| {
        json!({
            "schema_version": "tsfm_gate.rotation.v1", "signatures_valid_for": "7d", "known_before": "1d",
            "keys": [
                {"key_id": "k0", "incoming": "2026-06-01T00:00:00Z", "active": "2026-06-01T00:00:00Z",
                 "grace": grace, "retired": "2026-12-08T00:00:00Z"},
                {"key_id": "k1", "incoming": "2026-11-24T00:00:00Z", "active": "2026-12-01T00:00:00Z"},
            ],
        })
    };
    let ask = |more: &[&str]| folder.gate(&[&["cutover", "keys", "plan", "plan.json"], more].concat());
    let at = |now| ["--now", now, "--file", "keys.json"];
    folder.write("plan.json", plan("2026-12-01T00:00:00Z").to_string());
    folder.write("keys.json", keys(json!([{"state": "active", "expires_at": "2027-01-01T00:00:00Z"}])));
    let ran = ask(&["--now", "2026-11-25T00:00:00Z"]);
    let next = "no gap; next: k1 becomes active at 2026-12-01T00:00:00Z";
    assert_eq!(ran.check(), (0, "healthy".to_owned(), next.to_owned()));
    let phase = "from 2026-11-24T00:00:00Z to 2026-12-01T00:00:00Z: k0 signs; k0, k1 verify";
    assert_eq!(ran.answer()["notes"][1], phase);
    let due = "due: k1 becomes incoming at 2026-11-24T00:00:00Z";
    assert_eq!(ask(&at("2026-11-25T00:00:00Z")).check(), (2, "degraded".to_owned(), due.to_owned()));
    assert_eq!(ask(&at("2026-11-23T00:00:00Z")).check().0, 0);
    folder.write("plan.json", plan("2026-11-30T00:00:00Z").to_string());
    let (code, _, message) = ask(&[]).check();
    assert_eq!((code, message.contains("expected one key that signs, found none")), (3, true), "{message}");
    folder.write("keys.json", "[]");
    folder.write("plan.json", plan("2026-12-01T00:00:00Z").to_string());
    assert_eq!(ask(&at("2026-11-25T00:00:00Z")).check().0, 3);
    folder.write("plan.json", "{}");
    assert_eq!(ask(&[]).error_code(), "missing-field");
}

#[test]
fn a_signature_replaces_neither_the_keys_nor_another_policy() {
    let folder = Folder::empty();
    folder.write("p.yaml", "name: p\n");
    let keys = json!([{"key_id": "ops", "secret": SECRET, "state": "active"}]).to_string();
    folder.write("p.yaml.sig", &keys);
    folder.write("sign.json", &keys);
    let sign = |words: &[&str]| folder.gate(&[&["cutover", "policies", "sign"], words].concat()).error_code();
    assert_eq!(sign(&["p.yaml", "--key-file", "p.yaml.sig"]), "contradiction");
    assert_eq!(sign(&["p.yaml.sig", "p.yaml", "--key-file", "sign.json"]), "contradiction");
    assert_eq!(folder.read("p.yaml.sig"), keys);
    assert!(!folder.path("p.yaml.sig.sig").exists(), "none is signed where one cannot be");
}
