//! The settings of a ladder, and the checked rules that they give.

use alloc::format;

use serde::{Deserialize, Serialize};

use super::Level;
use crate::breaker::ratio::{Millionths, ratio};
use crate::document::present;
use crate::error::{ErrorCode, GateError};

/// The most changes that a flap guard counts.
const MAX_CHANGES: u32 = 64;

/// The most looks in a row that may be asked for. It bounds what a long silence costs.
const MAX_LOOKS: u32 = 1_000;

/// The settings, as a document has them. Rates are ratios of failures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LadderConfig {
    /// From this rate on it is degraded.
    pub enter_degraded: f64,
    /// From this rate on it is baseline only.
    pub enter_baseline_only: f64,
    /// Down to this rate a look is good while degraded.
    pub exit_degraded: f64,
    /// Down to this rate a look is good while baseline only.
    pub exit_baseline_only: f64,
    /// With fewer requests a reading says nothing.
    pub min_requests: u64,
    /// Bad looks in a row that lead down.
    pub bad_looks: u32,
    /// Good looks in a row that lead one step up.
    pub good_looks: u32,
    /// The shortest time on a level before a step up.
    pub dwell_ms: u64,
    /// More changes than this within `flap_ms` pin the worse level; at least 2.
    pub max_changes: u32,
    /// The time in which changes are counted.
    pub flap_ms: u64,
    /// Baseline only, every so manieth call is let through; 0 for none.
    pub probe_every: u32,
    /// So long without a reading counts as one that is missing; never when left out.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub max_gap_ms: Option<u64>,
}

impl Default for LadderConfig {
    fn default() -> Self {
        Self {
            enter_degraded: 0.30,
            enter_baseline_only: 0.70,
            exit_degraded: 0.15,
            exit_baseline_only: 0.25,
            min_requests: 5,
            bad_looks: 1,
            good_looks: 3,
            dwell_ms: 60_000,
            max_changes: 6,
            flap_ms: 600_000,
            probe_every: 10,
            max_gap_ms: None,
        }
    }
}

/// The settings, checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rules {
    enter_degraded: Millionths,
    enter_baseline_only: Millionths,
    exit_degraded: Millionths,
    exit_baseline_only: Millionths,
    pub(super) min_requests: u64,
    pub(super) bad_looks: u32,
    pub(super) good_looks: u32,
    pub(super) dwell_ns: u64,
    pub(super) max_changes: usize,
    pub(super) flap_ns: u64,
    pub(super) probe_every: u32,
    pub(super) max_gap_ns: Option<u64>,
}

impl Rules {
    /// The level that this share of failures leads down to.
    pub(super) const fn level_of(&self, failed: u64, total: u64) -> Level {
        if self.enter_baseline_only.is_reached_by(failed, total) {
            Level::BaselineOnly
        } else if self.enter_degraded.is_reached_by(failed, total) {
            Level::Degraded
        } else {
            Level::Normal
        }
    }

    /// True if this share of failures is good on a level.
    pub(super) const fn is_good(&self, level: Level, failed: u64, total: u64) -> bool {
        match level {
            Level::Normal => true,
            Level::Degraded => !self.exit_degraded.is_exceeded_by(failed, total),
            Level::BaselineOnly => !self.exit_baseline_only.is_exceeded_by(failed, total),
        }
    }
}

impl TryFrom<&LadderConfig> for Rules {
    type Error = GateError;

    fn try_from(config: &LadderConfig) -> Result<Self, GateError> {
        let thresholds = Thresholds::try_from(config)?;
        let max_changes = usize::try_from(config.max_changes).unwrap_or(usize::MAX);
        if !(2..=MAX_CHANGES).contains(&config.max_changes) {
            let expected = format!("2 to {MAX_CHANGES} changes");
            return Err(GateError::new(ErrorCode::WrongValue, "max_changes", expected, config.max_changes));
        }
        if config.max_gap_ms == Some(0) {
            return Err(GateError::new(ErrorCode::WrongValue, "max_gap_ms", "at least 1 ms", 0));
        }
        Ok(Self {
            enter_degraded: thresholds.enter_degraded,
            enter_baseline_only: thresholds.enter_baseline_only,
            exit_degraded: thresholds.exit_degraded,
            exit_baseline_only: thresholds.exit_baseline_only,
            min_requests: within("min_requests", config.min_requests, u64::MAX)?,
            bad_looks: within("bad_looks", config.bad_looks, MAX_LOOKS)?,
            good_looks: within("good_looks", config.good_looks, MAX_LOOKS)?,
            dwell_ns: nanoseconds(config.dwell_ms),
            max_changes,
            flap_ns: nanoseconds(config.flap_ms),
            probe_every: config.probe_every,
            max_gap_ns: config.max_gap_ms.map(nanoseconds),
        })
    }
}

struct Thresholds {
    enter_degraded: Millionths,
    enter_baseline_only: Millionths,
    exit_degraded: Millionths,
    exit_baseline_only: Millionths,
}

/// Every way up must lie below the way down, or a rate would lead both ways.
impl TryFrom<&LadderConfig> for Thresholds {
    type Error = GateError;

    fn try_from(config: &LadderConfig) -> Result<Self, GateError> {
        let read = |path, given| ratio(path, given, 1_000_000);
        let all = Self {
            enter_degraded: read("enter_degraded", config.enter_degraded)?,
            enter_baseline_only: read("enter_baseline_only", config.enter_baseline_only)?,
            exit_degraded: read("exit_degraded", config.exit_degraded)?,
            exit_baseline_only: read("exit_baseline_only", config.exit_baseline_only)?,
        };
        let below = |path: &str, low: (Millionths, f64), high: (Millionths, &str)| {
            let refuse = || {
                let expected = format!("less than `{}`", high.1);
                GateError::new(ErrorCode::Contradiction, path, expected, low.1)
            };
            if low.0 < high.0 { Ok(()) } else { Err(refuse()) }
        };
        let enter_degraded = (all.enter_degraded, "enter_degraded");
        let enter_baseline_only = (all.enter_baseline_only, "enter_baseline_only");
        below("exit_degraded", (all.exit_degraded, config.exit_degraded), enter_degraded)?;
        below(
            "exit_baseline_only",
            (all.exit_baseline_only, config.exit_baseline_only),
            enter_baseline_only,
        )?;
        below("enter_degraded", (all.enter_degraded, config.enter_degraded), enter_baseline_only)?;
        Ok(all)
    }
}

fn within<T: PartialOrd + From<u8> + core::fmt::Display + Copy>(
    path: &str,
    given: T,
    most: T,
) -> Result<T, GateError> {
    if (T::from(1)..=most).contains(&given) {
        return Ok(given);
    }
    Err(GateError::new(ErrorCode::WrongValue, path, format!("1 to {most}"), given))
}

const fn nanoseconds(ms: u64) -> u64 {
    ms.saturating_mul(1_000_000)
}
