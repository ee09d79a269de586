//! The upstream health of its four components, through our [`HealthFold`].
//!
//! Upstream's read clears what it read. Ours does not, so after each read the replay acknowledges the fault that is among
//! the reasons; in rows that show how upstream loses one, only a fault that upstream names. The count of bad reads in a row
//! belongs to the reader. Upstream lets a late word replace a later one, and so does the replay's rule.

use gate_core::breaker::health::{ComponentConfig, HealthReason, Limit, Observation, RateLimit};
use gate_core::breaker::{HealthConfig, HealthFold, HealthState, Latch, LatchConfig, Reading};
use serde::Deserialize;
use serde_json::{Value, json};

use super::javascript::{Number, fixed};
use super::{Outcome, Row};

/// Upstream dates from 1970 and may go before that; ours is any origin.
const ORIGIN_MS: i64 = 1_000_000_000;

fn nanoseconds(ms: i64) -> u64 {
    u64::try_from((ms + ORIGIN_MS) * 1_000_000).expect("after the origin")
}

#[derive(Deserialize)]
struct Fields {
    config: Config,
    events: Vec<Event>,
    expect: Vec<Expect>,
}

#[derive(Deserialize)]
struct Config {
    vision_confidence_min: f64,
    solver_latency_ms: f64,
    executor_failure_rate: f64,
}

#[derive(Deserialize)]
struct Event {
    kind: String,
    t: i64,
    /// When it was measured, if not at `t`.
    at: Option<i64>,
    component: Option<String>,
    confidence: Option<Number>,
    latency_ms: Option<Number>,
    divergence: Option<Number>,
    #[serde(default)]
    timed_out: bool,
    fallback: Option<Value>,
    success: Option<bool>,
}

#[derive(Deserialize)]
struct Expect {
    status: Option<Value>,
}

struct Replay {
    fold: HealthFold,
    /// Upstream counts low confidences where its panic stop does.
    latch: Latch,
    bad_reads: [(&'static str, u64); 4],
    /// Whether a fault is known once a verdict has it among its reasons, or only when upstream names it.
    seen_is_known: bool,
}

/// Replays the events of a row and compares what each read says.
///
/// # Errors
/// When the row is malformed.
pub fn replay(row: &Row) -> serde_json::Result<Outcome> {
    let fields: Fields = row.fields()?;
    let seen_is_known = row.flaws().all(|flaw| flaw != "timeout_signal_lost_on_read");
    let mut replay = Replay::new(&fields.config, seen_is_known);
    for (number, (event, expected)) in fields.events.iter().zip(&fields.expect).enumerate() {
        let found = replay.step(event);
        let difference = expected.status.as_ref().map_or_else(
            || found.as_ref().map(|found| format!("expected nothing, found {found}")),
            |expected| crate::cases::difference(expected, found.as_ref().unwrap_or(&Value::Null), "status"),
        );
        if let Some(difference) = difference {
            return Ok(Outcome::Different(format!("event {number}: {difference}")));
        }
    }
    Ok(Outcome::of("events", &fields.expect.len(), &fields.events.len()))
}

impl Replay {
    fn new(config: &Config, seen_is_known: bool) -> Self {
        let degraded = |max_age_ms| ComponentConfig {
            max_age_ms,
            stale: HealthState::Degraded,
            faults_for_ms: 366 * 24 * 60 * 60 * 1000,
            accept_late: true,
            ..ComponentConfig::default()
        };
        let at_most = |most| Some(Limit { at_least: None, at_most: Some(most) });
        let at_least = Some(Limit { at_least: Some(config.vision_confidence_min), at_most: None });
        let failures = Some(RateLimit { at_most: config.executor_failure_rate, window: 100 });
        let components = [
            ("vision", ComponentConfig { stale: HealthState::Failed, limit: at_least, ..degraded(15_000) }),
            ("solver", ComponentConfig { limit: at_most(config.solver_latency_ms), ..degraded(30_000) }),
            ("executor", ComponentConfig { failures, ..degraded(30_000) }),
            ("strategy", ComponentConfig { limit: at_most(30.0), ..degraded(60_000) }),
        ];
        let components = components.map(|(name, rule)| (name.to_owned(), rule)).into_iter().collect();
        Self {
            fold: HealthFold::new(HealthConfig { components }).expect("four valid rules"),
            latch: Latch::new(LatchConfig::default()).expect("the default is valid"),
            bad_reads: ["vision", "solver", "executor", "strategy"].map(|name| (name, 0)),
            seen_is_known,
        }
    }

    fn step(&mut self, event: &Event) -> Option<Value> {
        let now = nanoseconds(event.t);
        if event.kind == "build" {
            return Some(self.read(event.component.as_deref().expect("a component"), now));
        }
        let value = event.confidence.or(event.latency_ms).or(event.divergence).map(|Number(value)| value);
        let fault = event.timed_out || event.fallback.is_some();
        let word = Observation { state: None, value, failed: event.success.map(|good| !good), fault };
        let at = event.at.map_or(now, nanoseconds);
        if event.kind == "strategy" {
            // A fallback is one of the last decision only; a timeout is one until it is read.
            self.fold.acknowledge(&event.kind, now).expect("a component of the fold");
        }
        self.fold.observe(&event.kind, word, at, now).expect("a component of the fold");
        if let Some(Number(value)) = event.confidence {
            self.latch.observe(Reading::Value(value), now);
        }
        None
    }

    fn read(&mut self, name: &str, now: u64) -> Value {
        let verdict = self.fold.verdict(now);
        let component =
            verdict.components.iter().find(|component| component.name == name).expect("it is needed");
        let first = component.reasons.first();
        let is_fault = |reason: &HealthReason| matches!(reason, HealthReason::Fault { .. });
        if first.is_some_and(is_fault) || self.seen_is_known && component.reasons.iter().any(is_fault) {
            self.fold.acknowledge(name, now).expect("it is needed");
        }
        let (_, bad) = self.bad_reads.iter_mut().find(|(known, _)| *known == name).expect("it is needed");
        *bad = if component.state == HealthState::Healthy { 0 } else { *bad + 1 };
        let (failed, total) = component.failures;
        let metrics = match name {
            "vision" => json!({
                "confidence": component.value.unwrap_or(1.0),
                "lowConfidenceStreak": self.latch.streak().total(),
            }),
            "solver" => json!({"latencyMs": component.value.unwrap_or(0.0)}),
            "executor" => json!({"failureRate": f64::from(failed) / f64::from(total.max(1))}),
            _ => json!({"divergence": component.value.unwrap_or(0.0)}),
        };
        json!({
            "component": name,
            "state": component.state,
            "details": first.map(|reason| details(name, reason)),
            "metrics": metrics,
            "consecutive_failures": *bad,
        })
    }
}

/// Our reason in upstream's words.
fn details(name: &str, reason: &HealthReason) -> String {
    match (name, *reason) {
        ("vision", HealthReason::Stale { .. }) => "stale vision feed".to_owned(),
        ("executor", HealthReason::Stale { .. }) => "executor idle".to_owned(),
        (_, HealthReason::Stale { .. }) => format!("{name} stats stale"),
        (_, HealthReason::Low { value, at_least }) => format!("confidence {} < {at_least}", fixed(value, 3)),
        ("solver", HealthReason::High { value, at_most }) => format!("latency {value}ms > {at_most}ms"),
        (_, HealthReason::High { value, .. }) => format!("divergence {}pp", fixed(value, 1)),
        (_, HealthReason::Failures { failed, total, at_most }) => {
            let rate = f64::from(failed) / f64::from(total) * 100.0;
            format!("failure rate {}% > {}%", fixed(rate, 1), at_most * 100.0)
        }
        ("solver", HealthReason::Fault { .. }) => "recent solver timeout".to_owned(),
        (_, HealthReason::Fault { .. }) => "recent fallback".to_owned(),
        (_, other) => other.to_string(),
    }
}
