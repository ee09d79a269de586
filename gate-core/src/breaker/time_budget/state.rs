//! A time budget as a document: durations, never instants.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::config::Accounting;
use super::part::{CEILING, Part};
use super::{TimeBudget, TimeBudgetConfig};
use crate::breaker::clock::Latest;
use crate::breaker::since::Since;
use crate::breaker::state_version;
use crate::document::{objects, present, quoted};
use crate::{ErrorCode, GateError};

/// The `schema_version` of this document.
pub const TIME_BUDGET_SCHEMA: &str = "tsfm_gate.breaker.time_budget.v1";

/// The books of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeBudgetState {
    /// `tsfm_gate.breaker.time_budget.v1`.
    pub schema_version: String,
    /// Time since the start, if it was started.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub elapsed_ns: Option<u64>,
    /// What the buffer holds.
    pub buffer_ns: u64,
    /// What nobody has.
    pub unassigned_ns: u64,
    /// Overruns that nobody could pay for.
    pub uncovered_ns: u64,
    /// The parts, in the order of the configuration.
    #[serde(deserialize_with = "objects")]
    pub parts: Vec<PartState>,
}

/// The books of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartState {
    /// Its name.
    pub name: String,
    /// What it has.
    pub allocated_ns: u64,
    /// What it used.
    pub used_ns: u64,
    /// What it reserved.
    pub reserved_ns: u64,
    /// How long it has been running, if it runs.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub running_ns: Option<u64>,
    /// The latest samples, oldest first.
    pub samples_ns: Vec<u64>,
}

impl TimeBudget {
    /// The state at an instant.
    #[must_use]
    pub fn snapshot(&self, now: u64) -> TimeBudgetState {
        let now = self.clock.peek(now);
        let parts = self.config.parts.iter().zip(&self.parts).map(|(config, part)| PartState {
            name: config.name.clone(),
            allocated_ns: part.allocated,
            used_ns: part.used,
            reserved_ns: part.reserved,
            running_ns: part.running.map(|running| running.age(now)),
            samples_ns: part.samples.iter().collect(),
        });
        TimeBudgetState {
            schema_version: TIME_BUDGET_SCHEMA.into(),
            elapsed_ns: self.run.map(|run| run.age(now)),
            buffer_ns: self.buffer,
            unassigned_ns: self.unassigned,
            uncovered_ns: self.uncovered,
            parts: parts.collect(),
        }
    }

    /// Goes on from a state, `elapsed` nanoseconds after it was saved, on any clock.
    ///
    /// A state of another configuration does not fit the sums and is refused. There is no way to go on from
    /// a state that cannot be read: what was spent is not known, so the run has to be begun again.
    ///
    /// # Errors
    /// Those of [`TimeBudget::new`], `schema-version`, and `contradiction` at the first sum that is wrong.
    pub fn restore(
        config: TimeBudgetConfig,
        state: &TimeBudgetState,
        now: u64,
        elapsed: u64,
    ) -> Result<Self, GateError> {
        let mut budget = Self::new(config)?;
        check_head(state, &budget.config)?;
        let since = |ns: u64| Since::aged(now, ns.saturating_add(elapsed));
        budget.clock = Latest::at(now);
        budget.run = state.elapsed_ns.map(since);
        (budget.buffer, budget.unassigned) = (state.buffer_ns, state.unassigned_ns);
        budget.uncovered = state.uncovered_ns;
        for ((part, stored), index) in budget.parts.iter_mut().zip(&state.parts).zip(0..) {
            check_part(stored, part, state, index)?;
            (part.allocated, part.used) = (stored.allocated_ns, stored.used_ns);
            (part.reserved, part.running) = (stored.reserved_ns, stored.running_ns.map(since));
            stored.samples_ns.iter().for_each(|sample| part.samples.push(*sample));
        }
        check_sums(&budget)?;
        Ok(budget)
    }
}

fn contradiction<T>(path: &str, expected: &str, found: impl ToString) -> Result<T, GateError> {
    Err(GateError::new(ErrorCode::Contradiction, path, expected, found))
}

fn check_head(state: &TimeBudgetState, config: &TimeBudgetConfig) -> Result<(), GateError> {
    state_version(&state.schema_version, TIME_BUDGET_SCHEMA)?;
    let stored = state.parts.iter().map(|part| &part.name);
    if !stored.eq(config.parts.iter().map(|part| &part.name)) {
        let names: Vec<_> = state.parts.iter().map(|part| quoted(&part.name)).collect();
        return contradiction("parts", "the parts of the configuration", names.join(", "));
    }
    if state.buffer_ns > config.buffer() {
        return contradiction("buffer_ns", "at most the configured buffer", state.buffer_ns);
    }
    if state.unassigned_ns > config.unassigned() {
        return contradiction("unassigned_ns", "at most what the parts leave", state.unassigned_ns);
    }
    Ok(())
}

/// `fresh` is the part as configured: it never gets more than that.
fn check_part(
    stored: &PartState,
    fresh: &Part,
    state: &TimeBudgetState,
    index: usize,
) -> Result<(), GateError> {
    let path = |field: &str| format!("parts[{index}].{field}");
    let PartState { allocated_ns, used_ns, reserved_ns, running_ns, samples_ns, .. } = stored;
    if *allocated_ns > fresh.allocated {
        return contradiction(&path("allocated_ns"), "at most the configured share", allocated_ns);
    }
    if *used_ns > CEILING {
        return contradiction(&path("used_ns"), "at most four and a half years", used_ns);
    }
    if *reserved_ns > allocated_ns.saturating_sub(*used_ns) {
        return contradiction(&path("reserved_ns"), "at most what is allocated and not used", reserved_ns);
    }
    if *running_ns > state.elapsed_ns {
        let expected = "at most the time since the start";
        return contradiction(&path("running_ns"), expected, running_ns.unwrap_or_default());
    }
    if state.elapsed_ns.is_none() && (*used_ns, *reserved_ns) != (0, 0) {
        return contradiction("elapsed_ns", "a time, because parts used or reserved some", "nothing");
    }
    if samples_ns.len() > fresh.samples.capacity() {
        return contradiction(&path("samples_ns"), "at most as many as configured", samples_ns.len());
    }
    Ok(())
}

/// Time neither appears nor vanishes: what parts have or used, the buffer and what nobody has are the total,
/// and more than that only by overruns that nobody paid for.
fn check_sums(budget: &TimeBudget) -> Result<(), GateError> {
    let parts = budget.parts.iter().map(|part| u128::from(part.allocated.max(part.used)));
    let held = parts.sum::<u128>() + u128::from(budget.buffer) + u128::from(budget.unassigned);
    let total = u128::from(budget.config.total()) + u128::from(budget.uncovered);
    if held != total {
        return contradiction("", &format!("books that add up to {total} ns"), format!("{held} ns"));
    }
    let ledger = budget.ledger();
    let promises = ledger.reserved.saturating_add(ledger.unallocated);
    if budget.config.accounting == Accounting::Whole && budget.uncovered > 0 && promises > 0 {
        return contradiction("uncovered_ns", "0 while other time is left to pay with", budget.uncovered);
    }
    Ok(())
}
