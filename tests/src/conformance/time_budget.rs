//! The upstream time budget of one decision, in milliseconds.
//!
//! Upstream measures every promise against its own part only, so rows run with [`Accounting::PerPart`], but for those
//! that show where this leads. Its numbers are floats: what is no amount of time reserves and records nothing here.

use std::collections::BTreeMap;

use gate_core::breaker::TimeBudget;
use gate_core::breaker::time_budget::{Accounting, Percentile, TimeBudgetConfig};
use gate_core::{ErrorCode, GateError};
use serde::Deserialize;
use serde_json::{Value, json};

use super::real::Real;
use super::{Outcome, Row};

const BUFFER: &str = "buffer";

const OVERSUBSCRIBED: &str = "reservations_oversubscribe_total";

#[derive(Deserialize)]
struct Fields {
    #[serde(default)]
    config: Config,
    events: Vec<Event>,
    expect: Vec<Seen>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Config {
    total_ms: Option<Real>,
    #[serde(default)]
    allocation: BTreeMap<String, Real>,
    metrics_window: Option<u32>,
}

#[derive(Deserialize)]
struct Event {
    t: Real,
    #[serde(flatten)]
    kind: Kind,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Kind {
    Start,
    StartComponent { component: String },
    EndComponent { component: String },
    Reserve { component: String, ms: Real },
    Release { component: String, ms: Real },
    Record { component: String, ms: Real, finalize: Option<bool> },
    ShouldPreempt { component: String },
    ShouldPreemptTotal { threshold: Option<Real> },
    Metrics { component: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    ret: Value,
    elapsed: Real,
    remaining_total: Real,
    remaining: BTreeMap<String, Real>,
    allocation: BTreeMap<String, Real>,
    usage: BTreeMap<String, Real>,
    pending: BTreeMap<String, Real>,
}

/// Runs the events of a row, and compares the answer and the books after each.
///
/// # Errors
/// When the row is malformed.
pub fn replay(row: &Row) -> serde_json::Result<Outcome> {
    let fields: Fields = row.fields()?;
    let oversubscribed = row.flaws().any(|flaw| flaw == OVERSUBSCRIBED);
    let accounting = if oversubscribed { Accounting::Whole } else { Accounting::PerPart };
    let mut budget = match config(&fields.config, accounting).and_then(TimeBudget::new) {
        Ok(budget) => budget,
        Err(error) => return Ok(Outcome::Different(format!("config: {error}"))),
    };
    for (number, (event, seen)) in fields.events.iter().zip(&fields.expect).enumerate() {
        let Some(now) = event.t.amount() else {
            return Ok(Outcome::Different(format!("event {number}: {:?} is no instant", event.t)));
        };
        let same = match happen(&mut budget, &event.kind, now) {
            Ok(answer) => {
                Outcome::of("ret", &nanoseconds(&seen.ret), &answer).and(|| books(seen, &budget, now))
            }
            Err(error) => Outcome::Different(error.to_string()),
        };
        if let Outcome::Different(difference) = same {
            return Ok(Outcome::Different(format!("event {number}: {difference}")));
        }
    }
    Ok(Outcome::of("number of answers", &fields.events.len(), &fields.expect.len()))
}

fn config(given: &Config, accounting: Accounting) -> Result<TimeBudgetConfig, GateError> {
    let of = |name: &str, otherwise: u64| match given.allocation.get(name) {
        None => Ok(otherwise * 1000),
        Some(given) => given.amount().map(|ns| ns / 1000).ok_or_else(|| {
            GateError::new(ErrorCode::WrongValue, name, "an amount of time", format!("{given:?}"))
        }),
    };
    let parts = [("perception", 70), ("gto", 400), ("agents", 1200), ("synthesis", 100), ("execution", 30)]
        .map(|(name, ms)| Ok((name, of(name, ms)?)));
    let parts = parts.into_iter().collect::<Result<Vec<_>, GateError>>()?;
    let total = given.total_ms.map_or(Some(2_000_000), |total| total.amount().map(|ns| ns / 1000));
    Ok(TimeBudgetConfig {
        samples: given.metrics_window.unwrap_or(200),
        percentile: Percentile::Linear,
        accounting,
        ..TimeBudgetConfig::of(total.unwrap_or_default(), &parts, of(BUFFER, 200)?)
    })
}

/// What is done, and what is answered.
fn happen(budget: &mut TimeBudget, kind: &Kind, now: u64) -> Result<Value, GateError> {
    Ok(match kind {
        Kind::Start => {
            let _runs_already = budget.start(now);
            Value::Null
        }
        Kind::StartComponent { component } => {
            budget.start_part(component, now)?;
            Value::Null
        }
        Kind::EndComponent { component } => {
            let charge = budget.end_part(component, now)?;
            json!(charge.map_or(0, |charge| charge.spent))
        }
        Kind::Reserve { component, ms } if ms.0 <= 0.0 => json!(budget.reserve(component, 0, now)?),
        Kind::Reserve { component, ms } => match time(*ms) {
            Some(ns) => json!(budget.reserve(component, ns, now)?),
            None => json!(false),
        },
        Kind::Release { component, ms } => {
            budget.release(component, time(*ms).unwrap_or(0))?;
            Value::Null
        }
        Kind::Record { component, ms, finalize } => {
            record(budget, component, *ms, finalize.unwrap_or(true), now)?;
            Value::Null
        }
        Kind::ShouldPreempt { component } => json!(budget.should_preempt(component, now)?),
        Kind::ShouldPreemptTotal { threshold } => {
            json!(
                budget
                    .should_preempt_total(threshold.map_or(Some(100_000_000), time).unwrap_or(u64::MAX), now)
            )
        }
        Kind::Metrics { component } => metrics(budget, component, now)?,
    })
}

fn record(budget: &mut TimeBudget, part: &str, ms: Real, done: bool, now: u64) -> Result<(), GateError> {
    match (ms.amount(), done) {
        (Some(ns), true) => budget.record(part, ns, now).map(drop),
        (Some(ns), false) => budget.record_interim(part, ns, now).map(drop),
        (None, _) => {
            let _runs_already = budget.start(now);
            Ok(())
        }
    }
}

/// A time to ask for: for ever is the longest there is.
fn time(ms: Real) -> Option<u64> {
    if ms.0.is_infinite() && ms.0 > 0.0 { Some(u64::MAX) } else { ms.amount() }
}

fn metrics(budget: &TimeBudget, part: &str, now: u64) -> Result<Value, GateError> {
    let status = budget.status(now).parts.into_iter().find(|status| status.name == part);
    let at = |per_cent| budget.percentile(part, per_cent).map(Option::unwrap_or_default);
    Ok(json!({
        "samples": status.as_ref().map(|status| status.samples),
        "p50": at(50)?,
        "p95": at(95)?,
        "p99": at(99)?,
        "last_sample": status.and_then(|status| status.last_sample_ns).unwrap_or_default(),
    }))
}

/// An answer of upstream in nanoseconds.
fn nanoseconds(ret: &Value) -> Value {
    let time =
        |value: &Value| value.as_f64().and_then(|ms| Real(ms).amount()).map_or(value.clone(), Value::from);
    match ret {
        Value::Object(metrics) => {
            let one = |(name, value): (&String, &Value)| {
                (name.clone(), if name == "samples" { value.clone() } else { time(value) })
            };
            Value::Object(metrics.iter().map(one).collect())
        }
        Value::Number(_) => time(ret),
        other => other.clone(),
    }
}

fn books(seen: &Seen, budget: &TimeBudget, now: u64) -> Outcome {
    let status = budget.status(now);
    let snapshot = budget.snapshot(now);
    let parts = || status.parts.iter();
    let columns = [
        ("remaining", &seen.remaining, parts().map(|part| part.remaining_ns).collect(), status.buffer_ns),
        ("allocation", &seen.allocation, parts().map(|part| part.allocated_ns).collect(), snapshot.buffer_ns),
        ("usage", &seen.usage, parts().map(|part| part.used_ns).collect(), 0),
        ("pending", &seen.pending, parts().map(|part| part.reserved_ns).collect::<Vec<_>>(), 0),
    ];
    let mut same = Outcome::of("elapsed", &seen.elapsed.amount(), &Some(status.elapsed_ns))
        .and(|| Outcome::of("remaining_total", &seen.remaining_total.amount(), &Some(status.remaining_ns)));
    for (what, expected, found, buffer) in columns {
        let names = parts().map(|part| part.name.clone()).chain([BUFFER.to_owned()]);
        let found: BTreeMap<_, _> = names.zip(found.into_iter().chain([buffer]).map(Some)).collect();
        let expected: BTreeMap<_, _> =
            expected.iter().map(|(name, ms)| (name.clone(), ms.amount())).collect();
        same = same.and(|| Outcome::of(what, &expected, &found));
    }
    same
}
