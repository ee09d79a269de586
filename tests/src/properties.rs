//! What must hold for every input: plain functions that proptest, the fuzz targets and the seeds call alike.

use gate_core::canary::compat;
use gate_core::canary::snapshot::SnapshotDoc;
use gate_core::contract::covariates::{Covariate, Declared, Spec};
use gate_core::document::{from_json, from_json_tree, from_node};
use gate_core::explain::explain;
use gate_core::render::{Colour, Format, render};
use gate_core::{Decision, Policy, Snapshot, Verdict};
use serde_json::{Value, json};

use crate::reference::{Answer, judge};
use crate::scenario::{METRICS, Scenario};

/// One of these texts, with a byte in each of some places changed.
#[must_use]
pub fn damaged(texts: &[String], which: usize, changes: &[(usize, u8)]) -> Vec<u8> {
    let mut bytes = texts.get(which % texts.len()).cloned().unwrap_or_default().into_bytes();
    for (at, byte) in changes {
        let at = at % bytes.len();
        bytes.splice(at..=at, [*byte]);
    }
    bytes
}

/// Any bytes: never a panic; what is accepted gives one verdict that reads back, however it was read.
pub fn snapshot_bytes(bytes: &[u8]) {
    let policy = builtin();
    agree_on_errors(bytes);
    let Ok(snapshot) = Snapshot::from_json(bytes) else { return };
    for stage in ["canary_5", "canary_25", "full_100"] {
        if let Ok(verdict) = policy.evaluate(&snapshot, stage, None) {
            verdict_is_sound(&verdict.with_digests(&policy, &snapshot));
        }
    }
}

/// The fast reading and the reading that explains errors accept the same documents with the same content.
fn agree_on_errors(bytes: &[u8]) {
    let slow = from_json_tree(bytes).and_then(|node| from_node::<SnapshotDoc>(&node));
    match (from_json::<SnapshotDoc>(bytes), slow) {
        (Ok(fast), Ok(slow)) => assert_eq!(fast, slow),
        (Err(error), Err(_)) => assert!(!error.expected().is_empty() && !error.found().is_empty()),
        // The tree refuses nesting in ignored places, too, which no document of ours has.
        (fast, slow) => panic!("fast {fast:?}\nslow {slow:?}"),
    }
}

/// The parts of a verdict agree with each other, it reads back, and every rendering ends with one newline.
fn verdict_is_sound(verdict: &Verdict) {
    assert_eq!(verdict.gate_passed, verdict.decision == Decision::Promote);
    assert_eq!(verdict.rollback_triggered, verdict.decision == Decision::Rollback);
    assert_eq!(verdict.rollback_triggered, !verdict.rollback_reasons.is_empty());
    assert_eq!(verdict.gate_passed, verdict.findings.is_empty());
    let coverage = &verdict.coverage;
    assert_eq!(coverage.still_needed_minutes, coverage.needed_minutes.saturating_sub(coverage.clean_minutes));
    assert!(!verdict.gate_passed || coverage.still_needed_minutes == 0);
    for finding in &verdict.findings {
        let listed = verdict.rollback_reasons.iter().chain(&verdict.gate_fail_reasons);
        assert!(listed.into_iter().any(|reason| *reason == finding.reason));
        assert!(!finding.would_pass_if.is_empty());
    }
    let json = render(verdict, Format::Json, Colour::Off);
    assert_eq!(&serde_json::from_str::<Verdict>(&json).expect("a verdict reads back"), verdict);
    for format in [Format::Text, Format::Json, Format::Markdown] {
        let text = render(verdict, format, Colour::Off);
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text:?}");
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    }
}

/// Any bytes: never a panic; an accepted policy reads back as itself, and every reason of it is explained.
pub fn policy_bytes(bytes: &[u8]) {
    let Ok(policy) = Policy::from_json(bytes) else { return };
    let text = serde_json::to_vec(policy.document()).expect("a policy");
    assert_eq!(Policy::from_json(&text).expect("an accepted policy reads back"), policy);
    for reason in policy.reasons() {
        assert!(explain(&reason, &policy).is_ok(), "{reason}");
    }
    assert!(policy.lint().iter().all(|warning| !warning.message.is_empty()));
    for stage in policy.stages() {
        let snapshot =
            json!({"window_minutes": policy.window_minutes(), "metrics": {"error_rate": [0.5, null, 0.0]}});
        let snapshot = Snapshot::from_json(snapshot.to_string().as_bytes()).expect("a snapshot");
        if let Ok(verdict) = policy.evaluate(&snapshot, stage.name(), None) {
            assert_ne!(verdict.decision, Decision::Promote, "a window without a value was promoted");
        }
    }
}

/// Any bytes: the compat reader and evaluator answer or refuse, and never panic.
pub fn compat_bytes(bytes: &[u8]) {
    let Ok(text) = compat::decode(bytes) else { return };
    for stage in compat::STAGES {
        if let Ok(verdict) = compat::evaluate_json(&text, stage) {
            let printed: Value = serde_json::from_str(&verdict.to_stdout()).expect("stdout is JSON");
            assert_eq!(printed["gate_passed"], json!(verdict.exit_code() == 0));
        }
    }
}

/// Any bytes: never a panic; text and tree give one answer; an accepted spec reads back as itself, fits a run that declares
/// all of it, and does not fit one that lacks what it requires.
pub fn covariate_spec_bytes(bytes: &[u8]) {
    let spec = Spec::from_json(bytes);
    if let Ok(tree) = from_json_tree(bytes) {
        assert_eq!(spec, Spec::from_node(&tree));
    }
    let spec = match spec {
        Ok(spec) => spec,
        Err(error) => {
            assert_eq!(error.exit_code(), 24);
            assert!(error.findings().all(|it| !it.expected.is_empty() && !it.found.is_empty()));
            assert!(serde_json::from_str::<Value>(&error.payload()).is_ok());
            return;
        }
    };
    let normal = serde_json::to_vec(&spec).expect("a spec");
    let again = Spec::from_json(&normal).expect("an accepted spec reads back");
    assert!(again.unknown_keys().is_empty());
    assert_eq!(serde_json::to_vec(&again).expect("a spec"), normal);
    let names = |covariates: &[_]| covariates.iter().map(|it: &Covariate| it.name.clone()).collect();
    let mut declared = Declared { dynamic: names(&spec.dynamic), r#static: names(&spec.r#static) };
    let columns = [declared.dynamic.as_slice(), &declared.r#static].concat();
    let enforced =
        spec.enforce(&declared, Some(&columns), "").expect("a run that declares and has everything");
    assert_eq!((&enforced.dynamic, &enforced.r#static), (&declared.dynamic, &declared.r#static));
    if let Some(last) = columns.split_last().map(|(_, fewer)| spec.enforce(&declared, Some(fewer), "")) {
        assert!(last.is_err(), "a declared covariate without a column fits");
    }
    if let Some(lost) = spec.dynamic.iter().position(|covariate| covariate.required) {
        declared.dynamic.remove(lost);
        assert!(
            spec.enforce(&declared, None, "").is_err(),
            "a required covariate was not declared, and it fits"
        );
    }
}

/// Any scenario: the engine and the naive reference agree.
pub fn agrees_with_reference(bytes: &[u8]) {
    let scenario = Scenario::from_bytes(bytes);
    let verdict = evaluate(&scenario);
    verdict_is_sound(&verdict);
    let answer = Answer {
        decision: verdict.decision.as_str(),
        rollback_reasons: verdict.rollback_reasons,
        gate_fail_reasons: verdict.gate_fail_reasons,
        clean_minutes: verdict.coverage.clean_minutes,
    };
    assert_eq!(answer, judge(&scenario), "{scenario:?}");
}

/// A complete, undated snapshot that is exactly as long as its stage asks: all seven upstream fields are equal.
pub fn agrees_with_compat(bytes: &[u8]) {
    let mut scenario = Scenario::from_bytes(bytes);
    let needed = crate::scenario::STAGES[scenario.stage].1;
    scenario.windows.resize_with(needed, || crate::scenario::Window {
        slot: 0,
        values: [Some(0.0); 5],
        samples: 0,
    });
    for window in &mut scenario.windows {
        window.values = window.values.map(|value| value.or(Some(0.0)));
    }
    (scenario.dated, scenario.counted) = (false, false);
    (scenario.now, scenario.stage_started, scenario.drills) = (None, None, Vec::new());
    let text = scenario.snapshot().to_string();
    let upstream = compat::evaluate_json(&text, scenario.stage_name()).expect("upstream accepts it");
    let upstream: Value = serde_json::from_str(&upstream.to_stdout()).expect("JSON");
    let ours = serde_json::to_value(evaluate(&scenario)).expect("a verdict");
    for (field, value) in upstream.as_object().expect("an object") {
        assert_eq!(&ours[field], value, "{field} of {text}");
    }
}

/// Taking evidence away never turns a no into a promotion, and never makes a promotion out of less.
pub fn less_evidence_never_promotes(bytes: &[u8]) {
    let scenario = Scenario::from_bytes(bytes);
    if evaluate(&scenario).decision == Decision::Promote {
        return;
    }
    for metric in 0..METRICS.len() {
        for index in [0, scenario.windows.len() / 2, scenario.windows.len() - 1] {
            let mut poorer = scenario.clone();
            // A breach that nobody measured may end a rollback, but it must not promote inside the period.
            if poorer.windows[index].values[metric].take().is_some() && in_period(&poorer, index) {
                assert_ne!(evaluate(&poorer).decision, Decision::Promote, "{poorer:?}");
            }
        }
    }
}

fn in_period(scenario: &Scenario, index: usize) -> bool {
    let needed = crate::scenario::STAGES[scenario.stage].1 as u64;
    let end = scenario.windows.last().map_or(0, |last| last.slot as u64 + 1);
    let decided = scenario.now.map_or(end, |now| now / 5);
    (decided.saturating_sub(needed)..decided).contains(&(scenario.windows[index].slot as u64))
}

fn evaluate(scenario: &Scenario) -> Verdict {
    let snapshot =
        Snapshot::from_json(scenario.snapshot().to_string().as_bytes()).expect("an acceptable scenario");
    builtin().evaluate(&snapshot, scenario.stage_name(), scenario.instant()).expect("an acceptable scenario")
}

fn builtin() -> Policy {
    Policy::builtin("tsfm-canary").expect("the built-in policy is valid")
}
