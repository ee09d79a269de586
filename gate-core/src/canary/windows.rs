//! Each window of a stage by itself, for readers that look at the last few: was it green, and how much failed?

use alloc::vec::Vec;

use super::align::Aligned;
use super::column::Column;
use super::policy::Policy;
use super::snapshot::{Snapshot, Timeline};
use crate::GateError;
use crate::time::Instant;

/// One window of a stage that has ended, or a gap where one should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StageWindow {
    /// The start, in a dated snapshot.
    pub from: Option<Instant>,
    /// The end, in a dated snapshot.
    pub to: Option<Instant>,
    /// True if every gate of the stage holds. A value that is missing, rests on too few requests or lies in a drill of its
    /// metric holds nothing.
    pub green: bool,
    /// The requests, where they were counted.
    pub samples: Option<u64>,
    /// The failure rate.
    pub failure_rate: Option<f64>,
    /// The failure rate of the baseline in the same window.
    pub baseline_rate: Option<f64>,
}

impl Policy {
    /// The windows of a stage that have ended at `now`, oldest first, gaps included.
    ///
    /// `failure` names the metric that is the failure rate.
    ///
    /// # Errors
    /// Those of [`Policy::evaluate`].
    pub fn windows(
        &self,
        snapshot: &Snapshot,
        stage: &str,
        failure: &str,
        now: Option<Instant>,
    ) -> Result<Vec<StageWindow>, GateError> {
        let stage = self.stage(stage)?;
        let aligned = Aligned::new(self, stage, snapshot, now)?;
        let green = greens(&aligned);
        let failures = self.metrics.iter().position(|metric| metric.name == failure);
        let baseline = snapshot.baseline.iter().find(|(name, _)| name == failure).map(|(_, column)| column);
        let window = |slot: usize| StageWindow {
            from: aligned.start_of(slot),
            to: aligned.start_of(slot + 1),
            green: green.get(slot).copied().unwrap_or(false),
            samples: aligned.samples_in(slot),
            failure_rate: failures.and_then(|metric| value(aligned.series(metric).measured(), slot)),
            baseline_rate: baseline.and_then(|column| in_slot(snapshot, column, slot)),
        };
        Ok(aligned.finished().map(window).collect())
    }
}

/// By slot: whether every gate of the stage holds.
fn greens(aligned: &Aligned<'_>) -> Vec<bool> {
    let mut green = alloc::vec![true; aligned.slots];
    for gate in aligned.policy.gates_of(aligned.stage) {
        let values = aligned.series(gate.metric).without(&aligned.drilled(&gate.name));
        for (slot, green) in green.iter_mut().enumerate() {
            *green &= value(&values, slot).is_some_and(|value| value <= gate.at_most);
        }
    }
    green
}

fn value(values: &[f64], slot: usize) -> Option<f64> {
    values.get(slot).copied().filter(|value| !value.is_nan())
}

/// The value of a column that is not on the grid.
fn in_slot(snapshot: &Snapshot, column: &Column, slot: usize) -> Option<f64> {
    let index = match &snapshot.timeline {
        Timeline::Slots(_, slots) => slots.binary_search(&slot).ok()?,
        _ => slot,
    };
    value(column.raw(), index)
}
