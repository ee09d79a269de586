//! `cutover promotion`

use std::fs::OpenOptions;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::{Folder, Ran, SECRET};

const SIGN: [&str; 4] = ["--actor", "kim", "--reason", "cutover"];

fn mode(folder: &Folder, word: &str) -> Ran {
    let sign = if word == "show" { &[][..] } else { &SIGN[..] };
    folder.gate(&[&["cutover", "promotion", word, "--marker", "run/marker"], sign].concat())
}

#[test]
fn every_source_says_the_same_after_each_command() {
    let folder = Folder::empty();
    assert_eq!(mode(&folder, "show").check().0, 2);
    assert_eq!(
        mode(&folder, "manual").check(),
        (0, "healthy".to_owned(), "Manual promotion enforced".to_owned())
    );
    assert_eq!(folder.read("run/marker"), "manual\n");
    assert_eq!(folder.read(".env"), "DECISIONOS_AUTOPROMOTE_ENABLE=0\nDECISIONOS_AUTOPROMOTE=0\n");
    let ran = mode(&folder, "auto");
    assert_eq!(ran.check().0, 3);
    assert!(ran.answer()["notes"][0].as_str().unwrap().starts_with("auto by kim at "), "{}", ran.stdout);
    assert_eq!(mode(&folder, "show").check().0, 3);
    assert_eq!(mode(&folder, "manual").check().0, 0);
}

#[test]
fn other_lines_stay_and_a_line_without_an_end_is_not_joined() {
    let folder = Folder::empty();
    folder.write(".env", "A=1\nexport DECISIONOS_AUTOPROMOTE=1\nLAST=no-newline");
    assert_eq!(mode(&folder, "manual").check().0, 0);
    let expected = "A=1\nLAST=no-newline\nDECISIONOS_AUTOPROMOTE_ENABLE=0\nDECISIONOS_AUTOPROMOTE=0\n";
    assert_eq!(folder.read(".env"), expected);
}

#[test]
fn the_environment_of_the_process_counts_too() {
    let folder = Folder::empty();
    assert_eq!(mode(&folder, "manual").code, 0);
    let mut program = folder.program();
    program.env("DECISIONOS_AUTOPROMOTE", "1").args([
        "cutover",
        "promotion",
        "show",
        "--marker",
        "run/marker",
    ]);
    let (code, _, message) = Ran::new(program.output().unwrap()).check();
    assert_eq!((code, message.contains("environment DECISIONOS_AUTOPROMOTE")), (3, true), "{message}");
}

#[test]
fn nobody_changes_it_without_a_name() {
    let folder = Folder::empty();
    assert_eq!(folder.gate(&["cutover", "promotion", "auto"]).error_code(), "usage");
    let blank = ["cutover", "promotion", "auto", "--actor", " ", "--reason", "x"];
    assert_ne!(folder.gate(&blank).error_code(), "");
    assert!(folder.names(".").is_empty(), "{:?}", folder.names("."));
}

#[test]
fn who_changed_it_and_why_is_kept_and_shown() {
    let folder = Folder::empty();
    assert_eq!(mode(&folder, "manual").code, 0);
    let change = ["cutover", "promotion", "auto", "--marker", "run/marker", "--actor", "lee"];
    let mut program = folder.program();
    program.env("SERVICE_TOKEN", SECRET).args(change).args(["--reason", &format!("over, see {SECRET}")]);
    let ran = Ran::new(program.output().unwrap());
    assert_eq!((ran.code, ran.stdout.contains(SECRET)), (3, false), "{}", ran.stdout);
    let log = folder.read("run/marker.log");
    let records: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&records[0]["mode"], &records[0]["actor"]), (&json!("manual"), &json!("kim")));
    assert_eq!((&records[1]["mode"], &records[1]["actor"]), (&json!("auto"), &json!("lee")));
    assert_eq!((records.len(), &records[1]["reason"]), (2, &json!("over, see ***")));
    let shown = mode(&folder, "show").answer()["notes"][0].as_str().unwrap().to_owned();
    assert!(shown.starts_with("auto by lee at ") && shown.ends_with(": over, see ***"), "{shown}");
}

#[test]
fn a_record_that_cannot_be_read_is_said_and_changes_no_answer() {
    let folder = Folder::empty();
    assert_eq!(mode(&folder, "manual").code, 0);
    folder.write("run/marker.log", "{\"half");
    let shown = mode(&folder, "show");
    assert_eq!(shown.check().0, 0);
    assert!(shown.stdout.contains("the last change is not known"), "{}", shown.stdout);
    assert_eq!(mode(&folder, "manual").code, 0);
    assert!(folder.read("run/marker.log").starts_with("{\"half\n{"), "nothing is lost, and lines stay apart");
    assert!(mode(&folder, "show").stdout.contains("manual by kim at "));
}

#[test]
fn the_file_has_a_lock_of_its_own() {
    let folder = Folder::empty();
    assert_eq!(mode(&folder, "manual").code, 0);
    let lock = OpenOptions::new().write(true).open(folder.path(".env.lock")).unwrap();
    lock.lock().unwrap();
    let mut waiting = folder.program();
    waiting.args(["cutover", "promotion", "auto", "--marker", "other/marker"]).args(SIGN);
    let mut waiting = waiting.stdout(Stdio::null()).spawn().unwrap();
    while !folder.path("other/marker.lock").exists() && !folder.path("other").exists() {
        thread::sleep(Duration::from_millis(5));
    }
    thread::sleep(Duration::from_millis(200));
    assert!(waiting.try_wait().unwrap().is_none(), "it waits for whoever has the file");
    assert!(!folder.path("other/marker").exists());
    drop(lock);
    assert_eq!(waiting.wait().unwrap().code(), Some(3));
}

#[cfg(unix)]
#[test]
fn the_marker_and_the_file_are_two_files() {
    let folder = Folder::empty();
    folder.write("one", "A=1\n");
    std::os::unix::fs::symlink("one", folder.path("two")).unwrap();
    let words = ["cutover", "promotion", "auto", "--marker", "one", "--file", "two"];
    assert_eq!(folder.gate(&[&words, &SIGN[..]].concat()).error_code(), "contradiction");
    assert_eq!(folder.read("one"), "A=1\n");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_either_stays_and_nothing_changes() {
    for (marker, file) in [("pipe", ".env"), ("marker", "pipe")] {
        let folder = Folder::empty();
        folder.pipe("pipe");
        for word in ["manual", "auto"] {
            let words = ["cutover", "promotion", word, "--marker", marker, "--file", file];
            assert_eq!(folder.gate(&[&words, &SIGN[..]].concat()).error_code(), "output-failed");
        }
        assert_eq!((folder.is_pipe("pipe"), folder.names(".")), (true, vec!["pipe".to_owned()]));
    }
}
