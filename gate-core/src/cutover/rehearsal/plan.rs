//! What is rehearsed, and how long each part may take.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::{ErrorCode, GateError};

/// The `schema_version` of a plan.
pub const REHEARSAL_SCHEMA: &str = "tsfm_gate.rehearsal.v1";

/// The longest that any part may take: a day.
const MOST_MS: u64 = 86_400_000;

/// The plan: 25 %, 50 %, and the drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RehearsalPlan {
    /// The share of traffic at each step, in percent, each higher than the one before.
    pub steps: Vec<u8>,
    /// How long each step runs before it is checked.
    pub wait_ms: u64,
    /// The share of traffic that an abort has to bring back.
    pub baseline: u8,
    /// How long it may take from the injection until the checks ask for the abort.
    pub detect_within_ms: u64,
    /// How long it may take from there until the traffic is at the baseline.
    pub abort_within_ms: u64,
    /// How long to wait between two looks.
    pub poll_ms: u64,
}

impl Default for RehearsalPlan {
    /// 25 % and 50 % for 30 s each; a minute to see the burst, and a minute to be back at 0 %.
    fn default() -> Self {
        Self {
            steps: vec![25, 50],
            wait_ms: 30_000,
            baseline: 0,
            detect_within_ms: 60_000,
            abort_within_ms: 60_000,
            poll_ms: 1_000,
        }
    }
}

impl RehearsalPlan {
    /// Refuses a plan that would rehearse nothing.
    ///
    /// # Errors
    /// `missing-field` without a step, `out-of-range` for steps that do not rise from the baseline to at most 100 %, and
    /// for times of more than a day or none at all.
    pub fn validate(&self) -> Result<(), GateError> {
        if self.steps.is_empty() {
            return Err(GateError::new(ErrorCode::MissingField, "steps", "at least one step", "none"));
        }
        let mut before = self.baseline;
        for (index, step) in self.steps.iter().copied().enumerate() {
            if step <= before || step > 100 {
                let expected = format!("more than {before} and at most 100");
                return Err(GateError::new(ErrorCode::OutOfRange, format!("steps[{index}]"), expected, step));
            }
            before = step;
        }
        let times = [
            ("wait_ms", self.wait_ms, 0),
            ("detect_within_ms", self.detect_within_ms, 1),
            ("abort_within_ms", self.abort_within_ms, 1),
            ("poll_ms", self.poll_ms, 1),
        ];
        for (name, time, least) in times {
            if !(least..=MOST_MS).contains(&time) {
                let expected = format!("{least} to {MOST_MS} milliseconds");
                return Err(GateError::new(ErrorCode::OutOfRange, name, expected, time));
            }
        }
        Ok(())
    }
}
