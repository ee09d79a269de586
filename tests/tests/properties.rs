//! The properties on generated input, and on every case as a seed.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use gate_core::Policy;
use gate_tests::cases::{self, Op};
use gate_tests::properties as must;
use gate_tests::reference::judge;
use gate_tests::scenario::Scenario;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_agrees_with_the_reference(bytes in vec(any::<u8>(), 0..400)) {
        must::agrees_with_reference(&bytes);
    }

    #[test]
    fn strict_and_compat_agree_on_whole_snapshots(bytes in vec(any::<u8>(), 0..400)) {
        must::agrees_with_compat(&bytes);
    }

    #[test]
    fn less_evidence_never_promotes(bytes in vec(any::<u8>(), 0..200)) {
        must::less_evidence_never_promotes(&bytes);
    }

    #[test]
    fn no_bytes_panic(bytes in vec(any::<u8>(), 0..200)) {
        must::snapshot_bytes(&bytes);
        must::policy_bytes(&bytes);
        must::compat_bytes(&bytes);
        must::covariate_spec_bytes(&bytes);
    }
}

/// Cuts, flips and doublings of a good document reach further than random bytes do.
#[test]
fn no_damage_to_a_case_panics() {
    for case in cases::all().into_iter().filter(|case| case.op == Op::Evaluate) {
        let bytes = case.bytes();
        must::compat_bytes(&bytes);
        must::snapshot_bytes(&bytes);
        if bytes.len() > 4096 {
            continue;
        }
        for at in (0..bytes.len()).step_by(7) {
            must::snapshot_bytes(&bytes[..at]);
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            must::snapshot_bytes(&flipped);
            must::compat_bytes(&flipped);
        }
    }
}

#[test]
fn no_damage_to_a_policy_panics() {
    for case in cases::all().into_iter().filter(|case| case.op == Op::PolicyCheck) {
        let Some(document) = case.policy_document() else { continue };
        let bytes = document.to_string().into_bytes();
        must::policy_bytes(&bytes);
        for at in (0..bytes.len()).step_by(11) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            must::policy_bytes(&flipped);
        }
    }
}

#[test]
fn no_damage_to_a_covariate_spec_panics() {
    let cases = std::fs::read(cases::folder().join("covariates.json")).expect("a readable case file");
    let cases: Vec<serde_json::Value> = serde_json::from_slice(&cases).expect("cases");
    for input in cases.iter().filter_map(|case| case["input"].as_object()) {
        let spec = || input.get("spec").map(|spec| spec.to_string().into_bytes());
        let Some(bytes) = cases::written(input).or_else(spec) else { continue };
        must::covariate_spec_bytes(&bytes);
        if bytes.len() > 4096 {
            continue;
        }
        for at in (0..bytes.len()).step_by(3) {
            must::covariate_spec_bytes(&bytes[..at]);
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            must::covariate_spec_bytes(&flipped);
        }
    }
}

/// A comparison proves nothing about answers that the generator never leads to.
#[test]
fn the_scenarios_reach_every_answer() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut reached = std::collections::BTreeMap::<String, usize>::new();
    for _ in 0..3000 {
        let bytes = vec(any::<u8>(), 0..400).new_tree(&mut runner).expect("bytes").current();
        let answer = judge(&Scenario::from_bytes(&bytes));
        let reasons = answer.rollback_reasons.into_iter().chain(answer.gate_fail_reasons);
        for seen in reasons.chain([answer.decision.to_string()]) {
            *reached.entry(seen).or_default() += 1;
        }
    }
    let policy = Policy::builtin("tsfm-canary").expect("valid");
    let wanted = policy.reasons().into_iter().chain(["promote", "hold", "rollback"].map(String::from));
    let rare: Vec<String> = wanted.filter(|it| reached.get(it).is_none_or(|count| *count < 20)).collect();
    assert!(rare.is_empty(), "{rare:?} are hardly reached: {reached:?}");
}
