//! `cutover checklist`: filled in, signed by name, verified.

use serde_json::{Value, json};

use crate::{Folder, Ran, SECRET, from_now};

/// Filled in with GO everywhere.
fn filled() -> Folder {
    let folder = Folder::empty();
    let new = ["cutover", "checklist", "new", "--release", "judge-0.5.11", "--output", "d-1.json", "--at"];
    assert_eq!(folder.gate(&[&new[..], &[&from_now(20 * 60)]].concat()).code, 0);
    folder.edit("d-1.json", |list| {
        list["items"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .for_each(|item| item["done"] = json!(item["due"] == "D-1"));
        list["criteria"].as_array_mut().unwrap().iter_mut().for_each(|one| one["decision"] = json!("GO"));
        list["decision"] = json!("GO");
    });
    folder
}

fn sign(folder: &Folder, more: &[&str]) -> Ran {
    let words = ["cutover", "checklist", "sign", "d-1.json", "--name", "Kim Lee", "--role", "decision maker"];
    folder.gate(&[&words, more].concat())
}

fn verify(folder: &Folder, more: &[&str]) -> i32 {
    folder.gate(&[&["cutover", "checklist", "verify", "d-1.json"], more].concat()).code
}

#[test]
fn twelve_criteria_and_a_name_are_go() {
    let folder = filled();
    assert_eq!(folder.json("d-1.json")["criteria"].as_array().unwrap().len(), 12);
    assert_eq!(verify(&folder, &[]), 2, "nobody has signed");
    assert_eq!(sign(&folder, &[]).code, 0);
    assert_eq!(verify(&folder, &[]), 0);
    assert_eq!(sign(&folder, &[]).error_code(), "contradiction");
}

#[test]
fn any_change_after_the_signature_shows() {
    type Change = fn(&mut Value);
    let changes: [Change; 8] = [
        |list| list["release"] = json!("judge-0.5.12"),
        |list| list["cutover_at"] = json!(from_now(60)),
        |list| list["items"][0]["note"] = json!("seen"),
        |list| list["items"][23]["done"] = json!(true),
        |list| list["criteria"][3]["note"] = json!("later"),
        |list| list["criteria"][3]["title"] = json!("keys exist"),
        |list| drop(list["criteria"].as_array_mut().unwrap().pop()),
        |list| list["abort_when"][1] = json!("burst above 99"),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let folder = filled();
        assert_eq!(sign(&folder, &[]).code, 0);
        folder.edit("d-1.json", change);
        assert_eq!(verify(&folder, &[]), 3, "change {number}");
    }
}

#[test]
fn what_is_open_is_pending_and_one_no_is_no_go() {
    let folder = filled();
    folder.edit("d-1.json", |list| list["items"][5]["done"] = json!(false));
    assert_eq!(sign(&folder, &[]).code, 2);
    let folder = filled();
    folder.edit("d-1.json", |list| list["criteria"][11]["decision"] = Value::Null);
    assert_eq!(sign(&folder, &[]).error_code(), "contradiction");
    folder.edit("d-1.json", |list| list["decision"] = json!("PENDING"));
    assert_eq!(sign(&folder, &[]).error_code(), "missing-field", "nobody has decided");
    folder.edit("d-1.json", |list| list["decision"] = json!("NO-GO"));
    assert_eq!(sign(&folder, &[]).code, 3);
}

#[test]
fn a_name_under_a_key_cannot_be_moved() {
    let folder = filled();
    folder.write("sign.json", json!([{"key_id": "ops", "secret": SECRET, "state": "active"}]).to_string());
    let keys = ["--key-file", "sign.json"];
    assert_eq!(sign(&folder, &keys).code, 0);
    assert_eq!(verify(&folder, &keys), 0);
    folder.edit("d-1.json", |list| list["signatures"][0]["name"] = json!("Pat"));
    assert_eq!(verify(&folder, &keys), 3);
    let folder = filled();
    folder.write("sign.json", json!([{"key_id": "ops", "secret": SECRET, "state": "active"}]).to_string());
    assert_eq!(sign(&folder, &[]).code, 0);
    assert_eq!(verify(&folder, &keys), 3, "a bare name where a key is asked for");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let folder = Folder::empty();
    folder.pipe("d-1.json");
    let mut program = folder.program();
    program.args(["cutover", "checklist", "verify", "d-1.json"]).stderr(std::process::Stdio::null());
    let mut child = program.spawn().unwrap();
    let ended = (0..1000).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        child.try_wait().unwrap()
    });
    child.kill().unwrap_or_default();
    assert_eq!(ended.and_then(|status| status.code()), Some(1), "it waits for the pipe");
}

#[test]
fn a_new_one_replaces_nothing() {
    let folder = filled();
    assert_eq!(sign(&folder, &[]).code, 0);
    let signed = folder.read("d-1.json");
    let at = from_now(60);
    let new = |output: &str| {
        let words =
            ["cutover", "checklist", "new", "--release", "judge-0.5.12", "--at", &at, "--output", output];
        folder.gate(&words)
    };
    let refused = new("d-1.json");
    assert_eq!((refused.error_code().as_str(), folder.read("d-1.json")), ("contradiction", signed));
    assert!(refused.stderr.contains("output: expected no file yet, found `d-1.json`"), "{}", refused.stderr);
    assert_eq!(new("no/d-1.json").error_code(), "output-failed");
    assert_eq!(new("d-2.json").code, 0);
    assert_eq!(folder.json("d-2.json")["release"], "judge-0.5.12");
}
