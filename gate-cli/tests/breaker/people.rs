//! `breaker hold`, `release`, `reset` and `status`: what people command, each under their name.

use serde_json::json;

use crate::{Folder, Ran, T0, at, texts};

#[test]
fn two_people_hold_and_the_first_release_is_not_enough() {
    let folder = Folder::started();
    let answer = folder.order("breaker hold", "kim", "incident 42", &["--now", &at(1)]).answer();
    assert_eq!((&answer["exit_code"], &answer["done"]), (&json!(3), &json!(true)));
    assert_eq!((&answer["by"], &answer["because"]), (&json!("hold"), &json!("held off by kim: incident 42")));
    folder.order("breaker hold", "lee", "not before the review", &["--now", &at(2)]);
    let answer = folder.order("breaker release", "kim", "fixed", &["--now", &at(3)]).answer();
    assert_eq!((&answer["exit_code"], &answer["done"]), (&json!(3), &json!(true)));
    assert_eq!(answer["because"], "held off by lee: not before the review");
    let answer = folder.order("breaker release", "kim", "again", &["--now", &at(4)]).answer();
    assert_eq!((&answer["exit_code"], &answer["done"]), (&json!(3), &json!(false)));
    assert_eq!(answer["notes"], json!(["kim holds nothing"]));
    let answer = folder.order("breaker release", "lee", "reviewed", &["--now", &at(5)]).answer();
    assert_eq!((&answer["exit_code"], &answer["mode"]), (&json!(0), &json!("on")));
    let state = folder.state();
    let entries = &state["history"]["entries"];
    let events = ["reset", "no state before", "hold off", "hold off", "release", "release"].as_slice();
    assert_eq!(texts(entries, "event"), events);
    assert_eq!(texts(entries, "actor"), ["kim", "null", "kim", "lee", "kim", "lee"]);
}

#[test]
fn a_hold_with_an_end_ends_with_what_the_metrics_say() {
    let folder = Folder::started();
    folder.order("breaker hold", "kim", "load test", &["--kind", "on", "--for", "10m", "--now", T0]);
    let ran = folder.check(100, 40.0, 30, &["--format", "text"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "enabled (forced on by kim: load test)\n"));
    assert_eq!(folder.ask("breaker status", &["--now", &at(599)]).code, 0);
    let answer = folder.ask("breaker status", &["--now", &at(600)]).answer();
    assert_eq!((&answer["exit_code"], &answer["because"]), (&json!(2), &json!("error_rate=10.00% > 5.00%")));
    assert_eq!(folder.check(100, 40.0, 601, &[]).code, 2);
    let state = folder.state();
    let events = texts(&state["history"]["entries"], "event");
    assert_eq!(events.last(), Some(&"hold ended"), "{events:?}");
}

#[test]
fn shadow_refuses_nothing_and_counts_on() {
    let folder = Folder::started();
    folder.order("breaker hold", "kim", "trial", &["--kind", "shadow", "--now", T0]);
    let answer = folder.check(100, 40.0, 1, &[]).answer();
    assert_eq!((&answer["exit_code"], &answer["metric"]["state"]), (&json!(0), &json!("disabled_auto")));
    assert_eq!(folder.order("breaker release", "kim", "seen", &["--now", &at(2)]).code, 2);
}

#[test]
fn a_clock_that_was_set_back_ends_no_hold() {
    let folder = Folder::started();
    folder.order("breaker hold", "kim", "incident", &["--for", "1m", "--now", &at(60)]);
    assert_eq!(folder.ask("breaker status", &["--now", T0]).code, 3);
    assert_eq!(folder.ask("breaker status", &["--now", "1970-01-01T00:00:00Z"]).code, 3);
    assert_eq!(folder.ask("breaker status", &["--now", "1969-12-31T23:59:59Z"]).error_code(), "out-of-range");
}

#[test]
fn a_reset_begins_anew_and_tells_who_held() {
    let folder = Folder::started();
    folder.check(100, 40.0, 1, &[]);
    folder.order("breaker hold", "lee", "review", &["--now", &at(2)]);
    let answer = folder.order("breaker reset", "kim", "new model", &["--now", &at(3)]).answer();
    assert_eq!((&answer["exit_code"], &answer["holds"]), (&json!(0), &json!([])));
    let state = folder.state();
    let entries = state["history"]["entries"].as_array().unwrap();
    let last: Vec<&str> =
        entries[entries.len() - 2..].iter().map(|it| it["cause"].as_str().unwrap()).collect();
    assert_eq!(last, ["the hold of lee ended with the reset", "new model"]);
    assert_eq!(folder.names("."), ["metrics.json", "state.json", "state.json.lock"]);
}

#[test]
fn the_status_for_people_names_every_layer_and_the_last_events() {
    let folder = Folder::started();
    folder.order("breaker hold", "kim", "incident 42", &["--now", &at(1), "--for", "30m"]);
    let ran = folder.ask("breaker status", &["--format", "text", "--now", &at(61)]);
    let expected = "\
disabled_manual (held off by kim: incident 42)
  to do     `tsfm-gate breaker release --state state.json --actor kim --reason WHY`
  hold      off by kim for another 1740 s: incident 42
  latch     clear, 0 bad readings in a row
  metric    enabled (initial state), no look yet, 0 readings unusable
  stored    2026-11-21T10:00:01Z

last events
  2026-11-21T10:00:01Z  hold off for 30m by kim: incident 42
";
    assert_eq!(ran.code, 3);
    assert!(ran.stdout.starts_with(expected), "{}", ran.stdout);
}

#[test]
fn nobody_commands_without_a_name_and_a_reason() {
    let folder = Folder::started();
    let before = folder.bytes();
    for (actor, reason) in [("", "why"), ("kim", ""), ("kim", "  "), ("kim", "two\nlines")] {
        for words in ["breaker hold", "breaker release", "breaker reset", "latch trip", "latch reset"] {
            assert_eq!(folder.order(words, actor, reason, &[]).error_code(), "name-syntax", "{words}");
        }
    }
    for text in ["0m", "30", "half an hour", "-1h"] {
        let more = [format!("--for={text}")];
        let ran = folder.order("breaker hold", "kim", "why", &more.each_ref().map(String::as_str));
        assert_eq!(ran.error_code(), "duration-syntax", "{text}");
    }
    assert_eq!(folder.bytes(), before);
}

#[test]
fn the_history_is_bounded_and_says_what_it_dropped() {
    let folder = Folder::started();
    let mut state = folder.state();
    let entry = json!({"at": T0, "actor": "kim", "event": "release", "cause": "drill"});
    state["history"]["entries"] = json!(vec![entry; 256]);
    folder.write("state.json", serde_json::to_string(&state).unwrap() + "\n");
    folder.order("breaker hold", "lee", "one more", &[]);
    let history = &folder.state()["history"];
    assert_eq!(history["entries"].as_array().unwrap().len(), 256);
    assert_eq!((&history["dropped"], &history["entries"][255]["actor"]), (&json!(1), &json!("lee")));
}

#[test]
fn no_file_and_no_line_holds_a_secret_that_somebody_gave_as_a_reason() {
    const TOKEN: &str = "tok-9f8e7d6c5b4a3210Zz";
    let folder = Folder::empty();
    let order = |words: &str, actor: &str, reason: &str| {
        let mut program = folder.program();
        program.env("SERVICE_TOKEN", TOKEN).args(words.split(' '));
        program.args(["--state", "state.json", "--now", T0, "--actor", actor, "--reason", reason]);
        let ran = Ran::new(program.output().unwrap());
        assert!(!ran.stdout.contains(TOKEN) && !ran.stderr.contains(TOKEN), "{}{}", ran.stdout, ran.stderr);
        assert!(!String::from_utf8(folder.bytes()).unwrap().contains(TOKEN), "{words}");
        ran
    };
    let reason = format!("called with {TOKEN}");
    for words in ["breaker reset", "breaker hold", "breaker release", "latch trip", "latch reset"] {
        assert_ne!(order(words, "kim", &reason).code, 1, "{words}");
        assert_ne!(order(words, TOKEN, "a slip of the pen").code, 1, "{words}");
    }
    assert_eq!(order(&format!("latch {TOKEN}"), "kim", "x").code, 1);
    assert!(String::from_utf8(folder.bytes()).unwrap().contains("called with ***"));
}
