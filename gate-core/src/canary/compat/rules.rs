//! Upstream's five rollback triggers and four gates.
//!
//! The order of the rules, and the order in which each looks at its elements, decides which element is the first that
//! cannot be compared.

use alloc::vec::Vec;

use super::compare::{greater, max};
use super::error::CompatError;
use super::int::Int;
use super::stage::Stage;
use super::value::Value;

/// How long a breach of the fallback or the breaker rate has to last.
const SUSTAINED_MINUTES: i64 = 15;

/// The five columns; each holds at least one element.
pub(super) struct Metrics<'a> {
    pub(super) p95: &'a [Value],
    pub(super) error: &'a [Value],
    pub(super) fallback: &'a [Value],
    pub(super) breaker: &'a [Value],
    pub(super) invalid: &'a [Value],
}

/// The triggers that fired, in upstream's order.
pub(super) fn rollback_reasons(metrics: &Metrics, minutes: &Int) -> Result<Vec<&'static str>, CompatError> {
    let mut reasons = Vec::new();
    // Two windows of any length: the name of the reason says more than the rule does.
    if longest_run(metrics.p95, 400.0)? >= 2 {
        reasons.push("p95>400ms_for_2x5m");
    }
    if any_above(metrics.error, &Value::Float(0.02))? {
        reasons.push("error_rate>2pct_any_5m");
    }
    if any_above(metrics.invalid, &zero())? {
        reasons.push("invalid_output_rate>0");
    }
    if minutes.times_reaches(longest_run(metrics.fallback, 0.20)?, SUSTAINED_MINUTES) {
        reasons.push("fallback_rate>20pct_for_15m");
    }
    if minutes.times_reaches(longest_run(metrics.breaker, 0.30)?, SUSTAINED_MINUTES) {
        reasons.push("breaker_open_rate>30pct_for_15m");
    }
    Ok(reasons)
}

/// The gates that failed, in upstream's order. The breaker rate has none.
pub(super) fn gate_fail_reasons(metrics: &Metrics, stage: &Stage) -> Result<Vec<&'static str>, CompatError> {
    let mut reasons = Vec::new();
    if greater(max(metrics.p95)?, &Value::Float(300.0))? {
        reasons.push("gate:p95>300ms");
    }
    if greater(max(metrics.error)?, &Value::Float(0.01))? {
        reasons.push("gate:error_rate>1pct");
    }
    if greater(max(metrics.invalid)?, &zero())? {
        reasons.push("gate:invalid_output_rate_nonzero");
    }
    if greater(max(metrics.fallback)?, &Value::Float(stage.fallback_limit))? {
        reasons.push(stage.fallback_reason);
    }
    Ok(reasons)
}

/// The only limit that is an integer, which error messages show.
fn zero() -> Value {
    Value::Int(Int::from(0_i64))
}

/// The longest stretch of elements above the limit. NaN is not above anything and ends one.
fn longest_run(values: &[Value], limit: f64) -> Result<usize, CompatError> {
    let limit = Value::Float(limit);
    let (mut longest, mut current) = (0, 0);
    for value in values {
        current = if greater(value, &limit)? { current + 1 } else { 0 };
        longest = longest.max(current);
    }
    Ok(longest)
}

/// Whether one element is above the limit. Those behind it are not looked at.
fn any_above(values: &[Value], limit: &Value) -> Result<bool, CompatError> {
    for value in values {
        if greater(value, limit)? {
            return Ok(true);
        }
    }
    Ok(false)
}
