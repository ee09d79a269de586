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
    for (number, (event, expected)) in fields.events.iter().zip(&fields.expect).enumerate() {
        let outcome = match summary(event) {
            None => Outcome::of("passed", &expected.passed.unwrap_or(false), &false),
            Some(summary) => compare(event.report.as_ref(), summary, expected),
        };
        if let Outcome::Different(difference) = outcome {
            return Ok(Outcome::Different(format!("event {number}: {difference}")));
        }
    }
    Ok(Outcome::of("events", &fields.expect.len(), &fields.events.len()))
}

fn summary(event: &Event) -> Option<&Value> {
    event.report.as_ref()?.get("summary").filter(|summary| summary.is_object())
}

fn compare(report: Option<&Value>, summary: &Value, expected: &Expect) -> Outcome {
    let judged = match ReportLimits::default().judge(&measured(report, summary)) {
        Ok(judged) => judged,
        Err(error) => return Outcome::Different(error.to_string()),
    };
    let passed = judged.verdict == GateVerdict::Pass;
    let outcome =
        |lines: &[String]| Outcome::of("error", &expected.error, &(!lines.is_empty()).then(|| text(lines)));
    let same = Outcome::of("passed", &expected.passed, &Some(passed)).and(|| outcome(&lines(&judged)));
    if matches!(same, Outcome::Same) {
        return same;
    }
    // What is no number kept every limit upstream. Without those lines the answers must be equal.
    let is_text = |name: &str| {
        let path = METRICS.iter().find(|(known, ..)| *known == name).map(|(_, path, ..)| *path);
        path.and_then(|path| summary.pointer(path))
            .is_some_and(|value| !value.is_number() && !value.is_null())
    };
    let mut numbers = judged.clone();
    numbers.rows.retain(|row| !is_text(&row.metric));
    if numbers.rows.len() < judged.rows.len() && matches!(outcome(&lines(&numbers)), Outcome::Same) {
        return Outcome::Departure("non_numeric_passes");
    }
    same
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
