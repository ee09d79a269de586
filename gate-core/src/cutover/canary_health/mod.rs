//! Is the canary well enough to go on: the last windows green, without a burst of failures, on enough requests, for long
//! enough?

mod burst;
mod judge;
mod snapshot;

pub use burst::burst;
pub use judge::judge;
pub use snapshot::{FAILURE_METRIC, snapshot_health};

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

use super::{Check, CheckState};
use crate::Decision;
use crate::{ErrorCode, GateError};

/// The name of the check.
pub const CANARY: &str = "Canary Health";

/// What the last windows must show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HealthRule {
    /// So many windows in a row at the end must be green.
    pub windows: usize,
    /// No burst may be above this.
    pub max_burst: f64,
    /// So many requests must be in each.
    pub min_samples: u64,
    /// So many minutes must lie between the first and the last; 0 asks for no times.
    pub min_minutes: u64,
}

impl Default for HealthRule {
    fn default() -> Self {
        Self { windows: 3, max_burst: 1.5, min_samples: 100, min_minutes: 30 }
    }
}

impl HealthRule {
    /// Refuses a rule that every canary would pass.
    ///
    /// # Errors
    /// [`ErrorCode::OutOfRange`] for no windows, or a limit that is no ratio.
    pub fn validate(&self) -> Result<(), GateError> {
        if self.windows == 0 {
            return Err(GateError::new(ErrorCode::OutOfRange, "windows", "at least 1", 0));
        }
        if !(self.max_burst.is_finite() && self.max_burst >= 0.0) {
            let expected = "a finite number of at least 0";
            return Err(GateError::new(ErrorCode::OutOfRange, "max_burst", expected, self.max_burst));
        }
        Ok(())
    }
}

/// How a window stands with the gates of its stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowState {
    /// Every gate holds.
    Green,
    /// Some gate does not hold, or nobody knows.
    NotGreen,
    /// It was judged bad: an objective is violated.
    Violated,
}

/// One window. Times are milliseconds from any one instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HealthWindow {
    /// How it stands with its gates.
    pub state: WindowState,
    /// Its failure rate over the reference; none where that cannot be known.
    pub burst: Option<f64>,
    /// Its requests.
    pub samples: Option<u64>,
    /// Its start.
    pub from_ms: Option<i64>,
    /// Its end; the start itself where windows are points.
    pub to_ms: Option<i64>,
}

/// What speaks against going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthProblem {
    /// Not as many windows as the rule asks for.
    TooFewWindows,
    /// A window is not green.
    NotGreen,
    /// A burst cannot be known.
    BurstUnknown,
    /// A window has too few requests, or nobody counted them.
    SamplesShort,
    /// A window has no time.
    Undated,
    /// Windows are not in order of time, or one stands twice, or they overlap.
    Unordered,
    /// First and last are too near.
    TooShort,
    /// The last window is too old.
    Stale,
    /// A burst is above its limit.
    BurstHigh,
    /// A window was judged bad, or a trigger of the policy fired.
    Violated,
}

impl HealthProblem {
    /// Promotion waits for most; a burst or a violation takes the canary back.
    #[must_use]
    pub const fn decision(self) -> Decision {
        match self {
            Self::BurstHigh | Self::Violated => Decision::Rollback,
            _ => Decision::Hold,
        }
    }

    const fn state(self) -> CheckState {
        match self {
            Self::Violated => CheckState::Unhealthy,
            _ => CheckState::Degraded,
        }
    }
}

/// One observation that speaks against going on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HealthFinding {
    /// What kind.
    pub problem: HealthProblem,
    /// One line for people.
    pub message: String,
}

/// What the last windows show.
#[derive(Debug, Clone, PartialEq)]
pub struct CanaryHealth {
    /// Promote, hold, or take the canary back.
    pub decision: Decision,
    /// Everything that speaks against promotion.
    pub findings: Vec<HealthFinding>,
    /// How many windows were looked at.
    pub windows: usize,
    /// How many of them are green in a row at the end.
    pub green: usize,
    /// The highest burst that is known.
    pub max_burst: Option<f64>,
    /// The fewest requests; none if some window's are not known.
    pub least_samples: Option<u64>,
    /// Minutes from the first to the last, rounded down.
    pub minutes: Option<i64>,
}

impl CanaryHealth {
    /// Adds a finding, which may change the decision.
    pub(super) fn add(&mut self, problem: HealthProblem, message: String) {
        self.decision = self.decision.max(problem.decision());
        self.findings.push(HealthFinding { problem, message });
    }

    /// The check. A violation is unhealthy, and no windows at all are unknown; the rest is degraded.
    #[must_use]
    pub fn check(&self) -> Check {
        let worst = self.findings.iter().map(|finding| finding.problem.state()).max();
        let state = match worst {
            None => CheckState::Healthy,
            Some(CheckState::Degraded) if self.windows == 0 => CheckState::Unknown,
            Some(state) => state,
        };
        let burst = self.max_burst.map_or_else(|| String::from("unknown"), |burst| format!("{burst:.2}x"));
        let message = if self.findings.is_empty() {
            format!("{} green windows, burst={burst}", self.windows)
        } else {
            let all: Vec<&str> = self.findings.iter().map(|finding| finding.message.as_str()).collect();
            all.join("; ")
        };
        let findings = serde_json::to_value(&self.findings).unwrap_or_default();
        // Not the decision: that of the stage also asks for its clean period, at which nobody looked here.
        Check::new(CANARY, state, message)
            .with("windows", self.windows)
            .with("green", self.green)
            .with("max_burst", self.max_burst.map(finite_or_text))
            .with("least_samples", self.least_samples)
            .with("minutes", self.minutes)
            .with("findings", findings)
    }
}

/// JSON has no infinity.
fn finite_or_text(number: f64) -> serde_json::Value {
    if number.is_finite() { number.into() } else { number.to_string().into() }
}

/// The check of a canary that nobody could look at.
#[must_use]
pub fn canary_not_measured(why: &str) -> Check {
    Check::new(CANARY, CheckState::Unknown, super::foreign::one_line(why))
}
