//! Budgets: the properties on generated steps, and the cases of `tests/cases/budgets.json`.
//!
//! A case has `op` (`time` or `risk`), `input` with the configuration and the steps, and as `expect` one object per step
//! with `answer` and with what is worth saying of the `status` after it; or, for a configuration that is refused,
//! the `error`.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;

use gate_core::GateError;
use gate_core::breaker::risk_budget::{RiskBudget, RiskLimits};
use gate_core::breaker::time_budget::{Accounting, TimeBudget, TimeBudgetConfig};
use gate_core::document::{from_json_tree, from_node};
use gate_tests::budgets::properties::{self as must, Visits};
use gate_tests::budgets::{risk, time};
use gate_tests::cases::{difference, folder};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    why: String,
    #[serde(default)]
    flaws: Vec<u32>,
    op: String,
    input: Map<String, Value>,
    expect: Value,
}

fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string(folder().join("budgets.json")).expect("a readable case file");
    serde_json::from_str(&text).expect("cases")
}

fn said(error: &GateError) -> Value {
    json!({"code": error.code().as_str(), "message": error.to_string()})
}

fn answered<S: serde::Serialize>(answer: Result<Value, GateError>, status: &S) -> Value {
    let mut seen = match answer {
        Ok(answer) => json!({"answer": answer}),
        Err(error) => json!({"error": said(&error)}),
    };
    seen["status"] = json!(status);
    seen
}

impl Case {
    fn run(&self) -> Result<Value, GateError> {
        let steps = &self.input["steps"];
        Ok(match self.op.as_str() {
            "time" => {
                let mut budget = TimeBudget::from_json(self.input["config"].to_string().as_bytes())?;
                let steps: Vec<time::Step> = serde_json::from_value(steps.clone()).expect("steps");
                let take = |step: &time::Step| {
                    let answer = time::take(&mut budget, step);
                    answered(answer, &budget.status(step.t * 1000))
                };
                steps.iter().map(take).collect()
            }
            "risk" => {
                let limits = from_json_tree(self.input["limits"].to_string().as_bytes())?;
                let limits: RiskLimits = from_node(&limits)?;
                let figure = |name: &str| self.input.get(name).and_then(Value::as_i64).unwrap_or(0);
                let mut budget = RiskBudget::with(limits, figure("net"), figure("units").unsigned_abs());
                let steps: Vec<risk::Step> = serde_json::from_value(steps.clone()).expect("steps");
                let take = |step: &risk::Step| answered(risk::take(&mut budget, step), &budget.status());
                steps.iter().map(take).collect()
            }
            other => panic!("`{other}` is no budget"),
        })
    }
}

#[test]
fn the_cases_hold() {
    let mut wrong = Vec::new();
    for case in cases() {
        let seen = case.run().unwrap_or_else(|error| json!({"error": said(&error)}));
        if let Some(difference) = difference(&case.expect, &seen, &case.name) {
            wrong.push(format!("{difference} ({})", case.why));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn names_are_unique_and_every_flaw_of_budgets_is_shown() {
    let cases = cases();
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len());
    let flaws: BTreeSet<u32> = cases.iter().flat_map(|case| case.flaws.iter().copied()).collect();
    assert!(flaws.into_iter().eq(17..=23));
}

/// Every departure of the two domains names a case that is there.
#[test]
fn departures_name_cases() {
    let text = include_str!("../departures.json");
    let departures: Value = serde_json::from_str(text).expect("departures");
    let cases = cases();
    for domain in ["time_budget", "risk_guard"] {
        let flaws = departures[domain].as_object().expect("a domain");
        assert!(!flaws.is_empty());
        for departure in flaws.values() {
            let name =
                departure["case"].as_str().expect("a case").strip_prefix("budgets/").expect("our cases");
            assert!(cases.iter().any(|case| case.name == name), "no case `{name}`");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn time_budgets_add_up(bytes in vec(any::<u8>(), 0..240)) {
        must::time_budget_adds_up(&bytes, &mut Visits::new());
    }

    #[test]
    fn risk_budgets_keep_their_limits(bytes in vec(any::<u8>(), 0..240)) {
        must::risk_budget_keeps_its_limits(&bytes, &mut Visits::new());
    }
}

/// A property that never reaches a state says nothing about it.
#[test]
fn every_state_is_visited() {
    type Property = fn(&[u8], &mut Visits);
    let properties: [(Property, usize); 2] =
        [(must::time_budget_adds_up, 15), (must::risk_budget_keeps_its_limits, 11)];
    for (property, states) in properties {
        let (mut visits, mut runner) = (Visits::new(), TestRunner::deterministic());
        for _ in 0..400 {
            let bytes = vec(any::<u8>(), 240).new_tree(&mut runner).expect("bytes").current();
            property(&bytes, &mut visits);
        }
        assert!(visits.len() == states && visits.values().all(|seen| *seen >= 10), "{visits:#?}");
    }
}

#[test]
fn no_damage_to_a_state_is_forgiven() {
    let mut runner = TestRunner::deterministic();
    let bytes = vec(any::<u8>(), 240).new_tree(&mut runner).expect("bytes").current();
    for state in must::time_budget_states(&bytes).iter().step_by(4) {
        assert!(TimeBudget::restore(must::small(), state, 0, 0).is_ok(), "{state:?}");
        damage(json!(state).to_string().as_bytes(), must::time_budget_state_bytes);
    }
    let states = [
        r#"{"schema_version":"tsfm_gate.breaker.risk_budget.v1","net":-900,"committed":50,"units":3}"#,
        r#"{"schema_version":"tsfm_gate.breaker.risk_budget.v1","net":7,"committed":0,"units":5,"stop":{"first":"loss","breaches":{"loss":{"limit":10,"observed":12,"pending":2}}}}"#,
    ];
    for state in states {
        damage(state.as_bytes(), must::risk_budget_state_bytes);
    }
}

/// Where each part counts for itself, time can be owed while other parts keep theirs; where promises are
/// measured against the whole, no run leads there.
#[test]
fn what_is_owed_while_others_have_time_fits_one_accounting_only() {
    let mut budget = TimeBudget::new(must::small()).expect("a budget");
    assert!(budget.start(0));
    let mut state = budget.snapshot(0);
    (state.parts[0].used_ns, state.uncovered_ns) = (20_000, 10_000);
    let whole = TimeBudget::restore(must::small(), &state, 0, 0).expect_err("time is left to pay with");
    let said = "uncovered_ns: expected 0 while other time is left to pay with, found 10000";
    assert_eq!(whole.to_string(), said);
    let apart = TimeBudgetConfig { accounting: Accounting::PerPart, ..must::small() };
    let apart = TimeBudget::restore(apart, &state, 0, 0).expect("such a run");
    assert_eq!(apart.snapshot(0), state);
}

fn damage(bytes: &[u8], property: fn(&[u8])) {
    property(bytes);
    for at in 0..bytes.len() {
        property(&bytes[..at]);
        for bit in 0..8 {
            let mut flipped = bytes.to_vec();
            flipped[at] ^= 1 << bit;
            property(&flipped);
        }
    }
}
