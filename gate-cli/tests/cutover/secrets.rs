//! A key in a file, in the environment, in a URL or in what a command says stands in no output.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::server::{Does, Server, response};
use crate::{Folder, Ran, SECRET, from_now, keys};

fn silent(ran: &Ran) {
    assert!(!ran.stdout.contains(SECRET) && !ran.stderr.contains(SECRET), "{}{}", ran.stdout, ran.stderr);
}

/// Every file but those that the test itself put the secret into.
fn in_no_file(folder: &Path, but: &[&str]) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            in_no_file(&path, but);
        } else if !but.contains(&path.file_name().unwrap().to_str().unwrap()) {
            assert!(
                !String::from_utf8_lossy(&fs::read(&path).unwrap()).contains(SECRET),
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn of_a_key_file_whatever_is_wrong_with_it() {
    let folder = Folder::empty();
    folder.evidence(1);
    let good = folder.read("sign.json");
    for wrong in [
        good.clone(),
        good.replace("\"active\"", &format!("\"{SECRET}\"")),
        good.replace("\"key_id\"", &format!("\"{SECRET}\"")),
        good.replace('}', ""),
        format!("\"{SECRET}\""),
        SECRET.to_owned(),
        good.replace(SECRET, "short"),
    ] {
        folder.write("sign.json", &wrong);
        folder.write("keys.json", &wrong);
        folder.write("policy.yaml", "name: p\n");
        silent(&folder.gate(&["cutover", "evidence", "index", "evidence", "--key-file", "sign.json"]));
        silent(&folder.gate(&["cutover", "evidence", "verify", "evidence", "--key-file", "sign.json"]));
        silent(&folder.gate(&["cutover", "keys", "check", "--file", "keys.json", "--format", "text"]));
        silent(&folder.gate(&["cutover", "policies", "sign", "policy.yaml", "--key-file", "sign.json"]));
        let mut program = folder.program();
        program.env("POLICY_KEYS", &wrong).args(["cutover", "keys", "check", "--env", "POLICY_KEYS"]);
        silent(&Ran::new(program.output().unwrap()));
    }
    in_no_file(&folder.path("."), &["sign.json", "keys.json"]);
}

#[test]
fn of_a_url() {
    let folder = Folder::empty();
    let port = Server::new(Does::Sends(response("500 Error", ""))).port;
    folder.write("keys.json", keys(json!([{"state": "active", "expires_at": from_now(60)}])));
    for url in [
        format!("http://127.0.0.1:{port}/{SECRET}?token={SECRET}"),
        format!("http://kim:{SECRET}@127.0.0.1:{port}/x"),
        format!("http://127.0.0.1:9/{SECRET}"),
        format!("http://judge.invalid/{SECRET}"),
        format!("ftp://127.0.0.1/{SECRET}"),
        format!("not a url {SECRET}"),
    ] {
        silent(&folder.gate(&["cutover", "readyz", "--url", &url]));
        silent(&folder.gate(&["cutover", "keys", "check", "--file", "keys.json", "--alert-url", &url]));
        folder.write(
            "plan.json",
            json!({"schema_version": "tsfm_gate.cutover.v1", "readyz": {"url": url}}).to_string(),
        );
        silent(&folder.gate(&["cutover", "readiness", "--config", "plan.json"]));
        silent(&folder.gate(&["cutover", "preflight", "--plan", "plan.json", "--report", "report.json"]));
    }
    in_no_file(&folder.path("."), &["keys.json", "plan.json"]);
}

#[test]
fn of_an_alert() {
    let folder = Folder::empty();
    let hook = Server::new(Does::Sends(response("200 OK", SECRET)));
    folder.write("keys.json", keys(json!([{"state": "active", "expires_at": from_now(60)}])));
    silent(&folder.gate(&["cutover", "keys", "check", "--file", "keys.json", "--alert-url", &hook.url()]));
    assert!(!hook.asked()[0].contains(SECRET));
}

#[test]
fn of_a_command() {
    let folder = Folder::empty();
    folder.evidence(1);
    let mut program = folder.program();
    let restore = format!("echo $API_TOKEN {SECRET}; exit 1");
    program.env("API_TOKEN", SECRET);
    program.args([
        "cutover",
        "recovery",
        "measure",
        "--source",
        "evidence",
        "--target",
        "back",
        "--restore",
        &restore,
    ]);
    let ran = Ran::new(program.output().unwrap());
    assert_eq!(ran.check().0, 3);
    silent(&ran);
}
