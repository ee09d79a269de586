//! Is the candidate slower or larger than what runs now?

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::quantile::Quantile;
use super::verdict::GateVerdict;
use crate::document::{Table, quoted};
use crate::problem::Problem;
use crate::quantity::shown;
use crate::{ErrorCode, GateError};

/// How one metric is compared. Lower is better.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricLimit {
    /// The unit that both sides must have.
    pub unit: String,
    /// Which part of the samples is compared: 0.95, or 1 for the largest.
    pub q: f64,
    /// How much more is allowed, as a part of the baseline.
    #[serde(default)]
    pub relative: f64,
    /// How much more is allowed, in the unit, on top.
    #[serde(default)]
    pub absolute: f64,
    /// Samples that each side needs.
    pub min_samples: usize,
}

/// What is compared, and by which definition of a quantile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegressionPolicy {
    /// The one definition for all metrics and both sides.
    #[serde(default)]
    pub quantile: Quantile,
    /// The metrics.
    pub metrics: Table<MetricLimit>,
}

impl Default for RegressionPolicy {
    /// P95 latency at most 10 % above the baseline from 200 samples each; the largest RSS at most 200 MB above it.
    fn default() -> Self {
        let limit = |unit: &str, q, relative, absolute, min_samples| MetricLimit {
            unit: unit.to_string(),
            q,
            relative,
            absolute,
            min_samples,
        };
        let metrics =
            [("latency_ms", limit("ms", 0.95, 0.10, 0.0, 200)), ("rss_mb", limit("MB", 1.0, 0.0, 200.0, 10))];
        let metrics = metrics.map(|(name, limit)| (name.to_string(), limit)).into_iter().collect();
        Self { quantile: Quantile::default(), metrics }
    }
}

/// The samples of one metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// The unit.
    pub unit: String,
    /// Every sample: quantiles are computed here, by one definition, and not believed.
    pub samples: Vec<f64>,
}

/// One side: where it was measured, and what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// The build.
    pub build: String,
    /// Everything that must be equal on both sides: machine, cores, load profile, data digest.
    pub environment: Table<String>,
    /// The metrics.
    pub metrics: Table<Series>,
}

/// One metric, compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The metric.
    pub metric: String,
    /// How it ended.
    pub verdict: GateVerdict,
    /// What the baseline has.
    pub baseline: Option<f64>,
    /// What the candidate has.
    pub candidate: Option<f64>,
    /// The most that it may have. Equal is fine.
    pub limit: Option<f64>,
    /// Why it does not pass.
    pub problems: Vec<Problem>,
}

/// The report document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RegressionReport {
    /// The worst of all.
    pub verdict: GateVerdict,
    /// The definition of a quantile that all figures are by.
    pub quantile: Quantile,
    /// Every metric of the policy, in its order.
    pub comparisons: Vec<Comparison>,
    /// What makes the sides incomparable.
    pub problems: Vec<Problem>,
}

impl RegressionPolicy {
    /// Compares a candidate with a baseline.
    ///
    /// # Errors
    /// A policy that compares nothing, or whose allowance is no number.
    pub fn compare(
        &self,
        baseline: &Measurement,
        candidate: &Measurement,
    ) -> Result<RegressionReport, GateError> {
        self.validate()?;
        let problems = environment(baseline, candidate);
        let compare = |(name, limit): &(String, MetricLimit)| self.metric(name, limit, baseline, candidate);
        let comparisons: Vec<Comparison> = self.metrics.0.iter().map(compare).collect();
        let worst = comparisons.iter().map(|comparison| comparison.verdict).max();
        let verdict = match (worst, problems.is_empty()) {
            // What was measured elsewhere neither promotes nor condemns.
            (_, false) | (None, _) => GateVerdict::Inconclusive,
            (Some(worst), true) => worst,
        };
        Ok(RegressionReport { verdict, quantile: self.quantile, comparisons, problems })
    }

    fn validate(&self) -> Result<(), GateError> {
        if self.metrics.0.is_empty() {
            return Err(GateError::new(ErrorCode::NoMetrics, "metrics", "at least one metric", "none"));
        }
        for (name, limit) in &self.metrics.0 {
            let is_allowance = |value: f64| value.is_finite() && value >= 0.0;
            let fields = [
                ("q", limit.q, "a number in 0..=1", (0.0..=1.0).contains(&limit.q)),
                ("relative", limit.relative, "a number of 0 or more", is_allowance(limit.relative)),
                ("absolute", limit.absolute, "a number of 0 or more", is_allowance(limit.absolute)),
            ];
            if let Some((field, found, expected, _)) = fields.iter().find(|(.., good)| !good) {
                let path = format!("metrics.{name}.{field}");
                return Err(GateError::new(ErrorCode::OutOfRange, path, *expected, found));
            }
            if limit.min_samples == 0 {
                let path = format!("metrics.{name}.min_samples");
                return Err(GateError::new(ErrorCode::OutOfRange, path, "at least 1", 0));
            }
        }
        Ok(())
    }

    fn metric(
        &self,
        name: &str,
        limit: &MetricLimit,
        baseline: &Measurement,
        candidate: &Measurement,
    ) -> Comparison {
        let mut problems = Vec::new();
        let before = self.value(name, limit, ("baseline", baseline), &mut problems);
        let after = self.value(name, limit, ("candidate", candidate), &mut problems);
        let most = before.map(|before| before + before * limit.relative + limit.absolute);
        // A limit that no float holds would limit nothing.
        if most.is_some_and(f64::is_infinite) {
            problems.push(Problem::new(name, "a limit that is a finite number", "one beyond all numbers"));
        }
        let most = most.filter(|most| most.is_finite());
        let verdict = match (after, most) {
            (Some(after), Some(most)) if after > most => {
                let expected = format!("at most {} {}", shown(most), limit.unit);
                problems.push(Problem::new(name, expected, format!("{} {}", shown(after), limit.unit)));
                GateVerdict::Fail
            }
            (Some(_), Some(_)) => GateVerdict::Pass,
            _ => GateVerdict::Inconclusive,
        };
        Comparison {
            metric: name.to_string(),
            verdict,
            baseline: before,
            candidate: after,
            limit: most,
            problems,
        }
    }

    /// The figure of one side, if there is enough to compute one.
    fn value(
        &self,
        name: &str,
        limit: &MetricLimit,
        (side, measured): (&str, &Measurement),
        problems: &mut Vec<Problem>,
    ) -> Option<f64> {
        let path = format!("{side}.metrics.{name}");
        let mut problem =
            |expected: String, found: String| problems.push(Problem::new(&*path, expected, found));
        let Some((_, series)) = measured.metrics.0.iter().find(|(known, _)| known == name) else {
            problem(String::from("samples"), String::from("nothing"));
            return None;
        };
        if series.unit != limit.unit {
            problem(format!("the unit {}", quoted(&limit.unit)), quoted(&series.unit));
            return None;
        }
        if series.samples.len() < limit.min_samples {
            problem(format!("at least {} samples", limit.min_samples), series.samples.len().to_string());
            return None;
        }
        // Nothing takes no time and no memory: a 0 is a meter that does not measure.
        if let Some(bad) = series.samples.iter().find(|value| !(value.is_finite() && **value > 0.0)) {
            problem(String::from("finite samples above 0"), bad.to_string());
            return None;
        }
        self.quantile.of(&series.samples, limit.q)
    }
}

fn environment(baseline: &Measurement, candidate: &Measurement) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut names: Vec<&str> = baseline
        .environment
        .0
        .iter()
        .chain(&candidate.environment.0)
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        problems.push(Problem::new("environment", "what both sides were measured in", "nothing"));
    }
    for name in names {
        let of = |side: &Measurement| {
            let entry = side.environment.0.iter().find(|(known, _)| known == name);
            entry.map_or_else(|| String::from("nothing"), |(_, value)| quoted(value))
        };
        let (before, after) = (of(baseline), of(candidate));
        if before != after {
            problems.push(Problem::new(
                format!("candidate.environment.{name}"),
                format!("{before} as in the baseline"),
                after,
            ));
        }
    }
    if baseline.build == candidate.build {
        problems.push(Problem::new(
            "candidate.build",
            "another build than the baseline's",
            quoted(&candidate.build),
        ));
    }
    problems
}
