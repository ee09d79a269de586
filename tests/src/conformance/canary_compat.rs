//! The upstream canary evaluator and its command line.

use gate_core::canary::compat::{self, CompatError, CompatVerdict};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Outcome, Row};

/// The input is kept as text: the spelling of its numbers matters.
#[derive(Deserialize)]
struct Fields<'a> {
    stage: String,
    #[serde(borrow, default = "null")]
    input: &'a RawValue,
    /// For inputs that are not JSON, or that a JSON writer would change.
    input_text: Option<String>,
    #[serde(borrow)]
    expect: Expect<'a>,
    exit_code: u8,
}

fn null() -> &'static RawValue {
    RawValue::NULL
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Expect<'a> {
    #[serde(borrow)]
    Result(Verdict<'a>),
    Error(Raised),
}

/// The verdict. Its fields are sorted, as upstream prints them.
#[derive(Deserialize, Serialize)]
struct Verdict<'a> {
    gate_fail_reasons: Vec<String>,
    gate_passed: bool,
    rollback_reasons: Vec<String>,
    rollback_triggered: bool,
    stage: String,
    /// As text: it can be larger than any machine integer.
    #[serde(borrow)]
    window_minutes: &'a RawValue,
    windows: usize,
}

#[derive(Deserialize)]
struct Raised {
    #[serde(rename = "type")]
    kind: String,
    message: String,
}

/// Evaluates the input of a row, and compares the verdict, what is printed, the exit code and the exception.
///
/// # Errors
/// When the row is malformed.
pub fn replay(row: &Row) -> serde_json::Result<Outcome> {
    let fields: Fields = row.fields()?;
    let text = fields.input_text.as_deref().unwrap_or(fields.input.get());
    let found = compat::evaluate_json(text, &fields.stage);
    let exit_code = match &found {
        // The command line refuses the stage before it reads the file.
        _ if !compat::STAGES.contains(&fields.stage.as_str()) => 2,
        Ok(verdict) => verdict.exit_code(),
        Err(_) => 1,
    };
    Ok(same_answer(&fields.expect, &found)?.and(|| Outcome::of("exit code", &fields.exit_code, &exit_code)))
}

fn same_answer(expected: &Expect, found: &Result<CompatVerdict, CompatError>) -> serde_json::Result<Outcome> {
    match (expected, found) {
        (Expect::Result(expected), Ok(found)) => same_verdict(expected, found),
        (Expect::Error(expected), Err(found)) => {
            let kind = Outcome::of("error type", &expected.kind, &found.kind.name());
            Ok(kind.and(|| Outcome::of("error message", &expected.message, &found.message)))
        }
        (Expect::Result(_), Err(found)) => {
            Ok(Outcome::Different(format!("expected a verdict, found {found}")))
        }
        (Expect::Error(expected), Ok(_)) => Ok(Outcome::Different(format!(
            "expected {}: {}, found a verdict",
            expected.kind, expected.message
        ))),
    }
}

fn same_verdict(expected: &Verdict, found: &CompatVerdict) -> serde_json::Result<Outcome> {
    let stdout = serde_json::to_string_pretty(expected)? + "\n";
    let minutes = found.window_minutes.to_string();
    Ok(Outcome::of("stage", &expected.stage, &found.stage)
        .and(|| Outcome::of("windows", &expected.windows, &found.windows))
        .and(|| Outcome::of("window_minutes", &expected.window_minutes.get(), &minutes))
        .and(|| Outcome::of("gate_passed", &expected.gate_passed, &found.gate_passed))
        .and(|| Outcome::of("rollback_triggered", &expected.rollback_triggered, &found.rollback_triggered))
        .and(|| Outcome::of("rollback_reasons", &expected.rollback_reasons, &found.rollback_reasons))
        .and(|| Outcome::of("gate_fail_reasons", &expected.gate_fail_reasons, &found.gate_fail_reasons))
        .and(|| Outcome::of("stdout", &stdout, &found.to_stdout())))
}
