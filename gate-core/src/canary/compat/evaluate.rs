//! From a document to a verdict. The order of the checks is upstream's: the first failure wins.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::coerce;
use super::error::{CompatError, ErrorKind};
use super::int::Int;
use super::parse::parse;
use super::rules::{self, Metrics};
use super::stage::Stage;
use super::text::Str;
use super::value::Value;
use super::verdict::CompatVerdict;

/// The metrics upstream needs, in the order in which its messages list them.
const REQUIRED: [&str; 5] =
    ["p95_latency_ms", "error_rate", "fallback_rate", "breaker_open_rate", "invalid_output_rate"];

const DEFAULT_WINDOW_MINUTES: i64 = 5;

/// Reads a text and judges it: `evaluate(json.loads(text), stage)`.
///
/// As in Python, a text that is not JSON is reported before a stage that does not exist. Upstream's command line looks
/// at the stage first.
///
/// # Errors
/// The exception that upstream raises.
pub fn evaluate_json(text: &str, stage: &str) -> Result<CompatVerdict, CompatError> {
    evaluate(&parse(text)?, stage)
}

/// Judges a document.
///
/// # Errors
/// The exception that upstream raises.
pub fn evaluate(data: &Value, stage: &str) -> Result<CompatVerdict, CompatError> {
    let stage = Stage::named(stage)?;
    let Value::Dict(document) = data else {
        return Err(no_get(data));
    };
    let columns = columns(document)?;
    let windows = common_length(columns)?;
    let minutes = window_minutes(document)?;
    let [p95, error, fallback, breaker, invalid] = columns.map(elements);
    let metrics = Metrics { p95, error, fallback, breaker, invalid };
    let rollback_reasons = rules::rollback_reasons(&metrics, &minutes)?;
    let gate_fail_reasons = rules::gate_fail_reasons(&metrics, &stage)?;
    Ok(CompatVerdict {
        stage: stage.name,
        windows,
        window_minutes: minutes,
        gate_passed: rollback_reasons.is_empty() && gate_fail_reasons.is_empty(),
        rollback_triggered: !rollback_reasons.is_empty(),
        rollback_reasons,
        gate_fail_reasons,
    })
}

fn no_get(data: &Value) -> CompatError {
    CompatError::new(ErrorKind::Attribute, format!("'{}' object has no attribute 'get'", data.type_name()))
}

/// `document["metrics"]`, column by column, in the order of [`REQUIRED`].
fn columns(document: &BTreeMap<Str, Value>) -> Result<[&Value; 5], CompatError> {
    let Some(metrics) = document.get(&Str::from("metrics")) else {
        return Err(missing(&REQUIRED));
    };
    let mut absent = Vec::new();
    for name in REQUIRED {
        if !contains(metrics, name)? {
            absent.push(name);
        }
    }
    if !absent.is_empty() {
        return Err(missing(&absent));
    }
    let Value::Dict(metrics) = metrics else {
        return Err(not_a_mapping(metrics));
    };
    // INVARIANT: every name was found above.
    Ok(REQUIRED.map(|name| metrics.get(&Str::from(name)).unwrap_or(&Value::Null)))
}

/// `name in container`: a key of a dictionary, an element of a list, a part of a text.
fn contains(container: &Value, name: &str) -> Result<bool, CompatError> {
    match container {
        Value::Dict(entries) => Ok(entries.contains_key(&Str::from(name))),
        Value::List(values) => {
            Ok(values.iter().any(|value| matches!(value, Value::Str(text) if text == name)))
        }
        Value::Str(text) => Ok(text.contains(name)),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => Err(CompatError::new(
            ErrorKind::Type,
            format!("argument of type '{}' is not iterable", container.type_name()),
        )),
    }
}

fn missing(names: &[&str]) -> CompatError {
    let names: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    CompatError::new(ErrorKind::Value, format!("missing metrics keys: [{}]", names.join(", ")))
}

/// A list or a text can hold all the names and still not be asked for them.
fn not_a_mapping(container: &Value) -> CompatError {
    let message = match container {
        Value::Str(_) => "string indices must be integers, not 'str'",
        _ => "list indices must be integers or slices, not str",
    };
    CompatError::new(ErrorKind::Type, message)
}

fn common_length(columns: [&Value; 5]) -> Result<usize, CompatError> {
    let mut lengths = Vec::new();
    for column in columns {
        lengths.push(column.len().ok_or_else(|| no_len(column))?);
    }
    let windows = lengths.first().copied().unwrap_or_default();
    if lengths.iter().any(|length| *length != windows) {
        let listed: Vec<String> =
            REQUIRED.iter().zip(&lengths).map(|(name, length)| format!("'{name}': {length}")).collect();
        let message = format!("metrics length mismatch: {{{}}}", listed.join(", "));
        return Err(CompatError::new(ErrorKind::Value, message));
    }
    if windows == 0 {
        return Err(CompatError::new(ErrorKind::Value, "empty metric windows"));
    }
    Ok(windows)
}

fn no_len(value: &Value) -> CompatError {
    CompatError::new(ErrorKind::Type, format!("object of type '{}' has no len()", value.type_name()))
}

/// Five when absent; `null` is not absent.
fn window_minutes(document: &BTreeMap<Str, Value>) -> Result<Int, CompatError> {
    let minutes = document
        .get(&Str::from("window_minutes"))
        .map_or_else(|| Ok(DEFAULT_WINDOW_MINUTES.into()), coerce::int)?;
    if minutes.is_positive() {
        Ok(minutes)
    } else {
        Err(CompatError::new(ErrorKind::Value, "window_minutes must be > 0"))
    }
}

/// What iterating over a column yields. The elements of a text and the keys of a dictionary are texts, and the first
/// of them ends the evaluation, so one stands for all.
fn elements(column: &Value) -> &[Value] {
    static TEXT: [Value; 1] = [Value::Str(Str::EMPTY)];
    match column {
        Value::List(values) => values,
        _ => &TEXT,
    }
}
