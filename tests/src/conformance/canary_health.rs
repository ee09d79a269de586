//! The upstream rules about the health of a canary: promoter, card and rehearsal.
//!
//! A legacy reading: `pass`, `burst` and `samples` of a window are taken as given. `pass` that is `true` is green, `false` is
//! judged bad, anything else is not green. Each of upstream's rules asks for a part of ours, with its own limits: only the
//! promoter looks at times. Not compared: exit codes and files of the jobs, which are the command line's; upstream's
//! sentences.
//!
//! Step adjustment, comparison of two arms, the rule over their difference, and the traffic controller are nobody's here: the
//! gate does not set traffic, and compares arms by the burst and by the policy's own rules.

use std::str::FromStr;

use gate_core::Decision;
use gate_core::cutover::canary_health::{
    CanaryHealth, HealthProblem, HealthRule, HealthWindow, WindowState, canary_not_measured, judge,
};
use gate_core::cutover::promoter::{PromoterAction, promoter};
use gate_core::cutover::promotion::PromotionFacts;
use gate_core::cutover::{Check, CheckState};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Outcome, Row};

#[derive(Deserialize)]
struct Fields {
    input: Value,
    expect: Value,
}

/// Replays a decision, a run of the promoter, a card or a check of the rehearsal.
///
/// # Errors
/// When the row is malformed.
pub fn replay(row: &Row) -> serde_json::Result<Outcome> {
    let Fields { input, expect } = row.fields()?;
    Ok(match row.op() {
        "canary.decide" => decide(&input, &expect),
        "canary.auto_promote" => auto_promote(&input, &expect),
        "canary.card" => compare_card(&expect, &card(&input["evidence_text"])),
        "canary.rehearsal_check" => rehearsal(&input, &expect),
        other => Outcome::OutOfScope(format!(
            "{other} (the gate sets no traffic and judges arms by its own rules)"
        )),
    })
}

fn decide(input: &Value, expect: &Value) -> Outcome {
    let (Ok(rule), Some(windows)) = (promoter_rule(&input["env"]), windows(&input["evidence_text"])) else {
        return Outcome::of("decision", &expect["decision"], &json!("refused"));
    };
    match judge(&windows, &rule) {
        Ok(health) => Outcome::of("decision", &expect["decision"], &json!(word(health.decision))),
        Err(error) => Outcome::of("decision", &expect["decision"], &json!(format!("refused: {error}"))),
    }
}

fn auto_promote(input: &Value, expect: &Value) -> Outcome {
    let env = &input["env"];
    let facts = PromotionFacts {
        environment: [env["DECISIONOS_AUTOPROMOTE_ENABLE"].as_str(), env["DECISIONOS_AUTOPROMOTE"].as_str()],
        marker: input["marker"].as_str(),
        file: None,
    };
    let health = match (&input["evidence_text"], promoter_rule(env)) {
        (Value::Null, _) => None,
        (text, Ok(rule)) => match windows(text).map(|windows| judge(&windows, &rule)) {
            Some(Ok(health)) => Some(health),
            refused => return refusal(&facts, expect, &format!("{refused:?}")),
        },
        (_, Err(why)) => return refusal(&facts, expect, &why),
    };
    let action = match promoter(&facts, health.as_ref()) {
        PromoterAction::Disabled => "disabled",
        PromoterAction::EvidenceMissing => "evidence_missing",
        PromoterAction::Hold => "hold",
        PromoterAction::Abort => "abort",
        PromoterAction::Promote => "promote",
    };
    Outcome::of("decision", &expect["decision"], &json!(action))
}

/// What cannot be judged stops nothing that is switched off.
fn refusal(facts: &PromotionFacts<'_>, expect: &Value, why: &str) -> Outcome {
    let action = if promoter(facts, None) == PromoterAction::Disabled { "disabled" } else { why };
    Outcome::of("decision", &expect["decision"], &json!(action))
}

const fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Promote => "promote",
        Decision::Hold => "hold",
        Decision::Rollback => "abort",
    }
}

/// The card's check from the text of the evidence.
pub(super) fn card(evidence: &Value) -> Check {
    if evidence.is_null() {
        return canary_not_measured("there is no evidence");
    }
    match windows(evidence) {
        None => canary_not_measured("the evidence cannot be read"),
        Some(windows) => {
            let rule = HealthRule { min_minutes: 0, ..HealthRule::default() };
            judge(&windows, &rule).expect("a rule that can be kept").check()
        }
    }
}

/// State and figures, and the sentence of a good one.
pub(super) fn compare_card(expect: &Value, found: &Check) -> Outcome {
    let state = found.state.as_str();
    Outcome::of("state", &expect["state"], &json!(state))
        .and(|| match expect["details"].as_object() {
            Some(details) => {
                Outcome::of("windows", &details["windows"], &found.details["windows"]).and(|| {
                    Outcome::of("burst", &details["max_burst"].as_f64(), &found.details["max_burst"].as_f64())
                })
            }
            None => Outcome::Same,
        })
        .and(|| match found.state {
            CheckState::Healthy => Outcome::of("message", &expect["message"], &json!(found.message)),
            _ => Outcome::Same,
        })
}

fn rehearsal(input: &Value, expect: &Value) -> Outcome {
    let rule = rehearsal_rule(&input["env"]).ok();
    let windows = windows(&input["evidence_text"]);
    let promotes = |windows: &[HealthWindow]| {
        let health = rule.and_then(|rule| judge(windows, &rule).ok());
        health.is_some_and(|health| health.decision == Decision::Promote)
    };
    let (passed, found) = (expect["exit_code"] == 0, windows.as_deref().is_some_and(promotes));
    // Upstream counted the requests of the last window alone.
    if passed && !found && windows.is_some_and(|windows| promotes(&with_enough_before_the_last(windows))) {
        return Outcome::Departure("CN21");
    }
    Outcome::of("passes", &passed, &found)
}

/// The same windows, as if all but the last had as many requests as anybody could ask for.
fn with_enough_before_the_last(mut windows: Vec<HealthWindow>) -> Vec<HealthWindow> {
    if let Some((_, earlier)) = windows.split_last_mut() {
        for window in earlier {
            window.samples = Some(u64::MAX);
        }
    }
    windows
}

/// Whether the preflight calls the canary healthy.
pub(super) fn preflight(evidence: &Value) -> Option<CanaryHealth> {
    let rule = HealthRule { min_samples: 0, min_minutes: 0, ..HealthRule::default() };
    let mut health = windows(evidence).and_then(|windows| judge(&windows, &rule).ok())?;
    // It reads no samples.
    health.findings.retain(|finding| finding.problem != HealthProblem::SamplesShort);
    Some(health)
}

fn rehearsal_rule(env: &Value) -> Result<HealthRule, String> {
    Ok(HealthRule {
        windows: setting(env, "DECISIONOS_CANARY_REQUIRED_PASSES", 3)?,
        max_burst: setting(env, "DECISIONOS_CANARY_MAX_BURST", 1.5)?,
        min_samples: setting(env, "DECISIONOS_CANARY_MIN_SAMPLES", 100)?,
        min_minutes: 0,
    })
}

fn promoter_rule(env: &Value) -> Result<HealthRule, String> {
    let rule = HealthRule {
        windows: setting(env, "DECISIONOS_CANARY_REQUIRED_PASSES", 3)?,
        max_burst: setting(env, "DECISIONOS_CANARY_MAX_BURST", 0.0)?,
        min_samples: 100,
        min_minutes: setting(env, "DECISIONOS_AUTOPROMOTE_MIN_OBSERVATION_MIN", 30)?,
    };
    rule.validate().map(|()| rule).map_err(|error| error.to_string())
}

fn setting<T: FromStr>(env: &Value, name: &str, otherwise: T) -> Result<T, String> {
    match env[name].as_str() {
        Some(text) => text.parse().map_err(|_| format!("{name}: expected a number, found {text:?}")),
        None => Ok(otherwise),
    }
}

/// The windows of the evidence; none if it cannot be read.
fn windows(text: &Value) -> Option<Vec<HealthWindow>> {
    // JSON of Python has words for what is not finite; as texts they are no numbers below.
    let text =
        text.as_str()?.replace("-Infinity", "\"-\"").replace("Infinity", "\"inf\"").replace("NaN", "\"nan\"");
    let evidence: Value = serde_json::from_str(&text).ok()?;
    let canary = match evidence.as_object()?.get("canary") {
        None => return Some(Vec::new()),
        Some(canary) => canary.as_object()?,
    };
    let Some(windows) = canary.get("windows") else { return Some(Vec::new()) };
    windows.as_array()?.iter().map(window).collect()
}

fn window(window: &Value) -> Option<HealthWindow> {
    let fields = window.as_object()?;
    let state = match fields.get("pass") {
        Some(Value::Bool(true)) => WindowState::Green,
        Some(Value::Bool(false)) => WindowState::Violated,
        _ => WindowState::NotGreen,
    };
    let burst = match fields.get("burst") {
        Some(Value::String(word)) if word == "inf" => Some(f64::INFINITY),
        other => other.and_then(Value::as_f64),
    };
    #[expect(clippy::cast_possible_truncation, reason = "instants of this century")]
    let at = fields.get("timestamp_unix").and_then(Value::as_f64).map(|seconds| (seconds * 1e3) as i64);
    let samples = fields.get("samples").and_then(Value::as_u64);
    Some(HealthWindow { state, burst, samples, from_ms: at, to_ms: at })
}
