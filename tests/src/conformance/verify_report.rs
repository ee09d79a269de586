//! The upstream check of a replay report, through our limits.
//!
//! Upstream takes its report at its word, so the replay says that every decision was taken again. A metric that is absent
//! was 0 or infinite upstream; here it is missing, which does not pass either.

use gate_core::document::Table;
use gate_core::release::GateVerdict;
use gate_core::release::limits::{LimitReport, Measured, ReportLimits, Source};
use serde::Deserialize;
use serde_json::Value;

use super::javascript::fixed;
use super::{Outcome, Row};

#[derive(Deserialize)]
struct Fields {
    events: Vec<Event>,
    expect: Vec<Expect>,
}

#[derive(Deserialize)]
struct Event {
    report: Option<Value>,
}

#[derive(Deserialize)]
struct Expect {
    error: Option<String>,
    passed: Option<bool>,
}

/// Where upstream's report has each metric, and the line that says that it broke its limit.
const METRICS: [(&str, &str, &str, usize); 6] = [
    ("action_match_rate", "/actionMatchRate", "- Action match rate {} below 0.95", 3),
    ("p95_divergence_pp", "/p95Divergence", "- P95 divergence {} exceeds 5", 2),
    ("decision_p95_ms", "/decisionTiming/total/p95", "- Decision total P95 {}ms exceeds 2000ms", 2),
    ("solver_p95_ms", "/decisionTiming/gto/p95", "- GTO decision P95 {}ms exceeds 800ms", 2),
    ("agents_p95_ms", "/decisionTiming/agents/p95", "- Agent decision P95 {}ms exceeds 1500ms", 2),
    ("replay_p95_ms", "/replayDurationMs/p95", "- Replay duration P95 {}ms exceeds 2500ms", 2),
];

/// Replays the reports of a row and compares the verdict and the lines of the failure.
///
/// # Errors
/// When the row is malformed.
pub fn replay(row: &Row) -> serde_json::Result<Outcome> {
    let fields: Fields = row.fields()?;
    let mut departure = None;
    for (number, (event, expected)) in fields.events.iter().zip(&fields.expect).enumerate() {
        let outcome = match summary(event) {
            None => Outcome::of("passed", &expected.passed.unwrap_or(false), &false),
            Some(summary) => compare(event.report.as_ref(), summary, expected),
        };
        match outcome {
            Outcome::Different(difference) => {
                return Ok(Outcome::Different(format!("event {number}: {difference}")));
            }
            Outcome::Departure(flaw) => departure = departure.or(Some(flaw)),
            Outcome::Same | Outcome::OutOfScope(_) => {}
        }
    }
    let count = Outcome::of("events", &fields.expect.len(), &fields.events.len());
    Ok(count.and(|| departure.map_or(Outcome::Same, Outcome::Departure)))
}

fn summary(event: &Event) -> Option<&Value> {
    event.report.as_ref()?.get("summary").filter(|summary| summary.is_object())
}

fn compare(report: Option<&Value>, summary: &Value, expected: &Expect) -> Outcome {
    let measured = measured(report, summary);
    let all = answer(&ReportLimits::default(), &measured, expected);
    let of = |departed: fn(&str, &Value) -> bool| {
        let limits = without(&measured, departed);
        matches!(answer(&limits, &measured, expected), Outcome::Same)
    };
    match all {
        Outcome::Same => Outcome::Same,
        _ if of(is_no_number) => Outcome::Departure("non_numeric_passes"),
        _ if of(is_no_figure) => Outcome::Departure("impossible_figure_passes"),
        other => other,
    }
}

/// What is no number kept every limit upstream.
fn is_no_number(_: &str, value: &Value) -> bool {
    !value.is_number() && !value.is_null()
}

/// So did a time below 0. A rate below 0 broke its limit, which is the least that it may be.
fn is_no_figure(name: &str, value: &Value) -> bool {
    let is_below = value.as_f64().is_some_and(|value| value < 0.0);
    is_no_number(name, value) || is_below && name != "action_match_rate"
}

/// Our limits but for the metrics that kept every limit upstream. Under them the answers must be equal.
fn without(measured: &Measured, departed: fn(&str, &Value) -> bool) -> ReportLimits {
    let mut limits = ReportLimits::default();
    let kept_all =
        |name: &str| measured.metrics.0.iter().any(|(known, value)| known == name && departed(name, value));
    limits.metrics.0.retain(|(name, _)| !kept_all(name));
    limits
}

/// Verdict and lines under some limits.
fn answer(limits: &ReportLimits, measured: &Measured, expected: &Expect) -> Outcome {
    let judged = match limits.judge(measured) {
        Ok(judged) => judged,
        Err(error) => return Outcome::Different(error.to_string()),
    };
    let passed = judged.verdict == GateVerdict::Pass;
    let lines = lines(&judged);
    Outcome::of("passed", &expected.passed, &Some(passed))
        .and(|| Outcome::of("error", &expected.error, &(!lines.is_empty()).then(|| text(&lines))))
}

fn measured(report: Option<&Value>, summary: &Value) -> Measured {
    let count = |key: &str| report.and_then(|report| report.get(key)).and_then(Value::as_u64).unwrap_or(0);
    let metric = |(name, path, ..): &(&str, &str, &str, usize)| {
        Some(((*name).to_owned(), summary.pointer(path)?.clone()))
    };
    Measured {
        units: count("totalHands"),
        failed: count("failed"),
        source: Source::Recomputed,
        metrics: METRICS.iter().filter_map(metric).collect::<Table<Value>>(),
    }
}

fn lines(judged: &LimitReport) -> Vec<String> {
    let rows = judged.rows.iter().filter(|row| !row.ok);
    rows.map(|row| {
        let (.., line, decimals) = METRICS.iter().find(|(name, ..)| *name == row.metric).expect("a metric");
        // Upstream puts 0 for a rate that is absent, and infinity for the rest.
        let absent = if row.metric == "action_match_rate" { "0.000" } else { "Infinity" };
        let value = row.value.map_or_else(|| absent.to_owned(), |value| fixed(value, *decimals));
        line.replace("{}", &value)
    })
    .collect()
}

fn text(lines: &[String]) -> String {
    format!("Replay verification failed:\n{}", lines.join("\n"))
}
