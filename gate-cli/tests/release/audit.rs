//! The log of decisions.

use std::fs::OpenOptions;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::{Folder, Ran, TOKEN};

fn entry(folder: &Folder, reason: &str) {
    let entry = json!({"at": "2024-11-21T10:00:00Z", "actor": "kim", "action": "promote prod",
        "digests": {"artifact": "0".repeat(64)}, "criteria": [{"name": "matrix", "met": true}],
        "result": "pass", "reason": reason});
    folder.write("entry.json", entry.to_string());
}

const APPEND: [&str; 6] = ["release", "audit", "append", "a.log", "--entry", "entry.json"];
const ANCHOR: [&str; 2] = ["--anchor", "anchor.json"];
const VERIFY: [&str; 4] = ["release", "audit", "verify", "a.log"];

/// A log of so many records.
fn log(records: usize) -> Folder {
    let folder = Folder::new();
    for number in 0..records {
        entry(&folder, &format!("number {number}"));
        let new: &[&str] = if number == 0 { &["--new"] } else { &[] };
        assert_eq!(folder.gate(&[&APPEND[..], &ANCHOR, new].concat()).code, 0);
    }
    folder
}

#[test]
fn a_log_grows_by_whole_records_and_shows_every_change() {
    let folder = log(3);
    let verify = |more: &[&str]| folder.gate(&[&VERIFY[..], more].concat());
    let report = verify(&ANCHOR).json();
    assert_eq!((&report["verified"], &report["end"]["records"]), (&true.into(), &3.into()));
    let good = folder.read("a.log");
    let lines: Vec<&str> = good.split_inclusive('\n').collect();
    let bad = [
        good.replace("number 1", "number 7"),
        [lines[0], lines[2]].concat(),
        [lines[1], lines[0], lines[2]].concat(),
        [lines[0], lines[1], lines[2], lines[2]].concat(),
        good.trim_end().to_owned(),
        format!("{good}\n"),
        String::new(),
    ];
    for text in bad {
        folder.write("a.log", &text);
        assert_eq!(verify(&[]).code, 3, "{text}");
        // Nothing is added to it.
        assert_eq!((folder.gate(&APPEND).code, folder.read("a.log")), (3, text));
    }
    folder.write("a.log", lines[..2].concat());
    assert_eq!((verify(&[]).code, verify(&ANCHOR).code), (0, 3));
    assert_eq!(folder.gate(&[&APPEND[..], &ANCHOR].concat()).code, 3);
}

#[test]
fn a_log_that_is_missing_is_no_empty_one() {
    let folder = Folder::new();
    entry(&folder, "first");
    assert_eq!(folder.gate(&APPEND).error_code(), "file-not-found");
    assert_eq!(folder.gate(&VERIFY).error_code(), "file-not-found");
    assert_eq!(folder.gate(&[&APPEND[..], &["--new"]].concat()).code, 0);
    assert_eq!(folder.gate(&[&APPEND[..], &["--new"]].concat()).error_code(), "contradiction");
    folder.write("entry.json", "{}");
    assert_eq!(folder.gate(&APPEND).error_code(), "missing-field");
    assert_eq!(folder.gate(&["release", "audit", "verify", "."]).error_code(), "file-unreadable");
}

#[test]
fn a_decision_of_the_future_is_not_recorded_and_an_older_one_is() {
    let folder = log(1);
    let at = |at: DateTime<Utc>| {
        let mut entry: Value = serde_json::from_str(&folder.read("entry.json")).unwrap();
        entry["at"] = json!(at.to_rfc3339());
        folder.write("entry.json", entry.to_string());
        folder.gate(&APPEND)
    };
    let now = Utc::now();
    let before = folder.read("a.log");
    for ahead in [TimeDelta::hours(1), TimeDelta::days(36_500)] {
        let refused = at(now + ahead);
        assert_eq!(refused.error_code(), "out-of-range");
        assert!(refused.stderr.contains("at: expected a time that has come"), "{}", refused.stderr);
    }
    assert_eq!(folder.read("a.log"), before);
    assert_eq!(at(now + TimeDelta::seconds(30)).code, 0, "two clocks");
    assert_eq!(at(now - TimeDelta::days(9)).code, 0, "written down late");
    assert_eq!(folder.gate(&VERIFY).code, 0);
}

/// To open a pipe is to wait for a writer that never comes.
#[cfg(unix)]
#[test]
fn a_pipe_is_no_log() {
    let folder = log(1);
    std::fs::remove_file(folder.path("a.log")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(folder.path("a.log")).status().unwrap().success());
    assert_eq!(folder.gate(&VERIFY).error_code(), "file-unreadable");
    assert_eq!(folder.gate(&APPEND).error_code(), "output-failed");
}

#[test]
fn the_log_holds_no_token() {
    let folder = Folder::new();
    entry(&folder, &format!("called with {TOKEN}"));
    assert_eq!(folder.gate(&[&APPEND[..], &["--new"]].concat()).code, 0);
    assert!(folder.read("a.log").contains("called with ***"));
    assert_eq!(folder.gate(&VERIFY).code, 0);
}

#[test]
fn kill_9_at_any_point_of_an_append_leaves_the_old_log_or_the_new_one() {
    let folder = log(1);
    let mut seed = 0x5eed_0006_u64;
    let (mut limit, mut old, mut new) = (4_000_u64, 0, 0);
    for _ in 0..150 {
        let before = folder.read("a.log");
        let mut child = folder.program().args(APPEND).stdout(Stdio::null()).spawn().unwrap();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        thread::sleep(Duration::from_micros((seed >> 33) % limit));
        child.kill().unwrap();
        child.wait().unwrap();
        let after = folder.read("a.log");
        if after == before {
            old += 1;
            limit += limit / 16 + 1;
        } else {
            assert!(after.starts_with(&before) && after.lines().count() == before.lines().count() + 1);
            new += 1;
            limit -= limit / 16;
        }
        assert_eq!(folder.gate(&VERIFY).code, 0);
    }
    assert!(old >= 15 && new >= 15, "{old} old and {new} new: the kills were not spread over the writes");
}

#[test]
fn two_appenders_lose_no_record_and_one_that_waits_too_long_says_so() {
    let folder = log(1);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (0..10).for_each(|_| assert_eq!(folder.gate(&APPEND).code, 0)));
        }
    });
    assert_eq!(folder.gate(&VERIFY).json()["end"]["records"], 21);
    let lock = OpenOptions::new().write(true).open(folder.path("a.log.lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(folder.gate(&[&APPEND[..], &["--wait", "0"]].concat()).error_code(), "state-locked");
}

#[test]
fn an_anchor_behind_a_link_is_written_where_the_link_leads() {
    let folder = log(1);
    std::fs::create_dir(folder.path("safe")).unwrap();
    std::fs::rename(folder.path("anchor.json"), folder.path("safe/a.json")).unwrap();
    std::os::unix::fs::symlink("safe/a.json", folder.path("anchor.json")).unwrap();
    assert_eq!(folder.gate(&[&APPEND[..], &ANCHOR].concat()).code, 0);
    assert!(std::fs::symlink_metadata(folder.path("anchor.json")).unwrap().is_symlink());
    assert!(folder.read("safe/a.json").contains("\"records\": 2"));
}

/// A limit on the size of a file fails a write as a full disk does.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full_is_no_log_that_cannot_be_read() {
    let folder = log(4);
    let before = folder.read("a.log");
    let program = folder.program();
    let limited = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", limited]).arg(program.get_program()).args(APPEND).current_dir(folder.path("."));
    let ran = Ran::new(shell.output().unwrap());
    assert_eq!(ran.error_code(), "output-failed");
    assert!(ran.stderr.contains("audit: expected a file that can be written, found"), "{}", ran.stderr);
    assert_eq!((folder.read("a.log"), folder.path("a.log.next").exists()), (before, false));
}

#[cfg(unix)]
#[test]
fn an_anchor_that_is_no_file_or_the_log_itself_is_refused() {
    let folder = log(1);
    let before = folder.read("a.log");
    std::fs::remove_file(folder.path("anchor.json")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(folder.path("anchor.json")).status().unwrap().success());
    assert_eq!(folder.gate(&[&APPEND[..], &ANCHOR].concat()).error_code(), "output-failed");
    assert_eq!(folder.gate(&[&VERIFY[..], &ANCHOR].concat()).error_code(), "file-unreadable");
    assert_eq!(folder.gate(&[&APPEND[..], &["--anchor", "a.log"]].concat()).error_code(), "contradiction");
    assert_eq!(folder.read("a.log"), before);
    let new = ["release", "audit", "append", "b.log", "--new", "--entry", "entry.json", "--anchor", "b.log"];
    assert_eq!(folder.gate(&new).error_code(), "contradiction");
}

#[test]
fn an_anchor_that_is_empty_is_named() {
    let folder = log(1);
    folder.write("anchor.json", "");
    for words in [&VERIFY[..], &APPEND] {
        let ran = folder.gate(&[words, &ANCHOR].concat());
        assert_eq!(ran.error_code(), "empty-input");
        assert!(ran.stderr.contains("\"path\": \"anchor\""), "{}", ran.stderr);
    }
}
