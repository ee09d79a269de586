//! Steps through a time budget.

use gate_core::GateError;
use gate_core::breaker::TimeBudget;
use serde::Deserialize;
use serde_json::{Value, json};

/// Something that happens to a budget at an instant, in microseconds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When.
    #[serde(default)]
    pub t: u64,
    /// What.
    #[serde(rename = "do")]
    pub verb: Verb,
    /// With which part, if with one.
    #[serde(default)]
    pub part: String,
    /// With how much time, if with some.
    #[serde(default)]
    pub us: u64,
    /// Which percentile, if one is asked for.
    #[serde(default)]
    pub per_cent: u8,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the methods of the budget have these names")]
pub enum Verb {
    Start,
    Restart,
    StartPart,
    EndPart,
    Reserve,
    Release,
    Record,
    RecordInterim,
    ShouldPreempt,
    ShouldPreemptTotal,
    Percentile,
    /// Stored, and restored `us` later on a clock that begins at `t`.
    Restore,
}

/// Takes a step, and returns what the budget answers.
///
/// # Errors
/// Those of the budget.
pub fn take(budget: &mut TimeBudget, step: &Step) -> Result<Value, GateError> {
    let (part, now, ns) = (step.part.as_str(), step.t.saturating_mul(1000), step.us.saturating_mul(1000));
    Ok(match step.verb {
        Verb::Start => json!(budget.start(now)),
        Verb::Restart => {
            budget.restart(now);
            Value::Null
        }
        Verb::StartPart => json!(budget.start_part(part, now)?),
        Verb::EndPart => json!(budget.end_part(part, now)?),
        Verb::Reserve => json!(budget.reserve(part, ns, now)?),
        Verb::Release => json!(budget.release(part, ns)?),
        Verb::Record => json!(budget.record(part, ns, now)?),
        Verb::RecordInterim => json!(budget.record_interim(part, ns, now)?),
        Verb::ShouldPreempt => json!(budget.should_preempt(part, now)?),
        Verb::ShouldPreemptTotal => json!(budget.should_preempt_total(ns, now)),
        Verb::Percentile => json!(budget.percentile(part, step.per_cent)?),
        Verb::Restore => {
            // Snapshots are taken at the latest instant that the budget knows.
            let state = budget.snapshot(0);
            *budget = TimeBudget::restore(budget.config().clone(), &state, now, ns)?;
            json!(state)
        }
    })
}
