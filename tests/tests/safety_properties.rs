//! The properties of the panic stop and the safe mode on generated events, and that these reach every state.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::cell::RefCell;

use gate_tests::properties_safety::{self as must, Visited};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// Runs a property on many events, and demands that each of the states was visited.
fn reaches(property: fn(&[u8]) -> Visited, states: &[&str]) {
    let config = ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() };
    let all = RefCell::new(Visited::new());
    let run = TestRunner::new(config).run(&vec(any::<u8>(), 0..160), |bytes| {
        for (state, times) in property(&bytes) {
            *all.borrow_mut().entry(state).or_default() += times;
        }
        Ok(())
    });
    run.expect("the property holds");
    let all = all.into_inner();
    for state in states {
        let times = all.get(state).copied().unwrap_or(0);
        assert!(times >= 20, "{state}: visited {times} times; all: {all:?}");
    }
    assert_eq!(all.len(), states.len(), "a state that nobody expects: {all:?}");
}

#[test]
fn a_latch_is_as_its_model() {
    let kinds =
        ["reading_low", "reading_unreadable", "reading_missing", "reading_overdue", "command", "condition"];
    let states: Vec<&str> = kinds.into_iter().chain(["clear", "let go", "reset while asserted"]).collect();
    reaches(must::latch_events, &states);
}

#[test]
fn a_damaged_latch_holds() {
    reaches(must::damaged_latch, &["held", "clear"]);
}

#[test]
fn a_safe_mode_is_as_its_model() {
    let states = ["panic", "after a panic", "failed", "degraded", "named", "operator", "on", "off"];
    reaches(must::safe_mode_events, &states);
}
