//! `breaker replay`: every event script of the cases, through the program.

use gate_tests::scripts;
use serde_json::{Value, json};

use crate::{Folder, Ran};

fn lines(ran: &Ran) -> Vec<Value> {
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_script_answers_as_it_must() {
    let folder = Folder::empty();
    let mut wrong = Vec::new();
    let scripts = scripts::all();
    for (script, text) in &scripts {
        folder.write("script.json", text);
        let ran = folder.gate(&["breaker", "replay", "script.json"]);
        if ran.code != 0 {
            wrong.push(format!("{}: {}", script.name, ran.stderr));
            continue;
        }
        let expected: Vec<Value> =
            script.play().unwrap().iter().map(|answer| serde_json::to_value(answer).unwrap()).collect();
        assert_eq!(lines(&ran), expected, "{}", script.name);
    }
    assert!(
        wrong.is_empty() && scripts.len() >= 57,
        "{} of {}:\n{}",
        wrong.len(),
        scripts.len(),
        wrong.concat()
    );
}

#[test]
fn the_answers_for_people() {
    let folder = Folder::empty();
    let script = json!({"config": {"call": {}}, "steps": [
        {"at": 0, "do": "call", "outcome": "failure", "times": 5},
        {"at": 1, "do": "acquire"},
        {"at": 2, "do": "hold", "actor": "", "reason": "", "kind": "off"},
        {"at": 2, "do": "release", "actor": "kim", "reason": "why"},
    ]});
    folder.write("script.json", script.to_string());
    let ran = folder.gate(&["breaker", "replay", "script.json", "--format", "text"]);
    let expected = r#"[0] 0 s call: admitted: true, kind: call, counted, stands off by call
      call closed -> open: streak of 5
[1] 1 s acquire: admitted: false, by: call, reason: open, retry_after: 119.0, stands off by call
[2] 2 s hold: stands off by call
      error {"code": "name-syntax", "path": "actor", "message": "actor: expected 1 to 256 printable bytes, found nothing"}
[3] 2 s release: found nothing, stands off by call
"#;
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, expected, ""));
}

#[test]
fn a_difference_is_1_with_all_answers_and_all_differences() {
    let folder = Folder::empty();
    let script = json!({"config": {"call": {}}, "steps": [
        {"at": 0, "do": "acquire", "expect": {"admitted": false, "kind": "probe"}},
        {"at": 1, "do": "acquire", "expect": {"admitted": true}},
    ]});
    folder.write("script.json", serde_json::to_string_pretty(&script).unwrap());
    let ran = folder.gate(&["breaker", "replay", "script.json"]);
    assert_eq!(ran.code, 1);
    let lines = lines(&ran);
    assert_eq!((lines.len(), &lines[1]["admitted"]), (4, &json!(true)));
    assert_eq!(
        lines[2],
        json!({"differs": {"step": 0, "path": "admitted", "expected": "false", "found": "true"}})
    );
    assert_eq!(lines[3]["differs"]["path"], "kind");
    let last: Value = serde_json::from_str(ran.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(last["error"]["code"], "script-mismatch");
    assert_eq!(last["error"]["path"], "steps[0].expect.admitted");
    let text = folder.gate(&["breaker", "replay", "script.json", "--format", "text"]).stdout;
    assert!(text.contains("differs at step 0: admitted: expected false, found true\n"), "{text}");
}

#[test]
fn an_unusable_script_is_1_and_answers_nothing() {
    let folder = Folder::empty();
    let scripts = [
        ("{", "json-syntax"),
        (r#"{"steps": [{"at": 0, "do": "jump"}]}"#, "wrong-value"),
        (r#"{"steps": [{"at": 0, "do": "record"}]}"#, "missing-field"),
        (r#"{"steps": [{"at": 0, "do": "tick", "permit": "p"}]}"#, "unknown-field"),
        (r#"{"steps": [{"at": 0, "do": "tick", "times": 0}]}"#, "wrong-value"),
        (r#"{"config": {"call": {"more": 1}}, "steps": []}"#, "unknown-field"),
    ];
    for (text, code) in scripts {
        folder.write("script.json", text);
        assert_eq!(folder.gate(&["breaker", "replay", "script.json"]).error_code(), code, "{text}");
    }
    assert_eq!(folder.gate(&["breaker", "replay", "absent.json"]).error_code(), "file-not-found");
}
