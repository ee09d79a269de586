//! What the steps of a gate run did, folded into `rollout_hardening_gate_summary.json`.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::time::Instant;
use crate::{ErrorCode, GateError};

/// The name of the file that the documents ask for.
pub const SUMMARY_FILE: &str = "rollout_hardening_gate_summary.json";

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// It ran and ended with 0.
    Success,
    /// It ran and ended otherwise, was ended, or could not be started.
    Failed,
    /// It was shown and not run.
    DryRun,
}

/// How a whole run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverallStatus {
    /// Every step ran and succeeded.
    Success,
    /// A step failed.
    Failed,
    /// No step ran, so nothing is known.
    DryRun,
}

impl OverallStatus {
    /// The word in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed => "failed",
            Self::DryRun => "dry_run",
        }
    }

    /// The process exit status: 0 success, 2 not run, 3 failed.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::DryRun => 2,
            Self::Failed => 3,
        }
    }
}

/// What a step did, as the edge measured it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Its command, with every secret masked.
    pub command: String,
    /// Where its output went.
    pub log_path: String,
    /// The exit status; `None` if it was not run, was ended by a signal, or ran into its timeout.
    pub exit_code: Option<i32>,
    /// How long it ran, in seconds.
    pub elapsed_s: f64,
}

/// A step as the summary shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepResult {
    /// Its number, from 1.
    pub step: u32,
    /// Its name.
    pub name: String,
    /// How it ended.
    pub status: StepStatus,
    /// The exit status, if there was one.
    pub exit_code: Option<i32>,
    /// How long it ran, in seconds.
    pub elapsed_s: f64,
    /// Its command, with every secret masked.
    pub command: String,
    /// Where its output went.
    pub log_path: String,
}

/// The summary document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// When the run began.
    #[serde(with = "crate::time::rfc3339")]
    pub run_started_at_utc: Instant,
    /// When the run ended.
    #[serde(with = "crate::time::rfc3339")]
    pub run_finished_at_utc: Instant,
    /// How long the run took, in seconds.
    pub total_elapsed_s: f64,
    /// How it ended.
    pub overall_status: OverallStatus,
    /// Whether the steps were shown only.
    pub dry_run: bool,
    /// The service that was looked at.
    pub api_base: String,
    /// Every step, in the order of the plan.
    pub steps: Vec<StepResult>,
}

impl Summary {
    /// The summary of a run that looked at `api_base`.
    ///
    /// # Errors
    /// `missing-field` without a step: a gate that checks nothing is none. `out-of-range` for a run that ends before
    /// it began, or a time that is no length.
    pub fn new(
        api_base: impl Into<String>,
        (started, finished): (Instant, Instant),
        dry_run: bool,
        steps: Vec<Step>,
    ) -> Result<Self, GateError> {
        if steps.is_empty() {
            return Err(GateError::new(ErrorCode::MissingField, "steps", "at least one step", "none"));
        }
        let steps = (1..).zip(steps).map(|(number, step)| result(number, step, dry_run));
        let steps = steps.collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            run_started_at_utc: started,
            run_finished_at_utc: finished,
            total_elapsed_s: seconds_between(started, finished)?,
            overall_status: overall(dry_run, &steps),
            dry_run,
            api_base: api_base.into(),
            steps,
        })
    }

    /// Reads a summary, and folds its steps again: what they say counts, not what the document says about them.
    ///
    /// # Errors
    /// Those of [`crate::document::from_json`], `out-of-range` for a run that ends before it began, and `contradiction` if
    /// the stated status is not that of the steps.
    pub fn from_json(bytes: &[u8]) -> Result<Self, GateError> {
        let summary: Self = crate::document::from_json(bytes)?;
        seconds_between(summary.run_started_at_utc, summary.run_finished_at_utc)?;
        let found = overall(summary.dry_run, &summary.steps);
        if summary.steps.is_empty() {
            return Err(GateError::new(ErrorCode::MissingField, "steps", "at least one step", "none"));
        }
        if found == summary.overall_status {
            return Ok(summary);
        }
        let expected = alloc::format!("`{}`, as the steps say", found.as_str());
        let stated = alloc::format!("`{}`", summary.overall_status.as_str());
        Err(GateError::new(ErrorCode::Contradiction, "overall_status", expected, stated))
    }

    /// The steps that did not succeed.
    pub fn failed(&self) -> impl Iterator<Item = &StepResult> {
        self.steps.iter().filter(|step| step.status != StepStatus::Success)
    }
}

fn result(number: u32, step: Step, dry_run: bool) -> Result<StepResult, GateError> {
    if !step.elapsed_s.is_finite() || step.elapsed_s < 0.0 {
        let path = alloc::format!("steps[{}].elapsed_s", number - 1);
        let found = step.elapsed_s.to_string();
        return Err(GateError::new(ErrorCode::OutOfRange, path, "a finite time of 0 or more", found));
    }
    let status = match (dry_run, step.exit_code) {
        (true, _) => StepStatus::DryRun,
        (false, Some(0)) => StepStatus::Success,
        (false, _) => StepStatus::Failed,
    };
    // A status of a step that was not run would look like one that was.
    let exit_code = step.exit_code.filter(|_| !dry_run);
    let Step { name, command, log_path, elapsed_s, .. } = step;
    Ok(StepResult { step: number, name, status, exit_code, elapsed_s, command, log_path })
}

fn overall(dry_run: bool, steps: &[StepResult]) -> OverallStatus {
    // A step that contradicts its own exit status is not believed either.
    let good = |step: &StepResult| step.status == StepStatus::Success && step.exit_code == Some(0);
    if dry_run {
        OverallStatus::DryRun
    } else if !steps.is_empty() && steps.iter().all(good) {
        OverallStatus::Success
    } else {
        OverallStatus::Failed
    }
}

fn seconds_between(started: Instant, finished: Instant) -> Result<f64, GateError> {
    let elapsed = (finished - started).num_milliseconds();
    let milliseconds = u32::try_from(elapsed).map_err(|_| {
        let expected = "an end after the beginning, at most 49 days later";
        let found = alloc::format!("{elapsed} ms");
        GateError::new(ErrorCode::OutOfRange, "run_finished_at_utc", expected, found)
    })?;
    Ok(f64::from(milliseconds) / 1000.0)
}
