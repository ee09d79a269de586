//! The upstream readiness card, its checks, the preflight and the switch of promotion.
//!
//! The adapter hands each document to our check of the same name, and shows state and figures; the sentences are ours. The
//! evidence of a card is judged elsewhere, so its recorded state goes in as a fact. A preflight of upstream knows no
//! pending: what is not go is no-go.
//!
//! Out of scope: `readyz_checks` and `readyz_window` are the service's own counting behind its answer, of which the gate
//! sees only the answer; `evidence_check` belongs to the evidence.

use std::fmt::Write as _;

use gate_core::breaker::{
    HoldKind, MetricBreaker, MetricBreakerState, MetricCause, MetricConfig, MetricState, Overrides,
    RateBreach, Signed,
};
use gate_core::cutover::breakers::{BREAKER, metric_breaker};
use gate_core::cutover::canary_health::{HealthProblem, canary_not_measured};
use gate_core::cutover::keys::{KEYS, KeyRule, judge_keys};
use gate_core::cutover::promotion::{PROMOTION, PromotionFacts, PromotionMode, promotion};
use gate_core::cutover::readiness::{CARD, CardChecks, EVIDENCE, PreflightChecks, RECOVERY, SIGNATURES};
use gate_core::cutover::readyz::{READY_WORDS, READYZ, ReadyzFacts, default_max_age, readyz};
use gate_core::cutover::{Card, Check, CheckState};
use gate_core::render::Colour;
use gate_core::render::readiness::{check_line, summary_line};
use gate_core::time::{Instant, parse_instant};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Outcome, Row, canary_health};

#[derive(Deserialize)]
struct Fields {
    input: Value,
    expect: Value,
}

/// Replays one check, a card, a preflight or a row of commands to the switch.
///
/// # Errors
/// When the row is malformed.
pub fn replay(row: &Row) -> serde_json::Result<Outcome> {
    let Fields { input, expect } = row.fields()?;
    Ok(match row.op() {
        "readiness.aggregate" => aggregate(&input, &expect),
        "readiness.card" => card(&input, &expect),
        "readiness.readyz_check" => compare(&expect, &answer(&input, now())),
        "readiness.breaker_check" => compare(&expect, &breaker(&input["state_file"])),
        "readiness.promotion_check" => compare(&expect, &switch(&input["env"], &input["marker"])),
        "readiness.key_check" => compare(&expect, &keys(&input["env"], now())),
        "readiness.readyz_gate" => gate(&input, &expect),
        "promotion.configure" => configure(&input, &expect),
        "preflight.run" => preflight(&input, &expect),
        "readiness.readyz_checks" | "readiness.readyz_window" => {
            Outcome::OutOfScope(format!("{} (inside the service, not the gate)", row.op()))
        }
        other => Outcome::OutOfScope(other.to_owned()),
    })
}

/// Some instant; rows without a clock judge what was measured just now.
fn now() -> Instant {
    parse_instant("2025-11-18T10:30:00Z", "").expect("an instant")
}

fn compare(expect: &Value, found: &Check) -> Outcome {
    Outcome::of("state", &expect["state"], &json!(found.state))
}

fn aggregate(input: &Value, expect: &Value) -> Outcome {
    let now = parse_instant(input["now"].as_str().expect("now"), "").expect("an instant");
    let texts = |key: &str| input[key].as_array().expect("six").clone();
    let check = |((name, state), message): ((&str, Value), Value)| {
        let state: CheckState = serde_json::from_value(state).expect("a state");
        Check::new(name, state, message.as_str().expect("a message")).observed(Some(now))
    };
    let states = CARD.into_iter().zip(texts("states"));
    let checks: Vec<Check> = states.zip(texts("messages")).map(check).collect();
    let card = six(&checks).card(now, default_max_age()).expect("a card");
    let lines: Vec<String> = card.checks.iter().map(|check| check_line(check, Colour::Off)).collect();
    compare_card(expect, &card)
        .and(|| Outcome::of("lines", &expect["check_lines"], &json!(lines)))
        .and(|| Outcome::of("summary", &expect["summary_line"], &json!(summary_line(&card))))
}

fn six(checks: &[Check]) -> CardChecks {
    let check = |index: usize| checks.get(index).cloned();
    CardChecks {
        readyz: check(0),
        evidence: check(1),
        keys: check(2),
        breaker: check(3),
        canary: check(4),
        promotion: check(5),
    }
}

fn compare_card(expect: &Value, card: &Card) -> Outcome {
    let instant = |text: &Value| text.as_str().and_then(|text| parse_instant(text, "").ok());
    Outcome::of("overall", &expect["overall_state"], &json!(card.overall_state))
        .and(|| Outcome::of("answer", &expect["go_no_go"], &json!(card.go_no_go)))
        .and(|| Outcome::of("metrics", &expect["metrics"], &json!(card.metrics)))
        .and(|| Outcome::of("timestamp", &instant(&expect["timestamp"]), &Some(card.timestamp)))
}

fn card(input: &Value, expect: &Value) -> Outcome {
    let now = parse_instant(input["now"].as_str().expect("now"), "").expect("an instant");
    let expected = expect["checks"].as_array().expect("six checks");
    let recorded: CheckState = serde_json::from_value(expected[1]["state"].clone()).expect("a state");
    let dated = |check: Check| Some(check.observed(Some(now)));
    let checks = CardChecks {
        readyz: dated(answer(&input["readyz"], now)),
        evidence: dated(Check::new(EVIDENCE, recorded, "judged elsewhere")),
        keys: dated(keys(&input["env"], now)),
        breaker: dated(breaker(&input["breaker_file"])),
        canary: dated(canary_health::card(&input["evidence_text"])),
        promotion: dated(switch(&input["env"], &input["marker"])),
    };
    let card = checks.card(now, default_max_age()).expect("a card");
    let mut outcome = Outcome::of("checks", &expected.len(), &card.checks.len());
    for (expected, found) in expected.iter().zip(&card.checks) {
        let differs = expected["state"] != json!(found.state);
        if let (true, Some(flaw)) = (differs, known_departure(expected, found)) {
            return Outcome::Departure(flaw);
        }
        outcome = outcome
            .and(|| Outcome::of("name", &expected["name"], &json!(found.name)))
            .and(|| Outcome::of(&found.name, &expected["state"], &json!(found.state)));
    }
    outcome.and(|| compare_card(expect, &card))
}

/// Rows of the whole card are tagged with the flaw of the card alone; its checks show those of their own.
fn known_departure(expected: &Value, found: &Check) -> Option<&'static str> {
    let was = expected["state"].as_str()?;
    let says_ready = || found.details["word"].as_str().is_some_and(|word| READY_WORDS.contains(&word));
    let finds = |problem: HealthProblem| {
        let findings = found.details["findings"].as_array().into_iter().flatten();
        findings.into_iter().any(|finding| finding["problem"] == json!(problem))
    };
    match (found.name.as_str(), was, found.state) {
        ("Readyz Endpoint", "healthy", CheckState::Unhealthy) if says_ready() => Some("RZ4"),
        ("Readyz Endpoint", "unhealthy", CheckState::Healthy) => Some("RZ1"),
        ("Readyz Endpoint", "unhealthy", CheckState::Degraded) => Some("RZ3"),
        ("Key Rotation", ..) => Some("RD1"),
        ("PII Circuit Breaker", _, CheckState::Unhealthy) => Some("PB2"),
        ("Canary Health", "healthy", CheckState::Degraded) if finds(HealthProblem::SamplesShort) => {
            Some("CN8")
        }
        ("Canary Health", "healthy", CheckState::Degraded) if finds(HealthProblem::TooFewWindows) => {
            Some("CN17")
        }
        _ => None,
    }
}

fn answer(input: &Value, now: Instant) -> Check {
    let body = input["body"].as_str().unwrap_or_default().as_bytes();
    let status = input["http"].as_u64().and_then(|status| u16::try_from(status).ok());
    let facts = match status {
        Some(status) => ReadyzFacts::Answered { status, body, at: now },
        None => ReadyzFacts::Failed { why: "no answer", at: now },
    };
    readyz(facts, default_max_age(), now)
}

/// The gate lets through what is healthy, and says which word it saw.
fn gate(input: &Value, expect: &Value) -> Outcome {
    let found = answer(&input["readyz"], now());
    let passes = found.state == CheckState::Healthy;
    Outcome::of("passes", &(expect["exit_code"] == 0), &passes).and(|| {
        Outcome::of("status", &expect["status"], &found.details.get("word").cloned().unwrap_or_default())
    })
}

fn keys(env: &Value, now: Instant) -> Check {
    let list = env["DECISIONOS_POLICY_KEYS"].as_str();
    judge_keys(list.map(str::as_bytes), KeyRule::default(), now).check()
}

fn switch(env: &Value, marker: &Value) -> Check {
    let variable = |name: &str| env[name].as_str();
    let environment = [variable("DECISIONOS_AUTOPROMOTE_ENABLE"), variable("DECISIONOS_AUTOPROMOTE")];
    promotion(&PromotionFacts { environment, marker: marker.as_str(), file: None })
}

/// What upstream's file says, as our two documents. An absent file is a breaker at its first start.
fn breaker(file: &Value) -> Check {
    let config = MetricConfig::default();
    let mut state = MetricBreaker::new(&config).expect("possible settings").snapshot(0);
    let mut holds = Overrides::default();
    if let Some(text) = file.as_str() {
        let legacy = serde_json::from_str::<Value>(text).unwrap_or_default();
        match serde_json::from_value(legacy["state"].clone()) {
            Ok(MetricState::Enabled) => {}
            Ok(MetricState::DisabledAuto) => disable(&mut state),
            Ok(MetricState::DisabledManual) => {
                let signed =
                    Signed::new("upstream", "a command that upstream did not sign").expect("a signature");
                holds.hold(signed, HoldKind::Off, None, 0).expect("a hold");
            }
            Err(_) => return metric_breaker(Some(text.as_bytes()), None),
        }
    }
    let document = |value: serde_json::Result<String>| value.expect("a document").into_bytes();
    let state = document(serde_json::to_string(&state));
    let holds = document(serde_json::to_string(&holds.snapshot(0)));
    metric_breaker(Some(&state), Some(&holds))
}

fn disable(state: &mut MetricBreakerState) {
    let rate = RateBreach { failed: 1, total: 1, limit_percent: 5.0 };
    state.state = MetricState::DisabledAuto;
    state.cause = MetricCause::Breach { rate: Some(rate), p99: None };
}

/// Commands to the switch. Questions to the terminal are the command line's, and answered here as the row has it.
fn configure(input: &Value, expect: &Value) -> Outcome {
    let mut file = input["env_file"].as_str().map(str::to_owned);
    let mut marker = input["marker"].as_str().map(str::to_owned);
    let mut outcome = Outcome::Same;
    let steps =
        input["steps"].as_array().expect("steps").iter().zip(expect["trace"].as_array().expect("a trace"));
    for (number, (step, trace)) in steps.enumerate() {
        let command = step["argv"].as_array().and_then(|argv| argv.last()).and_then(Value::as_str);
        let mode = match command {
            Some("--enable") => Some(PromotionMode::Manual),
            Some("--disable") if step["stdin"] == "yes\n" => Some(PromotionMode::Auto),
            _ => None,
        };
        if let Some(mode) = mode {
            file = Some(mode.rewrite(file.as_deref()));
            marker = Some(mode.marker().to_owned());
        }
        if let Some(status) = trace["status"].as_str() {
            let found = switch_with_file(&step["env"], marker.as_deref(), file.as_deref());
            if status == "manual" && found.state == CheckState::Unhealthy {
                return Outcome::Departure(if step["env"].as_object().is_some_and(|env| !env.is_empty()) {
                    "PM6"
                } else {
                    "PM1"
                });
            }
            let found = if found.state == CheckState::Unhealthy { "auto" } else { "manual" };
            outcome = outcome.and(|| Outcome::of(&format!("step {number}"), &status, &found));
        }
        outcome = outcome
            .and(|| {
                Outcome::of(&format!("step {number} file"), &uncommented(trace["env_file"].as_str()), &file)
            })
            .and(|| Outcome::of(&format!("step {number} marker"), &trace["marker"], &json!(marker)));
    }
    outcome
}

fn switch_with_file(env: &Value, marker: Option<&str>, file: Option<&str>) -> Check {
    let variable = |name: &str| env[name].as_str();
    let environment = [variable("DECISIONOS_AUTOPROMOTE_ENABLE"), variable("DECISIONOS_AUTOPROMOTE")];
    promotion(&PromotionFacts { environment, marker, file })
}

/// Upstream puts a comment at the head of a new file.
fn uncommented(file: Option<&str>) -> Option<String> {
    let lines = file?.lines().filter(|line| !line.starts_with('#'));
    Some(lines.fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{line}");
        text
    }))
}

/// Upstream's preflight hears exit codes; ours are checks.
fn preflight(input: &Value, expect: &Value) -> Outcome {
    let now = now();
    let heard = |name: &str, passed: bool| {
        let state = if passed { CheckState::Healthy } else { CheckState::Unhealthy };
        Some(Check::new(name, state, "as the row has it").observed(Some(now)))
    };
    let exit = |name: &str, field: &str| heard(name, input[field] == 0);
    let canary = canary_health::preflight(&input["latest_text"]);
    let canary = canary.map_or_else(|| canary_not_measured("cannot be read"), |health| health.check());
    let skipped = input["skip_dr"] == true;
    let checks = PreflightChecks {
        card: CardChecks {
            readyz: exit(READYZ, "readyz_exit"),
            evidence: exit(EVIDENCE, "evidence_exit"),
            keys: exit(KEYS, "key_exit"),
            breaker: exit(BREAKER, "pii_exit"),
            canary: Some(canary.observed(Some(now))),
            promotion: heard(PROMOTION, input["manual_status"] == "manual"),
        },
        recovery: if skipped { None } else { exit(RECOVERY, "dr_exit") },
        signatures: exit(SIGNATURES, "policy_exit"),
    };
    let report = checks.report(now, default_max_age()).expect("a report");
    let go = report.go_no_go == gate_core::cutover::GoNoGo::Go;
    let canary_passed =
        report.checks.iter().any(|line| line.name == "Canary Health" && line.status == "PASS");
    let says =
        |list: &Value, name: &str| list.as_array().is_some_and(|names| names.iter().any(|it| it == name));
    let name = "Canary health metrics";
    Outcome::of("go", &(expect["go_no_go"] == "GO"), &go)
        .and(|| Outcome::of("failed", &says(&expect["failed"], name), &!canary_passed))
        .and(|| Outcome::of("passed", &says(&expect["passed"], name), &canary_passed))
}
