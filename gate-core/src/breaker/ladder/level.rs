//! Levels, what leads to them, and the names of fallbacks.

use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

/// A level, the mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The model answers.
    Normal,
    /// The model answers, and it is known to be in trouble.
    Degraded,
    /// The baseline answers, except for probes.
    BaselineOnly,
}

impl Level {
    /// The name that programs compare.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Degraded => "degraded",
            Self::BaselineOnly => "baseline_only",
        }
    }

    /// One step down; the last level is its own.
    pub(super) const fn worse(self) -> Self {
        match self {
            Self::Normal => Self::Degraded,
            Self::Degraded | Self::BaselineOnly => Self::BaselineOnly,
        }
    }

    /// One step up; the first level is its own.
    pub(super) const fn better(self) -> Self {
        match self {
            Self::BaselineOnly => Self::Degraded,
            Self::Degraded | Self::Normal => Self::Normal,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a ladder is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum LadderReading {
    /// So many of so many requests failed. More failures than requests are impossible, and bad.
    Rate {
        /// Requests that failed.
        failed: u64,
        /// All requests.
        total: u64,
    },
    /// There is no reading, or none that is fresh.
    Missing,
}

/// Why a ladder moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LadderCause {
    /// This share of failures, which came last.
    Rate {
        /// Requests that failed.
        failed: u64,
        /// All requests.
        total: u64,
    },
    /// A reading with more failures than requests.
    Impossible,
    /// A reading that was missing.
    Missing,
    /// No reading for too long.
    Overdue,
    /// Too many changes: it would have gone up, and stays.
    Pinned,
}

impl fmt::Display for LadderCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate { failed, total } => write!(f, "{failed} of {total} failed"),
            Self::Impossible => f.write_str("more failures than requests"),
            Self::Missing => f.write_str("reading missing"),
            Self::Overdue => f.write_str("reading overdue"),
            Self::Pinned => f.write_str("changed too often"),
        }
    }
}

/// A transition. From a level to itself it says that the ladder is pinned there now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LadderChange {
    /// The level before.
    pub from: Level,
    /// The level now.
    pub to: Level,
    /// Why.
    pub cause: LadderCause,
    /// True if only a person lets it go up again.
    pub pinned: bool,
}

/// Why the baseline answers in place of the model, by the names of the service.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FallbackReason {
    /// The route is the baseline by policy.
    RoutePolicyBaseline,
    /// The series is too short.
    TooFewPoints,
    /// The market is too thin for the model.
    BaselineOnlyLiquidityBucket,
    /// The series has too large a gap.
    MaxGapExceeded,
    /// The ladder is on its last level.
    DegradationBaselineOnly,
    /// The call breaker is open.
    CircuitBreakerOpen,
    /// The model failed, and an old answer serves.
    StaleIfError,
    /// The model failed with this type of error.
    ModelError(String),
    /// The baseline failed with this type of error.
    BaselineError(String),
}

impl FallbackReason {
    /// The name without the type of an error.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::RoutePolicyBaseline => "route_policy_baseline",
            Self::TooFewPoints => "too_few_points",
            Self::BaselineOnlyLiquidityBucket => "baseline_only_liquidity_bucket",
            Self::MaxGapExceeded => "max_gap_exceeded",
            Self::DegradationBaselineOnly => "degradation_baseline_only",
            Self::CircuitBreakerOpen => "circuit_breaker_open",
            Self::StaleIfError => "stale_if_error",
            Self::ModelError(_) => "tollama_error",
            Self::BaselineError(_) => "baseline_error",
        }
    }
}

impl fmt::Display for FallbackReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ModelError(kind) | Self::BaselineError(kind) => write!(f, "{}:{kind}", self.as_str()),
            plain => f.write_str(plain.as_str()),
        }
    }
}
