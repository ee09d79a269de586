//! The 57 event scripts: through the core as they are, and with a restart before every step.
#![expect(clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;

use gate_core::breaker::script::{Act, Answer, Player, Script, Step};
use gate_tests::scripts;

fn answers(script: &Script) -> Vec<Answer> {
    script.play().unwrap_or_else(|error| panic!("{}: {error}", script.name))
}

#[test]
fn every_script_answers_as_it_must() {
    let mut wrong = String::new();
    for (script, _) in scripts::all() {
        for mismatch in script.mismatches(&answers(&script)) {
            wrong += &format!(
                "{}[{}] {}: expected {}, found {}\n",
                script.name, mismatch.step, mismatch.path, mismatch.expected, mismatch.found
            );
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn a_step_that_means_nothing_is_refused() {
    let steps = [
        (r#"{"at": 0, "do": "tick", "times": 0}"#, "steps[0].times: expected at least 1, found 0"),
        (
            r#"{"at": 0, "do": "tick", "permit": "p"}"#,
            "steps[0].permit: expected one of `at`, `do`, `times`, `expect`, found `permit`",
        ),
        (
            r#"{"at": 0, "do": "restart", "elapsed": 1, "expires_in": 1}"#,
            "steps[0].expires_in: expected one of `at`, `do`, `times`, `expect`, `elapsed`, `state`, found `expires_in`",
        ),
        (
            r#"{"at": 0, "do": "trip", "condition": "hot", "actor": "kim"}"#,
            "steps[0].actor: expected one of `at`, `do`, `times`, `expect`, `condition`, found `actor`",
        ),
        (
            r#"{"at": 0, "do": "sample", "outcome": "ignored"}"#,
            "steps[0].outcome: expected `success` or `failure`, found `ignored`",
        ),
        (
            r#"{"at": 0, "do": "sample", "outcome": "cancelled"}"#,
            "steps[0].outcome: expected `success` or `failure`, found `cancelled`",
        ),
        (
            r#"{"at": 0, "do": "sample"}"#,
            "steps[0].outcome: expected a value, as the step needs it, found nothing",
        ),
    ];
    for (step, expected) in steps {
        let script = Script::from_json(format!("{{\"steps\": [{step}]}}").as_bytes());
        let refused = script.and_then(|script| script.play()).map_err(|error| error.to_string());
        assert_eq!(refused, Err(expected.to_owned()), "{step}");
    }
}

#[test]
fn every_script_of_the_list_is_there_and_expects_something() {
    let scripts = scripts::all();
    let numbers: BTreeSet<&str> = scripts.iter().filter_map(|(script, _)| script.name.get(..9)).collect();
    let wanted: Vec<String> = (1..=57).map(|number| format!("script-{number:02}")).collect();
    assert!(wanted.iter().all(|name| numbers.contains(name.as_str())), "{numbers:?}");
    let names: BTreeSet<&str> = scripts.iter().map(|(script, _)| script.name.as_str()).collect();
    assert_eq!(names.len(), scripts.len(), "a name stands twice");
    for (script, _) in &scripts {
        assert!(script.steps.iter().any(|step| step.expect.is_some()), "{} expects nothing", script.name);
    }
}

/// A restart in between, on a clock that goes on, must not be seen. Left out is what a restart changes by
/// design: a round of probes is over, and a clock that went back is a new clock.
#[test]
fn a_restart_before_any_step_changes_no_answer() {
    let mut restarts = 0;
    for (script, _) in scripts::all() {
        let straight = answers(&script);
        let mut player = Player::new(&script).unwrap_or_else(|error| panic!("{}: {error}", script.name));
        let mut last = 0.0;
        for (step, wanted) in script.steps.iter().zip(&straight) {
            if step.at >= last && may_restart(&mut player, last, step) {
                restarts += 1;
                restart(&mut player, last, step.at);
            }
            last = f64::max(last, step.at);
            let answer = player.play(step).unwrap_or_else(|error| panic!("{}: {error}", script.name));
            assert_eq!(told(&answer), told(wanted), "{} step {}", script.name, wanted.step);
        }
    }
    assert!(restarts > 300, "only {restarts} restarts");
}

fn may_restart(player: &mut Player, last: f64, step: &Step) -> bool {
    let half_open = player.guard().status(nanoseconds(last)).call.is_some_and(|call| call.probes.is_some());
    !half_open && step.r#do != Act::Restart
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "instants of the scripts")]
fn nanoseconds(seconds: f64) -> u64 {
    (seconds * 1e9).round() as u64
}

fn restart(player: &mut Player, last: f64, at: f64) {
    use gate_core::breaker::{Guard, GuardState};

    let text = serde_json::to_string(&player.guard().snapshot(nanoseconds(last))).unwrap_or_default();
    let state: GuardState = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let config = player.guard().config().clone();
    let (last, at) = (nanoseconds(last), nanoseconds(at));
    match Guard::restore(config, state, at, at - last) {
        Ok(guard) => *player.guard() = guard,
        Err(error) => panic!("{error}\n{text}"),
    }
}

/// What a host sees: without the number of regressions, which a restart may begin anew.
fn told(answer: &Answer) -> String {
    let mut value = serde_json::to_value(answer).unwrap_or_default();
    if let Some(status) = value.get_mut("status") {
        for layer in ["latch", "metric", "ladder", "call"] {
            if let Some(fields) = status.get_mut(layer).and_then(|layer| layer.as_object_mut()) {
                fields.remove("regressions");
                fields.remove("clock_regressions");
            }
        }
    }
    value.to_string()
}
