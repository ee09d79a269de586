//! `latch`: what only a person with a name ends.

use serde_json::json;

use crate::{Folder, T0, at};

#[test]
fn a_tripped_latch_outranks_everything_until_it_is_reset() {
    let folder = Folder::started();
    let answer = folder.order("latch trip", "kim", "wrong forecasts", &["--now", &at(1)]).answer();
    assert_eq!((&answer["exit_code"], &answer["state"]), (&json!(3), &json!("stopped")));
    assert_eq!(
        (&answer["by"], &answer["because"]),
        (&json!("latch"), &json!("stopped by kim: wrong forecasts"))
    );
    let forced = folder.order("breaker hold", "lee", "we need it", &["--kind", "on", "--now", &at(2)]);
    assert_eq!(forced.code, 3);
    assert_eq!(folder.check(0, 1.0, 3, &[]).code, 3);
    assert_eq!(folder.ask("latch status", &["--now", "2027-11-21T10:00:00Z"]).code, 3);
    let answer = folder.order("breaker reset", "lee", "begin anew", &["--now", &at(4)]).answer();
    assert_eq!((&answer["exit_code"], &answer["done"]), (&json!(3), &json!(false)));
    let what = answer["what_to_do"].as_str().unwrap();
    assert!(what.contains("tsfm-gate latch reset --state state.json"), "{what}");
    let answer = folder.order("latch reset", "lee", "rolled back", &["--now", &at(5)]).answer();
    assert_eq!((&answer["done"], &answer["because"]), (&json!(true), &json!("forced on by lee: we need it")));
    let state = folder.state();
    let entries = state["history"]["entries"].as_array().unwrap();
    let last = entries.last().unwrap();
    assert_eq!(last["event"], "latch: latched -> clear");
    assert_eq!(last["cause"], "stopped by kim: wrong forecasts");
}

#[test]
fn three_bad_readings_latch_and_good_ones_do_not_clear() {
    let folder = Folder::started();
    let observe = |reading: &[&str]| folder.ask("latch observe", reading).code;
    assert_eq!(observe(&["--value", "0.98"]), 0);
    assert_eq!(observe(&["--value", "0.99"]), 0);
    assert_eq!(observe(&["--value", "NaN"]), 0);
    assert_eq!(observe(&["--missing"]), 0);
    assert_eq!(observe(&["--value", "-0.5"]), 3);
    assert_eq!(observe(&["--value", "1"]), 3);
    let answer = folder.ask("latch status", &[]).answer();
    assert_eq!(answer["latch"]["causes"][0]["kind"], "reading_unreadable");
    assert_eq!(folder.order("latch reset", "kim", "sensor replaced", &[]).code, 0);
    let again = folder.order("latch reset", "kim", "sensor replaced", &[]).answer();
    assert_eq!((&again["exit_code"], &again["done"]), (&json!(0), &json!(false)));
}

#[test]
fn silence_latches_where_the_settings_say_so() {
    let folder = Folder::empty();
    folder.write("config.json", r#"{"latch": {"max_gap_ms": 60000}}"#);
    folder.order("breaker reset", "kim", "start", &["--config", "config.json", "--now", T0]);
    assert_eq!(folder.ask("latch observe", &["--value", "1", "--now", &at(1)]).code, 0);
    assert_eq!(folder.ask("latch status", &["--now", &at(121)]).code, 0);
    let answer = folder.ask("latch status", &["--now", &at(241)]).answer();
    assert_eq!(
        (&answer["exit_code"], &answer["latch"]["causes"][0]["kind"]),
        (&json!(3), &json!("reading_overdue"))
    );
}

#[test]
fn a_stop_that_nobody_would_carry_out_is_refused() {
    let folder = Folder::empty();
    folder.write("config.json", r#"{"metric": {}}"#);
    folder.order("breaker reset", "kim", "start", &["--config", "config.json", "--now", T0]);
    let ran = folder.order("latch trip", "kim", "stop", &[]);
    assert_eq!(ran.error_code(), "contradiction");
    assert_eq!(folder.ask("latch observe", &["--missing"]).error_code(), "contradiction");
}
