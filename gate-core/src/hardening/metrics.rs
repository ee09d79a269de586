//! The metrics smoke: does the service really count, or does it only declare what it would count?

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

use crate::document::quoted;
use crate::problem::Problem;

/// The series that one successful forecast leaves behind.
pub const BUILT_IN: [&str; 6] = [
    "tsfm_request_total",
    "tsfm_route_selected_total",
    "tsfm_request_latency_ms_bucket",
    "tsfm_request_latency_ms_count",
    "tsfm_cycle_time_seconds_bucket",
    "tsfm_cycle_time_seconds_count",
];

/// What an exposition holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MetricsReport {
    /// Whether every required series has samples and every line can be read.
    pub ok: bool,
    /// How many samples there are.
    pub samples: usize,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// Judges a text exposition: each required series has a sample with a finite number of 0 or more.
///
/// A `# TYPE` line is a promise, not a sample.
#[must_use]
pub fn judge(text: &str, required: &[&str]) -> MetricsReport {
    let mut problems = Vec::new();
    if required.is_empty() {
        problems.push(Problem::new("required", "at least one series", "none"));
    }
    let mut samples = Vec::new();
    for (number, line) in (1..).zip(text.lines()).map(|(number, line)| (number, line.trim())) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match sample(line) {
            Some(sample) => samples.push(sample),
            None => {
                problems.push(Problem::new(format!("line {number}"), "a sample or a comment", quoted(line)));
            }
        }
    }
    problems.extend(required.iter().filter_map(|name| missing(name, &samples)));
    MetricsReport { ok: problems.is_empty(), samples: samples.len(), problems }
}

fn missing(name: &str, samples: &[(&str, f64)]) -> Option<Problem> {
    let values: Vec<f64> =
        samples.iter().filter(|(known, _)| *known == name).map(|(_, value)| *value).collect();
    let problem = |found: String| Some(Problem::new(name, "samples above 0", found));
    if values.is_empty() {
        return problem(String::from("none"));
    }
    if let Some(bad) = values.iter().find(|value| !value.is_finite() || **value < 0.0) {
        return problem(bad.to_string());
    }
    // A counter that never moved looks the same as one that nobody moves.
    if values.iter().all(|value| *value == 0.0) { problem(String::from("only 0")) } else { None }
}

/// `name{label="value"} 1.5 1690000000`: the name and the value.
fn sample(line: &str) -> Option<(&str, f64)> {
    let end = line.find(|letter: char| letter == '{' || letter.is_whitespace())?;
    let (name, rest) = line.split_at(end);
    let rest = if rest.starts_with('{') { after_labels(rest)? } else { rest };
    let mut words = rest.split_whitespace();
    let value = number(words.next()?)?;
    let time_is_whole = words.next().is_none_or(|time| time.parse::<i64>().is_ok());
    (is_name(name) && time_is_whole && words.next().is_none()).then_some((name, value))
}

/// What follows the labels; quotes may hold braces.
fn after_labels(text: &str) -> Option<&str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '}' if !is_quoted => return text.get(at + 1..),
            '"' if !is_escaped => is_quoted = !is_quoted,
            _ => {}
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    None
}

fn is_name(name: &str) -> bool {
    !name.starts_with(|letter: char| letter.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'))
        && !name.is_empty()
}

fn number(text: &str) -> Option<f64> {
    match text {
        "+Inf" => Some(f64::INFINITY),
        _ => text.parse().ok(),
    }
}
