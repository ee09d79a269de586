//! Limits that a report must keep, with or without a baseline.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::verdict::GateVerdict;
use crate::document::Table;
use crate::problem::Problem;
use crate::quantity::impossible;
use crate::{ErrorCode, GateError};

/// On which side of a limit a metric must be. Equal is fine.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Not above it.
    AtMost(f64),
    /// Not below it.
    AtLeast(f64),
}

/// The limits of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportLimits {
    /// The metrics, in the order in which they are reported.
    pub metrics: Table<Bound>,
    /// Units (decisions, hands, requests) that must have been compared.
    pub min_units: u64,
    /// Units that may have failed.
    pub max_failed: u64,
}

impl Default for ReportLimits {
    /// The design limits of a replay: every decision compared, 95 % the same, divergence and times at the 95th
    /// percentile.
    fn default() -> Self {
        let metrics = [
            ("action_match_rate", Bound::AtLeast(0.95)),
            ("p95_divergence_pp", Bound::AtMost(5.0)),
            ("decision_p95_ms", Bound::AtMost(2000.0)),
            ("solver_p95_ms", Bound::AtMost(800.0)),
            ("agents_p95_ms", Bound::AtMost(1500.0)),
            ("replay_p95_ms", Bound::AtMost(2500.0)),
        ];
        let metrics = metrics.map(|(name, bound)| (name.to_string(), bound)).into_iter().collect();
        Self { metrics, min_units: 1, max_failed: 0 }
    }
}

/// What a report measured.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// How many units were looked at.
    pub units: u64,
    /// How many of them failed.
    pub failed: u64,
    /// What the decisions were taken from: `recomputed`, or anything else, which proves nothing.
    #[serde(default)]
    pub source: Source,
    /// The metrics. A value of any type is read; only a number counts.
    pub metrics: Table<Value>,
}

/// Where the decisions of a replay came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The candidate decided again.
    Recomputed,
    /// The old log was taken at its word, or a mock decided.
    Trusted,
    /// The report does not say.
    #[default]
    Unknown,
}

/// One metric beside its limit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LimitRow {
    /// The metric.
    pub metric: String,
    /// The limit.
    pub bound: Bound,
    /// What was measured, if it is a number.
    pub value: Option<f64>,
    /// Whether it keeps the limit.
    pub ok: bool,
}

/// The report document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LimitReport {
    /// Fail if a limit is broken, inconclusive if something is missing.
    pub verdict: GateVerdict,
    /// Every metric, in the order of the limits.
    pub rows: Vec<LimitRow>,
    /// Everything that is wrong.
    pub problems: Vec<Problem>,
}

impl ReportLimits {
    /// Judges what was measured.
    ///
    /// # Errors
    /// Limits that limit nothing, or are no numbers.
    pub fn judge(&self, measured: &Measured) -> Result<LimitReport, GateError> {
        self.validate()?;
        let mut problems = Vec::new();
        let mut verdict = self.units(measured, &mut problems);
        let mut rows = Vec::new();
        for (name, bound) in &self.metrics.0 {
            let found = measured.metrics.0.iter().find(|(known, _)| known == name).map(|(_, value)| value);
            let found = found.filter(|value| !value.is_null());
            let value = found.and_then(Value::as_f64);
            let broken = bound.broken(name, value);
            rows.push(LimitRow { metric: name.clone(), bound: *bound, value, ok: broken.is_none() });
            if let Some(expected) = broken {
                // What is no number is broken; what is not there was not measured.
                let is_missing = found.is_none();
                verdict = verdict.max(if is_missing { GateVerdict::Inconclusive } else { GateVerdict::Fail });
                let found = found.map_or_else(|| String::from("nothing"), ToString::to_string);
                problems.push(Problem::new(name, expected, found));
            }
        }
        Ok(LimitReport { verdict, rows, problems })
    }

    fn validate(&self) -> Result<(), GateError> {
        if self.metrics.0.is_empty() {
            return Err(GateError::new(ErrorCode::NoMetrics, "metrics", "at least one limit", "none"));
        }
        if self.min_units == 0 {
            return Err(GateError::new(ErrorCode::OutOfRange, "min_units", "at least 1", 0));
        }
        let numbers = self.metrics.0.iter().map(|(name, bound)| (name, bound.limit()));
        match numbers.into_iter().find(|(_, limit)| !limit.is_finite()) {
            Some((name, limit)) => {
                Err(GateError::new(ErrorCode::NotFinite, format!("metrics.{name}"), "a finite limit", limit))
            }
            None => Ok(()),
        }
    }

    fn units(&self, measured: &Measured, problems: &mut Vec<Problem>) -> GateVerdict {
        let mut verdict = GateVerdict::Pass;
        if measured.source != Source::Recomputed {
            problems.push(Problem::new("source", "`recomputed`", "decisions that were not taken again"));
            verdict = GateVerdict::Inconclusive;
        }
        if measured.units < self.min_units {
            let expected = format!("at least {}", self.min_units);
            problems.push(Problem::new("units", expected, measured.units.to_string()));
            verdict = GateVerdict::Inconclusive;
        }
        if measured.failed > self.max_failed {
            let expected = format!("at most {}", self.max_failed);
            problems.push(Problem::new("failed", expected, measured.failed.to_string()));
            verdict = GateVerdict::Fail;
        }
        verdict
    }
}

impl Bound {
    const fn limit(self) -> f64 {
        match self {
            Self::AtMost(limit) | Self::AtLeast(limit) => limit,
        }
    }

    /// What a metric would have to be, if it is not: possible, and within the limit.
    fn broken(self, name: &str, value: Option<f64>) -> Option<String> {
        let is_kept = value.is_some_and(|value| self.holds(value));
        let possible = value.and_then(|value| impossible(name, value)).map(ToString::to_string);
        possible.or_else(|| (!is_kept).then(|| self.to_string()))
    }

    /// Whether a value keeps the limit. NaN keeps none.
    #[must_use]
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
        }
    }
}

impl core::fmt::Display for Bound {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::AtMost(limit) => write!(f, "a number of at most {limit}"),
            Self::AtLeast(limit) => write!(f, "a number of at least {limit}"),
        }
    }
}
