//! What a call breaker answers.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::breaker::Counts;

/// Where a call breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallPhase {
    /// Calls go through.
    Closed,
    /// Calls are refused.
    Open,
    /// Its open time is over: the next call that asks is a probe.
    OpenDue,
    /// Probes decide.
    HalfOpen,
}

impl CallPhase {
    /// The name that programs compare.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::OpenDue => "open_due",
            Self::HalfOpen => "half_open",
        }
    }
}

impl fmt::Display for CallPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a call breaker changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallCause {
    /// Too many failures in a row.
    Streak,
    /// Too high a rate of failures.
    Rate,
    /// Too high a rate of slow calls.
    SlowRate,
    /// A probe failed, so that too few can still succeed.
    ProbeFailed,
    /// Too many probes never came back.
    ProbesLost,
    /// Enough probes succeeded.
    ProbesPassed,
    /// The open time was over when a call asked.
    Due,
    /// Somebody said so.
    Commanded,
}

impl CallCause {
    /// The name that programs compare.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Streak => "streak",
            Self::Rate => "rate",
            Self::SlowRate => "slow_rate",
            Self::ProbeFailed => "probe_failed",
            Self::ProbesLost => "probes_lost",
            Self::ProbesPassed => "probes_passed",
            Self::Due => "due",
            Self::Commanded => "commanded",
        }
    }
}

impl fmt::Display for CallCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A transition: from where, to where, why, and on which counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CallChange {
    /// Before.
    pub from: CallPhase,
    /// After.
    pub to: CallPhase,
    /// Why.
    pub cause: CallCause,
    /// When, on the host's clock: for a lost probe the end of its lease, which is before it is noticed.
    pub at_ns: u64,
    /// How long it will be open, if it opened; the longest there is means until a command.
    pub open_for_ns: Option<u64>,
    /// Failures in a row.
    pub streak: u32,
    /// What was in the window, if there is one and it was in use.
    pub counts: Option<Counts>,
}

impl fmt::Display for CallChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}: {}", self.from, self.to, self.cause)?;
        match (self.cause, self.counts) {
            (CallCause::Streak, _) => write!(f, ", {} failures in a row", self.streak)?,
            (CallCause::Rate, Some(counts)) => write!(f, ", {} of {} failed", counts.failed, counts.total)?,
            (CallCause::SlowRate, Some(counts)) => {
                write!(f, ", {} of {} were slow", counts.slow, counts.total)?;
            }
            _ => {}
        }
        match self.open_for_ns {
            Some(u64::MAX) => f.write_str("; open until a command"),
            Some(ns) => write!(f, "; open for {} ms", ns / 1_000_000),
            None => Ok(()),
        }
    }
}

/// Why it is open, as long as it is not closed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenedBy {
    /// Why.
    pub cause: CallCause,
    /// Failures in a row.
    pub streak: u32,
    /// What was in the window.
    #[serde(default)]
    pub counts: Option<Counts>,
}

/// Everything about a call breaker at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallStatus {
    /// Where it stands.
    pub phase: CallPhase,
    /// How often it changed: a permit of an earlier generation is stale.
    pub generation: u64,
    /// Failures in a row.
    pub streak: u32,
    /// What is in the window, if there is one.
    pub counts: Option<Counts>,
    /// Time left until it may be probed; `None` where it is not open, or open until a command.
    pub remaining_ns: Option<u64>,
    /// Why it is open or half open.
    pub opened_by: Option<OpenedBy>,
    /// The round of probes, when it is half open.
    pub probes: Option<ProbeCounts>,
    /// Doublings of the next open time.
    pub level: u32,
    /// Results that came too late.
    pub stale: u64,
    /// How often the clock went back.
    pub clock_regressions: u64,
}

/// A round of probes, counted: `admitted = in_flight + succeeded + failed + returned + lost`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ProbeCounts {
    /// Permits given.
    pub admitted: u32,
    /// Permits that are out.
    pub in_flight: u32,
    /// Probes that succeeded.
    pub succeeded: u32,
    /// Probes that failed.
    pub failed: u32,
    /// Probes that said nothing: ignored or cancelled. Their places are free again.
    pub returned: u32,
    /// Probes whose lease ended. Their places are free again.
    pub lost: u32,
}
