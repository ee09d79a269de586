//! What a call breaker refuses: settings that contradict each other, and states that no breaker can be in.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use gate_core::breaker::{CallBreaker, CallConfig, CallState, Outcome, Recorded};
use serde_json::{Value, json};

fn refused(settings: &Value) -> String {
    let config: CallConfig = serde_json::from_value(settings.clone()).expect("the fields are known");
    CallBreaker::new(config).map_or_else(|error| error.to_string(), |_| format!("{settings} was accepted"))
}

#[test]
fn settings_that_could_never_open_or_never_close_are_refused() {
    let cases = [
        (
            json!({"consecutive_failures": null}),
            "consecutive_failures: expected a rule that can open it, found neither `consecutive_failures` nor `window`",
        ),
        (json!({"consecutive_failures": 0}), "consecutive_failures: expected at least 1, or null, found 0"),
        (json!({"streak_ttl_ms": 0}), "streak_ttl_ms: expected at least 1, or null, found 0"),
        (
            json!({"half_open": {"probes": 2, "successes": 3}}),
            "half_open.successes: expected 1 to 2 (`half_open.probes`), found 3",
        ),
        (
            json!({"half_open": {"in_flight": 2}}),
            "half_open.in_flight: expected 1 to 1 (`half_open.probes`), found 2",
        ),
        (json!({"half_open": {"lease_ms": 0}}), "half_open.lease_ms: expected at least 1, found 0"),
        (
            json!({"escalation": {"max_open_ms": 60_000}}),
            "escalation.max_open_ms: expected at least `open_ms`, found 60000",
        ),
        (
            json!({"open_ms": 0, "escalation": {}}),
            "escalation: expected no escalation where `open_ms` is 0, which doubles to 0, found one",
        ),
        (
            json!({"window": {"failure_rate": 0.5}}),
            "window: expected one of `calls` and `time_ms`, found neither",
        ),
        (
            json!({"window": {"calls": 10, "time_ms": 10, "failure_rate": 0.5}}),
            "window: expected one of `calls` and `time_ms`, found both",
        ),
        (
            json!({"window": {"calls": 50, "failure_rate": 0.5}}),
            "window.min_calls: expected at most 50 (`window.calls`), or no rate is ever believed, found 100",
        ),
        (
            json!({"window": {"calls": 100}}),
            "window: expected a rate that can open it, found neither `failure_rate` nor `slow_rate`",
        ),
        (
            json!({"window": {"calls": 100, "slow_rate": 0.1}}),
            "window: expected both `slow_rate` and `slow_above_ms`, or neither, found one of the two",
        ),
        (
            json!({"window": {"calls": 100, "failure_rate": 1.0}}),
            "window.failure_rate: expected a ratio of 0 to 0.999999 in whole millionths, found 1",
        ),
        (
            json!({"window": {"time_ms": 0, "failure_rate": 0.5}}),
            "window.time_ms: expected a time that 10 slices divide into whole nanoseconds, found 0",
        ),
    ];
    for (settings, message) in cases {
        assert_eq!(refused(&settings), message);
    }
}

fn tripped(config: &CallConfig) -> CallBreaker {
    let mut breaker = CallBreaker::new(config.clone()).expect("the settings hold");
    for now in 0..5 {
        let permit = breaker.try_acquire(now).expect("closed");
        assert!(matches!(breaker.record(permit, Outcome::Failure, 0, now), Recorded::Counted(_)));
    }
    breaker
}

#[test]
fn states_that_no_breaker_can_be_in_are_refused() {
    let config = CallConfig::default();
    let state = serde_json::to_value(tripped(&config).snapshot(5)).expect("a document");
    let cases = [
        ("/schema_version", json!("v9"), "schema_version: expected `tsfm_gate.breaker.call.v1`, found `v9`"),
        ("/level", json!(64), "level: expected at most 63, found 64"),
        (
            "/phase/open/opened_by/cause",
            json!("probes_passed"),
            "phase.open.opened_by.cause: expected a cause that opens, found probes_passed",
        ),
        (
            "/phase/open/opened_by/counts",
            json!({"total": 1, "failed": 2, "slow": 0}),
            "phase.open.opened_by.counts: expected no more bad calls than calls, found 2 failed, 0 slow of 1",
        ),
    ];
    for (place, value, message) in cases {
        let mut damaged = state.clone();
        match damaged.pointer_mut(place) {
            Some(there) => *there = value,
            None => damaged["level"] = value,
        }
        let damaged: CallState = serde_json::from_value(damaged).expect("the fields are known");
        let answer = CallBreaker::restore(config.clone(), damaged, 0, 0).map_err(|error| error.to_string());
        assert_eq!(answer.err().as_deref(), Some(message));
    }
}

#[test]
fn new_settings_keep_what_runs_and_refused_ones_change_nothing() {
    let config = CallConfig::default();
    let mut breaker = tripped(&config);
    let before = breaker.status(10);
    let never = CallConfig { consecutive_failures: None, ..config.clone() };
    assert!(breaker.reconfigure(never, 10).is_err());
    assert_eq!(breaker.status(10), before);

    let longer = CallConfig { open_ms: 600_000, ..config };
    breaker.reconfigure(longer, 10).expect("the settings hold");
    assert_eq!(breaker.status(10).remaining_ns, before.remaining_ns);
}

#[test]
fn an_open_time_without_end_ends_by_command() {
    let config = CallConfig { open_ms: u64::MAX, ..CallConfig::default() };
    let mut breaker = tripped(&config);
    assert_eq!(breaker.try_acquire(u64::MAX).expect_err("open").retry_after, None);
    assert!(breaker.reset(u64::MAX).is_some());
    assert!(breaker.try_acquire(u64::MAX).is_ok());
}
