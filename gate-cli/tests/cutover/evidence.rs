//! `cutover evidence index` and `verify`

use std::fs;

use serde_json::json;

use crate::{Folder, Ran};

fn evidence(folder: &Folder, word: &str, more: &[&str]) -> Ran {
    folder.gate(&[&["cutover", "evidence", word, "evidence", "--key-file", "sign.json"], more].concat())
}

fn indexed(count: usize) -> Folder {
    let folder = Folder::empty();
    folder.evidence(count);
    assert_eq!(evidence(&folder, "index", &[]).check().0, 0);
    folder
}

#[test]
fn what_was_indexed_verifies_and_nothing_else_is_written_into_the_folder() {
    let folder = indexed(5);
    assert_eq!(folder.names("evidence"), ["0.json", "1.json", "2.json", "3.json", "4.json", "index.json"]);
    let (code, state, message) = evidence(&folder, "verify", &[]).check();
    assert_eq!((code, state.as_str()), (0, "healthy"));
    assert_eq!(message, "5 files as listed, signed by `ops`");
    assert_eq!(folder.names("evidence").len(), 6);
}

#[test]
fn every_fault_of_every_file_is_reported() {
    let folder = indexed(4);
    folder.write("evidence/0.json", "{}");
    fs::remove_file(folder.path("evidence/1.json")).unwrap();
    folder.write("evidence/new.json", "{}");
    folder.write("evidence/2.json", "not json");
    fs::create_dir(folder.path("evidence/deep")).unwrap();
    folder.write("evidence/deep/er.json", "{}");
    let ran = evidence(&folder, "verify", &[]);
    assert_eq!(ran.check().0, 3);
    let faults = ran.answer()["checks"][0]["details"]["faults"].to_string();
    for name in ["0.json", "1.json", "2.json", "new.json", "deep/er.json"] {
        assert!(faults.contains(&format!("{name}: ")), "{name}: {faults}");
    }
    assert!(!faults.contains("3.json"), "{faults}");
}

#[test]
fn people_see_twenty_faults_and_how_many_more_there_are() {
    let folder = indexed(22);
    let lines = || {
        let ran = evidence(&folder, "verify", &["--format", "text"]);
        let lines: Vec<String> = ran.stdout.lines().map(str::trim_start).map(str::to_owned).collect();
        let listed = lines.iter().filter(|line| line.contains(".json: ") && !line.starts_with('✗')).count();
        (listed, lines.iter().find(|line| line.starts_with("and ")).cloned())
    };
    for file in 0..2 {
        fs::remove_file(folder.path(&format!("evidence/{file}.json"))).unwrap();
    }
    assert_eq!(lines(), (2, None));
    for file in 2..22 {
        fs::remove_file(folder.path(&format!("evidence/{file}.json"))).unwrap();
    }
    assert_eq!(lines(), (20, Some("and 2 more".to_owned())));
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let folder = indexed(2);
    folder.write("elsewhere.json", folder.read("evidence/1.json"));
    fs::remove_file(folder.path("evidence/1.json")).unwrap();
    std::os::unix::fs::symlink("../elsewhere.json", folder.path("evidence/1.json")).unwrap();
    assert_eq!(evidence(&folder, "verify", &[]).check().0, 3);
}

#[test]
fn what_would_not_verify_is_not_indexed() {
    let folder = indexed(2);
    let before = folder.read("evidence/index.json");
    folder.write("evidence/0.json", "{}");
    assert_eq!(evidence(&folder, "index", &[]).check().0, 3);
    assert_eq!(folder.read("evidence/index.json"), before);
    let none = folder.gate(&["cutover", "evidence", "index", "nowhere"]);
    assert_eq!(none.error_code(), "file-not-found");
}

#[test]
fn an_older_folder_that_is_put_back_shows() {
    let folder = indexed(2);
    let (old, file) = (folder.read("evidence/index.json"), folder.read("evidence/0.json"));
    folder.write("evidence/0.json", file.replace("\"value\":0", "\"value\":9"));
    assert_eq!(evidence(&folder, "index", &[]).check().0, 0);
    let anchor = ["--anchor", "anchor.json"];
    assert_eq!(evidence(&folder, "verify", &[&anchor[..], &["--new"]].concat()).check().0, 0);
    folder.write("evidence/0.json", file);
    folder.write("evidence/index.json", old);
    assert_eq!(evidence(&folder, "verify", &[]).check().0, 0, "the old folder is whole in itself");
    let (code, _, message) = evidence(&folder, "verify", &anchor).check();
    assert_eq!((code, message.contains("expected at least 2, found 1")), (3, true), "{message}");
}

#[test]
fn without_the_key_it_is_said_and_with_another_it_fails() {
    let folder = indexed(1);
    let (code, _, message) = folder.gate(&["cutover", "evidence", "verify", "evidence"]).check();
    assert!(code != 1, "{message}");
    let other = folder.read("sign.json").replace("k3y", "oth");
    folder.write("sign.json", other);
    assert_eq!(evidence(&folder, "verify", &[]).check().0, 3);
}

#[test]
fn many_files_on_two_threads_keep_their_order() {
    let folder = indexed(300);
    assert_eq!(evidence(&folder, "verify", &[]).check().0, 0);
}

#[cfg(unix)]
#[test]
fn an_anchor_behind_a_link_is_written_where_the_link_leads() {
    let folder = indexed(1);
    fs::create_dir(folder.path("safe")).unwrap();
    assert_eq!(evidence(&folder, "verify", &["--anchor", "safe/anchor.json", "--new"]).check().0, 0);
    std::os::unix::fs::symlink("safe/anchor.json", folder.path("anchor.json")).unwrap();
    assert_eq!(evidence(&folder, "index", &[]).check().0, 0);
    assert_eq!(evidence(&folder, "verify", &["--anchor", "anchor.json"]).check().0, 0);
    assert!(fs::symlink_metadata(folder.path("anchor.json")).unwrap().is_symlink());
    assert_eq!(folder.json("safe/anchor.json")["sequence"], 2);
    assert!(!folder.path("anchor.json.lock").exists(), "one lock for both names");
}

#[cfg(unix)]
#[test]
fn a_signature_behind_a_link_is_written_where_the_link_leads() {
    let folder = indexed(1);
    folder.write("policy.yaml", "name: p\n");
    fs::create_dir(folder.path("safe")).unwrap();
    folder.write("safe/p.sig", "{}");
    std::os::unix::fs::symlink("safe/p.sig", folder.path("policy.yaml.sig")).unwrap();
    let sign = ["cutover", "policies", "sign", "policy.yaml", "--key-file", "sign.json"];
    assert_eq!(folder.gate(&sign).code, 0);
    assert!(fs::symlink_metadata(folder.path("policy.yaml.sig")).unwrap().is_symlink());
    assert!(folder.read("safe/p.sig").contains("\"ops\""));
}

#[test]
fn an_anchor_is_begun_only_on_demand() {
    let folder = indexed(1);
    let verify = |more: &[&str]| evidence(&folder, "verify", &[&["--anchor", "anchor.json"], more].concat());
    let lost = verify(&[]);
    assert_eq!(lost.error_code(), "file-not-found", "without it an older folder would pass");
    assert!(lost.stderr.contains("anchor: expected an anchor, which `--new` begins"), "{}", lost.stderr);
    assert!(!folder.path("anchor.json").exists());
    assert_eq!(verify(&["--new"]).check().0, 0);
    assert_eq!(verify(&["--new"]).error_code(), "contradiction");
    assert_eq!(verify(&[]).check().0, 0);
    assert_eq!(evidence(&folder, "verify", &["--new"]).error_code(), "usage");
    folder.write("anchor.json", "");
    let empty = verify(&[]);
    assert_eq!(empty.error_code(), "empty-input");
    assert!(empty.stderr.contains("\"path\": \"anchor\""), "{}", empty.stderr);
}

#[test]
fn an_anchor_in_the_folder_is_refused_as_it_would_be_a_file_of_it() {
    let folder = indexed(1);
    for anchor in ["evidence/anchor.json", "evidence/index.json", "sign.json"] {
        let ran = evidence(&folder, "verify", &["--anchor", anchor]);
        assert_eq!(ran.error_code(), "contradiction", "{anchor}");
    }
    assert_eq!(folder.names("evidence"), ["0.json", "index.json"]);
}

#[test]
fn what_changed_since_the_last_index_is_said_when_it_is_indexed_again() {
    let folder = indexed(4);
    let notes = |ran: &Ran| ran.answer()["notes"].clone();
    let again = evidence(&folder, "index", &[]);
    assert_eq!((again.check().0, notes(&again)), (0, json!([])));
    let changed = folder.read("evidence/0.json").replace("\"value\":0", "\"value\":9");
    folder.write("evidence/0.json", changed);
    fs::remove_file(folder.path("evidence/1.json")).unwrap();
    fs::copy(folder.path("evidence/2.json"), folder.path("evidence/new.json")).unwrap();
    let again = evidence(&folder, "index", &[]);
    assert_eq!(again.check().0, 0);
    let notes = notes(&again).to_string();
    assert!(notes.contains("since index 2: 0.json: expected the digest"), "{notes}");
    assert!(notes.contains("since index 2: 1.json: expected the file, found none"), "{notes}");
    assert!(!notes.contains("2.json: ") && !notes.contains("new.json"), "{notes}");
    assert_eq!(evidence(&folder, "verify", &[]).check().0, 0);
}

#[test]
fn an_index_that_does_not_verify_is_not_followed_without_a_word() {
    let folder = indexed(2);
    let good = folder.read("evidence/index.json");
    let notes = |more: &[&str]| {
        let ran = folder.gate(&[&["cutover", "evidence", "index", "evidence"], more].concat());
        assert_eq!(ran.check().0, 0);
        ran.answer()["notes"].to_string()
    };
    let keys = ["--key-file", "sign.json"];
    folder.edit("evidence/index.json", |index| index["tampered"] = json!(true));
    assert!(notes(&keys).contains("since index 1: index.json: digest: expected `"));
    folder.write("evidence/index.json", &good);
    folder.edit("evidence/index.json", |index| index["signature"]["value"] = json!("0".repeat(64)));
    assert!(notes(&keys).contains("since index 1: index.json: signature.value: expected the HMAC"));
    folder.write("evidence/index.json", &good);
    assert!(notes(&[]).contains("the signature of index 1 was not verified: no keys were given"));
    folder.write("evidence/index.json", "{");
    assert_eq!(evidence(&folder, "index", &[]).error_code(), "json-syntax", "nobody knows what it listed");
}
