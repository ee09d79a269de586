//! The performance smoke: what the benchmark printed, held against its limits.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use crate::document::{check_text, quoted};
use crate::quantity::{impossible, shown};
use crate::{ErrorCode, GateError};

/// What the benchmark may take at most.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PerfThresholds {
    /// Seconds for the whole cycle.
    pub cycle_s: f64,
    /// Milliseconds at the 95th percentile.
    pub p95_ms: f64,
}

impl Default for PerfThresholds {
    fn default() -> Self {
        Self { cycle_s: 60.0, p95_ms: 300.0 }
    }
}

/// The report document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerfReport {
    /// One line for each thing that is wrong.
    pub failures: Vec<String>,
    /// What was measured.
    pub metrics: Map<String, Value>,
    /// Whether nothing is wrong.
    pub ok: bool,
    /// The limits.
    pub thresholds: PerfThresholds,
}

/// Judges what a benchmark printed (lines of `key=value`, or one JSON object) and how it ended.
///
/// # Errors
/// Thresholds that are no limits, and output that is no text, names a key twice, or starts like JSON and is none.
pub fn judge(
    output: &[u8],
    exit_code: Option<i32>,
    thresholds: PerfThresholds,
) -> Result<PerfReport, GateError> {
    for (name, limit) in [("cycle_s", thresholds.cycle_s), ("p95_ms", thresholds.p95_ms)] {
        if !(limit.is_finite() && limit > 0.0) {
            return Err(GateError::new(ErrorCode::OutOfRange, name, "a limit above 0", limit));
        }
    }
    let metrics = read(output)?;
    let mut failures = Vec::new();
    // The pipe that saves the output also swallows the status, so it is asked for on its own.
    if exit_code != Some(0) {
        let found = exit_code.map_or_else(|| String::from("none"), |code| code.to_string());
        failures.push(format!("exit_code: expected 0, found {found}"));
    }
    failures.extend(broken(&metrics, thresholds));
    Ok(PerfReport { ok: failures.is_empty(), failures, metrics, thresholds })
}

impl PerfReport {
    /// Whether the figures say so too: the word above them alone is not believed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.ok && self.failures.is_empty() && broken(&self.metrics, self.thresholds).is_empty()
    }
}

/// What is wrong with the figures.
fn broken(metrics: &Map<String, Value>, thresholds: PerfThresholds) -> Vec<String> {
    let mut failures: Vec<String> = metrics.keys().filter_map(|name| optional(metrics, name)).collect();
    failures.extend(requests(metrics));
    failures.extend(at_most(metrics, "latency_p95_ms", thresholds.p95_ms));
    failures.extend(at_most(metrics, "elapsed_s", thresholds.cycle_s));
    failures
}

fn at_most(metrics: &Map<String, Value>, name: &str, limit: f64) -> Option<String> {
    let expected = format!("{name}: expected a number above 0, at most {}", shown(limit));
    match metrics.get(name).map(|value| (value, value.as_f64())) {
        None => Some(format!("{expected}, found nothing")),
        Some((_, Some(value))) if value > 0.0 && value <= limit => None,
        Some((value, _)) => Some(format!("{expected}, found {value}")),
    }
}

fn requests(metrics: &Map<String, Value>) -> Option<String> {
    let value = metrics.get("requests");
    if value.and_then(Value::as_u64).is_some_and(|count| count > 0) {
        return None;
    }
    let found = value.map_or_else(|| String::from("nothing"), Value::to_string);
    Some(format!("requests: expected a whole number above 0, found {found}"))
}

/// What else it measured must be possible, or the rest is not to be believed.
fn optional(metrics: &Map<String, Value>, name: &str) -> Option<String> {
    let value = metrics.get(name)?;
    let number = value.as_f64().unwrap_or(f64::NAN);
    let expected = match name {
        "requests" | "latency_p95_ms" | "elapsed_s" => return None,
        "unique" if number >= 0.0 => return None,
        "unique" => Some("a number of 0 or more"),
        "fallback_rate" if number >= 1.0 => Some("a ratio below 1, as something must have reached the model"),
        _ if is_not_finite(value) => Some("a finite number, true, false or text"),
        _ => None,
    };
    let expected = impossible(name, number).or(expected).or_else(|| admitted(name, value))?;
    Some(format!("{name}: expected {expected}, found {value}"))
}

/// What it should have said where it says of itself that it failed.
fn admitted(name: &str, value: &Value) -> Option<&'static str> {
    let number = value.as_f64();
    let (expected, is_said) = match name.to_ascii_lowercase().as_str() {
        // Some count what passed; Python writes `True`.
        "ok" | "passed" | "success" => {
            let is_true = value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"));
            ("true", *value == Value::Bool(true) || is_true || number.is_some_and(|number| number > 0.0))
        }
        "errors" | "failed" | "failures" | "error_rate" | "failure_rate" => ("0", number == Some(0.0)),
        _ => return None,
    };
    (!is_said).then_some(expected)
}

/// JSON has no word for NaN, so it stands in the report as the text that was printed.
fn is_not_finite(value: &Value) -> bool {
    value.as_str().and_then(|text| text.parse::<f64>().ok()).is_some_and(|number| !number.is_finite())
}

fn read(output: &[u8]) -> Result<Map<String, Value>, GateError> {
    let text = check_text(output)?;
    if text.trim_start().starts_with('{') {
        // Read as a table first: a plain map would keep the last of two.
        let table: crate::document::Table<Value> = crate::document::from_json(output)?;
        return Ok(table.0.into_iter().collect());
    }
    let mut metrics = Map::new();
    let lines = text.lines().filter_map(|line| line.trim().split_once('='));
    for (key, value) in lines.filter(|(key, _)| is_key(key)) {
        if metrics.insert(key.to_string(), scalar(value.trim())).is_some() {
            return Err(GateError::new(ErrorCode::DuplicateKey, key, "each key once", quoted(key)));
        }
    }
    Ok(metrics)
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn scalar(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => {
            let whole = text.parse::<i64>().ok().map(Number::from);
            let number = whole.or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64));
            number.map_or_else(|| Value::String(text.to_string()), Value::Number)
        }
    }
}
