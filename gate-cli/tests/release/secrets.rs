//! The scan of files and folders.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use serde_json::{Value, json};

use crate::{Folder, TOKEN};

/// Built here, so that no scan of this repository finds it.
fn assigned() -> String {
    format!("x {} = \"{}\"\n", "api_key", "a1B2c3D4e5F6g7H8")
}

#[test]
fn a_secret_is_found_in_any_file_below_and_never_shown() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("dist/deep/er")).unwrap();
    folder.write("dist/readme", "nothing here\n");
    folder.write("dist/empty", "");
    let scan = |more: &[&str]| folder.gate(&[&["release", "secrets", "dist"], more].concat());
    let clean = scan(&[]).json();
    assert_eq!((&clean["verdict"], &clean["scanned"]), (&"pass".into(), &2.into()));
    folder.write("dist/deep/er/log", format!("{}{}token: {TOKEN}\n", " ".repeat(3_000_000), assigned()));
    for format in ["text", "json"] {
        let found = scan(&["--format", format]);
        assert_eq!(found.code, 3);
        assert!(
            found.stdout.contains("dist/deep/er/log") && !found.stdout.contains("a1B2c3"),
            "{}",
            found.stdout
        );
    }
    assert_eq!(scan(&[]).json()["findings"].as_array().unwrap().len(), 2);
}

#[test]
fn what_nobody_looked_at_is_no_pass() {
    let folder = Folder::new();
    fs::create_dir(folder.path("dist")).unwrap();
    let scan = || folder.gate(&["release", "secrets", "dist"]).code;
    assert_eq!(scan(), 2, "an empty folder");
    folder.write("dist/good", "x");
    symlink("good", folder.path("dist/link")).unwrap();
    assert_eq!(scan(), 0, "a link within the tree");
    folder.write("outside", assigned());
    symlink("../outside", folder.path("dist/out")).unwrap();
    assert_eq!(scan(), 2, "a link out of the tree");
    fs::remove_file(folder.path("dist/out")).unwrap();
    symlink("nowhere", folder.path("dist/dangling")).unwrap();
    assert_eq!(scan(), 2, "a link to nothing");
    fs::remove_file(folder.path("dist/dangling")).unwrap();
    symlink("..", folder.path("dist/up")).unwrap();
    assert_eq!(scan(), 2, "a link to the parent");
    fs::remove_file(folder.path("dist/up")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.path("dist/pipe")).status().unwrap().success());
    assert_eq!(scan(), 2, "a pipe");
    assert_eq!(folder.gate(&["release", "secrets", "nowhere"]).error_code(), "file-not-found");
}

#[test]
fn who_answers_for_a_finding_does_so_for_a_while_and_under_one_key() {
    let folder = Folder::new();
    folder.write("notes", assigned());
    let scan = |more: &[&str]| {
        let mut command = folder.program();
        command.env("SCAN_KEY", "the key of the team").args(["release", "secrets", "notes"]).args(more);
        let output = command.output().unwrap();
        (output.status.code().unwrap(), serde_json::from_slice::<Value>(&output.stdout).unwrap_or_default())
    };
    let (code, report) = scan(&["--key-env", "SCAN_KEY"]);
    let finding = &report["findings"][0];
    assert_eq!((code, finding["rule"].as_str()), (3, Some("api-key")));
    assert_eq!(finding["artifact"].as_str(), Some("notes"));
    let allowed = json!({"allowed": [{"artifact": "notes", "rule": "api-key", "fingerprint": finding["fingerprint"],
        "reason": "an example", "author": "kim", "until": "2027-01-01T00:00:00Z"}]});
    folder.write("allow.json", allowed.to_string());
    let allow = ["--allow", "allow.json", "--key-env", "SCAN_KEY", "--now"];
    assert_eq!(scan(&[&allow[..], &["2026-12-31T23:59:59Z"]].concat()).0, 0);
    assert_eq!(scan(&[&allow[..], &["2027-01-01T00:00:00Z"]].concat()).0, 3);
    assert_eq!(scan(&["--allow", "allow.json"]).0, 1);
    assert_eq!(scan(&["--key-env", "NOT_SET"]).0, 1);
}
