//! The cases of `cutover.json`: each check, the canary's health, the rotation of keys, the card and the preflight.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use gate_core::breaker::guard::GUARD_STATE_SCHEMA;
use gate_core::breaker::{
    GuardState, HoldKind, Latch, LatchCause, LatchConfig, MetricBreaker, MetricConfig, Overrides, Signed,
};
use gate_core::cutover::canary_health::{
    CanaryHealth, HealthRule, HealthWindow, WindowState, judge, snapshot_health,
};
use gate_core::cutover::keys::{KeyRule, KeyState, RotationPlan, judge_keys, judge_rotation};
use gate_core::cutover::promoter::promoter;
use gate_core::cutover::promotion::{PromotionFacts, PromotionMode, VARIABLES, promotion};
use gate_core::cutover::readiness::{CARD, RECOVERY, SIGNATURES};
use gate_core::cutover::readyz::{ReadyzFacts, default_max_age, readyz};
use gate_core::cutover::{CardChecks, Check, CheckState, PreflightChecks, breakers};
use gate_core::document::from_json;
use gate_core::render::Colour;
use gate_core::render::readiness::{card_json, dashboard, preflight_json};
use gate_core::time::{Instant, parse_instant};
use gate_core::{GateError, Policy, Snapshot};
use gate_tests::cases::folder;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    why: String,
    #[serde(rename = "flaws")]
    _flaws: Vec<String>,
    op: String,
    input: Value,
    expect: Value,
}

fn read() -> Vec<Case> {
    let text = fs::read_to_string(folder().join("cutover.json")).expect("the cases");
    serde_json::from_str(&text).expect("an array of cases")
}

/// Some instant.
fn noon() -> Instant {
    instant("2025-11-18T10:30:00Z")
}

/// So many seconds before it.
fn before(seconds: i64) -> Instant {
    let of_day = (10 * 60 + 30) * 60 - seconds;
    instant(&format!("2025-11-18T{:02}:{:02}:{:02}Z", of_day / 3600, of_day / 60 % 60, of_day % 60))
}

fn instant(text: &str) -> Instant {
    parse_instant(text, "").expect("an instant")
}

#[test]
fn every_case_is_answered_as_it_says() {
    let mut failed = Vec::new();
    let cases = read();
    for case in &cases {
        let found = answer(case);
        if let Some(difference) = difference(&case.expect, &found) {
            failed.push(format!("{} ({}): {difference}\n  found {found}", case.name, case.why));
        }
    }
    assert!(failed.is_empty(), "{} of {} cases:\n{}", failed.len(), cases.len(), failed.join("\n"));
}

#[test]
fn every_case_has_a_name_of_its_own_and_no_secret_is_echoed() {
    let mut names = BTreeSet::new();
    for case in read() {
        assert!(!answer(&case).to_string().contains("c2VjcmV0"), "{} shows a secret", case.name);
        assert!(names.insert(case.name.clone()), "two cases are called {}", case.name);
    }
    assert!(names.len() > 100, "only {} cases were read", names.len());
}

fn answer(case: &Case) -> Value {
    let input = &case.input;
    match case.op.as_str() {
        "readyz" => shown(&readyz_of(input)),
        "keys" => keys_of(input),
        "key_rule" => key_rule_of(input),
        "rotation" => rotation_of(input),
        "rotation_plan" => rotation_plan_of(input),
        "promotion" => with_facts(input, |facts| shown(&promotion(facts))),
        "rewrite" => {
            let mode = if input["mode"] == "manual" { PromotionMode::Manual } else { PromotionMode::Auto };
            json!({"text": mode.rewrite(input["file"].as_str())})
        }
        "promoter" => promoter_of(input),
        "windows" => {
            let (windows, rule) = windows(input);
            health_of(judge(&windows, &rule))
        }
        "snapshot" => health_of(snapshot_of(input)),
        "breaker" => shown(&breaker_of(input)),
        "card" => card_of(input),
        "preflight" => preflight_of(input),
        other => panic!("unknown op {other}"),
    }
}

/// The fields that a case names; `says` are parts of the message, `faults` parts of the faults.
fn difference(expect: &Value, found: &Value) -> Option<String> {
    let fields = expect.as_object().expect("expectations");
    fields.iter().find_map(|(key, expected)| match key.as_str() {
        "says" => lacks(expected, found["message"].as_str().unwrap_or_default()),
        "faults" => lacks(expected, &found["faults"].to_string()),
        "next" if expected.is_object() => difference(expected, &found["next"]),
        _ => (found.get(key) != Some(expected)).then(|| format!("{key}: expected {expected}")),
    })
}

fn lacks(parts: &Value, text: &str) -> Option<String> {
    let parts = parts.as_array().expect("parts").iter().map(|part| part.as_str().expect("a text"));
    parts.into_iter().find(|part| !text.contains(part)).map(|part| format!("expected to read {part:?}"))
}

fn shown(check: &Check) -> Value {
    json!({"state": check.state, "message": check.message, "details": check.details})
}

fn readyz_of(input: &Value) -> Check {
    let at = before(input["age_s"].as_i64().expect("an age"));
    let facts = match input["failed"].as_str() {
        Some(why) => ReadyzFacts::Failed { why, at },
        None => ReadyzFacts::Answered {
            status: u16::try_from(input["http"].as_u64().expect("a status")).expect("a status"),
            body: input["body"].as_str().expect("a body").as_bytes(),
            at,
        },
    };
    readyz(facts, default_max_age(), noon())
}

fn keys_of(input: &Value) -> Value {
    let list = match &input["list"] {
        Value::Null => None,
        Value::String(text) if input["text"] == true => Some(text.clone()),
        list => Some(list.to_string()),
    };
    let now = instant(input["now"].as_str().expect("now"));
    let report = judge_keys(list.as_deref().map(str::as_bytes), KeyRule::default(), now);
    let mut found = shown(&report.check());
    found["level"] = json!(report.level());
    found["keys"] = report.keys.iter().map(|key| json!(key.level)).collect();
    found
}

fn key_rule_of(input: &Value) -> Value {
    let pair = |key: &str| [input[key][0].as_str(), input[key][1].as_str()];
    match KeyRule::from_texts(pair("typed"), pair("env")) {
        Ok(rule) => json!({"warn_days": rule.warn_days(), "critical_days": rule.critical_days()}),
        Err(error) => json!({"error": error.to_string()}),
    }
}

fn rotation_of(input: &Value) -> Value {
    let plan: RotationPlan = from_json(input["plan"].to_string().as_bytes()).expect("a plan");
    let states = input["actual"].as_object().expect("states");
    let actual: Vec<(&str, KeyState)> = states
        .iter()
        .map(|(id, state)| (id.as_str(), KeyState::parse(state.as_str().expect("a word")).expect("a state")))
        .collect();
    let next = plan.next_step(&actual, instant(input["now"].as_str().expect("now")));
    let next = match next {
        Ok(next) => json!({"next": next}),
        Err(error) => json!({"error": error.to_string()}),
    };
    let mut found = match plan.prove() {
        Ok(phases) => {
            let phases: Vec<Value> = phases.iter().map(|phase| json!([phase.signs, phase.verify])).collect();
            json!({"phases": phases})
        }
        Err(faults) => json!({"faults": faults}),
    };
    found.as_object_mut().expect("fields").extend(next.as_object().expect("fields").clone());
    found
}

fn rotation_plan_of(input: &Value) -> Value {
    let plan: RotationPlan = from_json(input["plan"].to_string().as_bytes()).expect("a plan");
    let now = instant(input["now"].as_str().expect("now"));
    let list = input.get("keys").map(|keys| keys.to_string().into_bytes());
    let keys = list.map(|list| judge_keys(Some(&list), KeyRule::default(), now));
    shown(&judge_rotation(&plan, keys.as_ref(), now).check())
}

fn with_facts(input: &Value, ask: impl Fn(&PromotionFacts<'_>) -> Value) -> Value {
    let environment = VARIABLES.map(|name| input["environment"][name].as_str());
    ask(&PromotionFacts { environment, marker: input["marker"].as_str(), file: input["file"].as_str() })
}

fn promoter_of(input: &Value) -> Value {
    let health = input["windows"].as_array().map(|_| {
        let (windows, rule) = windows(input);
        judge(&windows, &rule).expect("a rule")
    });
    with_facts(input, |facts| json!({"action": promoter(facts, health.as_ref())}))
}

fn windows(input: &Value) -> (Vec<HealthWindow>, HealthRule) {
    let mut rule = HealthRule::default();
    if let Some(windows) = input["rule"]["windows"].as_u64() {
        rule.windows = usize::try_from(windows).expect("a count");
    }
    if let Some(minutes) = input["rule"]["min_minutes"].as_u64() {
        rule.min_minutes = minutes;
    }
    let windows = input["windows"].as_array().expect("windows").iter().map(window).collect();
    (windows, rule)
}

fn window(given: &Value) -> HealthWindow {
    let state = match given["state"].as_str().expect("a state") {
        "green" => WindowState::Green,
        "violated" => WindowState::Violated,
        _ => WindowState::NotGreen,
    };
    let burst = match &given["burst"] {
        Value::String(word) => Some(word.parse().expect("a number")),
        number => number.as_f64(),
    };
    let milliseconds = |key: &str| given[key].as_i64().map(|minutes| minutes * 60_000);
    let from_ms = milliseconds("at_min");
    let to_ms = milliseconds("to_min").or(from_ms);
    HealthWindow { state, burst, samples: given["samples"].as_u64(), from_ms, to_ms }
}

fn health_of(health: Result<CanaryHealth, GateError>) -> Value {
    let health = match health {
        Ok(health) => health,
        Err(error) => return json!({"error": error.to_string()}),
    };
    let mut found = shown(&health.check());
    // The check has a state; that word would be taken for the verdict of the stage.
    assert_eq!(found["details"].get("decision"), None);
    found["decision"] = json!(health.decision);
    let mut problems: Vec<_> = health.findings.iter().map(|finding| finding.problem).collect();
    problems.dedup_by(|one, other| one == other && health.windows > 2);
    found["problems"] = json!(problems);
    found["max_burst"] = found["details"]["max_burst"].clone();
    found
}

fn snapshot_of(input: &Value) -> Result<CanaryHealth, GateError> {
    let policy = Policy::builtin("tsfm-canary").expect("built in");
    let snapshot = Snapshot::from_json(input["snapshot"].to_string().as_bytes()).expect("a snapshot");
    let now = input["now"].as_str().map(instant);
    snapshot_health(
        &policy,
        &snapshot,
        input["stage"].as_str().expect("a stage"),
        &HealthRule::default(),
        now,
    )
}

fn breaker_of(input: &Value) -> Check {
    if let Some(text) = input.get("text") {
        return breakers::metric_breaker(text.as_str().map(str::as_bytes), None);
    }
    let mut state = json!(MetricBreaker::new(&MetricConfig::default()).expect("settings").snapshot(0));
    state["state"] = input["state"].clone();
    if input["looked"] == true {
        state["judged_ns"] = json!(0);
    }
    if input["state"] == "disabled_auto" {
        state["cause"] = json!({"kind": "breach", "rate": {"failed": 12, "total": 100, "limit_percent": 5.0}, "p99": null});
    }
    let mut overrides = Overrides::default();
    if input["hold"] == "off" {
        let signed = Signed::new("anna", "looks odd").expect("a signature");
        overrides.hold(signed, HoldKind::Off, None, 0).expect("a hold");
    }
    let holds = overrides.snapshot(0);
    let Some(latched) = input["latched"].as_bool() else {
        return breakers::metric_breaker(
            Some(state.to_string().as_bytes()),
            Some(json!(holds).to_string().as_bytes()),
        );
    };
    let mut latch = Latch::new(LatchConfig::default()).expect("settings");
    if latched {
        latch.trip(LatchCause::StateLost("somewhere".to_owned()), 0);
    }
    let guard = GuardState {
        schema_version: GUARD_STATE_SCHEMA.to_owned(),
        overrides: holds,
        latch: Some(latch.snapshot(0)),
        metric: Some(serde_json::from_value(state).expect("a state")),
        ladder: None,
        call: None,
    };
    breakers::guard(Some(json!(guard).to_string().as_bytes()))
}

/// Checks in the states of the case, null for one that was not run, under their own names or the one of the case.
fn checks(input: &Value) -> Vec<Option<Check>> {
    let at = before(input["age_s"].as_i64().unwrap_or(0));
    let message = input["message"].as_str().unwrap_or("as the case has it");
    let check = |(state, name): (&Value, &str)| {
        let state: Option<CheckState> = serde_json::from_value(state.clone()).expect("a state");
        let name = input["named"].as_str().unwrap_or(name);
        Some(Check::new(name, state?, message).observed(Some(at)))
    };
    let names = CARD.into_iter().chain([RECOVERY, SIGNATURES]);
    input["states"].as_array().expect("states").iter().zip(names).map(check).collect()
}

fn six(mut checks: impl Iterator<Item = Option<Check>>) -> CardChecks {
    let mut next = || checks.next().expect("six checks");
    CardChecks {
        readyz: next(),
        evidence: next(),
        keys: next(),
        breaker: next(),
        canary: next(),
        promotion: next(),
    }
}

fn card_of(input: &Value) -> Value {
    let card = six(checks(input).into_iter()).card(noon(), default_max_age()).expect("a card");
    let mut found: Value = serde_json::from_str(&card_json(&card)).expect("JSON");
    assert_eq!(found["checks"].as_array().map(Vec::len), Some(6), "every check is reported");
    found["healthy"] = found["metrics"]["healthy"].clone();
    found
}

fn preflight_of(input: &Value) -> Value {
    let mut given = checks(input).into_iter();
    let card = six(given.by_ref());
    let (recovery, signatures) = (given.next().expect("eight"), given.next().expect("eight"));
    let report = PreflightChecks { card, recovery, signatures };
    let report = report.report(noon(), default_max_age()).expect("a report");
    let mut found: Value = serde_json::from_str(&preflight_json(&report)).expect("JSON");
    assert_eq!(found["checks"].as_array().map(Vec::len), Some(9), "every check is reported");
    for key in ["total", "passed", "failed"] {
        found[key] = found["summary"][key].clone();
    }
    found
}

/// The example of the work order, line by line.
#[test]
fn the_dashboard_looks_like_the_documents_example() {
    let messages = [
        "All systems operational",
        "15 entries verified",
        "1 active, 0 grace",
        "Enabled and operational",
        "3 green windows, burst=0.80x",
        "Manual promotion enforced",
    ];
    let check = |(name, message)| Some(Check::new(name, CheckState::Healthy, message).observed(Some(noon())));
    let card =
        six(CARD.into_iter().zip(messages).map(check)).card(noon(), default_max_age()).expect("a card");
    let rule = "=".repeat(60);
    let names: BTreeMap<usize, &str> =
        card.checks.iter().map(|check| check.name.as_str()).enumerate().collect();
    let lines: Vec<String> = messages
        .iter()
        .enumerate()
        .map(|(index, message)| format!("✓ {:<25} [healthy   ] {message}", names[&index]))
        .collect();
    let expected = format!(
        "{rule}\n  CUTOVER READINESS DASHBOARD\n{rule}\n  Overall: HEALTHY\n  Go/No-Go: GO\n  \
         Timestamp: 2025-11-18T10:30:00Z\n{rule}\n\n{}\n\n{rule}\n  Metrics: 6/6 healthy\n{rule}\n",
        lines.join("\n")
    );
    assert_eq!(dashboard(&card, Colour::Off), expected);
    assert_eq!(
        names.into_values().collect::<Vec<_>>(),
        [
            "Readyz Endpoint",
            "Evidence Integrity",
            "Key Rotation",
            "PII Circuit Breaker",
            "Canary Health",
            "Promotion Mode"
        ]
    );
}
