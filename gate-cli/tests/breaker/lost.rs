//! A state file that cannot be trusted: stopped, nothing overwritten, and what to do.

use std::fs;

use serde_json::{Value, json};

use crate::{Folder, T0, at};

/// Every command but a reset, with an answer for programs.
fn commands(folder: &Folder) -> Vec<Value> {
    let ran = [
        folder.check(0, 1.0, 9, &[]),
        folder.ask("breaker status", &[]),
        folder.order("breaker hold", "lee", "why", &[]),
        folder.order("breaker hold", "lee", "why", &["--kind", "on"]),
        folder.order("breaker release", "kim", "why", &[]),
        folder.ask("latch status", &[]),
        folder.ask("latch observe", &["--value", "1"]),
        folder.order("latch trip", "lee", "why", &[]),
        folder.order("latch reset", "lee", "why", &[]),
    ];
    ran.iter().map(crate::Ran::answer).collect()
}

#[test]
fn a_corrupt_file_with_a_manual_stop_in_its_past_is_a_stop() {
    let folder = Folder::started();
    folder.order("breaker hold", "kim", "incident 42", &["--now", &at(1)]);
    let good = folder.bytes();
    let corrupt = &good[..good.len() / 2];
    folder.write("state.json", corrupt);
    for answer in commands(&folder) {
        assert_eq!((&answer["exit_code"], &answer["state"]), (&json!(3), &json!("stopped")), "{answer}");
        assert_ne!(answer["done"], true, "{answer}");
        let what = answer["what_to_do"].as_str().unwrap();
        assert!(what.contains("tsfm-gate breaker reset --state state.json --actor NAME"), "{what}");
        assert!(answer["because"].as_str().unwrap().starts_with("the stored state cannot be trusted: "));
    }
    assert_eq!(folder.bytes(), corrupt, "nothing overwrites it");
    let answer = folder.order("breaker reset", "kim", "incident 42 is over", &["--now", T0]).answer();
    assert_eq!((&answer["exit_code"], &answer["done"]), (&json!(0), &json!(true)));
    assert_eq!(fs::read(folder.path("state.json.lost-20261121T100000Z")).unwrap(), corrupt);
    assert_eq!(folder.check(0, 1.0, 10, &[]).code, 0);
}

#[test]
fn what_is_kept_overwrites_nothing_that_was_kept() {
    let folder = Folder::empty();
    for text in ["one", "two", "three"] {
        folder.write("state.json", text);
        assert_eq!(folder.order("breaker reset", "kim", "drill", &["--now", T0]).code, 0);
    }
    let read = |ending: &str| {
        fs::read_to_string(folder.path(&format!("state.json.lost-20261121T100000Z{ending}"))).unwrap()
    };
    assert_eq!([read(""), read("-2"), read("-3")], ["one", "two", "three"]);
}

#[test]
fn a_missing_file_is_a_stop_and_no_first_start() {
    let folder = Folder::empty();
    for answer in commands(&folder) {
        assert_eq!((&answer["exit_code"], &answer["by"]), (&json!(3), &json!("latch")), "{answer}");
    }
    assert_eq!(folder.names("."), ["metrics.json", "state.json.lock"]);
    let ran = folder.ask("breaker status", &["--format", "text"]);
    assert!(ran.stdout.starts_with("stopped (the stored state cannot be trusted: state: expected a file"));
}

/// A change of a good file, as its JSON.
fn changed(folder: &Folder, change: impl FnOnce(&mut Value)) -> i32 {
    let mut state = folder.state();
    let good = folder.bytes();
    change(&mut state);
    folder.write("state.json", serde_json::to_string(&state).unwrap() + "\n");
    let code = folder.ask("breaker status", &["--now", T0]).code;
    folder.write("state.json", good);
    code
}

#[test]
fn an_unknown_version_or_a_contradiction_is_a_stop() {
    let folder = Folder::started();
    assert_eq!(changed(&folder, |_| {}), 0);
    let wrong: [fn(&mut Value); 12] = [
        |state| state["schema_version"] = json!("tsfm_gate.breaker_file.v2"),
        |state| state["guard"]["schema_version"] = json!("tsfm_gate.breaker.guard.v9"),
        |state| state["guard"]["latch"]["schema_version"] = json!("tsfm_gate.breaker.latch.v0"),
        |state| state["guard"]["latch"]["latched"] = json!(true),
        |state| state["guard"]["latch"] = json!(null),
        |state| drop(state["guard"].as_object_mut().unwrap().remove("latch")),
        |state| drop(state["config"].as_object_mut().unwrap().remove("latch")),
        |state| drop(state.as_object_mut().unwrap().remove("history")),
        |state| state["saved_at"] = json!("yesterday"),
        |state| state["saved_at"] = json!("1969-01-01T00:00:00Z"),
        |state| state["config"]["metric"]["bad_looks"] = json!(0),
        |state| state["more"] = json!(1),
    ];
    for (number, wrong) in wrong.into_iter().enumerate() {
        assert_eq!(changed(&folder, wrong), 3, "change {number}");
    }
}

#[test]
fn a_folder_or_a_device_in_its_place_is_a_stop_and_stays() {
    let folder = Folder::empty();
    fs::create_dir(folder.path("state.json")).unwrap();
    assert_eq!(folder.ask("breaker status", &[]).code, 3);
    let ran = folder.order("breaker reset", "kim", "drill", &[]);
    assert_eq!(ran.error_code(), "output-failed");
    assert_eq!(folder.names("."), ["state.json", "state.json.lock"]);
}

/// Every byte is cut beside the reader itself; here the program is asked.
#[test]
fn a_file_that_was_cut_never_reads_as_on() {
    let folder = Folder::started();
    let good = folder.bytes();
    assert_eq!(folder.ask("breaker status", &[]).code, 0);
    let cuts = (0..good.len()).filter(|cut| cut % 16 == 0 || *cut + 16 > good.len());
    for cut in cuts {
        folder.write("state.json", &good[..cut]);
        assert_eq!(folder.ask("breaker status", &[]).code, 3, "cut at byte {cut}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_in_its_place_is_not_waited_for() {
    let folder = Folder::empty();
    let made = std::process::Command::new("mkfifo").arg(folder.path("state.json")).status();
    assert!(made.unwrap().success());
    assert_eq!(folder.ask("breaker status", &[]).code, 3);
}
